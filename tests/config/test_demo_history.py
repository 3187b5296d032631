"""The demo's made-up history: the newspaper's figures, recomputed from the rows, and nothing in two places at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from config.demo.current_term import WISHES, current_term
from config.demo.history import AS_OF, history, next_worker
from config.demo.places import TEACHERS_BEGIN_AT
from config.demo.plans import CohortPlan, Figures, SeatPlan, figures
from tongxin.kernel.workdays import WorkdayCalendar, session_days

PLAN = history()
COHORTS = PLAN.cohorts()
HELD = [cohort for cohort in COHORTS if cohort.state != "cancelled"]
CAME = [(cohort, seat) for cohort in HELD for seat in cohort.seats if set(seat.marks) & {"present", "late"}]
TODAY = date(2026, 11, 22)


def overlapping(spans: Iterable[tuple[datetime, datetime]]) -> list[datetime]:
    ordered = sorted(spans)
    return [later[0] for earlier, later in pairwise(ordered) if later[0] < earlier[1]]


def present_spans(cohort: CohortPlan, seat: SeatPlan) -> list[tuple[datetime, datetime]]:
    """The sessions of the days on which a worker was on the roster."""
    return [
        (session.starts, session.ends)
        for session in cohort.sessions
        if session.starts >= seat.at and (seat.ended_at is None or session.ends <= seat.ended_at)
    ]


def clashes(cohorts: list[CohortPlan]) -> dict[str, list[datetime]]:
    rooms, teachers, workers = defaultdict(list), defaultdict(list), defaultdict(list)
    for cohort in cohorts:
        spans = [(session.starts, session.ends) for session in cohort.sessions]
        rooms[cohort.room] += spans
        teachers[cohort.teacher] += spans
        for seat in cohort.seats:
            workers[seat.worker] += present_spans(cohort, seat)
    return {
        "rooms": [moment for spans in rooms.values() for moment in overlapping(spans)],
        "teachers": [moment for spans in teachers.values() for moment in overlapping(spans)],
        "workers": [moment for spans in workers.values() for moment in overlapping(spans)],
    }


def test_history_has_26_terms() -> None:
    assert [term.ordinal for term in PLAN.terms] == list(range(1, 27))
    assert {cohort.term for cohort in HELD} == set(range(1, 27))
    assert all(term.historical for term in PLAN.terms)


def test_history_offers_60_courses_each_counted_once() -> None:
    assert len(PLAN.courses) == 60
    assert len({course.name for course in PLAN.courses}) == 60
    assert {cohort.course for cohort in HELD} == set(range(60))


def test_history_holds_469_cohorts_and_the_cancelled_do_not_count() -> None:
    assert len(HELD) == 469
    assert Counter(cohort.state for cohort in COHORTS) == {"finished": 469, "cancelled": 24}
    assert [cohort.key for cohort in COHORTS] == list(range(493))


def test_history_adds_up_to_15148_person_times() -> None:
    assert len(CAME) == 15148
    assert len({(cohort.key, seat.worker) for cohort, seat in CAME}) == 15148


def test_history_headcount_and_attendances_are_other_figures() -> None:
    headcount = len({seat.worker for _, seat in CAME})
    attendances = sum(seat.marks.count("present") + seat.marks.count("late") for _, seat in CAME)
    assert 6000 <= headcount <= 7000
    assert attendances > 15148
    assert figures(PLAN, AS_OF) == Figures(26, 60, 469, 15148, attendances, headcount)


def test_figures_of_an_earlier_day_are_smaller() -> None:
    earlier = figures(PLAN, date(2021, 12, 31))
    assert earlier.terms == 16
    assert earlier.cohorts < 469
    assert earlier.person_times < 15148
    assert figures(PLAN, date(2017, 12, 31)) == Figures(0, 0, 0, 0, 0, 0)


def test_history_is_the_same_in_every_run() -> None:
    again = history.__wrapped__()
    assert again == PLAN
    assert again is not PLAN


def test_terms_follow_each_other_and_end_before_the_day_of_the_figures() -> None:
    assert PLAN.terms[0].starts.year == 2018
    assert PLAN.terms[-1].ends < AS_OF
    for earlier, later in pairwise(PLAN.terms):
        assert earlier.ends < later.starts
    assert Counter(term.starts.year for term in PLAN.terms) == {
        2018: 4,
        2019: 5,
        2020: 2,
        2021: 5,
        2022: 4,
        2023: 5,
        2024: 1,
    }


def test_sessions_lie_within_their_term_on_working_calendar_days() -> None:
    calendar = WorkdayCalendar.shipped()
    terms = {term.ordinal: term for term in PLAN.terms}
    for cohort in COHORTS:
        days = [session.starts.date() for session in cohort.sessions]
        assert 3 <= len(days) <= 12, cohort.key
        assert terms[cohort.term].starts <= days[0] <= days[-1] <= terms[cohort.term].ends
        assert days == session_days(days[0], [cohort.weekday], len(days), calendar)
        assert [session.no for session in cohort.sessions] == list(range(1, len(days) + 1))


def test_nothing_is_in_two_places_at_once() -> None:
    assert clashes(COHORTS) == {"rooms": [], "teachers": [], "workers": []}


def test_worker_has_one_live_seat_in_a_cohort() -> None:
    for cohort in COHORTS:
        seats = [seat.worker for seat in cohort.seats]
        assert len(set(seats)) == len(seats), cohort.key


def test_places_are_enough_and_fit_the_room() -> None:
    seats = {room.key: room.seats for site in PLAN.sites for room in site.rooms}
    for cohort in COHORTS:
        assert 12 <= cohort.units <= 60
        assert len(cohort.seats) <= cohort.units, cohort.key
    assert all(len(cohort.seats) <= seats[cohort.room] for cohort in COHORTS)


def test_marks_are_one_a_session_and_none_after_a_worker_left() -> None:
    for cohort in COHORTS:
        for seat in cohort.seats:
            assert len(seat.marks) == len(cohort.sessions)
            assert (seat.ended_at is None) == (seat.state == "enrolled")
            if seat.ended_at is not None:
                assert seat.ended_at > seat.at
                after = [
                    mark
                    for mark, session in zip(seat.marks, cohort.sessions, strict=True)
                    if session.ends > seat.ended_at
                ]
                assert set(after) <= {None}


def test_every_kind_of_seat_and_mark_occurs() -> None:
    seats = [seat for cohort in COHORTS for seat in cohort.seats]
    assert {seat.state for seat in seats} == {"enrolled", "withdrawn", "moved", "cancelled"}
    assert {mark for seat in seats for mark in seat.marks} == {"present", "late", "leave", "absent", None}
    assert any(seat.state == "enrolled" and not seat.attended for seat in seats)
    assert any(seat.state == "moved" and seat.attended for seat in seats)
    assert any(seat.state == "moved" and not seat.attended for seat in seats)


def test_moved_workers_sit_where_they_were_moved_to() -> None:
    by_key = {cohort.key: cohort for cohort in COHORTS}
    for cohort in COHORTS:
        for seat in cohort.seats:
            if seat.state == "moved":
                assert seat.moved_to is not None
                target = by_key[seat.moved_to]
                [arrived] = [other for other in target.seats if other.worker == seat.worker]
                assert (target.course, target.term) == (cohort.course, cohort.term)
                assert arrived.moved_from == cohort.key
                assert arrived.at == seat.ended_at
                assert arrived.attended > 0


def test_cancelled_cohorts_have_no_marks() -> None:
    for cohort in COHORTS:
        if cohort.state == "cancelled":
            assert {seat.state for seat in cohort.seats} == {"cancelled"}
            assert {mark for seat in cohort.seats for mark in seat.marks} == {None}


def test_cohorts_of_one_course_and_term_have_different_names() -> None:
    names = [(cohort.term, cohort.course, cohort.name) for cohort in COHORTS]
    assert len(set(names)) == len(names)


def test_invented_sites_say_so() -> None:
    assert [site.name for site in PLAN.sites if not site.invented] == ["永川区职工服务中心"]
    assert all("示例" in site.name for site in PLAN.sites if site.invented)


def test_workers_of_the_history_are_numbered_below_the_teachers() -> None:
    assert max(seat.worker for cohort in COHORTS for seat in cohort.seats) == next_worker() - 1
    assert next_worker() < TEACHERS_BEGIN_AT


def test_current_term_is_not_one_of_the_26_and_shows_every_state() -> None:
    term = current_term(TODAY)
    assert term.ordinal == 27
    assert term.historical is False
    assert Counter(cohort.state for cohort in term.cohorts) == {"open": 13, "closed": 3, "finished": 2, "planned": 3}
    assert term.opens.date() < TODAY < term.closes.date()
    assert {cohort.key for cohort in term.cohorts}.isdisjoint(cohort.key for cohort in COHORTS)


def test_current_term_has_full_cohorts_with_a_line_and_cohorts_with_places() -> None:
    cohorts = [cohort for cohort in current_term(TODAY).cohorts if cohort.state == "open"]
    full = [cohort for cohort in cohorts if len(cohort.seats) == cohort.units]
    assert sorted(len(cohort.waiting) for cohort in full) == [3, 6, 9, 14]
    assert sum(len(cohort.seats) < cohort.units for cohort in cohorts) == 9
    for cohort in cohorts:
        assert not cohort.waiting or len(cohort.seats) == cohort.units
        assert all(at > max(seat.at for seat in cohort.seats) for _, at in cohort.waiting)
        assert cohort.first_day > current_term(TODAY).closes.date()


def test_current_term_meets_today_and_marks_only_the_past() -> None:
    term = current_term(TODAY)
    today = [cohort for cohort in term.cohorts if any(s.starts.date() == TODAY for s in cohort.sessions)]
    assert len(today) == 2
    for cohort in term.cohorts:
        for seat in cohort.seats:
            marked = [mark is not None for mark in seat.marks]
            assert marked == [session.starts.date() < TODAY for session in cohort.sessions]


@pytest.mark.parametrize(
    "day", [TODAY, date(2024, 5, 20), date(2025, 10, 3), date(2026, 12, 31), date(2027, 2, 1), date(2030, 6, 1)]
)
def test_current_term_has_no_clash_on_any_day_even_beyond_the_calendar(day: date) -> None:
    term = current_term(day)
    assert len(term.cohorts) == len(WISHES)
    assert clashes(term.cohorts) == {"rooms": [], "teachers": [], "workers": []}
    seats = {room.key: room.seats for site in PLAN.sites for room in site.rooms}
    assert all(cohort.units <= seats[cohort.room] for cohort in term.cohorts)


def test_current_term_beyond_the_calendar_says_so_once() -> None:
    after = date(WorkdayCalendar.shipped().last_year + 1, 6, 1)
    for cohort in current_term(after).cohorts:
        assert sum("放假安排尚未收录" in session.note for session in cohort.sessions) == 1


def test_current_term_that_would_meet_the_history_is_refused() -> None:
    with pytest.raises(ValueError, match="2024"):
        current_term(AS_OF + timedelta(days=20))
