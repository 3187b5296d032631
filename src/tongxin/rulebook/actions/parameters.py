"""Entering parameters: a change is a new row, the old one ends on that day and stays."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from tongxin.kernel import day_hours
from tongxin.kernel.periods import Days
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.models import Certainty, Parameter, ParameterKey, ValueType
from tongxin.store.atomic import atomic
from tongxin.unions.models import Level, Union

BIGGEST = Decimal(10) ** 11
NEW = "new"  # an address of the pages, no key


@dataclass(frozen=True, slots=True)
class Said:
    """What is said and where: without a value only when certainty is "unknown"."""

    value: Decimal | int | str | None
    document: str
    clause: str = ""
    certainty: str = Certainty.SURE
    note: str = ""


@atomic
def define(*, key: str, words: str, type: str, unit: str, by: Actor, at: datetime) -> ParameterKey:  # noqa: A002
    """A new thing to be counted, by anyone who makes rules somewhere. Refused: "no-power", "key-form", "key-taken"."""
    if not by.system and not by.holds(Power.MANAGE_RULES):
        raise Refused(
            "no-power", "您的岗位不能在这个工会办理“%(power)s”，请联系上级管理员。", power=Power.MANAGE_RULES.label
        )
    key, words = key.strip(), words.strip()
    if not key.isidentifier() or not key.isascii() or key == NEW or not words:
        raise Refused("key-form", "参数的代号用英文小写字母、数字和下划线，再写上中文名称。")
    if ParameterKey.objects.filter(key=key).exists():
        raise Refused("key-taken", "已经有代号“%(key)s”，请直接给它登记新的值。", key=key)
    made = ParameterKey.make(key=key, words=words, type=type, unit=unit.strip())
    journal.write("parameter.defined", of=made, by=by, at=at, key=key, words=words)
    return made


@atomic
def enter(
    *,
    key: ParameterKey,
    region: Union | None,
    said: Said,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> Parameter:
    """A value for days that have none. Refused: "no-power", "parameter-value", "parameter-source", "period-empty",
    "hours-form" where its unit is 时段, "parameter_one_a_day" where days overlap (by the database, whoever comes second).
    """
    _require(by, region)
    Days(valid_from, valid_to)
    _check(key, said)
    ParameterKey.objects.lock(key.pk)  # two at once would wait for each other in the exclusion constraint
    row = Parameter.make(
        key=key,
        region=region,
        valid_from=valid_from,
        valid_to=valid_to,
        entered_by=by.account_id,
        entered_at=at,
        **_columns(said),
    )
    journal.write("parameter.entered", of=row, by=by, at=at, union=region.pk if region else None, **_told(row))
    return row


@atomic
def change(
    *, key: ParameterKey, region: Union | None, said: Said, valid_from: date, by: Actor, at: datetime
) -> Parameter:
    """From that day on something else is said: whatever held then ends there, and the new row holds until what comes next.

    Refused besides as in `enter`: "parameter-same-day" when the row in force begins on that very day.
    """
    _require(by, region)
    ParameterKey.objects.lock(key.pk)
    rows = Parameter.objects.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from), key=key, region=region)
    first = rows.order_by("valid_from").first()
    if first is None:
        return enter(key=key, region=region, said=said, valid_from=valid_from, by=by, at=at)
    if first.valid_from == valid_from:
        raise Refused("parameter-same-day", "这一天已经登记了一个值，登记过的不改写，请选后面的日期。")
    ends = first.valid_from
    if first.valid_from < valid_from:
        ends, first.valid_to = first.valid_to, valid_from
        first.save(update_fields=["valid_to"])
    return enter(key=key, region=region, said=said, valid_from=valid_from, valid_to=ends, by=by, at=at)


@atomic
def note_refused(*, key: ParameterKey, region: Union | None, refusal: Refused, by: Actor, at: datetime) -> None:
    """Two sources say different things of the same days: nobody's mistake, and somebody should look."""
    journal.write(
        "parameter.refused",
        of=key,
        by=by,
        at=at,
        union=region.pk if region else None,
        key=key.key,
        region=region.code if region else "",
        code=refusal.code,
    )


def _require(by: Actor, region: Union | None) -> None:
    if by.system:
        return
    where = region if region is not None else Union.objects.filter(level=Level.NATION).order_by("pk").first()
    if where is None:
        raise Refused("no-power", "还没有全国一级的工会，请先选一个地区。")
    require(by, Power.MANAGE_RULES, where)


def _check(key: ParameterKey, said: Said) -> None:
    if not said.document.strip():
        raise Refused("parameter-source", "请写明是哪份文件说的，没有查到的也写上查过哪里。")
    if (said.value is None) != (said.certainty == Certainty.UNKNOWN):
        raise Refused("parameter-value", "请填一个值；没有查到的，请选“没有查到”并把值留空。")
    if said.value is None:
        return
    if key.unit == day_hours.UNIT and isinstance(said.value, str):
        day_hours.read(said.value)
    fits = isinstance(said.value, str) if key.type == ValueType.TEXT else _is_number(said.value)
    if not fits or (key.type == ValueType.WHOLE and said.value != int(said.value)):
        raise Refused(
            "parameter-value",
            "“%(called)s”的值应是%(type)s，请改正。",
            called=key.words,
            type=ValueType(key.type).label,
        )


def _is_number(value: Decimal | int | str) -> bool:
    if isinstance(value, str):
        return False
    exact = Decimal(value)
    return exact.is_finite() and abs(exact) < BIGGEST and exact == round(exact, 4)


def _columns(said: Said) -> dict[str, object]:
    text = said.value.strip() if isinstance(said.value, str) else ""
    return {
        "number": None if isinstance(said.value, str) else said.value,
        "text": text,
        "document": said.document.strip(),
        "clause": said.clause.strip(),
        "certainty": said.certainty,
        "note": said.note.strip(),
    }


def _told(row: Parameter) -> dict[str, str]:
    return {
        "key": row.key.key,
        "value": "" if row.value is None else str(row.value),
        "unit": row.unit,
        "region": row.region.name if row.region else "",
        "valid_from": row.valid_from.isoformat(),
    }
