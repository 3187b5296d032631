"""Every figure of the house, declared once. A changed definition is a new version; a new meaning is a new name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tongxin.figures.asking import Axis
from tongxin.figures.facts import ATTENDANCES, COHORTS, EVENTS, PERSON_TIMES, PLACES, Fact
from tongxin.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Figure:
    """`aggregate` counts over `fact`; where `by_person`, over one row a person with the sum of its quantities, `q`.

    `exact_by` names the axes along which the rows' numbers add up to the whole; along any other, one counted thing may
    stand in several rows, and `overlap` says so in words.
    """

    name: str
    words: str
    question: str
    unit: str
    grain: str
    definition: str
    version: int
    source: str
    fact: Fact
    aggregate: str
    exact_by: frozenset[Axis]
    overlap: str = ""
    by_person: bool = False

    def adds_up_by(self, axis: Axis) -> bool:
        return axis in self.exact_by

    def show(self, value: int) -> str:
        """15,148人次: a number never goes without its unit."""
        return f"{value:,}{self.unit}"


_PLACE = frozenset({Axis.BRANCH, Axis.UNION, Axis.TERM, Axis.COURSE, Axis.COHORT, Axis.SITE, Axis.YEAR, Axis.MONTH})
_COUNTED = "一个班次从第一节没有取消的课上课那天起计入；筹备中的和整班取消的不计。"

FIGURES: Final[Mapping[str, Figure]] = {
    figure.name: figure
    for figure in (
        Figure(
            name="terms", words="期", question="一共开展了多少期？", unit="期", grain="期", version=1,
            definition=f"截止日（含当天）前至少有一个班次计入的期数，一期只计一次。{_COUNTED}",
            source="期、班次、课次的记录", fact=COHORTS, aggregate="count(DISTINCT c.term_id)",
            exact_by=frozenset({Axis.TERM}),
            overlap="同一期会在多行里出现（例如一期有多门课程），总数里只计一次，所以各行相加会大于总数。",
        ),
        Figure(
            name="courses", words="课程", question="一共开设了多少门课程？", unit="门", grain="课程", version=1,
            definition=f"截止日（含当天）前至少有一个班次计入的课程数。同一门课程在多期、多个班次开设，只计一次。{_COUNTED}",
            source="课程、班次、课次的记录", fact=COHORTS, aggregate="count(DISTINCT c.course_id)",
            exact_by=frozenset({Axis.COURSE}),
            overlap="同一门课程会在多行里出现（例如在多期开设），总数里只计一次，所以各行相加会大于总数。",
        ),
        Figure(
            name="cohorts", words="班次", question="一共开了多少个班次？", unit="个班次", grain="班次", version=1,
            definition=f"截止日（含当天）前计入的班次数。{_COUNTED}",
            source="班次、课次的记录", fact=COHORTS, aggregate="count(*)", exact_by=_PLACE,
        ),
        Figure(
            name="event_count", words="活动", question="一共办了多少场活动？", unit="场", grain="班次", version=1,
            definition=f"截止日（含当天）前计入的班次中，文化、体育、亲子活动的场数，一个班次办一场；上多次课的课程不计。{_COUNTED}",
            source="课程、班次、课次的记录", fact=EVENTS, aggregate="count(*)", exact_by=_PLACE,
        ),
        Figure(
            name="person_times", words="服务职工", question="服务了职工多少人次？", unit="人次", grain="职工和班次", version=1,
            definition=(
                "一名职工在一个班次至少出勤一次（到或迟），计1人次，记在第一次出勤那天；同一班次出勤多次仍是1人次，参加几个班次就是几人次。"
                "转班的，在哪个班出勤就计在哪个班。按截止日（含当天）前的服务记录相加，更正后撤回的已减去。"
            ),
            source="服务台账“人次”", fact=PERSON_TIMES, aggregate="coalesce(sum(s.quantity), 0)",
            exact_by=_PLACE | {Axis.PERSON},
        ),
        Figure(
            name="attendances", words="出勤", question="职工到课多少次？", unit="次", grain="职工和课次", version=1,
            definition="一名职工在一节课出勤（到或迟），计1次。按截止日（含当天）前的服务记录相加，更正后撤回的已减去。",
            source="服务台账“出勤次”", fact=ATTENDANCES, aggregate="coalesce(sum(s.quantity), 0)",
            exact_by=_PLACE | {Axis.PERSON},
        ),
        Figure(
            name="headcount", words="职工人数", question="不重复地算，有多少名职工参加过？", unit="人", grain="职工", version=1,
            definition="截止日（含当天）前净人次大于0的职工数。一名职工参加多少个班次都只计1人。",
            source="服务台账“人次”", fact=PERSON_TIMES, aggregate="count(*) FILTER (WHERE q > 0)",
            exact_by=frozenset({Axis.PERSON}), by_person=True,
            overlap="同一名职工会在多行里出现（例如参加过多期），总数里只计1人，所以各行相加会大于总数。",
        ),
        Figure(
            name="seats_taken", words="已占名额", question="名额用了多少？", unit="个名额", grain="在册", version=1,
            definition="截止日（含当天）前计入的班次中，截止日当天结束时在册的名额数。结课的班次，结课时在册的都计入。",
            source="班次名单", fact=PLACES, aggregate="coalesce(sum(seats.taken), 0)", exact_by=_PLACE,
        ),
        Figure(
            name="seats", words="名额", question="一共提供了多少名额？", unit="个名额", grain="班次", version=1,
            definition=f"截止日（含当天）前计入的班次的名额之和。{_COUNTED}",
            source="班次的记录", fact=PLACES, aggregate="coalesce(sum(c.units), 0)", exact_by=_PLACE,
        ),
    )
}  # fmt: skip
STABLE: Final = (
    "terms",
    "courses",
    "cohorts",
    "person_times",
    "attendances",
    "headcount",
)  # names that scripts rely on
SHOWN: Final = (*STABLE, "event_count")  # the board's cards


def figure(name: str) -> Figure:
    if name not in FIGURES:
        raise Refused("no-such-figure", "没有“%(name)s”这个数据，请从数据页点进去。", name=name)
    return FIGURES[name]


def chosen(names: Iterable[str]) -> tuple[Figure, ...]:
    return tuple(figure(name) for name in names)
