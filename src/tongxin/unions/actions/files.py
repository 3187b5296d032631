"""Documents of a union: kept as they were handed in, given back as attachments only."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from tongxin.kernel.refused import Refused
from tongxin.records.actions import documents, journal
from tongxin.records.models import Document
from tongxin.store.atomic import atomic
from tongxin.unions.actions.standing import By, must_keep
from tongxin.unions.models import FoundingRequest, Union, UnionFile

KIND: Final = "union-file"
LARGEST: Final = 20 << 20
LONGEST_TITLE: Final = 120
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BEGINS: Final[dict[str, tuple[bytes, ...]]] = {
    ".pdf": (b"%PDF-",), ".jpg": (b"\xff\xd8\xff",), ".jpeg": (b"\xff\xd8\xff",), ".png": (b"\x89PNG\r\n\x1a\n",),
    ".docx": (_ZIP,), ".xlsx": (_ZIP,), ".pptx": (_ZIP,), ".ofd": (_ZIP,),
    ".doc": (_OLE,), ".xls": (_OLE,), ".ppt": (_OLE,), ".wps": (_OLE, _ZIP), ".et": (_OLE, _ZIP),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name is only shown, never used as a path."""

    name: str
    content: bytes
    title: str = ""


@atomic
def keep(*, union: Union, upload: Upload, by: By, at: datetime, founding: FoundingRequest | None = None) -> UnionFile:
    """Refused: "file-large", "file-empty", "file-kind" (by its first bytes, whatever its name says)."""
    must_keep(by, union)
    _must_be_readable(upload)
    document = documents.keep(
        upload.content,
        name=upload.name,
        kind=KIND,
        union=union.pk,
        federation=union.federation,
        keep_until=None,
        by=by,
        at=at,
    )
    file = UnionFile.make(
        federation=union.federation,
        union=union,
        founding=founding,
        title=(upload.title.strip() or Path(document.name).stem)[:LONGEST_TITLE],
        document=document.pk,
        size=document.size,
        name=document.name,
        account=by.account_id,
        at=at,
    )
    journal.write("file.kept", of=file, by=by, at=at, union=union.pk)
    return file


@atomic
def take_back(*, file: UnionFile, by: By, at: datetime) -> UnionFile:
    """It is listed and given out no longer; the journal keeps that it was there."""
    must_keep(by, file.union)
    file = UnionFile.objects.lock(file.pk)
    if file.taken_back_at is not None:
        raise Refused("file-gone", "这个文件已经撤下，请刷新后再看。")
    file.taken_back_at = at
    file.save(update_fields=["taken_back_at"])
    journal.write("file.taken-back", of=file, by=by, at=at, union=file.union_id)
    return file


def content_of(file: UnionFile) -> bytes:
    """Refused("file-gone") where it is no longer kept."""
    path = documents.path_of(Document.objects.get(pk=file.document))
    if file.taken_back_at is not None or not path.exists():
        raise Refused("file-gone", "这个文件已经撤下，请刷新后再看。")
    return path.read_bytes()


def _must_be_readable(upload: Upload) -> None:
    if not upload.content:
        raise Refused("file-empty", "文件是空的，请重新选一个。")
    if len(upload.content) > min(LARGEST, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        raise Refused("file-large", "文件超过%(most)s兆，请压缩后再传。", most=LARGEST >> 20)
    begins = BEGINS.get(Path(upload.name.replace("\\", "/")).suffix.lower())
    if begins is None or not upload.content.startswith(begins):
        raise Refused("file-kind", "只收PDF、图片和办公文件（Word、Excel、WPS、OFD），请另存后再传。")
