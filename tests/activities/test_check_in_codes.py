"""签到 by the worker's code and by the room's."""

from datetime import timedelta

import pytest
from tests.activities.asking import refused
from tests.cast import Cast, Player
from tests.factories.activities import School, at, enrolment, lesson, sign_up

from tongxin.activities import codes
from tongxin.activities.actions import attendance, check_in
from tongxin.activities.models import Attendance, Cohort
from tongxin.activities.queries import check_in as shown
from tongxin.activities.states import Mark
from tongxin.kernel.refused import Refused
from tongxin.served.models import ServedRow

SEVEN = at(4, 2, 19)


@pytest.fixture
def cohort(school: School, cast: Cast) -> Cohort:
    made = school.cohort()
    sign_up(made, cast.wang, cast.zhang)
    return made


def phone(cohort: Cohort, player: Player, when: object, no: int = 1) -> shown.ShownCode:
    return shown.worker_code(enrolment=enrolment(cohort, player), session=lesson(cohort, no), at=when)


def scan(cohort: Cohort, text: str, cast: Cast, when: object) -> check_in.CheckedIn:
    return check_in.by_worker_code(session=lesson(cohort, 1), text=text, by=cast.teacher.actor, at=when)


def test_a_scanned_code_checks_in_and_names_the_worker(cohort: Cohort, cast: Cast) -> None:
    done = scan(cohort, phone(cohort, cast.wang, SEVEN).text, cast, SEVEN)
    assert (done.person.name, done.mark, done.at) == ("王小华", Mark.PRESENT, SEVEN)
    row = Attendance.objects.get()
    assert (row.mark, row.how, row.account) == ("present", "worker_code", cast.teacher.account.pk)
    assert ServedRow.objects.count() == 2


def test_the_characters_can_be_typed_as_read_aloud(cohort: Cohort, cast: Cast) -> None:
    code = phone(cohort, cast.zhang, SEVEN)
    assert len(code.characters) == 9
    assert scan(cohort, f" {code.characters.upper()} ", cast, SEVEN).person == cast.zhang.person


@pytest.mark.parametrize(
    ("when", "outcome"),
    [
        (at(4, 2, 18, 29, 59), "check-in-early"),
        (at(4, 2, 18, 30), Mark.PRESENT),
        (at(4, 2, 19, 9, 59), Mark.PRESENT),
        (at(4, 2, 19, 10), Mark.LATE),
        (at(4, 2, 20, 29, 59), Mark.LATE),
        (at(4, 2, 20, 30), "check-in-over"),
    ],
)
def test_from_half_an_hour_before_until_the_end_late_is_a_mark(
    cohort: Cohort, cast: Cast, when: object, outcome: object
) -> None:
    text = phone(cohort, cast.wang, when).text
    if isinstance(outcome, Mark):
        assert scan(cohort, text, cast, when).mark == outcome
        return
    with refused(str(outcome)):
        scan(cohort, text, cast, when)


def test_a_second_use_says_since_when_and_by_whom(cohort: Cohort, cast: Cast) -> None:
    text = phone(cohort, cast.wang, SEVEN).text
    scan(cohort, text, cast, SEVEN)
    with pytest.raises(Refused, match=r"已经签到过了：2024年4月2日 19:00，由孟书登记") as refusal:
        scan(cohort, text, cast, SEVEN + timedelta(seconds=20))
    assert refusal.value.code == "already-checked-in"
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize(("seconds", "works"), [(0, True), (89, True), (90, False), (3600, False)])
def test_a_photographed_code_dies_within_90_seconds(cohort: Cohort, cast: Cast, seconds: int, works: bool) -> None:
    text = phone(cohort, cast.wang, SEVEN).text  # 19:00:00 begins a step
    when = SEVEN + timedelta(seconds=seconds)
    if works:
        assert scan(cohort, text, cast, when).person == cast.wang.person
    else:
        with refused("code-expired"):
            scan(cohort, text, cast, when)


def test_a_code_that_the_teacher_overruled_is_used_up(cohort: Cohort, cast: Cast) -> None:
    text = phone(cohort, cast.wang, SEVEN).text
    scan(cohort, text, cast, SEVEN)  # by a friend who held up a photo
    attendance.mark(
        session=lesson(cohort, 1),
        enrolment=enrolment(cohort, cast.wang),
        mark=Mark.ABSENT,
        by=cast.teacher.actor,
        at=SEVEN + timedelta(seconds=30),
    )
    with refused("code-used"):
        scan(cohort, text, cast, SEVEN + timedelta(seconds=60))
    later = SEVEN + timedelta(minutes=20)  # the worker comes after all
    assert scan(cohort, phone(cohort, cast.wang, later).text, cast, later).mark == Mark.LATE


