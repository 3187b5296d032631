"""What a worker or a visitor finds: the list of classes, and one class."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final, NamedTuple

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, SmallIntegerField, When

from tongxin.activities.days import day_of
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.queries.standing import NOTHING, Mine, Stands, stands
from tongxin.activities.states import (
    LISTED,
    ActivityKind,
    CohortState,
    EnrolmentState,
    How,
    SessionState,
    Standing,
    TermState,
)
from tongxin.calls import queries as calls
from tongxin.calls.models import Applicant, Award, Pool
from tongxin.calls.states import ENTRY, HOLDING, LIVE, ApplicationState, CallState
from tongxin.people.models import Person
from tongxin.store.prepared import Prepared
from tongxin.unions.models import Closure, Union
from tongxin.venues.models import Site

PAGE = 20


class PartOfDay(models.TextChoices):
    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    EVENING = "evening", "晚上"


_HOURS = {
    PartOfDay.MORNING: Q(starts_at__lt=time(12)),
    PartOfDay.AFTERNOON: Q(starts_at__gte=time(12), starts_at__lt=time(18)),
    PartOfDay.EVENING: Q(starts_at__gte=time(18)),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """None or empty: all. `area` is a union: its own classes and those of all below it."""

    area: Union | None = None
    site: Site | None = None
    weekdays: tuple[int, ...] = ()
    part: PartOfDay | None = None
    topic: str = ""
    kind: ActivityKind | None = None
    text: str = ""
    open_only: bool = False  # a place can be had this moment


@dataclass(frozen=True, slots=True)
class ListedClass:
    cohort: Cohort  # with course, site, room, term, programme, pool
    stands: Stands


@dataclass(frozen=True, slots=True)
class ClassList:
    rows: Sequence[ListedClass]
    page: int
    more: bool  # a next page exists


class Hold(NamedTuple):
    """That someone has, awaits or waits for a place of a pool; and the pool's own numbers at that moment."""

    state: ApplicationState
    taken: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A session as its worker sees it; `mark` is empty where none was made. `leave`: "ask" or "asked", before it starts."""

    session: Session
    mark: str
    leave: str = ""


@dataclass(frozen=True, slots=True)
class ClassPage:
    cohort: Cohort
    stands: Stands
    lessons: Sequence[Lesson]
    enrolment: Enrolment | None  # the person's, if enrolled now or before


def class_list(
    *, at: datetime, person: int | None = None, filters: Filters | None = None, page: int = 1, size: int = PAGE
) -> ClassList:
    """Published classes that are not over: those that take sign-ups first, then the soonest.

    Two queries for a visitor, three for a person: which classes, by few tables; then what is shown of those, by many.
    In one, PostgreSQL planned and joined nine tables for every class that matches (17 ms over 1,843, now 4).
    """
    takes = Case(When(_takes_at(at), then=0), default=1, output_field=SmallIntegerField())
    begin = (max(page, 1) - 1) * size
    matching = _matching(filters or Filters(), at).order_by(takes, "first_day", "starts_at", "pk")
    chosen = list(matching.values_list("pk", flat=True)[begin : begin + size + 1])
    rows = Cohort.objects.select_related(*_SHOWN).in_bulk(chosen)
    found = [rows[pk] for pk in chosen]
    mine = _holdings(person, found[:size])
    listed = [
        ListedClass(cohort, stands(cohort, at, mine.get(cohort.pool_id or 0, NOTHING))) for cohort in found[:size]
    ]
    return ClassList(listed, max(page, 1), len(found) > size)


def holds(person: int) -> dict[int, Hold]:
    """All that the person has or waits for, by pool. One query, as cheap as it can be: it is asked at every list."""
    given = [ApplicationState.GRANTED, ApplicationState.OFFERED]  # of one wish; the others are over
    had = Award.objects.filter(application=OuterRef("application"), pool=OuterRef(_PREFERRED), state__in=HOLDING)
    here = ~Q(application__state__in=given) | Exists(had)
    rows = Applicant.objects.filter(here, person=person, application__state__in=LIVE).values_list(
        _PREFERRED, "application__state", f"{_PREFERRED}__taken", f"{_PREFERRED}__waiting"
    )
    return {
        pool: Hold(ApplicationState(state), taken, waiting) for pool, state, taken, waiting in rows if pool is not None
    }


def as_theirs(
    listed: Iterable[ListedClass], held: Mapping[int, Hold], *, person: int, at: datetime
) -> dict[int, ListedClass]:
    """Those of `listed`, which may be seconds old, that the person holds: as they stand to the person now. By pool.

    One query more where the person waits in a line.
    """
    theirs = {
        pool.pk: _with_numbers(one.cohort, pool, held[pool.pk])
        for one in listed
        if (pool := one.cohort.pool) is not None and pool.pk in held
    }
    mine = {pool: Mine(enrolled=True) for pool in theirs if held[pool].state == ApplicationState.GRANTED}
    mine |= _holdings(person, [cohort for pool, cohort in theirs.items() if pool not in mine])
    return {pool: ListedClass(cohort, stands(cohort, at, mine.get(pool, NOTHING))) for pool, cohort in theirs.items()}


def _with_numbers(cohort: Cohort, pool: Pool, hold: Hold) -> Cohort:
    """The same, with what its pool has now."""
    shown, now = copy(cohort), copy(pool)
    now.taken, now.waiting = hold.taken, hold.waiting
    shown.pool = now
    return shown


def count_matching(*, at: datetime, filters: Filters | None = None, most: int = 1000) -> int:
    """How many the list would show, counted up to `most`."""
    return _matching(filters or Filters(), at)[:most].count()


def topics(at: datetime) -> list[str]:
    """Those of the classes in the list, for its filter."""
    rows = Cohort.objects.filter(state__in=LISTED, last_day__gte=day_of(at)).order_by("course__topic")
    return list(rows.values_list("course__topic", flat=True).distinct())


def places(at: datetime, *, most: int = 60) -> list[Site]:
    """Where the classes of the list take place, with the union of each, for its filter."""
    rows = Cohort.objects.filter(state__in=LISTED, last_day__gte=day_of(at)).values("site")
    return list(Site.objects.filter(pk__in=rows).select_related("union").order_by("union__code", "name")[:most])


def visible() -> QuerySet[Cohort]:
    """What may be opened by anyone: cohorts of terms that were published."""
    rows: QuerySet[Cohort] = Cohort.objects.exclude(term__state=TermState.DRAFT).select_related("union", *_SHOWN)
    return rows


class ToSignUp(NamedTuple):
    """A class and a worker, with no more than sign-up needs of both."""

    cohort: Cohort
    person: Person


_PERSON: Final = ("id", "assurance", "merged_into_id")  # in the model's order: Django hands out the values by it
_TO_SIGN_UP: Final = Prepared("""
    SELECT cohort.id, cohort.pool_id, person.id, person.assurance, person.merged_into_id
    FROM activities_cohort cohort JOIN activities_term term ON term.id = cohort.term_id, people_person person
    WHERE cohort.public_id = %(public_id)s AND term.state <> %(draft)s AND person.id = %(person)s
