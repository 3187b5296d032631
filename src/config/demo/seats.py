"""Who sits in which cohort and when they came: regulars and new faces, no-shows, people who leave or move."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from config.demo.plans import CohortPlan, Mark, SeatPlan, TermPlan
from config.demo.timetable import Span, overlap

RETURNING: Final = 0.57  # of those who sign up, how many have been here before
REGULAR: Final = 0.3  # of the returning, how many are drawn by how often they came
COHORTS_A_TERM: Final = 3
LEAVES_MIDWAY: Final = 0.04
LATE: Final = 0.06
EXCUSED: Final = 0.4  # of those who do not come, how many asked for leave


class Crowd:
    """All who ever signed up, and where they are in the running term."""

    def __init__(self, random: Random, faces: Iterable[int] = ()) -> None:
        self._random = random
        self._faces = list(faces)  # each worker once, numbered from 0 without a gap
        self._visits: list[int] = []  # a worker as often as they took a seat
        self._taken: dict[int, list[Span]] = defaultdict(list)
        self._cohorts: dict[int, set[int]] = defaultdict(set)

    def new_term(self) -> None:
        self._taken.clear()
        self._cohorts.clear()

    def recruit(self, cohort: CohortPlan, number: int) -> list[int]:
        """Different workers who are free at the cohort's hour."""
        return [self._one(cohort) for _ in range(number)]

    def free(self, worker: int, cohort: CohortPlan) -> bool:
        return (
            cohort.key not in self._cohorts[worker]
            and len(self._cohorts[worker]) < COHORTS_A_TERM
            and not any(overlap(span_of(cohort), taken) for taken in self._taken[worker])
        )

    def seat(self, worker: int, cohort: CohortPlan) -> None:
        self._taken[worker].append(span_of(cohort))
        self._cohorts[worker].add(cohort.key)
        self._visits.append(worker)

    def _one(self, cohort: CohortPlan) -> int:
        worker = self._new_face() if not self._faces or self._random.random() > RETURNING else self._known_face(cohort)
        self.seat(worker, cohort)
        return worker

    def _new_face(self) -> int:
        self._faces.append(len(self._faces))
        return self._faces[-1]

    def _known_face(self, cohort: CohortPlan) -> int:
        for _ in range(20):
            drawn_from = self._visits if self._visits and self._random.random() < REGULAR else self._faces
            worker = self._random.choice(drawn_from)
            if self.free(worker, cohort):
                return worker
        return self._new_face()


def span_of(cohort: CohortPlan) -> Span:
    start, end = cohort.starts_at, cohort.ends_at
    return cohort.weekday, start.hour * 60 + start.minute, end.hour * 60 + end.minute


def fill(cohort: CohortPlan, term: TermPlan, come: int, crowd: Crowd, random: Random) -> None:
    """`come` workers attend at least once; some more never come, or leave before it begins."""
    for worker in crowd.recruit(cohort, come):
        cohort.seats.append(_comes(worker, cohort, term, random))
    for worker in crowd.recruit(cohort, random.choice((0, 0, 1, 1, 2, 2, 3, 4))):
        cohort.seats.append(_never_comes(worker, cohort, term, random))
    for worker in crowd.recruit(cohort, random.choice((0, 0, 0, 1, 1, 2))):
        seat = SeatPlan(worker, asked_at(term, random), [None] * len(cohort.sessions), "withdrawn")
        seat.ended_at = seat.at + (cohort.sessions[0].starts - seat.at) * random.uniform(0.2, 0.9)
        cohort.seats.append(seat)
    cohort.seats.sort(key=lambda seat: seat.at)


def fill_cancelled(cohort: CohortPlan, term: TermPlan, crowd: Crowd, random: Random) -> None:
    """Too few signed up; all are told four days before it would have begun."""
    ended = cohort.sessions[0].starts - timedelta(days=4)
    for worker in crowd.recruit(cohort, random.randint(2, 7)):
        cohort.seats.append(SeatPlan(worker, asked_at(term, random), [None] * len(cohort.sessions), "cancelled", ended))


def asked_at(term: TermPlan, random: Random) -> datetime:
    """Most sign up in the first hours of the window."""
    seconds = (term.closes - term.opens).total_seconds()
    return term.opens + timedelta(seconds=int(seconds * random.random() ** 3))


