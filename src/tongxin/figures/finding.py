"""From what an address or a command line says to what is asked. What the asker may not see is not found."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.activities.models import Cohort, Course, Programme, Term
from tongxin.figures.asking import Asking, Axis, Key
from tongxin.figures.reach import holders
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union, UnionQuerySet
from tongxin.venues.models import Site

NARROWS: Final = (Axis.UNION, Axis.YEAR, Axis.MONTH, Axis.TERM, Axis.COURSE, Axis.SITE, Axis.COHORT)
EARLIEST: Final = date(1925, 5, 1)  # when the national federation was founded


def scope_of(actor: Actor) -> UnionQuerySet:
    return unions_within(actor, Power.READ_FIGURES)


def programmes_for(actor: Actor) -> list[Programme]:
    """Those of the unions in reach, and those of which a union in reach holds cohorts."""
    within = list(scope_of(actor).filter(pk__in=holders()).values_list("pk", flat=True))
    held = Cohort.objects.filter(term__programme=OuterRef("pk"), union__in=within)
    rows = Programme.objects.filter(Q(union__in=within) | Exists(held))
    return list(rows.select_related("union").order_by("name", "pk"))


def asking_of(
    actor: Actor, *, as_of: date, programme: str = "", union: str = "", narrowed: Mapping[Axis, str] | None = None
) -> Asking:
    """Public ids, unions' codes, years and months, as addresses hold them. Raises Refused: "not-found", "as-of-ahead"."""
    _must_have_been(as_of, actor.on)
    scope = scope_of(actor)
    return Asking(
        as_of=as_of,
        scope=scope,
        union=_one(scope.filter(code=union)) if union else None,
        programme=_programme(actor, programme) if programme else None,
        narrowed={axis: _key(axis, slug, scope) for axis, slug in (narrowed or {}).items()},
    )


def asking_named(programme: str, *, as_of: date, today: date, union: str | None = None) -> Asking:
    """For the operator's command line, which sees everything. Raises Refused."""
    _must_have_been(as_of, today)
    place = Union.objects.filter(code=union).first() if union else None
    if union and place is None:
        raise Refused("no-such-union", "没有代码为“%(union)s”的工会，请核对代码。", union=union)
    found = list(Programme.objects.filter(name=programme).select_related("union"))
    if place is not None and len(found) > 1:
        near = Union.objects.under(place, on=as_of) | Union.objects.above(place, on=as_of)
        found = list(Programme.objects.filter(name=programme, union__in=near.values("pk")))
    if not found:
        raise Refused("no-such-programme", "没有名为“%(name)s”的项目，请核对名称。", name=programme)
    if len(found) > 1:
        raise Refused(
            "programme-not-clear",
            "有%(n)s个工会都有“%(name)s”，请用--union指明是哪一个。",
            n=len(found),
            name=programme,
        )
    return Asking(as_of=as_of, union=place, programme=found[0])


def home_of(actor: Actor) -> Union | None:
    """The one union from which the reader's reach begins; None where there are several."""
    roots = actor.roots(Power.READ_FIGURES)
    begins = roots.here | roots.below
    return Union.objects.get(pk=next(iter(begins))) if len(begins) == 1 else None


def _must_have_been(as_of: date, today: date) -> None:
    """Lessons still to come have served nobody."""
    if as_of > today:
        raise Refused("as-of-ahead", "截止日不能晚于今天，还没上的课不算数。请改成今天或以前的日期。")
    if as_of < EARLIEST:
        raise Refused("as-of-before", "截止日太早了，请改成%(year)s年以后的日期。", year=EARLIEST.year)


def _programme(actor: Actor, slug: str) -> Programme:
    for programme in programmes_for(actor):
        if programme.public_id == slug:
            return programme
    raise _not_found()


def _key(axis: Axis, slug: str, scope: UnionQuerySet) -> Key:
    if axis is Axis.YEAR and len(slug) == 4 and slug.isdecimal():
        return slug
    if axis is Axis.MONTH and len(slug) == 7 and slug[:4].isdecimal() and slug[4] == "-" and slug[5:].isdecimal():
        return slug
    held = Cohort.objects.filter(union__in=scope.values("pk"))
    lists: dict[Axis, QuerySet[Any]] = {
        Axis.TERM: Term.objects.filter(pk__in=held.values("term")),
        Axis.COURSE: Course.objects.filter(pk__in=held.values("course")),
        Axis.SITE: Site.objects.filter(pk__in=held.values("site")),
        Axis.COHORT: held,
    }
    if axis is Axis.UNION:
        return int(_one(scope.filter(code=slug)).pk)
    if axis not in lists:
        raise _not_found()
    return int(_one(lists[axis].filter(public_id=slug)).pk)


def _one(rows: QuerySet[Any]) -> Any:
    found = rows.first()
    if found is None:
        raise _not_found()
    return found


def _not_found() -> Refused:
    return Refused("not-found", "没有找到要看的记录，它可能不在您能看的范围里。请从数据页重新点进去。")