""")


def to_sign_up(public_id: str, person: int) -> ToSignUp | None:
    """In one statement: in a rush this is read once a tap. What else a rule asks about the person is read when it asks."""
    row = _TO_SIGN_UP.row(public_id=public_id, draft=TermState.DRAFT.value, person=person)
    if row is None:
        return None
    cohort = Cohort.from_db(None, ["id", "pool_id"], row[:2])
    if cohort.pool_id is not None:
        cohort.pool = Pool.from_db(None, ["id"], [cohort.pool_id])
    return ToSignUp(cohort, Person.from_db(None, _PERSON, row[2:]))


def class_page(cohort: Cohort, *, at: datetime, person: int | None = None) -> ClassPage:
    """`cohort` from `visible()`. One query more for a visitor, four for a person."""
    sessions = list(cohort.sessions.select_related("room").order_by("starts_at", "no"))
    if person is None:
        return ClassPage(cohort, stands(cohort, at), [Lesson(session, "") for session in sessions], None)
    enrolment = (
        Enrolment.objects.filter(cohort=cohort, person=person).select_related("moved_to__cohort__course").first()
    )
    marks = _marks(enrolment) if enrolment else {}
    mine = _holdings(person, [cohort]).get(cohort.pool_id or 0, NOTHING)
    on_roster = enrolment is not None and enrolment.state == EnrolmentState.ENROLLED
    return ClassPage(
        cohort,
        stands(cohort, at, replace(mine, enrolled=mine.enrolled or on_roster)),
        [_lesson(session, *marks.get(session.pk, ("", "")), at, on_roster=on_roster) for session in sessions],
        enrolment,
    )


def _marks(enrolment: Enrolment) -> dict[int, tuple[str, str]]:
    """By session: the mark, and by what way it came."""
    rows = Attendance.objects.filter(enrolment=enrolment).values_list("session_id", "mark", "how")
    return {session: (mark, how) for session, mark, how in rows}


def _lesson(session: Session, mark: str, how: str, at: datetime, *, on_roster: bool) -> Lesson:
    ahead = on_roster and at < session.starts_at and session.state != SessionState.CANCELLED
    leave = "" if not ahead else "ask" if not mark else "asked" if how == How.ASKED else ""
    return Lesson(session, mark, leave)


_PREFERRED = "application__preferences__pool"
_SHOWN = ("course", "site", "room", "term__call", "term__programme", "pool")  # each join costs the planner as well


def mine_of(held: calls.Holding) -> Mine:
    """As the engine's states read for a class."""
    state = held.application.state
    pending = Standing.OFFERED if state == ApplicationState.OFFERED else Standing.ENTERED if state in ENTRY else None
    return Mine(state == ApplicationState.GRANTED, held.place, pending, held.application.public_id)


