"""Which unions may be asked for, under whom, and what the law remarks about each. True without a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.unions.models import Kind, Level, Way

ENOUGH: Final = 25  # members from whom on a union has its own committee
FULL_TIME: Final = 200  # workers from whom on a full-time chair may be asked for
LAW_11: Final = "《工会法》（2021年修正）第十一条"
LAW_14: Final = "《工会法》（2021年修正）第十四条"
BELOW_FIRMS: Final = frozenset({Kind.BRANCH_UNION, Kind.UNION_GROUP})
FIRMS: Final = frozenset({Kind.GRASSROOTS_UNION, *BELOW_FIRMS})


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be asked for; `slug` stands in forms."""

    slug: str
    way: Way
    kind: Kind
    level: Level
    words: str


CHOICES: Final = {
    choice.slug: choice
    for choice in (
        Choice("own", Way.OWN, Kind.GRASSROOTS_UNION, Level.GRASSROOTS, "单独建立基层工会（会员25人以上）"),
        Choice("joint", Way.JOINT, Kind.JOINT_GRASSROOTS_UNION, Level.GRASSROOTS, "两个以上单位联合建立基层工会"),
        Choice("regional", Way.ASSOCIATION, Kind.REGIONAL_ASSOCIATION, Level.GRASSROOTS, "区域性工会联合会"),
        Choice("sectoral", Way.ASSOCIATION, Kind.SECTORAL_ASSOCIATION, Level.GRASSROOTS, "行业性工会联合会"),
        Choice("association", Way.ASSOCIATION, Kind.UNION_ASSOCIATION, Level.GRASSROOTS, "基层工会联合会"),
        Choice("branch", Way.BRANCH, Kind.BRANCH_UNION, Level.GRASSROOTS, "分会"),
        Choice("group", Way.BRANCH, Kind.UNION_GROUP, Level.GRASSROOTS, "工会小组"),
        Choice("township", Way.FALLBACK, Kind.WORK_COMMITTEE, Level.TOWNSHIP, "兜底：乡镇、街道、园区工会工作委员会"),
        Choice("village", Way.FALLBACK, Kind.JOINT_GRASSROOTS_UNION, Level.GRASSROOTS, "兜底：村、社区联合工会"),
        Choice("enterprise", Way.FALLBACK, Kind.GRASSROOTS_UNION, Level.GRASSROOTS, "兜底：企业工会，由上级派人组织"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the law or the tree remarks. `ask`: whoever asks or approves must answer it; else it is a hint."""

    code: str
    words: str
    clause: str
    ask: bool = True


def choice_of(slug: str) -> Choice:
    if slug not in CHOICES:
        raise Refused("founding-kind", "请选要建哪一种工会。")
    return CHOICES[slug]


def must_fit(choice: Choice, parent_kind: str, parent_level: int) -> None:
    """Refused: "founding-parent"."""
    if choice.kind in BELOW_FIRMS and parent_level != Level.GRASSROOTS:
        raise Refused("founding-parent", "分会和小组要建在基层工会下面，请把上级改成一个基层工会。")
    if choice.kind not in BELOW_FIRMS and parent_kind in FIRMS:
        raise Refused("founding-parent", "单位工会、分会和小组下面只能建分会和小组，请把上级改成总工会或联合会。")
    if choice.level < parent_level:
        raise Refused("founding-parent", "下级工会的层级不能高于上级，请另选上级。")


def must_count(workers: int, members: int) -> None:
    """Refused: "founding-workers", "founding-members"."""
    if workers < 1:
        raise Refused("founding-workers", "请填职工数，至少1人。")
    if not 0 <= members <= workers:
        raise Refused("founding-members", "愿意入会的人数不能多于职工数，请核对两个数。")


def remarks(choice: Choice, *, workers: int, members: int, same_name: str = "") -> Iterator[Remark]:
    """What is to be answered first, then hints. `same_name`: where in this province a union bears the name already."""
    if choice.way == Way.OWN and members < ENOUGH:
        yield Remark(
            "members-few",
            f"会员不足{ENOUGH}人。可以单独建，也可以和别的单位联合建，或者先选一名组织员。请说明为什么单独建。",
            LAW_11,
        )
    if choice.way == Way.JOINT and members >= 2 * ENOUGH:
        yield Remark(
            "members-many", f"会员有{members}人。其中会员满{ENOUGH}人的单位应当单独建会，请说明各单位的人数。", LAW_11
        )
    if choice.way == Way.FALLBACK and choice.kind == Kind.GRASSROOTS_UNION and members >= ENOUGH:
        yield Remark("fallback-own", f"会员满{ENOUGH}人，可以由职工自己建会。请说明为什么兜底建。", LAW_11)
    if members == 0:
        yield Remark("members-none", "还没有人愿意入会。请说明怎样发展会员。", LAW_11)
    if same_name:
        yield Remark("name-elsewhere", f"{same_name}下面已经有同名的工会。请说明不是同一个单位，或改用全称。", "")
    if choice.way == Way.OWN and workers >= FULL_TIME:
        yield Remark("full-time", f"职工{FULL_TIME}人以上，可以设专职工会主席。", LAW_14, ask=False)
