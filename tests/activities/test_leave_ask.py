"""请假 ahead of a lesson: until it starts, taken back or overruled, and gone with what it was asked for."""

from datetime import date, timedelta

import pytest
from tests.activities.asking import refused
from tests.cast import Cast
from tests.factories.activities import School, at, enrolment, lesson, sign_up

from tongxin.activities.actions import attendance, check_in, endings, enrolments, leave, sessions
from tongxin.activities.models import Attendance, Cohort, Session
from tongxin.activities.queries import check_in as shown
from tongxin.activities.queries.classes import class_page, visible
from tongxin.activities.queries.rosters import roster
from tongxin.activities.states import How, Mark
from tongxin.records.models import JournalEntry
from tongxin.served.models import ServedRow

BEFORE = at(4, 2, 12)  # the first lesson is on 2 April, 19:00
SEVEN = at(4, 2, 19)


@pytest.fixture
def cohort(school: School, cast: Cast) -> Cohort:
    made = school.cohort()
    sign_up(made, cast.wang, cast.zhang)
    return made


def ask(cohort: Cohort, cast: Cast, when: object = BEFORE, no: int = 1, by: object = None) -> Attendance:
    return leave.ask_leave(
        enrolment=enrolment(cohort, cast.wang), session=lesson(cohort, no), by=by or cast.wang.actor, at=when
    )


def back(cohort: Cohort, cast: Cast, when: object = BEFORE, no: int = 1) -> None:
    leave.take_back(enrolment=enrolment(cohort, cast.wang), session=lesson(cohort, no), by=cast.wang.actor, at=when)


def marks() -> list[tuple[str, str]]:
    return list(Attendance.objects.order_by("pk").values_list("mark", "how"))


def test_leave_stands_on_the_grid_and_holds_no_lesson(cohort: Cohort, cast: Cast) -> None:
    made = ask(cohort, cast)
    assert (made.mark, made.how, made.account) == ("leave", "asked", cast.wang.account.pk)
    assert Session.objects.filter(state="held").count() == 0
    assert ServedRow.objects.count() == 0
    cells = {row.enrolment.person_id: row.cells[0] for row in roster(cohort, at=BEFORE).rows}
    assert (cells[cast.wang.person.pk].mark, cells[cast.wang.person.pk].how) == ("leave", "asked")
    assert cells[cast.zhang.person.pk].mark == ""


def test_second_tap_changes_nothing(cohort: Cohort, cast: Cast) -> None:
    assert ask(cohort, cast).pk == ask(cohort, cast, BEFORE + timedelta(minutes=1)).pk
    assert JournalEntry.objects.filter(verb="attendance.leave-asked").count() == 1
    back(cohort, cast)
    back(cohort, cast)
    assert marks() == []
    assert JournalEntry.objects.filter(verb="attendance.leave-taken-back").count() == 1


def test_leave_is_asked_until_the_very_second_of_the_start(cohort: Cohort, cast: Cast) -> None:
    assert ask(cohort, cast, at(4, 2, 18, 59, 59)).mark == "leave"
    with refused("leave-late"):
        back(cohort, cast, SEVEN)
    with refused("leave-late"):
        leave.ask_leave(
            enrolment=enrolment(cohort, cast.zhang), session=lesson(cohort, 1), by=cast.zhang.actor, at=SEVEN
        )


def test_leave_of_a_lesson_weeks_ahead(cohort: Cohort, cast: Cast) -> None:
    assert ask(cohort, cast, no=5).session.no == 5


@pytest.mark.parametrize("who", ["zhang", "cadre", "reader", "sibling_officer", "lin"])
def test_nobody_asks_for_another(cohort: Cohort, cast: Cast, who: str) -> None:
    with refused("no-power"):
        ask(cohort, cast, by=getattr(cast, who).actor)
    assert marks() == []


@pytest.mark.parametrize("who", ["teacher", "officer"])
def test_who_calls_the_roll_notes_what_was_told_by_phone(cohort: Cohort, cast: Cast, who: str) -> None:
    assert ask(cohort, cast, by=getattr(cast, who).actor).how == "asked"


def test_leave_is_refused_off_the_roster(cohort: Cohort, cast: Cast, school: School) -> None:
    other = school.cohort(name="周四班", weekday=4)
    with refused("not-on-roster"):
        leave.ask_leave(enrolment=enrolment(cohort, cast.wang), session=lesson(other, 1), by=cast.wang.actor, at=BEFORE)
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=BEFORE)
    with refused("not-on-roster"):
        ask(cohort, cast)


