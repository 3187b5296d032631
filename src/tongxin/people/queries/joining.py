"""Where one may join, who answers, and which applications wait for whom."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tongxin.people.authority import Actor
from tongxin.people.models import Appointment, JoinApplication
from tongxin.people.models.joining import JoinBasis
from tongxin.people.powers import Power
from tongxin.people.roles import ROLES, Reach, RoleName
from tongxin.people.states import JoinState
from tongxin.unions.models import Closure, Kind, Level, Union, UnionQuerySet

MOST: Final = 30
OVERDUE, WAITING, ANSWERED = "overdue", "waiting", "answered"

# Which kinds take whom; the likelier first. An area's own union takes whoever found no other (兜底建).
_AREA: Final = (Kind.REGIONAL_ASSOCIATION, Kind.UNION_ASSOCIATION, Kind.WORK_COMMITTEE, Kind.FEDERATION)
_TRADE: Final = (Kind.SECTORAL_ASSOCIATION, Kind.INDUSTRIAL_UNION, Kind.JOINT_GRASSROOTS_UNION)
KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    JoinBasis.WORKPLACE: (Kind.GRASSROOTS_UNION, Kind.JOINT_GRASSROOTS_UNION, Kind.BRANCH_UNION),
    JoinBasis.PLATFORM: (Kind.GRASSROOTS_UNION, *_TRADE),
    JoinBasis.INDUSTRY: _TRADE,
    JoinBasis.WORKS_HERE: (*_AREA, Kind.JOINT_GRASSROOTS_UNION),
    JoinBasis.LIVES_HERE: _AREA,
}


def joinable(basis: str, *, area: Union | None = None, text: str = "", on: date) -> list[Union]:
    """Unions that take members on this ground, below the area and by a part of the name: fitting kinds first, the nearest
    (lowest) of them first. Without an area and a text: none, for a list of a whole country helps nobody.
    """
    text = text.strip()
    if area is None and not text:
        return []
    kinds = KINDS.get(basis, KINDS[JoinBasis.WORKS_HERE])
    found = _open_to_members(on).filter(kind__in=kinds)
    if area is not None:
        found = found.under(area, on=on)
    if text:
        found = found.filter(name__contains=text)
    elif area is not None:
        found = found.filter(Q(pk=area.pk) | ~Q(kind=Kind.FEDERATION))  # an area's own, not those of all areas below it
    rank = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(kinds)), output_field=IntegerField())
    return list(found.order_by(rank, "-level", "code")[:MOST])


def _open_to_members(on: date) -> UnionQuerySet:
    """From the county down: what stands above has unions as members, not people."""
    return Union.objects.existing(on).filter(level__gte=Level.COUNTY)


def takes_members(union: Union, on: date) -> bool:
    return _open_to_members(on).filter(pk=union.pk).exists()


def reviewer_of(union: Union | int, *, on: date, above: Union | int | None = None) -> Union | None:
    """The lowest union at or above it where someone may answer that day; with `above`, strictly above that one."""
    line = Closure.objects.as_of(on).filter(descendant=union).order_by("depth")
    steps = list(line.values_list("ancestor_id", "depth"))
    if above is not None:
        start = above if isinstance(above, int) else above.pk
        depth = dict(steps).get(start, -1)
        steps = [step for step in steps if step[1] > depth]
    here = [role for role in RoleName if ROLES[role].reach_of(Power.REVIEW_JOINING) is not None]
    below = [role for role in here if ROLES[role].reach_of(Power.REVIEW_JOINING) is Reach.BELOW]
    posts = Appointment.objects.filter(union__in=[pk for pk, _ in steps], role__in=here, starts__lte=on, ends__gt=on)
    held = set(posts.values_list("union_id", "role"))
    for pk, depth in steps:
        if any((pk, role) in held for role in (here if depth == 0 else below)):
            return Union.objects.get(pk=pk)
    return None


def to_answer(actor: Actor, *, show: str = WAITING, at: datetime) -> QuerySet[JoinApplication]:
    """Applications in reach, what is due soonest first; answered ones, the newest first."""
    rows: QuerySet[JoinApplication] = JoinApplication.objects.within(actor, Power.REVIEW_JOINING)
    rows = rows.select_related("person", "union", "reviewer")
    if show == ANSWERED:
        return rows.exclude(state=JoinState.WAITING).order_by("-decided_at", "-pk")
    rows = rows.filter(state=JoinState.WAITING).order_by("due_at", "pk")
    return rows.filter(due_at__lte=at) if show == OVERDUE else rows


def latest_of(person: int) -> JoinApplication | None:
    rows = JoinApplication.objects.filter(person=person).select_related("union", "reviewer", "elsewhere")
    found: JoinApplication | None = rows.order_by("-at", "-pk").first()
    return found


def overdue(at: datetime, *, limit: int) -> Iterable[int]:
    rows = JoinApplication.objects.filter(state=JoinState.WAITING, due_at__lte=at).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def homeless(on: date, *, limit: int) -> Iterable[int]:
    """Waiting for a union that is no more."""
    rows = JoinApplication.objects.filter(state=JoinState.WAITING, union__dissolved_on__lte=on)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
