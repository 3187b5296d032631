"""扫码签到: the worker's code at the door, the code on the room's screen."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast, Player
from tests.factories.activities import School, enrolment, lesson, school, sign_up
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import HTMX, done, refused, text

from tongxin.activities.models import Attendance, Cohort, Session
from tongxin.activities.queries.check_in import worker_code

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


@pytest.fixture
def session(ours: School, clock: Clock) -> Session:
    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    clock.now = lesson(cohort, 1).starts_at
    return lesson(cohort, 1)


def address(session: Session, rest: str = "") -> str:
    return f"/staff/check-in/{session.public_id}/{rest}"


def code(session: Session, player: Player, clock: Clock) -> tuple[str, str]:
    shown = worker_code(enrolment=enrolment(session.cohort, player), session=session, at=clock.now)
    return shown.text, shown.characters


def test_todays_lessons_are_offered(ours: School, session: Session, as_staff: As, clock: Clock) -> None:
    html = text(as_staff(ours.cast.teacher), "/staff/check-in/")
    assert address(session) in html
    assert "已到0 / 1人" in html
    clock.tick(days=1)
    assert "今天没有您能点名的课" in text(as_staff(ours.cast.teacher), "/staff/check-in/")


def test_typed_code_names_the_worker_and_keeps_the_input_ready(
    ours: School, session: Session, as_staff: As, clock: Clock
) -> None:
    client = as_staff(ours.cast.teacher)
    _, characters = code(session, ours.cast.wang, clock)
    part = client.post(address(session), {"text": characters.upper()}, headers=HTMX).content.decode()
    assert "<b>王小华</b>记为“到”" in part
    assert "data-tx-focus" in part
    assert "value=" not in part[part.index('id="text"') : part.index("data-tx-focus")]
    assert Attendance.objects.get().how == "worker_code"


def test_same_code_again_is_refused_in_words(ours: School, session: Session, as_staff: As, clock: Clock) -> None:
    client, (whole, _) = as_staff(ours.cast.teacher), code(session, ours.cast.wang, clock)
    done(client.post(address(session), {"text": whole}), address(session))
    assert "王小华，记为“到”。" in text(client, address(session))
    refused(client.post(address(session), {"text": whole}, headers=HTMX), "已经签到过了")
    refused(client.post(address(session), {"text": "abc"}), "签到码是8个字母和数字，请看着学员手机再输一次。")
    clock.tick(minutes=3)
    refused(client.post(address(session), {"text": "x" * 500}), "这个码已经失效")
    assert Attendance.objects.count() == 1


def test_late_is_a_mark(ours: School, session: Session, as_staff: As, clock: Clock) -> None:
    clock.tick(minutes=10)
    whole, _ = code(session, ours.cast.wang, clock)
    part = as_staff(ours.cast.officer).post(address(session), {"text": whole}, headers=HTMX).content.decode()
    assert "记为“迟”" in part


def test_screen_shows_a_code_that_changes_and_counts(
    ours: School, session: Session, as_staff: As, clock: Clock
) -> None:
    client = as_staff(ours.cast.teacher)
    first = text(client, address(session, "screen/"))
    assert "testserver/check-in/" in first
    assert '<b class="tx-num">0</b> / 1人已到' in first
    clock.tick(seconds=8)
    part = client.get(address(session, "screen/"), headers=HTMX).content.decode()
    assert "<html" not in part
    shown = [html.partition('class="b-chars">')[2][:9] for html in (first, part)]
    assert shown[0] != shown[1]
    clock.tick(hours=3)
    assert "已下课" in text(client, address(session, "screen/"))


def test_others_do_not_get_in(ours: School, session: Session, as_staff: As, clock: Clock) -> None:
    whole, _ = code(session, ours.cast.wang, clock)
    for player, status in ((ours.cast.cadre, 403), (ours.cast.admin, 403), (ours.cast.sibling_officer, 404)):
        client = as_staff(player)
        assert client.get(address(session)).status_code == status
        assert client.post(address(session), {"text": whole}).status_code == status
        assert client.get(address(session, "screen/")).status_code == status
    other: Cohort = ours.cohort(name="别人的班", teacher=None)
    assert as_staff(ours.cast.teacher).get(address(lesson(other, 1))).status_code == 404
    assert Attendance.objects.count() == 0
