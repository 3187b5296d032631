"""Files as they were handed in: kept in the data folder under their digest, named by a row."""

import hashlib
import io
import os
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from tongxin.records.actions.journal import By
from tongxin.records.models import Document
from tongxin.store.atomic import atomic

LONGEST_NAME = 255


@atomic
def keep(
    content: bytes | Path,
    *,
    name: str,
    kind: str,
    union: int | None,
    federation: int,
    keep_until: date | None,
    by: By,
    at: datetime,
) -> Document:
    """Writes the file whole (or not at all) before its row. The same content twice is one file with two rows.

    A path is read in pieces; the file there stays.
    """
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        _write(_path(digest), source)
    return Document.make(
        federation=federation,
        union=union,
        name=Path(name.replace("\\", "/")).name[:LONGEST_NAME] or "file",
        digest=digest,
        size=size,
        kind=kind,
        account=by.account_id,
        at=at,
        keep_until=keep_until,
    )


def path_of(document: Document) -> Path:
    """Where the file lies. It may be gone where its time to be kept is over."""
    return _path(document.digest)


def _path(digest: str) -> Path:
    return Path(settings.TONGXIN_DATA) / "files" / digest[:2] / digest


def _write(path: Path, source: BinaryIO) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with part.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
