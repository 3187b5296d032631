"""上级表: an upper office's own workbook, handed in once and filled by every union below it."""

from typing import ClassVar

from django.db import models

from tongxin.people.scoping import ScopedQuerySet
from tongxin.records.models import Document
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models import Union


class OfficeSheet(Guarded):
    """Kept as it came. `union` handed it in; those below it find it too."""

    keeps: ClassVar = Kept(3, "上级表：谁交来的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["union", "-at"], name="office_sheet_union")]
