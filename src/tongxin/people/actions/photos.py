"""A picture that a worker adds to an application: redrawn, so that nothing hidden in it is kept; let go once decided."""

import io
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate
from PIL import Image, ImageOps, UnidentifiedImageError

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import documents
from tongxin.records.models import Document
from tongxin.store.atomic import must_be_writing
from tongxin.unions.models import Union

KIND: Final = "join-photo"
LARGEST: Final = 8 << 20
PIXELS: Final = 50_000_000  # more is no photo of a phone
SIDE: Final = 1600
KEPT: Final = timedelta(days=90)


def keep(content: bytes, *, union: Union, federation: int, by: Actor, at: datetime) -> int | None:
    """The document's key, or None without a picture. Refused: "photo-large", "photo-kind"."""
    if not content:
        return None
    document = documents.keep(
        _redrawn(content), name="photo.jpg", kind=KIND, union=union.pk, federation=federation,
        keep_until=localdate(at) + KEPT, by=by, at=at,
    )  # fmt: skip
    return document.pk


def forget(document: int | None) -> None:
    """The picture has served. The file goes unless another row names the same content."""
    must_be_writing("photo")
    row = Document.objects.filter(pk=document, kind=KIND).first() if document is not None else None
    if row is None:
        return
    path, digest = documents.path_of(row), row.digest
    row.delete()

    def gone() -> None:
        if not Document.objects.filter(digest=digest).exists():
            path.unlink(missing_ok=True)

    transaction.on_commit(gone)  # a decision that is rolled back keeps its picture


def _redrawn(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise Refused("photo-large", "图片超过8 MB，请截小一点再传，或者不传，照样可以申请。")
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > PIXELS:
                raise Refused("photo-large", "图片太大，请截小一点再传，或者不传，照样可以申请。")
            upright = ImageOps.exif_transpose(picture)  # a phone notes how it was held instead of turning the picture
            upright.thumbnail((SIDE, SIDE))
            drawn = io.BytesIO()
            upright.convert("RGB").save(drawn, "JPEG", quality=80)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Refused("photo-kind", "这不是能打开的图片，请传JPG或PNG，或者不传，照样可以申请。") from None
    return drawn.getvalue()
