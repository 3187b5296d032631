"""The tree, names and codes as they were on a day. Every question takes its day; none looks at the clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from tongxin.unions.models import (
    Closure,
    Confidence,
    Parenthood,
    Succession,
    Union,
    UnionCode,
    UnionName,
    UnionQuerySet,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A union as it stood on a day. `code` is the public code of that day, or its own where the lists have none."""

    pk: int
    public_id: str
    name: str
    code: str
    kind: str
    level: int
    parent_id: int | None
    depth: int  # below the root that was asked for
    has_children: bool = False
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of a union's past, newest first."""

    names: list[UnionName]
    codes: list[UnionCode]
    places: list[Parenthood]
    before: list[Succession]  # from whom it took over
    after: list[Succession]  # who took over from it


def tree_on(
    day: date, *, root: Union | None = None, depth: int | None = None, level: int | None = None
) -> list[Standing]:
    """The tree of that day from `root` (None: everything) down, `depth` steps at most, parents before children."""
    below = Closure.objects.as_of(day)
    if root is not None:
        below = below.filter(ancestor=root)
    steps = dict(below.values_list("descendant_id").annotate(Max("depth")))
    unions = Union.objects.filter(pk__in=below.values("descendant"))
    if level is not None:
        unions = unions.filter(level__lte=level)
    rows = [
        _standing(union, steps[union.pk]) for union in _as_on(unions, day) if depth is None or steps[union.pk] <= depth
    ]
    return sorted(rows, key=lambda row: (row.depth, row.level, row.code))


def standings(unions: Iterable[int], day: date) -> list[Standing]:
    """These unions as they stood that day, the higher first."""
    rows = _as_on(Union.objects.filter(pk__in=set(unions)), day)
    return [_standing(union, 0) for union in rows.order_by("level", "code")]


def children_on(union: Union, day: date) -> list[Standing]:
    """Those directly under it that day, by code, with whether they have children of their own."""
    children = Union.objects.filter(pk__in=Parenthood.objects.as_of(day).filter(parent=union).values("child"))
    return [_standing(child, 1) for child in _as_on(children.existing(day), day).order_by("level", "code")]


def path_on(union: Union, day: date) -> list[Standing]:
    """From the top down to the union itself. Empty on a day on which it did not exist."""
    steps = dict(Closure.objects.as_of(day).filter(descendant=union).values_list("ancestor_id", "depth"))
    found = [_standing(above, steps[above.pk]) for above in _as_on(Union.objects.filter(pk__in=steps), day)]
    return sorted(found, key=lambda standing: -standing.depth)


def name_on(union: Union, day: date) -> str:
    """Its name that day; on a day outside its life, the name nearest to it that we know: today's."""
    return names_on([union], day)[union.pk]


def names_on(unions: Iterable[Union], day: date) -> dict[int, str]:
    """For lists: one query."""
    today = {union.pk: union.name for union in unions}
    dated = UnionName.objects.as_of(day).filter(union__in=today).values_list("union_id", "name")
    return today | dict(dated)


def code_on(union: Union, day: date, system: int = UnionCode.System.AREA) -> UnionCode | None:
    """The likeliest public code of that day; a doubtful one only where there is no better."""
    rows = UnionCode.objects.as_of(day).filter(union=union, system=system)
    return min(rows, key=lambda row: row.confidence == Confidence.UNSURE, default=None)


def by_code(code: str, *, on: date) -> list[Union]:
    """Who bore this public code that day, the surest first; two where the sources contradict each other.

    A union's own code, by which sheets and commands name it, finds it first when it bore no public code that day.
    """
    rows = UnionCode.objects.as_of(on).filter(code=code).select_related("union")
    order = list(Confidence)
    found = [row.union for row in sorted(rows, key=lambda row: order.index(Confidence(row.confidence)))]
    return found or list(Union.objects.existing(on).filter(code=code))


def parent_on(union: Union, day: date) -> Union | None:
    row = Parenthood.objects.as_of(day).filter(child=union).select_related("parent").first()
    return row.parent if row else None


def find(text: str, *, among: QuerySet[Union], day: date, limit: int = 50) -> list[Standing]:
    """By a part of a name that it bears or once bore, or by the beginning of a code."""
    text = text.strip()
    if not text:
        return []
    named = UnionName.objects.filter(name__contains=text).values("union")
    coded = UnionCode.objects.filter(code__startswith=text).values("union")
    found = among.filter(Q(pk__in=named) | Q(pk__in=coded) | Q(code__startswith=text))
    return [_standing(union, 0) for union in _as_on(found, day).order_by("level", "code")[:limit]]


def history(union: Union) -> History:
    newest = F("valid_from").desc()
    return History(
        names=list(union.names.order_by(newest)),
        codes=list(union.codes.order_by(newest, "confidence")),
        places=list(union.parenthoods.select_related("parent").order_by(newest)),
        before=list(Succession.objects.filter(successor=union).select_related("predecessor").order_by("-on")),
        after=list(Succession.objects.filter(predecessor=union).select_related("successor").order_by("-on")),
    )


def _as_on(unions: QuerySet[Union], day: date) -> QuerySet[Union]:
    """With name, public code and parent of that day."""
    names = UnionName.objects.as_of(day).filter(union=OuterRef("pk")).values("name")[:1]
    codes = UnionCode.objects.as_of(day).filter(union=OuterRef("pk")).exclude(confidence=Confidence.UNSURE)
    parents = Parenthood.objects.as_of(day).filter(child=OuterRef("pk")).values("parent")[:1]
    below = Parenthood.objects.as_of(day).filter(parent=OuterRef("pk"))
    return unions.annotate(
        name_then=Subquery(names),
        code_then=Subquery(codes.order_by("system").values("code")[:1]),
        parent_then=Subquery(parents),
        parent_of=Exists(below),
    )


def _standing(union: Union, depth: int) -> Standing:
    row = vars(union)  # the annotations of _as_on, of which the type checker knows nothing
    return Standing(
        pk=union.pk,
        public_id=union.public_id,
        name=row["name_then"] or union.name,
        code=row["code_then"] or union.code,
        kind=union.kind,
        level=union.level,
        parent_id=row["parent_then"],
        depth=depth,
        has_children=row["parent_of"],
        synthetic=union.synthetic,
    )


def living(on: date) -> UnionQuerySet:
    """All that there are that day. Names and places in the tree are no secret; what belongs to a union is asked by power."""
    return Union.objects.existing(on)


def named(text: str, *, among: QuerySet[Union], on: date) -> Union | None:
    """The one union that a person means by its own or public code, its public id, or its full name. None: not one."""
    text = text.strip()
    if not text:
        return None
    living = among.existing(on) if isinstance(among, UnionQuerySet) else among
    coded = [union.pk for union in by_code(text, on=on)]
    for condition in (Q(public_id=text), Q(code=text), Q(pk__in=coded), Q(name=text)):
        found = list(living.filter(condition)[:2])
        if len(found) == 1:
            return found[0]
    return None
