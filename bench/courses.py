"""Programmes of every county: finished terms written at once, and one that takes sign-ups now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from tongxin.activities.actions.history import PastSeat, PastSession, PastTerm

TERMS: Final = 6
COHORTS: Final = 15
LESSONS: Final = 8
MARKED: Final = 2  # lessons with marks: enough for the ledger to be of a real size
OPEN: Final = 8  # cohorts that take sign-ups now
TOPICS: Final = ("健身", "文化艺术", "技能", "生活", "亲子", "数字")
NAMES: Final = (
    "瑜伽", "楷书", "电工", "茶艺", "绘本", "剪辑", "太极", "声乐", "焊工", "面点", "陶艺", "摄影", "合唱", "急救", "插花",
)  # fmt: skip


class County(NamedTuple):
    """A county's federation, the row ids of the workers who sit in its classes, and how many seats its history has."""

    union: int
    first_person: int
    persons: int
    seats: int
    at: datetime


def load_county(county: County) -> int:
    """In a process of the pool. Returns the enrolments written."""
    from tongxin.activities.actions import history, programmes  # noqa: PLC0415  only once Django is set up
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415
    from tongxin.venues.actions import rooms, sites  # noqa: PLC0415
    from tongxin.venues.models import SiteKind  # noqa: PLC0415

    union, by = Union.objects.get(pk=county.union), system(county.at.date())
    programme = programmes.start(
        union=union, name=f"{union.name.removesuffix('总工会')}示例课堂", began_on=date(2018, 3, 1), by=by, at=county.at
    )
    courses = [
        programmes.add_course(programme=programme, name=name, topic=TOPICS[n % len(TOPICS)], by=by, at=county.at)
        for n, name in enumerate(NAMES)
    ]
    site = sites.add(
        union=union, kind=SiteKind.WORKERS_HOME, name=f"{union.name.removesuffix('总工会')}示例职工之家",
        area_code=union.code[:6], synthetic=True, by=by, at=county.at,
    )  # fmt: skip
    room = rooms.add(site=site, name="教室", seats=None, by=by, at=county.at)
    for plan in _past(county, courses, site, room):
        history.load_term(programme=programme, plan=plan, by=by, at=county.at)
    _open_term(county, programme, courses, site)
    return county.seats


def _past(county: County, courses: Sequence[Any], site: Any, room: Any) -> Iterator[PastTerm]:
    from tongxin.activities.actions.history import PastCohort, PastTerm  # noqa: PLC0415

    seat = 0
    for ordinal in range(1, TERMS + 1):
        starts = date(2018 + ordinal, 3, 4)
        cohorts = []
        for n in range(COHORTS):
            place = (ordinal - 1) * COHORTS + n
            count = county.seats // (TERMS * COHORTS) + (place < county.seats % (TERMS * COHORTS))
            cohorts.append(PastCohort(
                course=courses[n], site=site, room=room, weekday=n % 7 + 1, starts_at=time(19), ends_at=time(20, 30),
                units=max(count, 1), sessions=_lessons(starts + timedelta(days=n % 7)),
                seats=_seats(county, seat, count, starts),
            ))  # fmt: skip
            seat += count
        yield PastTerm(ordinal=ordinal, starts=starts, ends=starts + timedelta(weeks=LESSONS + 2), cohorts=cohorts)


def _lessons(first: date) -> list[PastSession]:
    from tongxin.activities.actions.history import PastSession  # noqa: PLC0415
    from tongxin.activities.days import moment  # noqa: PLC0415

    days = [first + timedelta(weeks=week) for week in range(LESSONS)]
    return [PastSession(moment(day, time(19)), moment(day, time(20, 30))) for day in days]


def _seats(county: County, begin: int, count: int, starts: date) -> list[PastSeat]:
    from tongxin.activities.actions.history import PastSeat  # noqa: PLC0415
    from tongxin.activities.days import moment  # noqa: PLC0415
    from tongxin.activities.states import Mark  # noqa: PLC0415

    at = moment(starts - timedelta(days=10), time(9))
    marks = [Mark.PRESENT] * MARKED + [None] * (LESSONS - MARKED)
    return [PastSeat(county.first_person + (begin + n) % county.persons, at, marks) for n in range(count)]


def _open_term(county: County, programme: Any, courses: Sequence[Any], site: Any) -> None:
    """Through the house's own actions: its pools and window are what the class list reads."""
    from tongxin.activities.actions import cohorts, terms  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    today, by = county.at.date(), system(county.at.date())
    term = terms.add(programme=programme, starts=today, ends=today + timedelta(weeks=LESSONS + 8), by=by, at=county.at)
    opens = (county.at - timedelta(days=1)).replace(hour=1)  # no busy hour of anybody, in UTC and in Beijing
    term = terms.set_window(
        term=term, opens=opens, closes=opens + timedelta(days=60), per_person=3, by=by, at=county.at
    )
    for n in range(OPEN):
        plan = cohorts.CohortPlan(
            course=courses[n], site=site, weekday=n % 7 + 1, starts_at=time(18 + n % 3), ends_at=time(20 + n % 3),
            session_count=LESSONS, units=30, first_day=today + timedelta(days=7 + (n - today.weekday()) % 7),
        )  # fmt: skip
        cohorts.add(term=term, plan=plan, by=by, at=county.at)
    terms.publish(term=term, by=by, at=opens)
