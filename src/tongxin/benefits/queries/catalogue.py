"""What the joint catalogue says on a day, and what it said before."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongxin.benefits.models import CatalogueLine, CatalogueSignature, CatalogueTerms, CatalogueVersion, Scheme
from tongxin.benefits.promises import LineKind, VersionState
from tongxin.benefits.states import SchemeState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.rulebook.models import Parameter
from tongxin.rulebook.queries import parameters
from tongxin.unions.models import Union

_ORDER: Final = (LineKind.UNIVERSAL, LineKind.TARGETED)


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it stands on a day. `ends`: half-open, if a later version or the item's own end is known."""

    line: CatalogueLine
    version: CatalogueVersion  # with terms and signatures
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One version among all of its item. `ends`: half-open; None while it is the last, or was never in force."""

    version: CatalogueVersion
    ends: date | None


@dataclass(frozen=True, slots=True)
class Signing:
    """How far the signatures under a line are on a day: what a scheme may say of it.

    `item`: what every party signed and is in force. `asked`: else the version that waits for signatures, or for its day.
    """

    line: CatalogueLine
    item: Item | None
    asked: CatalogueVersion | None

    @property
    def joint(self) -> bool:
        """It is a line of the joint catalogue that day."""
        return self.item is not None

    @property
    def missing(self) -> list[Union]:
        """Who has not signed what is asked."""
        return [] if self.asked is None else [one.union for one in self.asked.signatures.all() if one.signed_at is None]


def in_force(on: date, *, kind: LineKind | None = None, text: str = "", read: Callable[[str], str] = str) -> list[Item]:
    """All items that say something that day, universal ones first. Three queries, however many there are."""
    rows = _versions().filter(state=VersionState.JOINT).filter(Q(line__ended_on=None) | Q(line__ended_on__gt=on))
    if kind is not None:
        rows = rows.filter(line__kind=kind)
    by_line: dict[int, list[CatalogueVersion]] = defaultdict(list)
    for version in rows.order_by("valid_from"):
        by_line[version.line_id].append(version)
    items = [item for versions in by_line.values() if (item := _standing(versions, on)) is not None]
    found = [item for item in items if _speaks_of(item, text.strip().casefold(), read)]
    return sorted(found, key=lambda item: (_ORDER.index(LineKind(item.line.kind)), item.line.pk))


def standing(line: CatalogueLine, on: date) -> Item | None:
    """What the item says that day; None: nothing."""
    if line.ended_on is not None and line.ended_on <= on:
        return None
    rows = _versions().filter(line=line, state=VersionState.JOINT).order_by("valid_from")
    return _standing(list(rows), on)


def signings(lines: Collection[CatalogueLine], on: date) -> dict[int, Signing]:
    """Of each, by its key. Two queries, however many there are."""
    rows = CatalogueVersion.objects.filter(line__in=lines).exclude(state=VersionState.DROPPED).select_related("line")
    signatures = CatalogueSignature.objects.select_related("union").order_by("pk")
    by_line: dict[int, list[CatalogueVersion]] = defaultdict(list)
    for version in rows.prefetch_related(Prefetch("signatures", signatures)).order_by("number"):
        by_line[version.line_id].append(version)
    return {line.pk: _signing(line, by_line[line.pk], on) for line in lines}


def _signing(line: CatalogueLine, versions: Sequence[CatalogueVersion], on: date) -> Signing:
    if line.ended_on is not None and line.ended_on <= on:
        return Signing(line, None, None)
    joint = sorted((one for one in versions if one.state == VersionState.JOINT), key=lambda one: one.valid_from)
    item = _standing(joint, on)
    return Signing(line, item, None if item or not versions else versions[-1])


def joint_lines(on: date) -> set[int]:
    """Keys of all lines that every party has signed and that are in force that day."""
    rows = CatalogueVersion.objects.filter(state=VersionState.JOINT, valid_from__lte=on)
    rows = rows.filter(Q(line__ended_on=None) | Q(line__ended_on__gt=on))
    return set(rows.values_list("line_id", flat=True))


def history(line: CatalogueLine, *, signed_only: bool = True) -> list[Past]:
    """Its versions, the newest first: for the public those that all parties signed."""
    rows = _versions().filter(line=line)
    if signed_only:
        rows = rows.filter(state=VersionState.JOINT)
    versions = list(rows.order_by("-number"))
    starts = sorted(one.valid_from for one in versions if one.state == VersionState.JOINT)
    return [Past(one, _end(one, starts, line)) for one in versions]


def public_lines(on: date) -> QuerySet[CatalogueLine]:
    """Those that may be opened by anyone: of which a version was ever signed by all, also after their end."""
    signed = CatalogueVersion.objects.filter(state=VersionState.JOINT, valid_from__lte=on)
    rows: QuerySet[CatalogueLine] = CatalogueLine.objects.filter(pk__in=signed.values("line")).select_related("union")
    return rows


def for_staff(actor: Actor) -> QuerySet[CatalogueLine]:
    """Lines to which a federation in the actor's reach is party."""
    signatures = CatalogueSignature.objects.filter(union__in=unions_within(actor, Power.MANAGE_CATALOGUE).values("pk"))
    versions = Prefetch("versions", _versions().order_by("-number"))
    rows: Any = CatalogueLine.objects.filter(pk__in=signatures.values("version__line")).select_related("union")
    found: QuerySet[CatalogueLine] = rows.prefetch_related(versions)
    return found


