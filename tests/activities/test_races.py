"""Two at once: the database decides, and exactly one of them is told no."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from tests.cast import Cast
from tests.factories.activities import School, at, enrolment, fresh, lesson, sign_up

from tongxin.activities.actions import attendance, endings, enrolments, openings, sessions
from tongxin.activities.models import Attendance, Enrolment
from tongxin.activities.states import Mark
from tongxin.calls.queries import miscounted
from tongxin.kernel.refused import Refused
from tongxin.served.models import ServedRow

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Runs them at the same moment on connections of their own; what each came to: "" or the refusal's code."""
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        try:
            barrier.wait(10)
            deed()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_two_mark_the_same_worker_at_once(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    row, teacher, officer = enrolment(cohort, cast.wang), cast.teacher.actor, cast.officer.actor
    for no in (1, 2):
        session = lesson(cohort, no)
        outcomes = at_once(
            *[
                partial(attendance.mark, session=session, enrolment=row, mark=mark, by=by, at=session.starts_at)
                for by, mark in ((teacher, Mark.PRESENT), (officer, Mark.LATE), (teacher, Mark.PRESENT))
            ]
        )
        assert outcomes == ["", "", ""]
    assert Attendance.objects.count() == 2
    assert sorted(ServedRow.objects.values_list("measure", "quantity")) == [
        ("attendance", 1),
        ("attendance", 1),
        ("person_time", 1),
    ]


def test_two_lessons_of_one_worker_marked_at_once_are_one_person_time(school: School, cast: Cast) -> None:
    cohort = school.cohort(session_count=4)
    sign_up(cohort, cast.wang)
    row, teacher = enrolment(cohort, cast.wang), cast.teacher.actor
    outcomes = at_once(
        *[
            lambda no=no: attendance.mark(
                session=lesson(cohort, no), enrolment=row, mark=Mark.PRESENT, reason="补", by=teacher, at=at(5, 1)
            )
            for no in (1, 2, 3, 4)
        ]
    )
    assert outcomes == [""] * 4
    person_times = ServedRow.objects.filter(measure="person_time")
    assert sum(person_times.values_list("quantity", flat=True)) == 1
    assert person_times.order_by("turn").last().day == at(4, 2).date()


def test_a_mark_and_a_cancelled_lesson_at_once_leave_no_mark_on_a_cancelled_lesson(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    row, teacher, officer = enrolment(cohort, cast.wang), cast.teacher.actor, cast.officer.actor
    session = lesson(cohort, 1)
    outcomes = at_once(
        lambda: attendance.mark(session=session, enrolment=row, mark=Mark.PRESENT, by=teacher, at=at(4, 2, 19)),
        lambda: sessions.cancel(session=session, why="停电", by=officer, at=at(4, 2, 19)),
    )
    assert outcomes in (["", "session-attended"], ["session-cancelled", ""])
    assert (lesson(cohort, 1).state == "cancelled") is (Attendance.objects.count() == 0)


def test_sign_ups_and_the_cancelling_of_the_cohort_at_once(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=2)
    people = [(one.person, one.actor) for one in (cast.wang, cast.zhang, cast.gao)]
    pool = fresh(cohort)
    officer = cast.officer.actor
    outcomes = at_once(
        *[lambda p=p, by=by: enrolments.sign_up(cohort=pool, person=p, by=by, at=at(3, 28, 11)) for p, by in people],
        lambda: endings.cancel(cohort=cohort, why="不开了", by=officer, at=at(3, 28, 11)),
    )
    assert outcomes[3] == ""
    assert set(outcomes[:3]) <= {"", "pool-closed", "cohort-cancelled"}
    assert set(Enrolment.objects.values_list("state", flat=True)) <= {"cancelled"}
    assert (fresh(cohort).pool.taken, miscounted()) == (0, [])


def test_withdrawing_and_moving_and_signing_up_at_once_never_lock_up(school: School, cast: Cast) -> None:
    first, second = school.two_cohorts(units=2)
    sign_up(first, cast.wang, cast.zhang)
    row, officer = enrolment(first, cast.wang), cast.officer.actor
    second_row_of = fresh(second)
    outcomes = at_once(
        lambda: enrolments.move(enrolment=row, into=second, why="换班", by=officer, at=at(3, 28, 11)),
        lambda: enrolments.withdraw(cohort=first, person=cast.zhang.person, by=cast.zhang.actor, at=at(3, 28, 11)),
        lambda: enrolments.sign_up(cohort=second_row_of, person=cast.gao.person, by=cast.gao.actor, at=at(3, 28, 11)),
        lambda: openings.resize(cohort=first, units=3, by=officer, at=at(3, 28, 11)),
    )
    assert outcomes == ["", "", "", ""]
    assert miscounted() == []