def _matching(filters: Filters, at: datetime) -> QuerySet[Cohort]:
    rows: QuerySet[Cohort] = Cohort.objects.filter(state__in=LISTED, last_day__gte=day_of(at))
    if filters.area is not None:
        below = Closure.objects.as_of(day_of(at)).filter(ancestor=filters.area)
        rows = rows.filter(union__in=below.values("descendant"))
    if filters.site is not None:
        rows = rows.filter(site=filters.site)
    if filters.weekdays:
        rows = rows.filter(weekday__in=filters.weekdays)
    if filters.part is not None:
        rows = rows.filter(_HOURS[filters.part])
    if filters.kind is not None:
        rows = rows.filter(course__kind=filters.kind)
    if filters.topic:
        rows = rows.filter(course__topic=filters.topic)
    if text := filters.text.strip():
        rows = rows.filter(Q(course__name__icontains=text) | Q(name__icontains=text) | Q(teacher_name__icontains=text))
    return rows.filter(_open_at(at)) if filters.open_only else rows


def _takes_at(at: datetime) -> Q:
    """Takes sign-ups at that moment, for a place or for the line."""
    window = Q(term__call__state=CallState.PUBLISHED, term__call__opens__lte=at, term__call__closes__gt=at)
    return Q(state=CohortState.OPEN, pool__closed_at=None) & window


def _open_at(at: datetime) -> Q:
    return _takes_at(at) & Q(pool__taken__lt=F("pool__units"))


def _holdings(person: int | None, cohorts: Sequence[Cohort]) -> dict[int, Mine]:
    """By pool: what the person has there."""
    pools = [cohort.pool_id for cohort in cohorts if cohort.pool_id is not None]
    if person is None or not pools:
        return {}
    return {held.pool.pk: mine_of(held) for held in calls.of_person(person, pools=pools)}
