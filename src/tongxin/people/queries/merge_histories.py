"""What each of two records that were merged had gone through before: both stay readable, whatever was moved together."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate

from tongxin.people.models import (
    JoinApplication,
    Membership,
    Merge,
    MergedRow,
    PhoneChange,
    Transfer,
    Verification,
)
from tongxin.people.states import CHECKED_HOW


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a record's history; `until` for what lasted."""

    on: date
    words: str
    until: date | None = None
    lasts: bool = False  # from that day on, or until `until`


def histories(merge: Merge) -> tuple[list[Event], list[Event]]:
    """Of the record kept and of the one that is gone, each as it stood in the moment of the merge, oldest first."""
    owner = _Owners(merge)
    found: dict[int, list[Event]] = {merge.kept_id: [], merge.gone_id: []}
    for person, event in (*_begun(merge), *_stays(merge), *_told(owner)):
        found[person].append(event)
    kept, gone = (sorted(found[pk], key=lambda event: event.on) for pk in (merge.kept_id, merge.gone_id))
    return kept, gone


class _Owners:
    """Whose a row was: what followed, and what was put aside, came from the record that is gone."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        followed = MergedRow.objects.filter(merge=merge) if merge.undone_at is None else MergedRow.objects.none()
        self.followed = set(followed.values_list("table", "row"))

    def of(self, row: Any) -> int:
        moved = (row._meta.db_table, row.pk) in self.followed
        found: int = self.merge.gone_id if moved else row.person_id
        return found

    def rows(self, of: "QuerySet[Any]") -> Iterator[Any]:
        both = [self.merge.kept_id, self.merge.gone_id]
        yield from of.filter(person__in=both, at__lte=self.merge.at).order_by("at", "pk")


def _begun(merge: Merge) -> Iterator[tuple[int, Event]]:
    for person in (merge.kept, merge.gone):
        yield person.pk, Event(localdate(person.created_at), "登记")


def _stays(merge: Merge) -> Iterator[tuple[int, Event]]:
    """As the merge noted them; after it was undone, as they stand."""
    both = [merge.kept_id, merge.gone_id]
    rows = Membership.objects.filter(person__in=both).select_related("union")
    noted = {} if merge.undone_at else {note[0]: note for note in json.loads(merge.before.open())["stays"]}
    for row in rows:
        _pk, person, ends, *_rest = noted.get(row.pk, [row.pk, row.person_id, row.ends and row.ends.isoformat()])
        if person in both and (row.pk in noted or not noted):
            until = date.fromisoformat(ends) if ends else None
            yield person, Event(row.starts, f"{row.union.name}会员", until, lasts=True)


def _told(owner: _Owners) -> Iterator[tuple[int, Event]]:
    for check in owner.rows(Verification.objects.all()):
        words = CHECKED_HOW.get(check.how, f"外部核验（{check.how}）")
        yield owner.of(check), _event(check.at, words if check.passed else f"{words}：没有通过")
    for change in owner.rows(PhoneChange.objects.all()):
        yield owner.of(change), _event(change.at, f"手机号：{change.get_how_display()}")
    for asked in owner.rows(JoinApplication.objects.select_related("union")):
        yield owner.of(asked), _event(asked.at, f"申请加入{asked.union.name}：{asked.get_state_display()}")
    for moved in owner.rows(Transfer.objects.select_related("to_union")):
        yield owner.of(moved), _event(moved.at, f"申请转接到{moved.to_union.name}：{moved.get_state_display()}")


def _event(at: datetime, words: str) -> Event:
    return Event(localdate(at), words)
