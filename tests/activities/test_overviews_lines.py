"""Cohorts in the staff's lists: in which order, and what each comes to."""

from datetime import date, datetime, time

import pytest
from tests.cast import NOW, Cast
from tests.factories.activities import School, at, enrolment, lesson, sign_up

from tongxin.activities.actions import attendance
from tongxin.activities.models import Cohort, Session
from tongxin.activities.queries.lists import RUNS, CohortFilters, cohorts_of, term_cohorts, totals
from tongxin.activities.queries.overviews import CohortLine, Lessons, lines
from tongxin.activities.states import Mark, SessionState
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db


def test_line_says_what_a_cohort_comes_to(school: School, cast: Cast) -> None:
    cohort = school.cohort(name="晚班", units=2, session_count=5, room=school.room)
    sign_up(cohort, cast.wang, cast.zhang, cast.gao)
    attendance.mark(
        session=lesson(cohort, 1), enrolment=enrolment(cohort, cast.wang), mark=Mark.PRESENT,
        by=cast.teacher.on(date(2024, 4, 2)), at=at(4, 2, 19),
    )  # fmt: skip
    with writing():
        Session.objects.filter(cohort=cohort, no=3).update(state=SessionState.CANCELLED)
    (line,) = lines(Cohort.objects.all(), at=at(4, 16, 19, 30))  # the third was to be now, the second has no mark
    assert line == CohortLine(
        public_id=cohort.public_id, course="瑜伽入门", name="晚班", programme="惠工之家", ordinal=27, synthetic="",
        state="open", weekday=2, starts_at=time(19), ends_at=time(20, 30), first_day=date(2024, 4, 2),
        last_day=date(2024, 4, 30), site="职工服务中心", room="舞蹈室", teacher="孟老师", units=2, enrolled=2, waiting=1,
        lessons=Lessons(planned=4, held=1, uncalled=1, next_at=lesson(cohort, 4).starts_at),
    )  # fmt: skip
    assert line.title == "瑜伽入门（晚班）"
    (over,) = lines([cohort], at=at(6, 1))
    assert over.lessons == Lessons(planned=4, held=1, uncalled=3, next_at=None)


def test_line_of_a_cohort_without_room_pool_or_lessons(school: School) -> None:
    cohort = school.planned()
    with writing():
        Session.objects.filter(cohort=cohort).delete()
    (line,) = lines([cohort], at=NOW)
    assert (line.room, line.enrolled, line.waiting, line.lessons) == (None, 0, 0, Lessons())


def test_running_cohorts_come_by_their_next_lesson_and_those_without_last(school: School, cast: Cast) -> None:
    thursday = school.cohort(name="周四", weekday=4)
    tuesday = school.cohort(name="周二")
    without = school.cohort(name="没有课次", weekday=5)
    with writing():
        Session.objects.filter(cohort=without).delete()
    runs = CohortFilters(state=RUNS)

    def listed(filters: CohortFilters, when: datetime = NOW) -> list[str]:
        return [line.name for line in lines(cohorts_of(cast.officer.actor, filters, at=when), at=when)]

    assert listed(runs) == ["周二", "周四", "没有课次"]
    assert listed(runs, at(4, 10)) == ["周四", "周二", "没有课次"]
    assert listed(CohortFilters()) == ["没有课次", "周四", "周二"]  # the last to begin first
    assert listed(CohortFilters(state=RUNS, weekday=4)) == ["周四"]
    assert cohorts_of(cast.sibling_officer.actor, runs, at=NOW).count() == 0
    assert [row.pk for row in cohorts_of(cast.teacher.actor, runs, at=NOW)] == [tuesday.pk, thursday.pk, without.pk]


def test_totals_of_a_term_count_people_and_places(school: School, cast: Cast) -> None:
    first, _ = school.two_cohorts(units=1)
    sign_up(first, cast.wang, cast.zhang)
    rows = term_cohorts(school.term, CohortFilters())
    assert totals(rows) == {"cohorts": 2, "enrolled": 1, "units": 2, "waiting": 1}
    assert totals(rows.none()) == {"cohorts": 0, "enrolled": 0, "units": 0, "waiting": 0}
