"""请假 on a phone: asked, taken back, refused in words, and nobody else's."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast, Player
from tests.factories.activities import School, at, lesson, school, sign_up
from tests.web.conftest import Clock

from tongxin.activities.models import Attendance, Cohort

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def cohort(cast: Cast, clock: Clock) -> Cohort:
    ours: School = school(cast)
    made = ours.cohort()
    sign_up(made, cast.wang)
    clock.now = at(4, 2, 12)
    return made


def address(cohort: Cohort, no: int, verb: str = "") -> str:
    return f"/classes/{cohort.public_id}/lessons/{lesson(cohort, no).public_id}/leave/{verb}"


def page(client: Client, cohort: Cohort) -> str:
    return client.get(f"/classes/{cohort.public_id}/").content.decode()


def test_leave_is_asked_and_taken_back(cohort: Cohort, cast: Cast, as_worker: As) -> None:
    client = as_worker(cast.wang)
    assert page(client, cohort).count("次课请假") == 10
    answer = client.post(address(cohort, 1))
    assert (answer.status_code, answer["Location"]) == (302, f"/classes/{cohort.public_id}/")
    shown = page(client, cohort)
    assert "已请假：4月2日 19:00。" in shown
    assert shown.count("次课请假") == 9
    assert "撤回第1次课的请假" in shown
    assert client.post(address(cohort, 1, "back/")).status_code == 302
    assert "请假已撤回：4月2日 19:00，到时见。" in page(client, cohort)
    assert Attendance.objects.count() == 0


def test_lesson_that_began_offers_none_and_refuses(cohort: Cohort, cast: Cast, as_worker: As, clock: Clock) -> None:
    client = as_worker(cast.wang)
    clock.now = at(4, 2, 19)
    assert "第1次课请假" not in page(client, cohort)
    answer = client.post(address(cohort, 1))
    assert answer.status_code == 422
    assert "已经开始，不能再请假或撤回" in answer.content.decode()


def test_strangers_lessons_do_not_exist(cohort: Cohort, cast: Cast, as_worker: As, client: Client) -> None:
    assert as_worker(cast.zhang).post(address(cohort, 1)).status_code == 404
    assert client.post(address(cohort, 1))["Location"].startswith("/sign-in/")
    assert as_worker(cast.wang).get(address(cohort, 1)).status_code == 405
    assert Attendance.objects.count() == 0


def test_visitor_and_who_is_not_enrolled_see_no_button(
    cohort: Cohort, cast: Cast, as_worker: As, client: Client
) -> None:
    assert "请假" not in page(client, cohort)
    assert "请假" not in page(as_worker(cast.zhang), cohort)


def test_leave_speaks_english(cohort: Cohort, cast: Cast, as_worker: As) -> None:
    client = as_worker(cast.wang)
    client.cookies["tx-language"] = "en"
    assert "Ask for leave for lesson 1" in page(client, cohort)


def test_teacher_sees_it_on_the_grid(cohort: Cohort, cast: Cast, as_worker: As, as_staff: As) -> None:
    as_worker(cast.wang).post(address(cohort, 2))
    grid = as_staff(cast.teacher).get(f"/staff/cohorts/{cohort.public_id}/").content.decode()
    assert grid.count('<td class="s"><span class="s-cell l">假</span></td>') == 1
