"""From dated codes to lives: which federation is one and the same through renames, new codes and transfers.

A division's federation is taken to live as long as the division: nobody has checked each against the union's own papers,
so every stretch carries its source and how sure it is. Rows marked unsure give a code to be found by and nothing else,
except where what stands before and after them agrees that the federation went on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Final

from tongxin.unions.divisions import CODES_OF, CodePeriod, Division, read_code_history, read_divisions
from tongxin.unions.federation_names import (
    NATIONAL_CODE,
    NO_FEDERATION,
    FederationSeed,
    federation_name,
    federations,
    shared_county_names,
)
from tongxin.unions.models import LONG_AGO, Level

LEVELS: Final = {
    "national": Level.NATION,
    "province": Level.PROVINCE,
    "prefecture": Level.PREFECTURE,
    "county": Level.COUNTY,
    "township": Level.TOWNSHIP,
}
HEADINGS: Final = dict.fromkeys((*NO_FEDERATION, "500300"), "500000")  # 市辖区, 县, 市: no unions of their own
LISTED_APART: Final = "519"  # 1992 to 1995 the lists put county-level cities there; their prefecture still ran them
TODAY_SOURCE: Final = f"国家统计局{CODES_OF}年区划代码"
UNCHANGED: Final = "代码沿革中没有变更记录"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A name or a code for some days."""

    value: str
    begins: date
    ends: date | None
    source: str
    confidence: str
    area_name: str = ""
    precision: str = "day"


Place = Stretch  # its value is the parent life's code


@dataclass(frozen=True, slots=True)
class Life:
    """A federation from its first day that we know of; `code` is its own for ever."""

    code: str
    kind: str
    level: int
    federation_code: str
    names: tuple[Stretch, ...]
    codes: tuple[Stretch, ...]
    places: tuple[Place, ...]
    begins: date
    ends: date | None
    name_basis: str


@dataclass(frozen=True, slots=True)
class Step:
    """One federation went, whole or in part, into another."""

    how: str
    predecessor: str
    successor: str
    on: date
    source: str
    confidence: str


Chain = tuple[CodePeriod, ...]


@cache
def lives() -> tuple[Life, ...]:
    """Parents before children; those that have ended after the living."""
    chains = {_own_code(chain): chain for chain in _chains()}
    living = [_living(seed, chains.pop(seed.code, ())) for seed in federations()]
    ended = [_of_chain(code, chain) for code, chain in chains.items()]
    begins = {life.code: life.begins for life in (*living, *ended)}
    found = []
    for life in (*living, *ended):
        first = max([life.begins, *(begins[place.value] for place in life.places[:1])])
        begins[life.code] = first
        found.append(_since(life, first))
    return tuple(found)


@cache
def successions() -> tuple[Step, ...]:
    """Mergers and splits; a federation that merely changed its name, code or place is still itself."""
    return tuple(
        Step("split" if row.change == "split" else "merged", before, after, row.valid_from, row.source, row.confidence)
        for chain in _chains()
        for row in chain
        if row.valid_from is not None and row.confidence != "unsure"
        for after in [_own_code(chain)]
        for before in dict.fromkeys(_bearer(code, row.valid_from - timedelta(days=1)) for code in row.predecessors)
        if before not in {"", after}
    )


# ---- which rows are one life --------------------------------------------------------------------------------------


def _rows() -> list[CodePeriod]:
    return [row for row in read_code_history() if row.code not in HEADINGS]


@cache
def _chains() -> tuple[Chain, ...]:
    """Each life's rows in time. Those made of unsure rows alone are no lives."""
    following = {id(before): row for row in _rows() if (before := _same_before(row)) is not None}
    firsts = [row for row in _rows() if _same_before(row) is None]
    chains = []
    for first in firsts:
        chain = [first]
        while (later := following.get(id(chain[-1]))) is not None:
            chain.append(later)
        if any(row.confidence != "unsure" for row in chain):
            chains.append(tuple(chain))
    return tuple(chains)


def _same_before(row: CodePeriod) -> CodePeriod | None:
    """The row of which this one is the continuation: its only origin, or the one of several with the same name."""
    origins = _likeliest([before for before in _rows() if before.leads_to(row)])
    if len(origins) == 1:
        heirs = _likeliest([later for later in _rows() if origins[0].leads_to(later)])
        goes_on = heirs == [row] or (row in heirs and origins[0].name == row.name)
        return origins[0] if goes_on else None
    return next((before for before in origins if before.name == row.name), None)


def _likeliest(rows: list[CodePeriod]) -> list[CodePeriod]:
    """Of rows that contradict each other, the surer; several only where several really were."""
    return [row for row in rows if row.confidence != "unsure"] or rows


@cache
def _own_code(chain: Chain) -> str:
    """The last code; with the year of its end where a living federation bears it too."""
    last = chain[-1]
    if last.valid_to is None:
        return last.code
    return f"{last.code}-{last.valid_to.year}"


