"""An import taken back, in one step until a stated time: newcomers go, former values return. What moved on since stays.

A row is left, and says why, when its record was changed after the import or something was done with it: a sign-up, an
account, a look at a number, a service. Nothing of what others did meanwhile is ever taken back.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, F
from django.utils import timezone
from procrastinate.contrib.django import app

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports import former
from tongxin.people.actions.imports.large_commits import lock_people
from tongxin.people.authority import Actor, require
from tongxin.people.models import Account, ImportBatch, ImportRow, Membership, Person
from tongxin.people.powers import Power
from tongxin.people.queries.used import used_since
from tongxin.people.states import BatchState, Undo, Verdict
from tongxin.records.actions import journal, outbox
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_over

UNDO_JOB: Final = "people.undo_import"
UNDO_LATER_ROWS: Final = 5_000
LINES: Final = 1_000
WRITTEN: Final = (Verdict.ADDED, Verdict.CHANGED)


def start_undo(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """What the button does: at once, or by a job. Refused: "no-power", "wrong-state", "undo-late"."""
    if batch.packed or batch.rows > UNDO_LATER_ROWS:
        return _queue(batch, by, at)
    return undo(batch=batch, by=by, at=at)


def undo(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """May be called again after it was interrupted: what was taken back is not looked at twice."""
    from tongxin.people.actions.imports.large_undo import undo_parts  # noqa: PLC0415  it uses this module

    batch = begin(batch, by, at)
    if batch.state == BatchState.UNDONE:
        return batch
    undo_parts(batch=batch, by=by, at=at)
    while numbers := _left(batch):
        undo_lines(batch=batch, numbers=numbers, by=by, at=at)
    return _finish(batch, by, at)


@atomic
def begin(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    if batch.state == BatchState.UNDONE:
        return batch
    if batch.state == BatchState.DONE and (batch.undo_until is None or at >= batch.undo_until):
        raise Refused("undo-late", "撤销的期限已过。个别登记有误的，请在职工页面改正。")
    batch.move("undo")
    batch.moved_at, batch.undone_by = timezone.now(), by.account_id
    batch.save()
    return batch


@atomic
def _queue(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    batch = begin(batch, by, at)
    batch.attempt += 1
    batch.save(update_fields=["attempt"])
    lock = f"import-{batch.pk}-{batch.attempt}"
    app.configure_task(UNDO_JOB, lock=lock).defer(batch=batch.pk, account=by.account_id)
    return batch


def _left(batch: ImportBatch) -> list[int]:
    waiting = batch.lines.filter(done=True, verdict__in=WRITTEN, undo="").order_by("row_no")
    return list(waiting.values_list("row_no", flat=True)[:LINES])


@atomic
def undo_lines(*, batch: ImportBatch, numbers: Collection[int], by: Actor, at: datetime) -> None:
    batch = ImportBatch.objects.lock(batch.pk)
    lines = list(batch.lines.filter(row_no__in=numbers, done=True, undo="").order_by("row_no"))
    lock_people(lines)
    people = Person.objects.in_bulk([line.person_id for line in lines])
    stays = _stays(people)
    used = used_since(people)
    newcomers: list[int] = []
    corrected: list[tuple[Person, dict[str, Any]]] = []
    for line in lines:
        person = people.get(line.person_id)
        kept = json.loads(line.former.open()) if line.former else {}
        line.undo = _verdict(person, kept, stays, used, batch)
        if line.undo != Undo.TAKEN_BACK or person is None:
            continue
        if kept.get("new"):
            newcomers.append(person.pk)
            line.person = None
        else:
            _put_back(kept, stays[person.pk])
            corrected.append((person, kept.get("person", {})))
    copy_over(lines, {"undo", "person"})
    take_away(newcomers)
    _restore(corrected, batch, by, at)
    count(batch, [Undo(line.undo) for line in lines])


def _verdict(
    person: Person | None,
    kept: dict[str, Any],
    stays: dict[int, list[Membership]],
    used: Collection[int],
    batch: ImportBatch,
) -> Undo:
    if person is None or person.merged_into_id is not None:
        return Undo.CHANGED_SINCE
    if (kept.get("new") or kept.get("person")) and person.changed_at != batch.committed_at:
        return Undo.CHANGED_SINCE
    if not _stands(kept, stays[person.pk]):
        return Undo.CHANGED_SINCE
    return Undo.USED_SINCE if kept.get("new") and person.pk in used else Undo.TAKEN_BACK


def _stands(kept: dict[str, Any], stays: Sequence[Membership]) -> bool:
    """The stay that the import made or corrected is still the last one, open, and says what was written."""
    if "stay" not in kept:
        return True
    last = stays[-1] if stays else None
    if last is None or last.pk != kept["stay"] or last.ends is not None or last.retired_on is not None:
        return False
    if kept.get("new") and len(stays) > 1:
        return False
    return bool(former.of_stay(last) == kept["wrote"])


def _put_back(kept: dict[str, Any], stays: Sequence[Membership]) -> None:
    """First what was begun goes, then what it ended is open again: never two at once."""
    if "stay" not in kept:
        return
    last = stays[-1]
    if "was" in kept:
        former.put_back_stay(last, kept["was"])
        last.save(update_fields=["starts", "post", "retained"])
        return
    Membership.objects.filter(pk=last.pk).delete()
    for stay in stays[:-1]:
        if stay.pk == kept.get("left"):
            stay.ends, stay.end_reason = None, ""
            stay.save(update_fields=["ends", "end_reason"])


def _restore(corrected: Sequence[tuple[Person, dict[str, Any]]], batch: ImportBatch, by: Actor, at: datetime) -> None:
    touched: set[str] = set()
    people: list[Person] = []
    for person, kept in corrected:
        columns = former.person_columns(kept)
        for name, value in columns.items():
            setattr(person, name, value)
        if columns:
            person.changed_at = at
            touched |= {*columns, "changed_at"}
            people.append(person)
    copy_over(people, touched)
    told = [person for person, _ in corrected]
    journal.write_many("person.restored", of=told, by=by, at=at, union=batch.union_id, batch=batch.public_id)


def take_away(people: Collection[int]) -> None:
    """Newcomers with nothing but the membership that they came with."""
    if people:
        Membership.objects.filter(person__in=people).delete()
        Person.objects.filter(pk__in=people).delete()


def count(batch: ImportBatch, became: Iterable[Undo]) -> None:
    told = list(became)
    back = sum(one is Undo.TAKEN_BACK for one in told)
    ImportBatch.objects.filter(pk=batch.pk).update(
        undone=F("undone") + back, kept=F("kept") + len(told) - back, moved_at=timezone.now()
    )


def _stays(people: Collection[int]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {person: [] for person in people}
    for stay in Membership.objects.filter(person__in=found).order_by("starts", "pk"):
        found[stay.person_id].append(stay)
    return found


@atomic
def _finish(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    if batch.state == BatchState.UNDONE:
        return batch
    batch.move("undone")
    batch.undone_at, batch.moved_at, batch.failure = at, at, ""
    batch.save()
    told = dict(batch.lines.exclude(undo="").values_list("undo").annotate(Count("pk")))
    changed, used = told.get(Undo.CHANGED_SINCE, 0), told.get(Undo.USED_SINCE, 0)
    journal.write(
        "roster.undone", of=batch, by=by, at=at, undone=batch.undone, kept=batch.kept, changed=changed, used=used
    )
    _tell(batch, by, at)
    return batch


def _tell(batch: ImportBatch, by: Actor, at: datetime) -> None:
    """Whoever imported it, where somebody else took it back."""
    if batch.account is None or batch.account == by.account_id:
        return
    account = Account.objects.filter(pk=batch.account).first()
    if account is not None and account.person_id is not None:
        data = {"what": batch.file_name, "union": batch.union.name, "kept": batch.kept, "id": batch.public_id}
        key = f"roster.undone:{batch.public_id}"
        outbox.put([outbox.Telling(key, "roster.undone", account.person_id, batch.federation, data)], at=at)


def left_lines(batch: ImportBatch) -> list[ImportRow]:
    return list(batch.lines.filter(undo__in=[Undo.CHANGED_SINCE, Undo.USED_SINCE]).order_by("row_no"))
