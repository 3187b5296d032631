"""A roster on its way in: the sheet's rows, what was found about each, and what will be done with it."""

from typing import ClassVar

from django.db import models

from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.fields import SealedField
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class BatchState(models.TextChoices):
    READING = "reading", "正在读"
    READY = "ready", "待核对"
    COMMITTING = "committing", "正在导入"
    DONE = "done", "已导入"
    FAILED = "failed", "没读成"
    DROPPED = "dropped", "已放弃"


class Verdict(models.TextChoices):
    ADDED = "added", "新增"
    CHANGED = "changed", "更新"
    UNCHANGED = "unchanged", "不变"
    ASKED = "asked", "请您确认"
    REFUSED = "refused", "先不导入"


class ImportBatch(Sharded):
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    document = models.BigIntegerField()  # records.Document
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=BatchState, default=BatchState.READING)
    failure = models.CharField(max_length=400, blank=True)  # words for the cadre
    notes = models.JSONField(default=list)  # what was skipped and why, as sentences
    columns = models.JSONField(default=list)  # the sheet's headers and what each was taken for
    rows = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)  # progress, shown while it runs
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]


class ImportRow(Sharded):
    """One row of the sheet. Its values are sealed as one text: they hold numbers and phones."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    row_no = models.IntegerField()  # as the sheet counts
    values = SealedField(purpose="import.values")  # JSON: {field: text}
    verdict = models.CharField(max_length=10, choices=Verdict)
    problems = models.JSONField(default=list)  # [{column, code, message, fix}], without personal data
    changes = models.JSONField(default=list)  # names of the fields that differ
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    answer = models.CharField(max_length=20, blank=True)  # what the cadre chose where we asked
    done = models.BooleanField(default=False)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "row_no"], name="import_row_once"),
        ]
