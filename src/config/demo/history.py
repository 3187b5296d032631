"""惠工之家, 2018 to 2024-03-28: a made-up history that adds up to the figures a newspaper printed of the real one.

26 terms, 60 courses, 469 cohorts, 15,148 person-times. A person-time is one worker who attended at least one session of
one cohort; cancelled cohorts do not count. The four figures are the newspaper's (渝西都市报, 2024); every row is invented.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Final

from config.demo.courses import COURSES, debuts, known_by
from config.demo.places import sites, teachers
from config.demo.plans import LOCAL, CohortPlan, CoursePlan, History, TermPlan
from config.demo.seats import Crowd, fill, fill_cancelled, move_some
from config.demo.timetable import Place, Timetable, clock

AS_OF: Final = date(2024, 3, 28)
PERSON_TIMES: Final = 15_148
SEED: Final = 20240328

# First day, last day, cohorts held, cohorts cancelled. Two terms only in 2020; short summer terms.
TERMS: Final = (
    ("2018-03-12", "2018-06-01", 8, 0), ("2018-06-04", "2018-08-24", 11, 1), ("2018-09-03", "2018-11-09", 12, 0),
    ("2018-11-12", "2019-01-18", 13, 1),
    ("2019-02-18", "2019-04-28", 15, 0), ("2019-05-06", "2019-07-05", 17, 1), ("2019-07-08", "2019-08-30", 16, 2),
    ("2019-09-02", "2019-10-31", 19, 0), ("2019-11-04", "2020-01-12", 18, 1),
    ("2020-07-06", "2020-09-11", 10, 3), ("2020-10-09", "2020-12-20", 14, 1),
    ("2021-03-01", "2021-04-30", 18, 0), ("2021-05-06", "2021-07-04", 20, 1), ("2021-07-05", "2021-08-29", 17, 3),
    ("2021-09-06", "2021-10-31", 21, 0), ("2021-11-01", "2022-01-09", 22, 2),
    ("2022-02-21", "2022-04-24", 19, 1), ("2022-05-05", "2022-06-30", 20, 0), ("2022-07-04", "2022-08-14", 13, 2),
    ("2022-09-05", "2022-11-06", 20, 2),
    ("2023-02-06", "2023-04-14", 21, 0), ("2023-04-17", "2023-06-18", 24, 1), ("2023-06-26", "2023-08-25", 22, 0),
    ("2023-09-04", "2023-10-27", 26, 1), ("2023-10-30", "2023-12-29", 25, 0),
    ("2024-01-08", "2024-03-27", 28, 1),
)  # fmt: skip
FEWEST: Final = 12  # who came to a cohort
MOST: Final = 60
SPARE: Final = 9  # seats of a room that are kept for those who sign up and do not come
PLACES: Final = (15, 18, 20, 24, 28, 30, 32, 36, 40, 44, 45, 48, 50, 54, 56, 60)
SAME_COURSE_A_TERM: Final = 4


@cache
def history() -> History:
    """The same in every run. Callers read it and leave it as it is."""
    random = Random(SEED)  # noqa: S311  it must be the same each time
    terms = [_term(ordinal, *row[:2]) for ordinal, row in enumerate(TERMS, 1)]
    keys = iter(range(10_000))
    for term, (_, _, held, cancelled) in zip(terms, TERMS, strict=True):
        timetable = Timetable(sites(), teachers(), random)
        chosen = _choose(term.ordinal, held, random)
        places = [(course, _place(timetable, course, term, random)) for course in chosen]
        places += [(course, _place(timetable, course, term, random)) for course in random.sample(chosen, cancelled)]
        term.cohorts = [cohort_at(next(keys), term, course, place) for course, place in places]
        for cohort in term.cohorts[held:]:
            cohort.state = "cancelled"
        name_apart(term.cohorts, places)
    _fill(terms, random)
    return History(sites(), teachers(), COURSES, tuple(terms))


def next_worker() -> int:
    """The first worker number that the history does not use."""
    return 1 + max(seat.worker for cohort in history().cohorts() for seat in cohort.seats)


def _term(ordinal: int, starts: str, ends: str) -> TermPlan:
    first = date.fromisoformat(starts)
    opens = datetime.combine(first - timedelta(days=17), time(9), LOCAL)
    closes = datetime.combine(first - timedelta(days=6), time(18), LOCAL)
    return TermPlan(ordinal, first, date.fromisoformat(ends), opens, closes)


def _choose(ordinal: int, held: int, random: Random) -> list[CoursePlan]:
    """New courses, then others, most once and the well-liked twice or more."""
    new = debuts(ordinal)
    others = [course for course in known_by(ordinal) if course not in new]
    random.shuffle(others)
    chosen = (new + others)[: max(len(new), held * 3 // 4)]
    while len(chosen) < held:
        again = random.choice(chosen)
        if chosen.count(again) < SAME_COURSE_A_TERM:
            chosen.append(again)
    return chosen


def _place(timetable: Timetable, course: CoursePlan, term: TermPlan, random: Random) -> Place:
    for late in (random.randrange(14), 0):
        try:
            return timetable.place(course, term.starts + timedelta(days=late), term.ends)
        except LookupError:
            continue
    raise LookupError(course.name, term.ordinal)


def cohort_at(key: int, term: TermPlan, course: CoursePlan, place: Place) -> CohortPlan:
    """A finished cohort without people yet."""
    weekday, start, end = place.span
    return CohortPlan(
        key=key,
        term=term.ordinal,
        course=course.key,
        name="",
        site=place.site.key,
        room=place.room.key,
        teacher=place.teacher.key,
        weekday=weekday,
        starts_at=clock(start),
        ends_at=clock(end),
        units=min(place.room.seats, MOST),
        state="finished",
        sessions=place.sessions,
        fee=course.fee,
    )


def name_apart(cohorts: list[CohortPlan], places: list[tuple[CoursePlan, Place]]) -> None:
    """Cohorts of one course in a term are told apart: 晚班, 周末班; 晚班（一）, 晚班（二）."""
    courses = Counter(cohort.course for cohort in cohorts)
    labels = Counter((cohort.course, place.label) for cohort, (_, place) in zip(cohorts, places, strict=True))
    given: Counter[tuple[int, str]] = Counter()
    for cohort, (_, place) in zip(cohorts, places, strict=True):
        which = (cohort.course, place.label)
        given[which] += 1
        if labels[which] > 1:
            cohort.name = f"{place.label}（{'一二三四五六'[given[which] - 1]}）"
        elif courses[cohort.course] > 1:
            cohort.name = place.label


def _fill(terms: list[TermPlan], random: Random) -> None:
    held = [cohort for term in terms for cohort in term.cohorts if cohort.state == "finished"]
    come = _attendance(held, random)
    crowd = Crowd(random)
    for term in terms:
        crowd.new_term()
        running = [cohort for cohort in term.cohorts if cohort.state == "finished"]
        for cohort in running:
            fill(cohort, term, come[cohort.key], crowd, random)
        for cohort in term.cohorts:
            if cohort.state == "cancelled":
                fill_cancelled(cohort, term, crowd, random)
        move_some(running, crowd, random)
        for cohort in running:
            cohort.seats.sort(key=lambda seat: seat.at)
            cohort.units = next(places for places in PLACES if places >= len(cohort.seats))


def _attendance(cohorts: list[CohortPlan], random: Random) -> dict[int, int]:
    """How many came to each, by what is usual for the course, corrected one by one until the sum is right."""
    most = {cohort.key: min(MOST, _seats(cohort)) - SPARE for cohort in cohorts}
    come = {
        cohort.key: _within(round(random.gauss(COURSES[cohort.course].usual * 0.94, 5)), most[cohort.key])
        for cohort in cohorts
    }
    keys = list(come)
    missing = PERSON_TIMES - sum(come.values())
    while missing:
        key = random.choice(keys)
        step = 1 if missing > 0 else -1
        if _within(come[key] + step, most[key]) == come[key] + step:
            come[key] += step
            missing -= step
    return come


def _within(number: int, most: int) -> int:
    return max(FEWEST, min(number, most))


def _seats(cohort: CohortPlan) -> int:
    return next(room.seats for site in sites() for room in site.rooms if room.key == cohort.room)
