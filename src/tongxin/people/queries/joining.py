"""Where one may join, who answers, and which applications wait for whom."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tongxin.people.authority import Actor
from tongxin.people.models import Appointment, JoinApplication
from tongxin.people.models.joining import JoinBasis
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.people.roles import ROLES, Reach, RoleName
from tongxin.people.scoping import reached
from tongxin.people.states import JoinState
from tongxin.unions.models import Closure, Kind, Level, Parenthood, Succession, Union, UnionQuerySet

MOST: Final = 30
NAMED: Final = 3  # unions named after a no
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
# By what words in its name a union is known to be of a trade.
TRADE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    GigGroup.FOOD_DELIVERY_RIDER: ("外卖", "配送", "骑手"),
    GigGroup.COURIER: ("快递", "快运", "邮政"),
    GigGroup.RIDE_HAILING_DRIVER: ("网约车", "出租"),
    GigGroup.TRUCK_DRIVER: ("货车", "货运", "卡车", "物流"),
}


def joinable(basis: str, *, gig: str = "", area: Union | None = None, text: str = "", on: date) -> list[Union]:
    """Unions that take members on this ground, below the area and by a part of the name: those of one's own trade first,
    then fitting kinds, the nearest (lowest) of them first; last the area's own, which takes whoever found no other.

    Without an area and a text: none, for a list of a whole country helps nobody. Of a province or city: what stands
    directly under it; the rest is found further down.
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
        found = _without_a_name(found, basis, area, on)
    found = found.exclude(_of_another_trade(gig))
    rank = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(kinds)), output_field=IntegerField())
    rows = list(found.order_by(_own_trade(gig).desc(), rank, "-level", "code")[:MOST])
    if not text and area is not None and area not in rows and takes_members(area, on):
        rows.append(area)
    return rows


def _without_a_name(found: UnionQuerySet, basis: str, area: Union, on: date) -> UnionQuerySet:
    """An area's own, not those of all areas below it; a platform's own union by its name only, else all firms would show."""
    found = found.filter(Q(pk=area.pk) | ~Q(kind=Kind.FEDERATION))
    if basis == JoinBasis.PLATFORM:
        found = found.exclude(kind=Kind.GRASSROOTS_UNION)
    if area.level < Level.COUNTY:
        found = found.filter(pk__in=Closure.objects.as_of(on).filter(ancestor=area, depth=1).values("descendant"))
    return found


def ground(basis: str, union: Union) -> str:
    """By what someone who began on this ground belongs to the union that was chosen in the end."""
    if basis in {JoinBasis.WORKS_HERE, JoinBasis.LIVES_HERE} or union.kind in {
        Kind.GRASSROOTS_UNION,
        Kind.BRANCH_UNION,
    }:
        return basis
    if union.kind in _AREA:
        return JoinBasis.WORKS_HERE
    return basis if basis == JoinBasis.WORKPLACE else JoinBasis.INDUSTRY


def _named_for(words: Iterable[str]) -> Q:
    found = Q(pk=None)
    for word in words:
        found |= Q(name__contains=word)
    return found


def _own_trade(gig: str) -> Case:
    return Case(
        When(_named_for(TRADE_WORDS.get(gig, ())), then=Value(1)), default=Value(0), output_field=IntegerField()
    )


def _of_another_trade(gig: str) -> Q:
    """A couriers' union is nothing for who drives a truck, unless it says that it is for both."""
    if gig not in TRADE_WORDS:
        return Q(pk=None)
    others = [word for other, words in TRADE_WORDS.items() if other != gig for word in words]
    return Q(kind__in=_TRADE) & _named_for(others) & ~_named_for(TRADE_WORDS[gig])


def provinces(on: date) -> UnionQuerySet:
    """Where the way down to one's area begins."""
    rows: UnionQuerySet = Union.objects.existing(on).filter(level=Level.PROVINCE).order_by("code")
    return rows


