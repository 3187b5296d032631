"""运行维护: for who keeps the machines, and with nobody's name."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import NOW, Cast, Player
from tests.factories.activities import School, school
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import text

from tongxin.activities.actions import enrolments
from tongxin.records import upkeep

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


def test_numbers_of_what_waits_and_nobody_s_name(ours: School, as_staff: As) -> None:
    cohort = ours.cohort()
    enrolments.sign_up(cohort=cohort, person=ours.cast.li.person, by=ours.by, at=NOW)  # who is told of it
    before = upkeep.tellings(NOW)
    assert (before.count, before.due, before.oldest, before.failed) == (before.count, before.count, NOW, 0)
    assert before.count > 0
    page = text(as_staff(ours.cast.operator), "/staff/operate/")
    assert f"{before.count}条等着发" in page
    assert "正在用第1把，共1把" in page
    assert "没做成的作业" in page
    assert [name for name in ("李建国", "王小华", ours.cast.yongchuan.name) if name in page] == []


def test_only_the_operator_opens_it_and_finds_it_on_the_desk(ours: School, as_staff: As) -> None:
    assert as_staff(ours.cast.admin).get("/staff/operate/").status_code == 403
    desk = as_staff(ours.cast.operator).get("/staff/").content.decode()
    assert desk.count('href="/staff/operate/"') == 2  # in the side bar, and among what one may do
