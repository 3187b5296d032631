"""Registers that 建章立制 asks for: entered, corrected with history, ended, reminded of once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions.standing import By, day_of, hold_living, must_keep
from tongxin.unions.models import Register, RegisterChange, RegisterEntry, Union, UnionFile

FIELDS: Final = ("title", "signed_on", "filed_on", "effective_on", "ends_on", "remind_days", "note", "file")
LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Paper:
    """What an entry says."""

    title: str
    signed_on: date
    filed_on: date | None = None
    effective_on: date | None = None
    ends_on: date | None = None
    remind_days: int = 60
    note: str = ""
    file: UnionFile | None = None


@atomic
def enter(*, union: Union, register: str, paper: Paper, by: By, at: datetime) -> RegisterEntry:
    """Refused: "register-title", "register-kind", "register-day", "register_days", "register-file"."""
    must_keep(by, union)
    hold_living(union, day_of(at))
    if register not in Register:
        raise Refused("register-kind", "请选登记哪一种。")
    _must_hold(union, paper, at)
    entry = RegisterEntry.make(
        federation=union.federation, union=union, register=register, account=by.account_id, at=at, **_columns(paper)
    )
    journal.write("register.entered", of=entry, by=by, at=at, union=union.pk, register=register)
    return entry


@atomic
def correct(*, entry: RegisterEntry, paper: Paper, by: By, at: datetime) -> RegisterEntry:
    """What it said before stays readable, field by field. Refused also: "register-closed", "register-same"."""
    entry = _open(entry, by)
    _must_hold(entry.union, paper, at)
    changes = []
    for field, value in _columns(paper).items():
        before = getattr(entry, field)
        if before != value:
            changes.append((field, _said(before), _said(value)))
            setattr(entry, field, value)
    if not changes:
        raise Refused("register-same", "没有改动，不用保存。")
    entry.save()
    RegisterChange.objects.bulk_create(
        [
            RegisterChange(
                federation=entry.federation, entry=entry, field=field, before=before, after=after,
                account=by.account_id, at=at,
            )
            for field, before, after in changes
        ]
    )  # fmt: skip
    fields = ",".join(field for field, _, _ in changes)
    journal.write("register.corrected", of=entry, by=by, at=at, union=entry.union_id, fields=fields)
    return entry


@atomic
def close(*, entry: RegisterEntry, on: date, why: str, by: By, at: datetime) -> RegisterEntry:
    """It holds no longer from that day, or never should have been entered. Refused: "register-closed", "register-why"."""
    entry = _open(entry, by)
    if not why.strip():
        raise Refused("register-why", "请写明为什么结束。")
    if not entry.signed_on <= on <= day_of(at):
        raise Refused("register-day", "结束日期要在签订之后，也不能晚于今天。")
    entry.closed_on, entry.closed_why = on, why.strip()
    entry.save(update_fields=["closed_on", "closed_why"])
    journal.write("register.closed", of=entry, by=by, at=at, union=entry.union_id, on=on.isoformat())
    return entry


@atomic
def reminded(entries: Iterable[RegisterEntry]) -> None:
    """Marks that the union was reminded of this end; a corrected end is reminded of again. Called where people are told."""
    for entry in entries:
        entry.reminded_for = entry.ends_on
    RegisterEntry.objects.bulk_update(list(entries), ["reminded_for"])


def _open(entry: RegisterEntry, by: By) -> RegisterEntry:
    must_keep(by, entry.union)
    entry = RegisterEntry.objects.select_related("union").lock(entry.pk)
    if entry.closed_on is not None:
        raise Refused("register-closed", "这一条已经结束，请重新登记一条。")
    return entry


def _must_hold(union: Union, paper: Paper, at: datetime) -> None:
    if not paper.title.strip():
        raise Refused("register-title", "请填名称。")
    for day in (paper.signed_on, paper.filed_on):
        if day is not None and day > day_of(at):
            raise Refused("register-day", "签订和报送的日期不能晚于今天，请核对。")
    if paper.file is not None and (paper.file.union_id != union.pk or paper.file.taken_back_at is not None):
        raise Refused("register-file", "请选本会的文件。")


def _columns(paper: Paper) -> dict[str, Any]:
    values = {field: getattr(paper, field) for field in FIELDS}
    return values | {"title": paper.title.strip(), "note": paper.note.strip()}


def _said(value: object) -> str:
    text = value.title if isinstance(value, UnionFile) else "" if value is None else str(value)
    return text[:LONGEST]
