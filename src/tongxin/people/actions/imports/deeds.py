"""What a hand can do: one part of a file read, one part written. Called in a process of its own, or in this one."""

import base64
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tongxin.people.actions.imports import parts, taking
from tongxin.people.authority import Actor, actor_of, system
from tongxin.people.models import Account, ImportBatch
from tongxin.people.roster.streaming import layout_of
from tongxin.store.gathering import larger_heaps

Work = Callable[[dict[str, Any], bytes], dict[str, Any]]


def hello(deed: str, batch: ImportBatch, by: Actor, at: datetime, **more: Any) -> dict[str, Any]:
    who = {"account": by.account_id, "on": by.on.isoformat(), "at": at.isoformat()}
    return {"deed": deed, "batch": batch.pk, **who, **more}


def begin(said: dict[str, Any]) -> Work:
    return _DEEDS[said["deed"]](said)


def _reading(said: dict[str, Any]) -> Work:
    batch, by = _batch(said), _actor(said)
    reading = taking.Reading(batch, said["attempt"], layout_of(said["head"], by.on), by)

    def work(task: dict[str, Any], content: bytes) -> dict[str, Any]:
        carried = {(top, left): cell for top, left, cell in task["carried"]}
        taken = taking.take(reading, task["number"], task["first"], content, carried)
        return {
            "rows": taken.rows,
            "others": taken.others,
            "keys": base64.b64encode(taken.keys).decode(),
            "number": task["number"],
            "skipped": taken.skipped,
        }

    return work


def _writing(said: dict[str, Any]) -> Work:
    batch, by, at = _batch(said), _actor(said), datetime.fromisoformat(said["at"])
    larger_heaps()
    return lambda task, _: {"rows": parts.write_part(batch=batch, number=task["number"], by=by, at=at)}


def _batch(said: dict[str, Any]) -> ImportBatch:
    found: ImportBatch = ImportBatch.objects.select_related("union").get(pk=said["batch"])
    return found


def _actor(said: dict[str, Any]) -> Actor:
    day = date.fromisoformat(said["on"])
    return system(day) if said["account"] is None else actor_of(Account.objects.get(pk=said["account"]), day)


def _undoing(said: dict[str, Any]) -> Work:
    from tongxin.people.actions.imports import large_undo  # noqa: PLC0415  it asks for hands itself

    batch = _batch(said)
    return lambda task, _: {"rows": large_undo.undo_part(batch=batch, number=task["number"])}


_DEEDS: dict[str, Callable[[dict[str, Any]], Work]] = {"read": _reading, "write": _writing, "undo": _undoing}