def test_a_code_of_another_lesson_is_refused(cohort: Cohort, cast: Cast) -> None:
    with refused("code-other-session"):
        scan(cohort, phone(cohort, cast.wang, SEVEN, no=2).text, cast, SEVEN)
    with refused("code-expired"):
        scan(cohort, phone(cohort, cast.wang, SEVEN, no=2).characters, cast, SEVEN)


@pytest.mark.parametrize("text", ["", "123", "签到码签到码签到", "8f3k 2412 99", "'; drop table", "x" * 500])
def test_rubbish_is_refused(cohort: Cohort, cast: Cast, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        scan(cohort, text, cast, SEVEN)
    assert refusal.value.code in {"code-unread", "code-expired"}
    assert Attendance.objects.count() == 0


def test_a_forged_enrolment_in_the_text_is_refused(cohort: Cohort, cast: Cast) -> None:
    text = phone(cohort, cast.wang, SEVEN).text
    forged = text[:12] + enrolment(cohort, cast.zhang).public_id + text[24:]
    with refused("code-expired"):
        scan(cohort, forged, cast, SEVEN)


def test_only_who_calls_the_roll_can_use_a_workers_code(cohort: Cohort, cast: Cast) -> None:
    text = phone(cohort, cast.wang, SEVEN).text
    for stranger in (cast.wang, cast.zhang, cast.cadre, cast.sibling_officer):
        with refused("no-power"):
            check_in.by_worker_code(session=lesson(cohort, 1), text=text, by=stranger.actor, at=SEVEN)


def test_the_rooms_code_checks_in_whoever_is_enrolled_and_signed_in(cohort: Cohort, cast: Cast) -> None:
    session = lesson(cohort, 1)
    text = shown.screen_code(session=session, at=SEVEN).text
    assert shown.session_named_in(text) == session.public_id
    done = check_in.by_screen_code(session=session, text=text, by=cast.wang.actor, at=SEVEN + timedelta(seconds=31))
    assert (done.person, done.mark, Attendance.objects.get().how) == (cast.wang.person, Mark.PRESENT, "screen_code")
    with pytest.raises(Refused, match="由王小华登记"):
        check_in.by_screen_code(session=session, text=text, by=cast.wang.actor, at=SEVEN)


@pytest.mark.parametrize("seconds", [32, 600, 86400])
def test_the_rooms_code_replayed_later_is_refused(cohort: Cohort, cast: Cast, seconds: int) -> None:
    text = shown.screen_code(session=lesson(cohort, 1), at=SEVEN).text
    with pytest.raises(Refused) as refusal:
        check_in.by_screen_code(
            session=lesson(cohort, 1), text=text, by=cast.wang.actor, at=SEVEN + timedelta(seconds=seconds)
        )
    assert refusal.value.code in {"code-expired", "check-in-over"}
    assert Attendance.objects.count() == 0


def test_the_rooms_code_is_no_use_to_outsiders_and_does_not_overrule_the_teacher(cohort: Cohort, cast: Cast) -> None:
    session = lesson(cohort, 1)
    text = shown.screen_code(session=session, at=SEVEN).text
    for outsider in (cast.gao.actor, cast.visitor):
        with refused("not-on-roster"):
            check_in.by_screen_code(session=session, text=text, by=outsider, at=SEVEN)
    attendance.mark(
        session=session, enrolment=enrolment(cohort, cast.wang), mark=Mark.ABSENT, by=cast.teacher.actor, at=SEVEN
    )
    with refused("marked-by-teacher"):
        check_in.by_screen_code(session=session, text=text, by=cast.wang.actor, at=SEVEN)


def test_codes_differ_by_purpose_subject_and_step() -> None:
    worker, screen = codes.derive_key("secret", "worker"), codes.derive_key("secret", "screen")
    made = {
        codes.code_at(key, subject, when, 30)
        for key in (worker, screen)
        for subject in "ab"
        for when in (SEVEN, at(4, 3))
    }
    assert len(made) == 8
    assert codes.seconds_left(SEVEN, 30) == 30
    assert codes.seconds_left(SEVEN + timedelta(seconds=29), 30) == 1