def _open_to_members(on: date) -> UnionQuerySet:
    """From the county down: what stands above has unions as members, not people."""
    return Union.objects.existing(on).filter(level__gte=Level.COUNTY)


def takes_members(union: Union, on: date) -> bool:
    return _open_to_members(on).filter(pk=union.pk).exists()


def heir_of(union: Union, on: date) -> Union | None:
    """Who goes on for a union that is no more: its successor's, however often that was merged again, else the one that
    stood above it on its last day.
    """
    seen = {union.pk}
    while union.dissolved_on is not None and union.dissolved_on <= on:
        after = Succession.objects.filter(predecessor=union).order_by("-on").select_related("successor").first()
        above = Parenthood.objects.filter(child=union).order_by("-valid_from").select_related("parent").first()
        heir = after.successor if after else above.parent if above else None
        if heir is None or heir.pk in seen:
            return None
        seen.add(heir.pk)
        union = heir
    return union


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


def reachable(actor: Actor) -> QuerySet[JoinApplication]:
    """To unions in reach; one that waits for a union which is no more, by its reviewer until it is handed on."""
    roots = actor.roots(Power.REVIEW_JOINING)
    orphan = Q(state=JoinState.WAITING, union__dissolved_on__lte=actor.on) & reached(roots, "reviewer_id", actor)
    rows: QuerySet[JoinApplication] = JoinApplication.objects.filter(reached(roots, "union_id", actor) | orphan)
    return rows


def to_answer(actor: Actor, *, show: str = WAITING, at: datetime) -> QuerySet[JoinApplication]:
    """Applications in reach, what is due soonest first; answered ones, the newest first."""
    rows = reachable(actor).select_related("person", "union", "reviewer")
    if show == ANSWERED:
        return rows.exclude(state=JoinState.WAITING).order_by("-decided_at", "-pk")
    rows = rows.filter(state=JoinState.WAITING).order_by("due_at", "pk")
    return rows.filter(due_at__lte=at) if show == OVERDUE else rows


def latest_of(person: int) -> JoinApplication | None:
    rows = JoinApplication.objects.filter(person=person).select_related("union", "reviewer", "elsewhere", "person")
    found: JoinApplication | None = rows.order_by("-at", "-pk").first()
    return found


def waiting_of(person: int) -> JoinApplication | None:
    """The one under way; the database allows no second."""
    rows = JoinApplication.objects.filter(person=person, state=JoinState.WAITING).select_related("union", "reviewer")
    found: JoinApplication | None = rows.first()
    return found


def elsewhere(application: JoinApplication, *, on: date) -> list[Union]:
    """Where else to ask after a no: what the reviewer named; else what takes members on the same ground in that area."""
    if application.elsewhere is not None and takes_members(application.elsewhere, on):
        return [application.elsewhere]
    line = Closure.objects.as_of(on).filter(descendant=application.union, depth__gt=0).order_by("depth")
    areas = Union.objects.filter(level__gte=Level.COUNTY, kind__in=_AREA).in_bulk(
        line.values_list("ancestor", flat=True)
    )
    above = next((areas[pk] for pk in line.values_list("ancestor", flat=True) if pk in areas), None)
    if above is None:
        return []
    at_work = application.basis == JoinBasis.WORKPLACE  # another firm's union is no answer
    basis = JoinBasis.WORKS_HERE if at_work else application.basis
    rows = joinable(basis, gig=application.person.gig_group, area=above, on=on)
    own = set(Closure.objects.as_of(on).filter(ancestor=application.union).values_list("descendant", flat=True))
    return [union for union in rows if union.pk not in own][:NAMED]


def overdue(at: datetime, *, limit: int) -> Iterable[int]:
    rows = JoinApplication.objects.filter(state=JoinState.WAITING, due_at__lte=at).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def homeless(on: date, *, limit: int) -> Iterable[int]:
    """Waiting for a union that is no more."""
    rows = JoinApplication.objects.filter(state=JoinState.WAITING, union__dissolved_on__lte=on)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