def _comes(worker: int, cohort: CohortPlan, term: TermPlan, random: Random) -> SeatPlan:
    marks = attend(len(cohort.sessions), random)
    seat = SeatPlan(worker, asked_at(term, random), [*marks])
    if len(marks) > 4 and random.random() < LEAVES_MIDWAY:
        _leave_after(seat, random.randint(2, len(marks) - 2), cohort)
    return seat


def _leave_after(seat: SeatPlan, held: int, cohort: CohortPlan) -> None:
    seat.marks[held:] = [None] * (len(seat.marks) - held)
    if not seat.attended:
        seat.marks[0] = "present"
    seat.state = "withdrawn"
    seat.ended_at = cohort.sessions[held - 1].ends + timedelta(days=1)


def _never_comes(worker: int, cohort: CohortPlan, term: TermPlan, random: Random) -> SeatPlan:
    marks: list[Mark | None] = [_away(random) for _ in cohort.sessions]
    return SeatPlan(worker, asked_at(term, random), marks)


def attend(sessions: int, random: Random) -> list[Mark]:
    """At least once present or late."""
    faith = random.uniform(0.6, 1.0)
    marks = [_mark(faith, random) for _ in range(sessions)]
    if not any(mark in {"present", "late"} for mark in marks):
        marks[random.randrange(sessions)] = "present"
    return marks


def _mark(faith: float, random: Random) -> Mark:
    if random.random() > faith:
        return _away(random)
    return "late" if random.random() < LATE else "present"


def _away(random: Random) -> Mark:
    return "leave" if random.random() < EXCUSED else "absent"


def move_some(cohorts: Iterable[CohortPlan], crowd: Crowd, random: Random) -> None:
    """Between two cohorts of one course in one term, a few change: some before the first lesson, some after a few.

    Who moves takes the seat of someone who attended, so that both cohorts keep their number of those who came.
    """
    by_course: dict[int, list[CohortPlan]] = defaultdict(list)
    for cohort in cohorts:
        by_course[cohort.course].append(cohort)
    for pair in by_course.values():
        if len(pair) > 1 and random.random() < 0.6:
            source, target = random.sample(pair, 2)
            _move_before(source, target, crowd, random)
            _move_midway(source, target, crowd, random)


def _move_before(source: CohortPlan, target: CohortPlan, crowd: Crowd, random: Random) -> None:
    """Signed up for one, moved to the other before either began, attended there."""
    for seat in random.sample(target.seats, len(target.seats)):
        if seat.attended and seat.state == "enrolled" and seat.moved_from is None and crowd.free(seat.worker, source):
            crowd.seat(seat.worker, source)
            at = min(source.sessions[0].starts, target.sessions[0].starts) - timedelta(days=2)
            left = SeatPlan(
                seat.worker, min(seat.at, at - timedelta(days=1)), [None] * len(source.sessions), "moved", at
            )
            left.moved_to = target.key
            source.seats.append(left)
            seat.at, seat.moved_from = at, source.key
            return


def _move_midway(source: CohortPlan, target: CohortPlan, crowd: Crowd, random: Random) -> None:
    """Attended both: two person-times, since a person-time belongs to a cohort."""
    for seat in random.sample(source.seats, len(source.seats)):
        if seat.state != "enrolled" or seat.moved_from is not None or not crowd.free(seat.worker, target):
            continue
        came = next((no for no, mark in enumerate(seat.marks, 1) if mark in {"present", "late"}), None)
        given_up = next(
            (s for s in target.seats if s.attended and s.state == "enrolled" and s.moved_from is None), None
        )
        if came is None or given_up is None:
            continue
        at = source.sessions[came - 1].ends + timedelta(hours=1)
        ahead = [session for session in target.sessions if session.starts > at]
        if ahead:
            crowd.seat(seat.worker, target)
            seat.marks[came:] = [None] * (len(seat.marks) - came)
            seat.state, seat.ended_at, seat.moved_to = "moved", at, target.key
            behind: list[Mark | None] = [None] * (len(target.sessions) - len(ahead))
            arrived = SeatPlan(seat.worker, at, [*behind, *attend(len(ahead), random)], moved_from=source.key)
            target.seats[target.seats.index(given_up)] = arrived
            return
