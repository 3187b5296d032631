"""A large file arrives in pieces over a connection that breaks: what has arrived stays, and the rest goes on from there."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports import uploads
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, RosterUpload
from tongxin.people.powers import Power
from tongxin.records.sheets.limits import LARGE
from tongxin.records.sheets.reading import too_large
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

PIECE: Final = 4 << 20  # bytes at most
KEPT: Final = timedelta(days=1)


@atomic
def begin(*, union: Union, file_name: str, size: int, fingerprint: str, by: Actor, at: datetime) -> RosterUpload:
    """The same file of the same person goes on where it stopped: `arrived` bytes are there. Refused: "file-large", "file-empty"."""
    require(by, Power.IMPORT_ROSTER, union)
    if size > LARGE.file_bytes:
        raise too_large(size, LARGE)
    if size < 1:
        raise Refused("file-empty", "这个文件是空的，请看看是不是选错了文件。")
    if by.account_id is None:
        raise Refused("no-power", "请先登录，再上传。")
    earlier = RosterUpload.objects.filter(
        account=by.account_id, union=union, fingerprint=fingerprint, size=size, batch=None, at__gt=at - KEPT
    )
    found: RosterUpload | None = earlier.order_by("-pk").first()
    if found is not None and _path(found).exists():
        return found
    made = RosterUpload.make(
        union=union,
        federation=union.federation,
        account=by.account_id,
        file_name=file_name[:255],
        size=size,
        fingerprint=fingerprint[:64],
        at=at,
        moved_at=at,
    )
    _path(made).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _path(made).touch(mode=0o600)
    return made


@atomic
def take(*, upload: RosterUpload, start: int, piece: bytes, by: Actor, at: datetime) -> RosterUpload:
    """Adds a piece that begins where the last ended. One that came already, or too early, is refused: "piece-elsewhere".

    The bytes lie on the disk before the row says so; a piece that was cut off in between is written again.
    """
    upload = _own(upload, by)
    if start != upload.arrived or not piece or len(piece) > PIECE or start + len(piece) > upload.size:
        raise Refused("piece-elsewhere", "这一段接不上，请从断的地方接着传。")
    with _path(upload).open("r+b") as file:
        file.seek(start)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    upload.arrived += len(piece)
    upload.moved_at = at
    upload.save(update_fields=["arrived", "moved_at"])
    return upload


def finish(*, upload: RosterUpload, by: Actor, at: datetime) -> ImportBatch:
    """All of it is there: from here on as any other file. Twice is once. Refused: "piece-missing", and as for `upload`."""
    batch = _finish(upload, by, at)
    _path(upload).unlink(missing_ok=True)
    return batch


@atomic
def _finish(upload: RosterUpload, by: Actor, at: datetime) -> ImportBatch:
    upload = _own(upload, by)
    if upload.batch is not None:
        return upload.batch
    if upload.arrived != upload.size:
        raise Refused("piece-missing", "文件还没有传完，请接着传。")
    upload.batch = uploads.upload(union=upload.union, file_name=upload.file_name, content=_path(upload), by=by, at=at)
    upload.save(update_fields=["batch"])
    return upload.batch


@atomic
def sweep(*, at: datetime) -> int:
    """Files that nobody went on with go after a day."""
    old = list(RosterUpload.objects.filter(at__lt=at - KEPT))
    for upload in old:
        _path(upload).unlink(missing_ok=True)
    RosterUpload.objects.filter(pk__in=[upload.pk for upload in old]).delete()
    return len(old)


def _own(upload: RosterUpload, by: Actor) -> RosterUpload:
    found: RosterUpload = RosterUpload.objects.select_related("union").lock(upload.pk)
    require(by, Power.IMPORT_ROSTER, found.union_id)
    if by.account_id is None or found.account != by.account_id:
        raise Refused("no-power", "这份文件是别人在传的。")
    return found


def _path(upload: RosterUpload) -> Path:
    return Path(settings.TONGXIN_DATA) / "uploads" / str(upload.public_id)
