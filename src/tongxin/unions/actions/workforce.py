"""How many work where a union is: said with source and day, by staff or from a sheet. Nothing said is ever changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions.standing import By, day_of, must_keep
from tongxin.unions.models import Confidence, Union, WorkforceCount, WorkGroup

MOST: Final = 100_000_000
MOST_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Count:
    union: Union
    workers: int
    source: str
    as_of: date
    group: str = WorkGroup.ALL
    confidence: str = Confidence.FAIRLY


@atomic
def record(*, counts: Sequence[Count], by: By, at: datetime) -> list[WorkforceCount]:
    """All or none. Refused: "workforce-workers", "workforce-source", "workforce-day", "workforce-group", "workforce-many"."""
    if len(counts) > MOST_ROWS:
        raise Refused("workforce-many", "一次最多%(most)s行，请分成几个表。", most=MOST_ROWS)
    for union in {count.union.pk: count.union for count in counts}.values():
        must_keep(by, union)
    for count in counts:
        _must_hold(count, day_of(at))
    rows = WorkforceCount.objects.bulk_create(
        [
            WorkforceCount(
                federation=count.union.federation, union=count.union, group=count.group, workers=count.workers,
                source=count.source.strip(), as_of=count.as_of, confidence=count.confidence, account=by.account_id, at=at,
            )
            for count in counts
        ]
    )  # fmt: skip
    journal.write_many("workforce.recorded", of=rows, by=by, at=at)
    return rows


def _must_hold(count: Count, today: date) -> None:
    if not 0 <= count.workers <= MOST:
        raise Refused("workforce-workers", "职工数请填0到1亿之间的整数。")
    if not count.source.strip():
        raise Refused("workforce-source", "请写明来源，例如哪个部门的哪份统计。没有来源的数不能用。")
    if count.as_of > today:
        raise Refused("workforce-day", "截至日不能晚于今天，请核对。")
    if count.group not in WorkGroup or count.confidence not in Confidence:
        raise Refused("workforce-group", "请从选项里选群体和把握程度。")