def in_use(on: date) -> QuerySet[Scheme]:
    """What is given that day and names a line: published, so anyone may read it."""
    rows: QuerySet[Scheme] = Scheme.objects.filter(state=SchemeState.PUBLISHED, last_day__gte=on, line__isnull=False)
    return rows.order_by("line", "starts", "pk")


def by_need(lines: QuerySet[CatalogueLine], on: date) -> Any:
    """Each with `used`, by how many schemes, and `unsigned`: it is used and does not count that day. Those come first."""
    schemes = in_use(on).filter(line=OuterRef("pk")).order_by().values("line")
    rows: Any = lines.annotate(used=Coalesce(Subquery(schemes.annotate(n=Count("pk")).values("n")), 0))
    return rows.annotate(unsigned=Q(used__gt=0) & ~Q(pk__in=joint_lines(on))).order_by("-unsigned", "pk")


def parties_of(line: CatalogueLine) -> list[Union]:
    """Who signs: those of the first version; they stay the same for the item's life."""
    rows = CatalogueSignature.objects.filter(version__line=line, version__number=1).select_related("union")
    return [row.union for row in rows.order_by("pk")]


def _versions() -> QuerySet[CatalogueVersion]:
    terms = CatalogueTerms.objects.select_related("region").order_by("region__level", "region__code")
    signatures = CatalogueSignature.objects.select_related("union").order_by("pk")
    rows: Any = CatalogueVersion.objects.select_related("line__union", "rule__rule")
    found: QuerySet[CatalogueVersion] = rows.prefetch_related(
        Prefetch("terms", terms), Prefetch("signatures", signatures)
    )
    return found


def _standing(versions: Sequence[CatalogueVersion], on: date) -> Item | None:
    """`versions` signed, by their first day."""
    begun = [one for one in versions if one.valid_from <= on]
    if not begun:
        return None
    later = [one.valid_from for one in versions if one.valid_from > on]
    line = begun[-1].line
    return Item(line, begun[-1], min([*later, *([line.ended_on] if line.ended_on else [])], default=None))


def _end(version: CatalogueVersion, starts: Iterable[date], line: CatalogueLine) -> date | None:
    if version.state != VersionState.JOINT:
        return None
    return next((start for start in starts if start > version.valid_from), line.ended_on)


def _speaks_of(item: Item, text: str, read: Callable[[str], str]) -> bool:
    """As it stands now, in Chinese or as its reader sees it; what an older version said does not find it."""
    said = [item.line.name, item.version.who, *(terms.how for terms in item.version.terms.all())]
    return any(text in words.casefold() or text in read(words).casefold() for words in said)


def drifts(version: CatalogueVersion, on: date) -> list[tuple[CatalogueTerms, Parameter]]:
    """Terms whose amount is not what the rulebook says for that region and day, with its row: one of both is to be mended."""
    found = []
    for terms in version.terms.all():
        row = parameters.value(terms.parameter, union=terms.region_id, on=on) if terms.parameter else None
        if row is not None and row.number is not None and row.number != terms.amount:
            found.append((terms, row))
    return found


def common_region(parties: Sequence[Union], on: date) -> Union | None:
    """The nearest union above all parties, whose terms speak for all of them."""
    shared = Union.objects.all()
    for party in parties:
        shared = shared.filter(pk__in=Union.objects.above(party, on=on).values("pk"))
    return shared.exclude(pk__in=[party.pk for party in parties]).order_by("-level").first()
