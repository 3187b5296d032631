"""第27期: a term that is running on the demo's day, so that every state can be seen. It is not one of the 26.

Its window is open; some cohorts are finished or closed, some have a lesson today, some are full with a waiting line, some
have places, some are not open yet. It begins where the newspaper's history ends, whatever the year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from config.demo.courses import COURSES
from config.demo.history import AS_OF, TERMS, cohort_at, name_apart, next_worker
from config.demo.places import sites, teachers
from config.demo.plans import LOCAL, CohortPlan, CohortState, CoursePlan, SeatPlan, TermPlan
from config.demo.seats import Crowd, attend
from config.demo.timetable import Place, Timetable

ORDINAL: Final = len(TERMS) + 1
KEYS_BEGIN_AT: Final = 10_000
WEEKS_BEFORE: Final = 5
WEEKS: Final = 15
OPENS: Final = time(9)
CLOSES: Final = time(18)


@dataclass(frozen=True, slots=True)
class Wish:
    """A cohort that the demo wants to show."""

    course: str
    state: CohortState
    first: int  # days from today
    last: int
    units: int
    seats: int
    waiting: int = 0
    meets_today: bool = False


WISHES: Final = (
    Wish("劳动法律常识", "finished", -35, -1, 40, 37),
    Wish("应急救护", "finished", -35, -1, 45, 45),
    Wish("瑜伽入门", "closed", -28, 70, 40, 40, meets_today=True),
    Wish("数控机床基础", "closed", -28, 70, 30, 28, meets_today=True),
    Wish("楷书入门", "closed", -25, 70, 30, 26),
    Wish("手机摄影", "open", 12, 70, 30, 26),
    Wish("瑜伽入门", "open", 12, 70, 36, 36, 9),
    Wish("新能源汽车检修基础", "open", 12, 70, 30, 30, 14),
    Wish("面点与家常菜", "open", 12, 70, 20, 20, 6),
    Wish("匹克球", "open", 12, 70, 24, 24, 3),
    Wish("声乐入门", "open", 12, 70, 45, 44),
    Wish("午间八段锦", "open", 12, 70, 40, 29),
    Wish("人工智能工具入门", "open", 12, 70, 36, 31),
    Wish("亲子陶艺", "open", 13, 70, 24, 15),
    Wish("快递员安全骑行", "open", 12, 70, 36, 8),
    Wish("网约车司机腰背保健", "open", 12, 70, 32, 17),
    Wish("茶艺", "open", 12, 70, 20, 19),
    Wish("匹克球", "open", 12, 70, 24, 5),
    Wish("古筝入门", "planned", 21, 70, 24, 0),
    Wish("无人机操控", "planned", 21, 70, 24, 0),
    Wish("亲子科学实验", "planned", 21, 70, 32, 0),
)


def current_term(today: date) -> TermPlan:
    """The same for the same day. In a week of holidays a cohort that finds no three lessons is left out."""
    term = _term(today)
    if term.starts <= AS_OF:
        raise ValueError(today)  # it would share rooms with the last of the 26
    random = Random(today.toordinal())  # noqa: S311  it must be the same each time
    timetable = Timetable(sites(), teachers(), random)
    placed = list(_places(timetable, today))
    term.cohorts = [
        cohort_at(KEYS_BEGIN_AT + number, term, course, place) for number, (_, course, place) in enumerate(placed)
    ]
    name_apart(term.cohorts, [(course, place) for _, course, place in placed])
    crowd = Crowd(random, faces=range(next_worker()))
    for cohort, (wish, _, _) in zip(term.cohorts, placed, strict=True):
        cohort.state, cohort.units = wish.state, wish.units
        _fill(cohort, wish, term, today, crowd, random)
    return term


def _term(today: date) -> TermPlan:
    starts = today - timedelta(days=7 * WEEKS_BEFORE + today.weekday())
    return TermPlan(
        ORDINAL,
        starts,
        starts + timedelta(weeks=WEEKS, days=6),
        datetime.combine(starts - timedelta(days=14), OPENS, LOCAL),
        datetime.combine(today + timedelta(days=9), CLOSES, LOCAL),
        historical=False,
    )


def _places(timetable: Timetable, today: date) -> Iterable[tuple[Wish, CoursePlan, Place]]:
    """Those that must meet today choose first."""
    by_name = {course.name: course for course in COURSES}
    for wish in sorted(WISHES, key=lambda wish: not wish.meets_today):
        weekday = today.isoweekday() if wish.meets_today else None
        first, last = today + timedelta(days=wish.first), today + timedelta(days=wish.last)
        try:
            yield wish, by_name[wish.course], timetable.place(by_name[wish.course], first, last, weekday=weekday)
        except LookupError:
            continue


def _fill(cohort: CohortPlan, wish: Wish, term: TermPlan, today: date, crowd: Crowd, random: Random) -> None:
    """First come, first seated; who asked later waits."""
    until = min(datetime.combine(today, time(8), LOCAL), cohort.sessions[0].starts - timedelta(days=1))
    seconds = int((until - term.opens).total_seconds())
    workers = crowd.recruit(cohort, wish.seats + wish.waiting)
    moments = sorted(term.opens + timedelta(seconds=random.randrange(seconds)) for _ in workers)
    asked = list(zip(workers, moments, strict=True))
    held = sum(session.starts.date() < today for session in cohort.sessions)
    ahead = len(cohort.sessions) - held
    for worker, at in asked[: wish.seats]:
        marks = attend(held, random) if held else []
        cohort.seats.append(SeatPlan(worker, at, [*marks, *[None] * ahead]))
    cohort.waiting = asked[wish.seats :]