def test_leave_is_refused_for_a_cancelled_lesson(cohort: Cohort, cast: Cast) -> None:
    sessions.cancel(session=lesson(cohort, 1), why="停电", by=cast.officer.actor, at=BEFORE)
    with refused("session-cancelled"):
        ask(cohort, cast)


def test_what_the_teacher_marked_stays(cohort: Cohort, cast: Cast) -> None:
    attendance.mark(
        session=lesson(cohort, 1),
        enrolment=enrolment(cohort, cast.wang),
        mark=Mark.PRESENT,
        by=cast.teacher.actor,
        at=at(4, 2, 18, 50),
    )
    for deed in (ask, back):
        with refused("marked-by-teacher"):
            deed(cohort, cast, at(4, 2, 18, 55))
    assert marks() == [("present", "grid")]


@pytest.mark.parametrize(("when", "mark"), [(at(4, 2, 18, 45), "present"), (at(4, 2, 19, 15), "late")])
def test_workers_code_overrules_leave(cohort: Cohort, cast: Cast, when: object, mark: str) -> None:
    ask(cohort, cast, when if mark == "present" else BEFORE)  # even a code shown at that very moment
    code = shown.worker_code(enrolment=enrolment(cohort, cast.wang), session=lesson(cohort, 1), at=when)
    check_in.by_worker_code(session=lesson(cohort, 1), text=code.text, by=cast.teacher.actor, at=when)
    assert marks() == [(mark, "worker_code")]
    assert sorted(ServedRow.objects.values_list("measure", "quantity")) == [("attendance", 1), ("person_time", 1)]


def test_rooms_code_overrules_leave_but_not_the_teachers(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast)
    text = shown.screen_code(session=lesson(cohort, 1), at=SEVEN).text
    check_in.by_screen_code(session=lesson(cohort, 1), text=text, by=cast.wang.actor, at=SEVEN)
    assert marks() == [("present", "screen_code")]
    attendance.mark(
        session=lesson(cohort, 1),
        enrolment=enrolment(cohort, cast.zhang),
        mark=Mark.LEAVE,
        by=cast.teacher.actor,
        at=SEVEN,
    )
    with refused("marked-by-teacher"):
        check_in.by_screen_code(session=lesson(cohort, 1), text=text, by=cast.zhang.actor, at=SEVEN)


def test_grid_overrules_leave_and_rest_present_does_not(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast)
    assert attendance.mark_rest_present(session=lesson(cohort, 1), by=cast.teacher.actor, at=SEVEN) == 1
    assert marks() == [("leave", "asked"), ("present", "rest_present")]
    attendance.mark(
        session=lesson(cohort, 1),
        enrolment=enrolment(cohort, cast.wang),
        mark=Mark.ABSENT,
        by=cast.teacher.actor,
        at=SEVEN,
    )
    assert marks()[0] == ("absent", "grid")


def test_lesson_that_moves_forgets_leave_and_may_move(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast)
    ask(cohort, cast, no=2)
    sessions.reschedule(session=lesson(cohort, 1), day=date(2024, 4, 3), by=cast.officer.actor, at=BEFORE)
    assert list(Attendance.objects.values_list("session__no", flat=True)) == [2]


def test_lesson_that_falls_out_forgets_leave(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast)
    sessions.cancel(session=lesson(cohort, 1), why="停电", by=cast.officer.actor, at=BEFORE)
    assert marks() == []


def test_who_leaves_the_class_leaves_no_leave_behind(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast)
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=BEFORE)
    assert [row.enrolment.person_id for row in roster(cohort, at=BEFORE).rows] == [cast.zhang.person.pk]


def test_class_that_ends_forgets_leave(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast, no=3)
    endings.cancel(cohort=cohort, why="场地维修", by=cast.officer.actor, at=BEFORE)
    assert marks() == []


def test_leave_that_has_been_kept_stays_when_someone_leaves_later(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast)
    ask(cohort, cast, no=2)
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=at(4, 3))
    assert list(Attendance.objects.values_list("session__no", flat=True)) == [1]


def test_class_page_offers_leave_for_lessons_to_come(cohort: Cohort, cast: Cast) -> None:
    ask(cohort, cast, no=2)
    sessions.cancel(session=lesson(cohort, 3), why="停电", by=cast.officer.actor, at=BEFORE)

    def offered(person: int | None) -> list[str]:
        page = class_page(visible().get(pk=cohort.pk), at=SEVEN, person=person)
        return [one.leave for one in page.lessons[:4]]

    assert offered(cast.wang.person.pk) == ["", "asked", "", "ask"]
    assert offered(cast.gao.person.pk) == offered(None) == ["", "", "", ""]


def test_how_fits_its_column() -> None:
    assert max(len(how) for how in How) <= 12
