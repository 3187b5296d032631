"""Which room, teacher, weekday and days a cohort gets, so that nothing is in two places at once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise, product
from random import Random
from typing import Final

from config.demo.plans import LOCAL, CoursePlan, RoomPlan, SessionPlan, SitePlan, TeacherPlan
from tongxin.kernel.workdays import SkippedDay, WorkdayCalendar, skipped_days

STARTS: Final = {"e": (19 * 60, 19 * 60 + 30), "n": (12 * 60 + 20,), "w": (9 * 60, 9 * 60 + 30, 14 * 60, 14 * 60 + 30)}
WEEKDAYS: Final = {"e": (1, 2, 3, 4, 5), "n": (1, 2, 3, 4, 5), "w": (6, 7)}
LABELS: Final = {"e": "晚班", "n": "午间班", "w": "周末班"}
LATEST_END: Final = 21 * 60 + 30
FEWEST_SESSIONS: Final = 3

Span = tuple[int, int, int]  # weekday, from minute, until minute


@dataclass(frozen=True, slots=True)
class Place:
    site: SitePlan
    room: RoomPlan
    teacher: TeacherPlan
    span: Span
    label: str
    sessions: tuple[SessionPlan, ...]


def overlap(one: Span, other: Span) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


class Timetable:
    """Of one term. Cohorts meet once a week, so two are apart if their weekdays or hours are."""

    def __init__(self, sites: tuple[SitePlan, ...], teachers: tuple[TeacherPlan, ...], random: Random) -> None:
        self._sites, self._teachers, self._random = sites, teachers, random
        self._busy: dict[tuple[str, int], list[Span]] = defaultdict(list)

    def place(self, course: CoursePlan, first: date, last: date, *, weekday: int | None = None) -> Place:
        """Between two days, both included; at `weekday` if given. LookupError when nothing is free."""
        for label, span, site, room in self._choices(course, weekday):
            teacher = self._free_teacher(course, span)
            if teacher is None or not self._free("room", room.key, span):
                continue
            sessions = weekly(first, last, span, course.sessions)
            if len(sessions) >= FEWEST_SESSIONS:
                self._busy["room", room.key].append(span)
                self._busy["teacher", teacher.key].append(span)
                return Place(site, room, teacher, span, LABELS[label], sessions)
        raise LookupError(course.name, first)

    def _choices(self, course: CoursePlan, weekday: int | None) -> Iterator[tuple[str, Span, SitePlan, RoomPlan]]:
        rooms = [(site, room) for site in self._sites for room in site.rooms if room.use == course.use]
        spans = [
            (label, (day, start, start + course.minutes))
            for label in course.slots
            for day, start in product(WEEKDAYS[label], STARTS[label])
            if start + course.minutes <= LATEST_END
        ]
        if weekday is not None:  # told which day: any hour will do that the course is held at
            spans = list(dict.fromkeys((label, (weekday, *span[1:])) for label, span in spans))
        self._random.shuffle(spans)
        self._random.shuffle(rooms)
        return ((label, span, site, room) for (label, span), (site, room) in product(spans, rooms))

    def _free_teacher(self, course: CoursePlan, span: Span) -> TeacherPlan | None:
        """A course keeps to its few teachers as long as one of them is free."""
        able = [teacher for teacher in self._teachers if course.topic in teacher.topics]
        turn = course.key % len(able)
        for teacher in able[turn:] + able[:turn]:
            if self._free("teacher", teacher.key, span):
                return teacher
        return None

    def _free(self, kind: str, key: int, span: Span) -> bool:
        return not any(overlap(span, taken) for taken in self._busy[kind, key])


def weekly(first: date, last: date, span: Span, count: int) -> tuple[SessionPlan, ...]:
    """Up to `count` sessions between two days, once a week, none on a day off or on a weekend day that is worked.

    The demo must run near the end of a year, too, before the next year's days off are published: there it goes by the
    week alone, and the first such session says so. (Real cohorts are refused instead.)
    """
    calendar = WorkdayCalendar.shipped()
    start = first + timedelta(days=(span[0] - first.isoweekday()) % 7)
    gaps = skipped_days(first, min(last, date(calendar.last_year, 12, 31)), [span[0]], calendar)
    weeks = (start + timedelta(weeks=n) for n in range((last - start).days // 7 + 1))
    days = [day for day in weeks if day not in {gap.day for gap in gaps}][:count]
    notes = _notes(days, gaps, calendar)
    return tuple(
        SessionPlan(no, moment(day, span[1]), moment(day, span[2]), notes.get(day, ""))
        for no, day in enumerate(days, 1)
    )


def _notes(days: list[date], gaps: list[SkippedDay], calendar: WorkdayCalendar) -> dict[date, str]:
    """At the session after a gap, what was skipped: 4月4日清明节，顺延到4月11日."""
    notes: dict[date, str] = {}
    for before, day in pairwise(days):
        skipped = [_reason(gap) for gap in gaps if before < gap.day < day]
        if skipped:
            notes[day] = f"{'、'.join(skipped)}，顺延到{_spoken(day)}"
    for day in days:
        if not calendar.covers(day):
            notes[day] = f"{day.year}年放假安排尚未收录，以后可能调整"
            break
    return notes


def _reason(gap: SkippedDay) -> str:
    return f"{_spoken(gap.day)}{gap.name}{'调休上班' if gap.why == 'make-up' else ''}"


def _spoken(day: date) -> str:
    return f"{day.month}月{day.day}日"


def moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, clock(minute), LOCAL)


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
