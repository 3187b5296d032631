"""Memberships of two records become one chain; the way back restores both chains, if nobody has touched them since."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, transaction

from tongxin.kernel.refused import Refused
from tongxin.people.merged_stays import Stay, one_chain
from tongxin.people.models import Membership, Person
from tongxin.people.models.memberships import EndReason

TOUCHED: Final = "会籍合并后又办过转接或更正，保持现在的样子"
Note = list[Any]  # [pk, person, ends, reason] before, and the last three after


def settle(kept: Person, gone: Person, *, goes_on: str, today: date) -> list[Note]:
    """What stood before and stands after, of every stay. Refused: "choose-stay"."""
    rows = list(Membership.objects.filter(person__in=[kept, gone]).order_by("pk"))
    chain = _chain(rows, kept, goes_on, today)
    before = [_stands(row) for row in rows]
    for row, stay in zip(rows, chain, strict=True):
        if stay.ends != row.ends:
            row.end_reason = EndReason.CORRECTED
        row.ends, row.person = stay.ends, kept if stay.kept else gone
    _put(rows, [was[1] for was in before])
    return [[*was, *_stands(row)[1:]] for was, row in zip(before, rows, strict=True)]


def back(kept: Person, gone: Person, notes: Sequence[Note]) -> list[str]:
    """All or none: a chain that was touched since would not fit the other one's old days."""
    rows = list(Membership.objects.filter(person__in=[kept, gone]).order_by("pk"))
    if [_stands(row) for row in rows] != [[note[0], *note[4:]] for note in notes]:
        return [TOUCHED]
    holders = [row.person_id for row in rows]
    for row, (_, person, ends, reason, *_after) in zip(rows, notes, strict=True):
        row.person_id, row.end_reason = person, reason
        row.ends = date.fromisoformat(ends) if ends else None
    try:
        with transaction.atomic():
            _put(rows, holders)
    except IntegrityError:
        return [TOUCHED]
    return []


def _chain(rows: Sequence[Membership], kept: Person, goes_on: str, today: date) -> list[Stay]:
    named = next((row.pk for row in rows if row.public_id == goes_on and row.ends is None), None)
    stays = [Stay(row.pk, row.person_id == kept.pk, row.starts, row.ends) for row in rows]
    try:
        return one_chain(stays, goes_on=named, today=today)
    except ValueError:
        raise Refused("choose-stay", "两份登记现在都有会籍，请选哪一个继续有效，另一个随合并结束。") from None


def _put(rows: Sequence[Membership], holders: Sequence[int]) -> None:
    """Who changes hands is empty for a moment: at no moment do two stays of one record overlap."""
    moving = [row for row, holder in zip(rows, holders, strict=True) if row.person_id != holder]
    for row in moving:
        Membership.objects.filter(pk=row.pk).update(ends=row.starts, end_reason=EndReason.CORRECTED)
    staying = [row for row in rows if row not in moving]
    for row in sorted(staying, key=lambda row: row.ends is None):
        row.save(update_fields=["ends", "end_reason"])
    for row in moving:
        row.save(update_fields=["person"])
    for row in sorted(moving, key=lambda row: row.ends is None):
        row.save(update_fields=["ends", "end_reason"])


def _stands(row: Membership) -> Note:
    return [row.pk, row.person_id, row.ends.isoformat() if row.ends else None, str(row.end_reason)]
