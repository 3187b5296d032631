"""A term loaded at once leaves what the live path would have left."""

from datetime import time

from tests.activities.asking import refused
from tests.cast import NOW, Cast, Player
from tests.factories.activities import ENDS, STARTS, School, at, enrolment, lesson, sign_up

from tongxin.activities.actions import attendance, endings, enrolments, history
from tongxin.activities.actions.history import PastCohort, PastSeat, PastSession, PastTerm
from tongxin.activities.models import Attendance, Cohort, Course, Enrolment, Session
from tongxin.activities.states import EnrolmentState, Mark
from tongxin.records.models import JournalEntry
from tongxin.served.models import ServedRow

P, L, A, X = Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.LEAVE


def past(school: School, seats: list[PastSeat], day: int = 2, **changes: object) -> PastCohort:
    lessons = [PastSession(at(4, one, 19), at(4, one, 20, 30)) for one in (day, day + 7, day + 14)]
    values: dict[str, object] = {
        "course": school.course(),
        "site": school.site,
        "weekday": 2,
        "starts_at": time(19),
        "ends_at": time(20, 30),
        "units": 30,
        "sessions": lessons,
        "seats": seats,
    }
    return PastCohort(**{**values, **changes})  # type: ignore[arg-type]


def plan(school: School, cast: Cast) -> PastTerm:
    wang, zhang, gao = (one.person.pk for one in (cast.wang, cast.zhang, cast.gao))
    left = {"state": EnrolmentState.MOVED, "ended_at": at(4, 4)}
    return PastTerm(
        26,
        STARTS,
        ENDS,
        [
            past(
                school,
                [
                    PastSeat(wang, NOW, [P, A, L]),
                    PastSeat(zhang, NOW, [A, X, None]),
                    PastSeat(gao, NOW, [L, None, None], moved_to=1, **left),
                ],
            ),  # type: ignore[arg-type]
            past(school, [PastSeat(gao, at(4, 4), [None, A, P])], day=11, weekday=4, name="周四班"),
        ],
    )


COLUMNS = ("day", "union", "federation", "person", "programme", "measure", "quantity", "turn")


def ledger(ordinal: int) -> list[tuple[object, ...]]:
    """What the ledger holds of one term, without its ids."""
    marks = Attendance.objects.filter(session__cohort__term__ordinal=ordinal).values("pk")
    rows = Enrolment.objects.filter(cohort__term__ordinal=ordinal).values("pk")
    found = ServedRow.objects.filter(measure="attendance", source__in=marks) | ServedRow.objects.filter(
        measure="person_time", source__in=rows
    )
    return sorted(found.values_list(*COLUMNS), key=str)


def live(school: School, cohort: Cohort, player: Player, marks: list[Mark | None]) -> None:
    """Each mark on its lesson's day."""
    for no, mark in enumerate(marks, 1):
        if mark is not None:
            session = lesson(cohort, no)
            row = enrolment(cohort, player)
            attendance.mark(session=session, enrolment=row, mark=mark, by=school.by, at=session.starts_at)


def test_load_and_live_leave_equal_served_rows(school: School, cast: Cast) -> None:
    first, second = school.two_cohorts(session_count=3, teacher=None)  # Thursdays begin on the 11th: the 4th is 清明节
    history.load_term(programme=school.programme, plan=plan(school, cast), by=school.by, at=NOW)
    sign_up(first, cast.wang, cast.zhang, cast.gao)
    live(school, first, cast.wang, [P, A, L])
    live(school, first, cast.zhang, [A, X, None])
    live(school, first, cast.gao, [L, None, None])
    enrolments.move(enrolment=enrolment(first, cast.gao), into=second, why="换班", by=school.by, at=at(4, 4))
    live(school, second, cast.gao, [None, A, P])
    assert len(ledger(26)) == 4 + 3
    assert ledger(26) == ledger(27)


def test_load_writes_rosters_marks_and_one_entry(school: School, cast: Cast) -> None:
    term = history.load_term(programme=school.programme, plan=plan(school, cast), by=school.by, at=NOW)
    first, second = Cohort.objects.filter(term=term).order_by("pk")
    gone = Enrolment.objects.get(cohort=first, person=cast.gao.person)
    assert (term.state, first.state, first.session_count, first.pool_id) == ("finished", "finished", 3, None)
    assert (gone.state, gone.moved_to.cohort, gone.ended_at) == ("moved", second, at(4, 4))
    assert (Session.objects.count(), Enrolment.objects.count(), Attendance.objects.count()) == (6, 4, 8)
    assert set(Attendance.objects.values_list("how", flat=True)) == {"loaded"}
    entry = JournalEntry.objects.get(verb="term.loaded")
    assert entry.data == {"cohorts": 2, "enrolments": 4, "marks": 8}
    assert {row.federation for row in [*Enrolment.objects.all(), *Attendance.objects.all()]} == {cast.chongqing.pk}


def test_a_loaded_mark_is_corrected_like_any_other(school: School, cast: Cast) -> None:
    history.load_term(programme=school.programme, plan=plan(school, cast), by=school.by, at=NOW)
    row = Enrolment.objects.get(person=cast.zhang.person)
    attendance.mark(
        session=lesson(row.cohort, 2), enrolment=row, mark=Mark.PRESENT, reason="签到表上有", by=school.by, at=at(6, 1)
    )
    served = ServedRow.objects.filter(person=cast.zhang.person.pk).order_by("measure")
    assert list(served.values_list("measure", "day", "quantity")) == [
        ("attendance", at(4, 9).date(), 1),
        ("person_time", at(4, 9).date(), 1),
    ]


def test_load_refuses_marks_that_do_not_match_the_sessions(school: School, cast: Cast) -> None:
    bad = PastTerm(26, STARTS, ENDS, [past(school, [PastSeat(cast.wang.person.pk, NOW, [P])])])
    with refused("marks-count"):
        history.load_term(programme=school.programme, plan=bad, by=school.by, at=NOW)


def test_load_refuses_the_same_worker_twice_in_a_cohort_and_leaves_nothing(school: School, cast: Cast) -> None:
    seat = PastSeat(cast.wang.person.pk, NOW, [P, P, P])
    with refused("enrolment_once"):
        history.load_term(
            programme=school.programme,
            plan=PastTerm(26, STARTS, ENDS, [past(school, [seat, seat])]),
            by=school.by,
            at=NOW,
        )
    assert (Cohort.objects.count(), ServedRow.objects.count()) == (0, 0)


def test_load_needs_the_power(school: School, cast: Cast) -> None:
    with refused("no-power"):
        history.load_term(programme=school.programme, plan=plan(school, cast), by=cast.sibling_officer.actor, at=NOW)


def test_loaded_rosters_can_be_cancelled_and_left(school: School, cast: Cast) -> None:
    seats = [PastSeat(one.person.pk, NOW, [None] * 3) for one in (cast.wang, cast.zhang)]
    history.load_term(
        programme=school.programme,
        plan=PastTerm(26, STARTS, ENDS, [past(school, seats, state="open")], state="published"),
        by=school.by,
        at=NOW,
    )
    cohort = Cohort.objects.get()
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, why="", by=school.by, at=NOW)
    endings.cancel(cohort=cohort, why="不开了", by=school.by, at=NOW)
    assert list(Enrolment.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "cancelled"]
    assert Course.objects.count() == 1