@cache
def _by_any_code() -> dict[str, list[tuple[CodePeriod, str]]]:
    found: dict[str, list[tuple[CodePeriod, str]]] = {}
    for chain in _chains():
        for row in chain:
            found.setdefault(row.code, []).append((row, _own_code(chain)))
    return found


def _bearer(code: str, day: date) -> str:
    """The life that surely bore this code on that day; a division without history has always borne its own. Else empty."""
    code = HEADINGS.get(code, code)
    dated = _by_any_code().get(code)
    if dated is None:
        return code if any(division.code == code for division in read_divisions()) else ""
    return next((life for row, life in dated if day in row and row.confidence != "unsure"), "")


# ---- from rows to a life ------------------------------------------------------------------------------------------


def _living(seed: FederationSeed, chain: Chain) -> Life:
    if chain:
        return replace(_of_chain(seed.code, chain), kind=seed.kind, name_basis=seed.name_basis)
    township = seed.level == "township"
    since = {"begins": LONG_AGO, "ends": None, "source": TODAY_SOURCE, "confidence": "fairly"}
    if not township:
        since |= {"source": UNCHANGED, "confidence": "sure"}
    coded = {**since, "begins": date(CODES_OF, 1, 1), "confidence": "sure"} if township else since
    province = seed.code[:2] + "0000"
    return Life(
        code=seed.code,
        kind=seed.kind,
        level=LEVELS[seed.level],
        federation_code=province,
        names=(Stretch(seed.name, **since),),  # type: ignore[arg-type]
        codes=(Stretch(seed.code, **coded),) if seed.code != NATIONAL_CODE else (),  # type: ignore[arg-type]
        places=(Place(seed.parent_code, **since),) if seed.parent_code else (),  # type: ignore[arg-type]
        begins=LONG_AGO,
        ends=None,
        name_basis=seed.name_basis,
    )


def _of_chain(code: str, chain: Chain) -> Life:
    first = next(place for place, row in enumerate(chain) if row.confidence != "unsure")
    standing, last = chain[first:], chain[-1]
    return Life(
        code=code,
        kind="federation",
        level=LEVELS[last.level],
        federation_code=last.code[:2] + "0000",
        names=tuple(_joined(_stretch(row, _name(row)) for row in standing)),
        codes=tuple(_stretch(row, row.code, area=True) for row in (*chain, *_rivals(chain))),
        places=tuple(_joined(_places(standing))),
        begins=standing[0].valid_from or LONG_AGO,
        ends=last.valid_to,
        name_basis="synthetic-by-rule",
    )


def _rivals(chain: Chain) -> list[CodePeriod]:
    """Unsure rows that say of the same division in the same days another code: 永川 1995 to 1997, 510283 too."""
    return [
        row
        for row in _rows()
        if row.confidence == "unsure"
        and row not in chain
        and any(
            row.name == other.name and row.valid_from == other.valid_from and row.valid_to == other.valid_to
            for other in chain
        )
    ]


def _places(standing: Chain) -> Iterator[Place]:
    for place, row in enumerate(standing):
        if row.level == "province":
            yield _stretch(row, NATIONAL_CODE)
            continue
        listed = row
        if row.code.startswith(LISTED_APART):
            listed = standing[place - 1] if place else standing[place + 1]
        day = row.valid_from or (row.valid_to or date.max) - timedelta(days=1)
        parent = _bearer(listed.parent_code, day)
        confidence = "fairly" if listed is not row and row.confidence == "sure" else row.confidence
        yield replace(_stretch(row, parent), confidence=confidence)


def _stretch(row: CodePeriod, value: str, *, area: bool = False) -> Stretch:
    source = "；".join(filter(None, (row.source, row.note)))[:200]
    return Stretch(
        value,
        row.valid_from or LONG_AGO,
        row.valid_to,
        source,
        row.confidence,
        area_name=row.name if area else "",
        precision=row.from_precision or "day",
    )


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that say the same, equally surely, as one."""
    found: list[Stretch] = []
    for new in stretches:
        if found and (found[-1].value, found[-1].confidence, found[-1].ends) == (new.value, new.confidence, new.begins):
            found[-1] = replace(found[-1], ends=new.ends)
        else:
            found.append(new)
    return found


def _name(row: CodePeriod) -> str:
    parent = next((p for p in _rows() if p.code == row.parent_code and (row.valid_from or LONG_AGO) in p), None)
    over = (
        Division(parent.code, parent.parent_code, parent.name, parent.level) if parent else _division(row.parent_code)
    )
    own = Division(row.code, row.parent_code, row.name, row.level)
    return federation_name(own, within=over, shared=shared_county_names())


@cache
def _divisions() -> dict[str, Division]:
    return {division.code: division for division in read_divisions()}


def _division(code: str) -> Division | None:
    return _divisions().get(code)


def _since(life: Life, first: date) -> Life:
    """Not before its first parent, as far as we know: a township of a county founded in 2013 is known from then."""
    if life.begins >= first:
        return life
    names, places = (
        [replace(s, begins=max(s.begins, first)) for s in rows if s.ends is None or s.ends > first]
        for rows in (life.names, life.places)
    )
    return replace(life, begins=first, names=tuple(names), places=tuple(places))
