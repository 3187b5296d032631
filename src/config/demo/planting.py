"""Invented unions of every kind, hung into the real tree of both provinces. Each says 示例 in its name."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from config.demo.workers import EMPLOYERS
from tongxin.unions.actions.seed import Seedling, load_divisions, plant_many
from tongxin.unions.models import Kind, Level, Union

FOUNDED: Final = date(2017, 3, 1)
YONGCHUAN, JINJIANG = "500118", "510104"
TRADES: Final = tuple(name.removeprefix("永川") for name in EMPLOYERS if name.startswith("永川"))
RIDERS: Final = {
    "truck_driver": "货车司机", "ride_hailing_driver": "网约车司机", "courier": "快递员", "food_delivery_rider": "外卖配送员",
}  # fmt: skip
SMALL: Final = 12  # joint unions of small firms in 永川
INDUSTRIES: Final = ("机械冶金建材", "交通运输", "教科文卫体")


def plant_unions() -> int:
    """The divisions' federations and the invented unions; what is there stays. Returns how many are new."""
    new = load_divisions()
    by_code = {union.code: union for union in Union.objects.filter(level__lte=Level.TOWNSHIP, dissolved_on=None)}
    for generation in (_first(by_code), _below_yongchuan):
        seedlings = generation if isinstance(generation, list) else list(generation())
        known = set(Union.objects.filter(code__in=[s.code for s in seedlings]).values_list("code", flat=True))
        planted = plant_many([s for s in seedlings if s.code not in known])
        new += len(planted)
    return new


def rider_code(group: str) -> str:
    return f"{YONGCHUAN}-S{list(RIDERS).index(group) + 1}"


def firm_code(county: str, trade: int) -> str:
    return f"{county}-F{trade + 1:02}"


def small_code(number: int) -> str:
    return f"{YONGCHUAN}-J{number + 1:02}"


def joint_code(county: str) -> str:
    return f"{county}-J01"


def _first(by_code: dict[str, Union]) -> list[Seedling]:
    towns = [
        union for code, union in sorted(by_code.items()) if code.startswith(YONGCHUAN) and union.level == Level.TOWNSHIP
    ]
    return [
        *_firms(by_code[YONGCHUAN], towns, "永川"), *_firms(by_code[JINJIANG], [by_code[JINJIANG]], "成都"),
        *_small(towns), *_riders(by_code[YONGCHUAN]), *_park(by_code[YONGCHUAN]), *_elsewhere(by_code),
        *(seedling for code in ("500000", "510000") for seedling in _industries(by_code[code])),
    ]  # fmt: skip


def _firms(county: Union, parents: list[Union], place: str) -> Iterator[Seedling]:
    """One grass-roots union for each employer of the synthetic workers."""
    for number, trade in enumerate(TRADES):
        parent = parents[number % len(parents)]
        yield _seedling(parent, Kind.GRASSROOTS_UNION, f"{place}{trade}工会", firm_code(county.code, number))


def _small(towns: list[Union]) -> Iterator[Seedling]:
    for number in range(SMALL):
        town = towns[number % len(towns)]
        kind = Kind.REGIONAL_ASSOCIATION if number % 6 == 5 else Kind.JOINT_GRASSROOTS_UNION
        label = "区域性工会联合会" if kind == Kind.REGIONAL_ASSOCIATION else "联合工会"
        yield _seedling(town, kind, f"{town.name.removesuffix('总工会')}示例{label}", small_code(number))


def _riders(county: Union) -> Iterator[Seedling]:
    for group, words in RIDERS.items():
        yield _seedling(county, Kind.SECTORAL_ASSOCIATION, f"永川区示例{words}行业工会联合会", rider_code(group))


def _park(county: Union) -> Iterator[Seedling]:
    yield _seedling(county, Kind.UNION_ASSOCIATION, "永川区示例产业园工会联合会", f"{county.code}-U1", Level.TOWNSHIP)


def _elsewhere(by_code: dict[str, Union]) -> Iterator[Seedling]:
    """A joint union in every other county, so that each has someone to show."""
    for code, union in sorted(by_code.items()):
        if union.level == Level.COUNTY and code != YONGCHUAN:
            place = union.name.removesuffix("总工会")
            yield _seedling(union, Kind.JOINT_GRASSROOTS_UNION, f"{place}示例联合工会", joint_code(code))


def _industries(province: Union) -> Iterator[Seedling]:
    place = province.name.removesuffix("总工会")
    for number, industry in enumerate(INDUSTRIES, 1):
        name = f"{place}示例{industry}工会"
        yield _seedling(province, Kind.INDUSTRIAL_UNION, name, f"{province.code}-I{number}", Level.PREFECTURE)


def _below_yongchuan() -> Iterator[Seedling]:
    """Under unions that were planted a moment ago: the park's firms, a branch, its group, the industries' unions."""
    made = {union.code: union for union in Union.objects.filter(synthetic=True)}
    park, firm = made[f"{YONGCHUAN}-U1"], made[firm_code(YONGCHUAN, 0)]
    for number in (1, 2):
        yield _seedling(park, Kind.GRASSROOTS_UNION, f"示例产业园第{number}电子厂工会", f"{park.code}-{number}")
    for number in (1, 2):
        yield _seedling(firm, Kind.BRANCH_UNION, f"{firm.name}第{number}分会", f"{firm.code}-{number}")
        yield _seedling(firm, Kind.UNION_GROUP, f"{firm.name}第{number}工会小组", f"{firm.code}-G{number}")
    for province in ("500000", "510000"):
        for number in range(1, len(INDUSTRIES) + 1):
            above = made[f"{province}-I{number}"]
            yield _seedling(
                above, Kind.GRASSROOTS_UNION, f"{above.name.removesuffix('工会')}集团工会", f"{above.code}-1"
            )


def _seedling(parent: Union, kind: str, name: str, code: str, level: int = Level.GRASSROOTS) -> Seedling:
    return Seedling(parent=parent, kind=kind, name=name, code=code, founded_on=FOUNDED, level=level)
