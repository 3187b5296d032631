"""From a division to its federation of trade unions: the name by rule.

The names follow the usual form (永川区总工会, 阿坝藏族羌族自治州总工会); nobody has checked each of the 4,400 against the
union that really bears it, so every seed says `NAME_BASIS` and a federation corrects its own name in use.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tongxin.unions.divisions import Division, Level, read_divisions

NAME_BASIS = "synthetic-by-rule"
NATIONAL_CODE = "000000"  # GB/T 2260 has no code for the whole country
NO_FEDERATION = frozenset({"500100", "500200"})  # 市辖区 and 县 of Chongqing: headings in the code list, not divisions
BARE_NAMES = frozenset({"东区", "西区"})  # 攀枝花's: without the city the name says nothing

Kind = Literal["acftu", "federation", "work_committee"]


@dataclass(frozen=True, slots=True)
class FederationSeed:
    code: str
    parent_code: str | None  # None: the national federation
    name: str
    level: Literal["national"] | Level
    kind: Kind
    name_basis: str = NAME_BASIS


def federations() -> Iterator[FederationSeed]:
    """The tree of federations, parents before children; Chongqing's counties hang directly under 重庆市总工会."""
    yield FederationSeed(NATIONAL_CODE, None, "中华全国总工会", "national", "acftu", "known")
    by_code = {division.code: division for division in read_divisions()}
    shared = shared_county_names()
    for division in by_code.values():
        if division.code not in NO_FEDERATION:
            yield FederationSeed(
                division.code,
                _parent(division, by_code),
                federation_name(division, within=by_code.get(division.parent_code), shared=shared),
                division.level,
                _kind(division),
            )


def federation_name(division: Division, *, within: Division | None = None, shared: frozenset[str] = BARE_NAMES) -> str:
    """永川区 -> 永川区总工会; a district whose name others share bears its city's name too: 内江市市中区总工会."""
    if _kind(division) == "work_committee":
        return f"{division.name}工会工作委员会"
    if division.level == "county" and division.name in shared and within is not None:
        return f"{within.name}{division.name}总工会"
    return f"{division.name.removesuffix('办事处')}总工会"


def shared_county_names() -> frozenset[str]:
    names = Counter(division.name for division in read_divisions() if division.level == "county")
    return BARE_NAMES | {name for name, times in names.items() if times > 1}


def _parent(division: Division, by_code: dict[str, Division]) -> str:
    if not division.parent_code:
        return NATIONAL_CODE
    parent = by_code[division.parent_code]
    return parent.parent_code if parent.code in NO_FEDERATION else parent.code


def _kind(division: Division) -> Kind:
    """Parks, reserves and farms among the townships have a committee that a federation sends, not one of their own."""
    if division.level == "township" and not division.name.endswith(("乡", "镇", "街道", "街道办事处")):
        return "work_committee"
    return "federation"
