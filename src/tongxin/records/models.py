"""Who did what, and what is still to be said to someone. No foreign keys: a record outlives what it tells of."""

from typing import ClassVar

from django.contrib.postgres.indexes import HashIndex
from django.db import models

from tongxin.store.keeping import SIX_MONTHS, THREE_YEARS, Kept
from tongxin.store.models import Guarded, PublicIdField, Sharded


class JournalEntry(Sharded):
    """One deed: who, what, on what, when. Append-only (a trigger refuses changes); never read as business data."""

    keeps: ClassVar = Kept(3, "操作记录：谁在何时办了什么", SIX_MONTHS)
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)  # "cohort.enrolment-closed"
    account = models.BigIntegerField(null=True)  # who; null: the system itself
    person = models.BigIntegerField(null=True)  # as whom
    of_kind = models.CharField(max_length=40)
    of_id = models.CharField(max_length=24)  # public id where there is one
    union = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)  # few, flat, no personal data: a test reads what the actions write

    class Meta(Sharded.Meta):
        indexes: ClassVar = [
            models.Index(fields=["of_kind", "of_id"], name="journal_of"),
            models.Index(fields=["union", "-id"], name="journal_union"),
        ]


class JournalSeal(Guarded):
    """A chain of hashes over committed entries, laid in batches by a job: no writer waits for it."""

    first = models.BigIntegerField()
    last = models.BigIntegerField()
    entries = models.IntegerField()
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)  # SHA-256(previous, then each entry's canonical line)
    at = models.DateTimeField()


class OutboxRow(Sharded):
    """Something to tell someone after commit. `key` makes it once: a second row with it is the same message."""

    keeps: ClassVar = Kept(3, "等着发给本人的通知", "发出以前")

    class State(models.TextChoices):
        WAITING = "waiting"
        TOLD = "told"
        FAILED = "failed"
        DROPPED = "dropped"  # a stopped sending: it will not be told

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)  # an entry of the notices' catalogue
    person = models.BigIntegerField()
    data = models.JSONField(default=dict)  # what fills the words
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_try = models.DateTimeField()
    turn = models.SmallIntegerField(default=0)  # 1: one of a large sending; it lets what is told to one person pass

    class Meta(Sharded.Meta):
        indexes: ClassVar = [
            models.Index(fields=["turn", "next_try", "id"], name="outbox_due", condition=models.Q(state="waiting")),
        ]


class Document(Sharded):
    """A file kept in the data folder under its digest: what was uploaded, as it was."""

    keeps: ClassVar = Kept(3, "办事材料，谁交来的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.BigIntegerField(null=True)
    name = models.CharField(max_length=255)  # as its owner called it; never a path
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    keep_until = models.DateField(null=True)


class EnglishText(Sharded):
    """How a text that people wrote here reads in English. Append-only: of one text the last row counts, empty takes it back.

    Kept by the text itself and not by what bears it: a text that is changed has no English until somebody says it anew,
    so that an English page never tells what the Chinese no longer says.
    """

    keeps: ClassVar = Kept(3, "页面的英文：谁写的", THREE_YEARS)
    text = models.TextField()
    english = models.TextField(blank=True)
    union = models.BigIntegerField()  # for whose page it was said
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        indexes: ClassVar = [HashIndex(fields=["text"], name="english_of_text")]
