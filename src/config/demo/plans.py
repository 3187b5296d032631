"""What the plan of the demo's history consists of; another part writes it into the database.

Workers and teachers are numbers for `config.demo.workers.worker`. Moments are local (Asia/Shanghai). A cohort is named by
its `key`, which is its place in the whole plan.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

LOCAL: Final = ZoneInfo("Asia/Shanghai")


def at_hour(day: datetime, hour: int) -> datetime:
    """On the hour of that day here: nobody closes a sign-up at 3:42."""
    return datetime.combine(day.astimezone(LOCAL).date(), time(hour), LOCAL)


Mark = Literal["present", "late", "leave", "absent"]  # activities' Mark
CohortState = Literal["planned", "open", "closed", "finished", "cancelled"]  # activities' CohortState
SeatState = Literal["enrolled", "withdrawn", "moved", "cancelled"]  # activities' EnrolmentState
Use = Literal[
    "dance", "hall", "classroom", "computers", "kitchen", "studio", "tea", "workshop", "music", "sports", "open_air"
]
ATTENDED: Final = ("present", "late")


@dataclass(frozen=True, slots=True)
class RoomPlan:
    key: int
    name: str
    seats: int
    use: Use


@dataclass(frozen=True, slots=True)
class SitePlan:
    key: int
    name: str
    kind: str  # venues' SiteKind
    address: str
    invented: bool  # such a site's name says 示例
    rooms: tuple[RoomPlan, ...]


@dataclass(frozen=True, slots=True)
class TeacherPlan:
    key: int
    worker: int
    shown: str  # as workers read it: 吴老师
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoursePlan:
    key: int
    name: str
    topic: str
    use: Use
    minutes: int
    sessions: int  # as planned; a term may be too short for all of them
    usual: int  # how many usually come
    slots: str  # when it is held: e evening, n noon, w weekend
    about: str
    fee: int  # yuan for materials


@dataclass(frozen=True, slots=True)
class SessionPlan:
    no: int
    starts: datetime
    ends: datetime
    note: str = ""  # what was skipped before it


@dataclass(slots=True)
class SeatPlan:
    """One enrolment. `marks` has one entry a session, None where the roll was not called for this worker."""

    worker: int
    at: datetime
    marks: list[Mark | None]
    state: SeatState = "enrolled"
    ended_at: datetime | None = None
    moved_to: int | None = None  # key of the cohort
    moved_from: int | None = None

    @property
    def attended(self) -> int:
        return sum(mark in ATTENDED for mark in self.marks)


@dataclass(slots=True)
class CohortPlan:
    key: int
    term: int  # ordinal
    course: int  # key
    name: str  # 晚班; empty where the course has one cohort in the term
    site: int
    room: int
    teacher: int
    weekday: int  # 1 Monday … 7 Sunday
    starts_at: time
    ends_at: time
    units: int
    state: CohortState
    sessions: tuple[SessionPlan, ...]
    seats: list[SeatPlan] = field(default_factory=list)
    waiting: list[tuple[int, datetime]] = field(default_factory=list)  # worker, when they asked; in order of arrival
    fee: int = 0

    @property
    def first_day(self) -> date:
        return self.sessions[0].starts.date()

    @property
    def last_day(self) -> date:
        return self.sessions[-1].starts.date()


@dataclass(slots=True)
class TermPlan:
    ordinal: int
    starts: date
    ends: date  # included
    opens: datetime  # sign-up window
    closes: datetime
    cohorts: list[CohortPlan] = field(default_factory=list)
    historical: bool = True  # one of the 26; the current term is not


@dataclass(frozen=True, slots=True)
class History:
    sites: tuple[SitePlan, ...]
    teachers: tuple[TeacherPlan, ...]
    courses: tuple[CoursePlan, ...]
    terms: tuple[TermPlan, ...]

    def cohorts(self) -> list[CohortPlan]:
        return [cohort for term in self.terms for cohort in term.cohorts]


@dataclass(frozen=True, slots=True)
class Figures:
    """The four figures of the newspaper and the two that must not be mixed with them."""

    terms: int
    courses: int
    cohorts: int
    person_times: int
    attendances: int
    headcount: int


def figures(history: History, as_of: date) -> Figures:
    """Counted from the rows: sessions held until the day, included; cancelled cohorts do not count."""
    counted = [cohort for cohort in history.cohorts() if cohort.state != "cancelled" and cohort.first_day <= as_of]
    came = [
        (seat.worker, sum(mark in ATTENDED for mark in seat.marks[: _held(cohort, as_of)]))
        for cohort in counted
        for seat in cohort.seats
    ]
    came = [(worker, times) for worker, times in came if times]
    return Figures(
        terms=len({cohort.term for cohort in counted}),
        courses=len({cohort.course for cohort in counted}),
        cohorts=len(counted),
        person_times=len(came),
        attendances=sum(times for _, times in came),
        headcount=len({worker for worker, _ in came}),
    )


def _held(cohort: CohortPlan, as_of: date) -> int:
    return sum(session.starts.date() <= as_of for session in cohort.sessions)
