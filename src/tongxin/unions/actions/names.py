"""What a union is called and by which public codes it is known, from a day on."""

from datetime import date, datetime

from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions.standing import By, day_of, must_manage
from tongxin.unions.models import Confidence, Union, UnionCode, UnionName


@atomic
def rename(
    *, union: Union, name: str, on: date, by: By, at: datetime, source: str = "", confidence: str = Confidence.SURE
) -> Union:
    """Called so from that day on, until the next name that is already known. The earlier names stay readable."""
    must_manage(by, union)
    union = Union.objects.lock(union.pk)
    _must_live(union, on, at)
    if not (name := name.strip()):
        raise Refused("name-missing", "请填工会全称。")
    current = UnionName.objects.as_of(on).filter(union=union).first()
    if current is not None and current.name == name:
        raise Refused("name-same", "这一天它已经叫这个名称，不用再改。")
    ends = _give_way(current, on)
    UnionName.make(union=union, name=name, valid_from=on, valid_to=ends, source=source, confidence=confidence)
    if ends is None or ends > day_of(at):
        union.name = name
        union.save(update_fields=["name"])
    journal.write("union.renamed", of=union, by=by, at=at, union=union.pk, to=name, on=on.isoformat())
    return union


@atomic
def recode(  # noqa: PLR0913 - one name for each thing that is recorded
    *,
    union: Union,
    code: str,
    on: date,
    by: By,
    at: datetime,
    system: int = UnionCode.System.AREA,
    area_name: str = "",
    precision: str = UnionCode.Precision.DAY,
    source: str = "",
    confidence: str = Confidence.SURE,
) -> UnionCode:
    """Known by that public code from that day on. `union.code`, which commands and sheets use, stays as it is."""
    must_manage(by, union)
    union = Union.objects.lock(union.pk)
    _must_live(union, on, at)
    if not (code := code.strip()):
        raise Refused("code-missing", "请填工会代码。")
    sure = UnionCode.objects.as_of(on).exclude(confidence=Confidence.UNSURE)
    if confidence != Confidence.UNSURE and sure.filter(system=system, code=code).exists():
        raise Refused("code-taken", "代码%(number)s已经有工会在用，请换一个。", number=code)
    current = sure.filter(union=union, system=system).first() if confidence != Confidence.UNSURE else None
    ends = _give_way(current, on)
    row = UnionCode.make(
        union=union,
        system=system,
        code=code,
        area_name=area_name,
        precision=precision,
        valid_from=on,
        valid_to=ends,
        source=source,
        confidence=confidence,
    )
    journal.write("union.recoded", of=union, by=by, at=at, union=union.pk, to=code, on=on.isoformat())
    return row


def _must_live(union: Union, on: date, at: datetime) -> None:
    if on < union.founded_on or (union.dissolved_on is not None and on >= union.dissolved_on):
        raise Refused("union-not-there", "这一天这个工会还没有成立或已经撤销，请改日期。")
    if on > day_of(at):
        raise Refused("day-to-come", "日期不能晚于今天，请到那天再办。")


def _give_way(current: UnionName | UnionCode | None, on: date) -> date | None:
    """Ends the row in force on that day, which the new one follows; returns until when the new one holds."""
    if current is None:
        return None
    ends = current.valid_to
    if current.valid_from == on:
        current.delete()
    else:
        current.valid_to = on
        current.save(update_fields=["valid_to"])
    return ends
