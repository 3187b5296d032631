"""A roster on its way in: the sheet's rows, what was found about each, and what will be done with it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.people.states import BATCH_MOVES, BatchState, Verdict
from tongxin.store.fields import SealedField
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class ImportBatch(Sharded):
    """One file for one union. Its counts are kept up with its rows, and outlive them."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    document = models.BigIntegerField()  # records.Document
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=BatchState, default=BatchState.READING)
    failure = models.CharField(max_length=400, blank=True)  # words for the cadre
    sheet = models.CharField(max_length=255, blank=True)  # the sheet that was read
    notes = models.JSONField(default=list)  # what was skipped and why, as sentences
    columns = models.JSONField(default=list)  # [letter, header, field] of the sheet's columns
    questions = models.JSONField(default=list)  # [{about, code, words, options}]: asked before anything is judged
    choices = models.JSONField(default=dict)  # the answers: {about: option}
    rows = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)  # progress, shown while it runs
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)  # members of the union who are not on the list; never ended by it
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)  # when work on it last went on, to notice a worker that was killed
    committed_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        indexes: ClassVar = [models.Index(fields=["union", "-at"], name="import_batch_union")]

    def move(self, verb: str) -> None:
        """Refused("wrong-state") where the verb is not open now. The caller saves."""
        self.state = BATCH_MOVES.target(verb, self.state)

    @property
    def to_write(self) -> int:
        return self.added + self.changed

    @property
    def left_out(self) -> int:
        return self.asked + self.refused


class ImportRow(Sharded):
    """One row of the sheet. Its values are sealed as one text: they hold numbers and phones."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    row_no = models.IntegerField()  # as the sheet counts
    values = SealedField(purpose="import.values")  # JSON: {typed, values, told}; see people.roster.kept
    number_key = models.BinaryField(max_length=32, null=True)  # equal where two rows name one person
    verdict = models.CharField(max_length=10, choices=Verdict)
    problems = models.JSONField(default=list)  # [{column, code, message, fix, blocks}], without personal data
    offers = ArrayField(models.CharField(max_length=12), default=list)  # what may be answered
    answers = ArrayField(models.CharField(max_length=12), default=list)  # what the cadre chose
    changes = models.JSONField(default=list)  # names of the fields that differ
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    basis = models.CharField(max_length=80, blank=True)  # how the person's record stood when this was found
    done = models.BooleanField(default=False)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "row_no"], name="import_row_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "verdict", "row_no"], name="import_row_verdict"),
            models.Index(fields=["batch", "number_key"], name="import_row_number"),
        ]
