"""A small programme of 锦江区 in 成都, so that the demo shows two provinces. All of it is invented, its name too."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from config.demo.plans import (
    LOCAL,
    CohortPlan,
    CoursePlan,
    History,
    RoomPlan,
    SeatPlan,
    SessionPlan,
    SitePlan,
    TeacherPlan,
    TermPlan,
)
from config.demo.seats import attend
from config.demo.timetable import weekly
from config.demo.workers import worker
from tongxin.people.names import surname

NAME: Final = "锦江职工夜校（示例）"
BEGAN: Final = date(2023, 3, 6)
FIRST_WORKER: Final = 200_000
WORKERS: Final = 260
FIRST_TEACHER: Final = 7_050_000
SEED: Final = 510104
SEATS: Final = 20
STARTS, ENDS = time(19), time(20, 30)
TERMS: Final = (("2023-03-06", "2023-06-09"), ("2023-09-04", "2023-12-08"), ("2024-03-04", "2024-06-07"))
WEEKS_BEFORE, WEEKS, SESSIONS = 4, 14, 8

SITES: Final = (
    SitePlan(
        key=0, name="锦江职工之家（示例）", kind="workers_home", address="成都市锦江区示例街8号", invented=True,
        rooms=(
            RoomPlan(0, "一楼教室", 30, "classroom"), RoomPlan(1, "二楼舞蹈室", 26, "dance"),
            RoomPlan(2, "二楼茶室", 24, "tea"),
        ),
    ),
)  # fmt: skip
_COURSES: Final = (
    ("蜀绣入门", "文化艺术", "从穿针、平针学起，绣一片银杏叶。", 0), ("太极拳", "健身", "二十四式简化太极拳。", 1),
    ("川茶冲泡", "生活", "认识四川的茶，学会盖碗冲泡。", 2), ("新媒体文案", "数字", "写清楚一件事，发到该看到的人那里。", 0),
    ("拉伸与放松", "健身", "下班后四十分钟，肩颈腰背。", 1),
)  # fmt: skip
COURSES: Final = tuple(
    CoursePlan(key, name, topic, "classroom", 90, SESSIONS, SEATS, "e", about, 0)
    for key, (name, topic, about, _) in enumerate(_COURSES)
)


def teachers() -> tuple[TeacherPlan, ...]:
    return tuple(_teacher(key) for key in range(len(COURSES)))


def plan() -> History:
    """Three finished terms; the same in every run."""
    random = Random(SEED)  # noqa: S311  it must be the same each time
    terms = [
        _term(ordinal, date.fromisoformat(starts), date.fromisoformat(ends), random)
        for ordinal, (starts, ends) in enumerate(TERMS, 1)
    ]
    return History(SITES, teachers(), COURSES, tuple(terms))


def current(today: date) -> TermPlan:
    """A fourth term, open now: some cohorts full, one with a waiting line."""
    random = Random(SEED + today.toordinal())  # noqa: S311  it must be the same each day
    starts = today - timedelta(days=7 * WEEKS_BEFORE + today.weekday())
    term = TermPlan(
        len(TERMS) + 1, starts, starts + timedelta(weeks=WEEKS, days=6), datetime.combine(starts, time(9), LOCAL),
        datetime.combine(today + timedelta(days=9), time(18), LOCAL), historical=False,
    )  # fmt: skip
    first = today + timedelta(days=10)
    workers = random.sample(range(FIRST_WORKER, FIRST_WORKER + WORKERS), WORKERS)
    for key, taken in enumerate((SEATS, 12, SEATS, 5, 17)):
        cohort = _cohort(key, term, first, "open")
        asked = [workers.pop() for _ in range(taken + (4 if key == 0 else 0))]
        moments = sorted(term.opens + timedelta(minutes=random.randrange(20 * 24 * 60)) for _ in asked)
        seats = list(zip(asked, moments, strict=True))
        cohort.seats = [SeatPlan(one, at, []) for one, at in seats[:SEATS]]
        cohort.waiting = seats[SEATS:]
        term.cohorts.append(cohort)
    return term


def _term(ordinal: int, starts: date, ends: date, random: Random) -> TermPlan:
    opens = datetime.combine(starts - timedelta(days=14), time(9), LOCAL)
    term = TermPlan(ordinal, starts, ends, opens, opens + timedelta(days=10))
    for key in range(len(COURSES)):
        cohort = _cohort(100 * ordinal + key, term, starts, "finished")
        for one in random.sample(range(FIRST_WORKER, FIRST_WORKER + WORKERS), random.randint(12, SEATS)):
            at = opens + timedelta(minutes=random.randrange(10 * 24 * 60))
            cohort.seats.append(SeatPlan(one, at, [*attend(len(cohort.sessions), random)]))
        term.cohorts.append(cohort)
    return term


def _cohort(key: int, term: TermPlan, first: date, state: str) -> CohortPlan:
    number = key % 100
    weekday = number + 1
    sessions: tuple[SessionPlan, ...] = weekly(first, term.ends, (weekday, 19 * 60, 20 * 60 + 30), SESSIONS)
    return CohortPlan(
        key, term.ordinal, number, "", 0, _COURSES[number][3], number, weekday, STARTS, ENDS, SEATS,
        "open" if state == "open" else "finished", sessions,
    )  # fmt: skip


def _teacher(key: int) -> TeacherPlan:
    number = FIRST_TEACHER + key
    name = worker(number).name
    return TeacherPlan(key, number, f"{surname(name) or name[0]}老师", (COURSES[key].topic,))
