"""覆盖面: members among the workers known, by place, trade and group. A share never stands without its denominator.

Beside the catalogue, not in it: the denominator is not counted from rows of ours but said by someone, with source and day.
What was said of a union is not the sum of what was said below it, so nothing here is added up that nobody said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection
from django.db.models import Q

from tongxin.figures.asking import Axis
from tongxin.figures.catalogue import Figure
from tongxin.figures.facts import Fact
from tongxin.figures.ratios import Ratio, Share
from tongxin.people.models.persons import GigGroup
from tongxin.unions import queries
from tongxin.unions.models import Kind, Union, WorkforceCount, WorkGroup
from tongxin.unions.queries import Standing

GROUPS: Final = (
    WorkGroup.FOOD_DELIVERY_RIDER, WorkGroup.COURIER, WorkGroup.RIDE_HAILING_DRIVER, WorkGroup.TRUCK_DRIVER, WorkGroup.ALL,
)  # fmt: skip
TRADES: Final = (Kind.SECTORAL_ASSOCIATION, Kind.INDUSTRIAL_UNION)
OWN: Final = 0  # the key of those who are members of the union itself, not of one below
MEMBERS: Final = Figure(
    name="members", words="会员", question="有多少会员？", unit="人", grain="会籍", version=1,
    definition=(
        "截止日当天在这个工会和它当天的下级里有会籍的人，一人只计一次；已退休的不计，合并掉的重复登记不计。"
        "新就业形态的四个群体，按登记的群体计。"
    ),
    source="会籍记录", fact=Fact(name="members", source="people_membership m", columns={Axis.UNION: "m.union_id"}, counted=""),
    aggregate="count(*)", exact_by=frozenset({Axis.BRANCH}),
)  # fmt: skip
WORKERS: Final = Figure(
    name="workers", words="职工数", question="一共有多少职工？", unit="人", grain="工会", version=1,
    definition="工会登记的职工数里，截止日（含当天）前最近一次的那个，连同来源和截至日。没有登记的，不推算。",
    source="工会登记的职工数",
    fact=Fact(name="workers", source="unions_workforcecount w", columns={Axis.UNION: "w.union_id"}, counted=""),
    aggregate="", exact_by=frozenset(), overlap="各下级的数来源不同，相加不等于上级的数。",
)  # fmt: skip
COVERAGE: Final = Ratio(
    name="coverage", words="覆盖面", question="职工里有多少是会员？", numerator=MEMBERS, denominator=WORKERS, version=1
)
_COUNT: Final = """
    SELECT CASE WHEN c.ancestor_id = %(root)s THEN 0 ELSE c.ancestor_id END, p.gig_group, count(*)
    FROM unions_closure c
    JOIN people_membership m ON m.union_id = c.descendant_id
    JOIN people_person p ON p.id = m.person_id
    WHERE (c.ancestor_id = ANY(%(below)s) OR (c.ancestor_id = %(root)s AND c.depth = 0))
      AND c.valid_from <= %(day)s AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
      AND m.starts <= %(day)s AND (m.ends IS NULL OR m.ends > %(day)s)
      AND (m.retired_on IS NULL OR m.retired_on > %(day)s) AND p.merged_into_id IS NULL
    GROUP BY 1, 2
"""
Counted = dict[int, dict[str, int]]  # union → group → members


@dataclass(frozen=True, slots=True)
class Cover:
    """Members of one group at a union and below it; `said` is what is known of the workers there, if anything is."""

    union: Standing
    group: WorkGroup
    members: int
    said: WorkforceCount | None

    @property
    def share(self) -> Share | None:
        if self.said is None:
            return None
        return COVERAGE.of({MEMBERS.name: self.members, WORKERS.name: self.said.workers})

    @property
    def doubtful(self) -> bool:
        """More members than workers: one of the two is wrong or old."""
        return self.said is not None and self.members > self.said.workers

    def __str__(self) -> str:
        return str(self.share) if self.said is not None else "没有职工数，算不出"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One union on a day: by group, and one group by the unions below and by trades."""

    union: Standing
    day: date
    group: WorkGroup
    whole: list[Cover]
    below: list[Cover]
    trades: list[Cover]


def coverage(union: Union, day: date, group: WorkGroup) -> Coverage:
    """Six queries, however many unions there are."""
    here = queries.standings([union.pk], day)
    place = here[0] if here else _gone(union)
    children, trades = queries.children_on(union, day), _trades(union, day)
    counted = _counted(union.pk, [row.pk for row in (*children, *trades)], day)
    said = _said([union.pk, *(row.pk for row in (*children, *trades))], day)
    own = counted.pop(OWN, {})
    parts = [own, *(counted.get(child.pk, {}) for child in children)]
    counted[union.pk] = {one: sum(part.get(one, 0) for part in parts) for one in WorkGroup}

    def cover(row: Standing, of: WorkGroup) -> Cover:
        return Cover(row, of, counted.get(row.pk, {}).get(of, 0), said.get((row.pk, of)))

    return Coverage(
        union=place,
        day=day,
        group=group,
        whole=[cover(place, one) for one in GROUPS],
        below=[cover(row, group) for row in children],
        trades=[cover(row, WorkGroup.ALL) for row in trades],
    )


def _counted(root: int, below: Sequence[int], day: date) -> Counted:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"root": root, "below": sorted(set(below)), "day": day})
        rows = cursor.fetchall()
    found: Counted = {}
    for place, gig, count in rows:
        by_group = found.setdefault(place, dict.fromkeys(WorkGroup, 0))
        by_group[WorkGroup.ALL] += count
        if gig in GigGroup:
            by_group[gig] += count
    return found


def _said(unions: Sequence[int], day: date) -> Mapping[tuple[int, str], WorkforceCount]:
    rows = WorkforceCount.objects.filter(union__in=set(unions), as_of__lte=day)
    newest = rows.order_by("union", "group", "-as_of", "-pk").distinct("union", "group")
    return {(row.union_id, row.group): row for row in newest}


def _trades(union: Union, day: date) -> list[Standing]:
    """Unions of a trade anywhere below: a trade's workforce is what was said of its union."""
    rows = Union.objects.under(union, on=day, here=False).existing(day).filter(Q(kind__in=TRADES))
    return queries.standings(rows.values_list("pk", flat=True), day)


def _gone(union: Union) -> Standing:
    return Standing(union.pk, union.public_id, union.name, union.code, union.kind, union.level, None, 0)
