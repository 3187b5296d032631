"""A roster on its way in: the sheet's rows, what was found about each, and what will be done with it."""

from collections.abc import Callable
from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.people.models.memberships import Membership
from tongxin.people.models.persons import Person
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.packing import Packed
from tongxin.people.scoping import ScopedQuerySet
from tongxin.people.states import BATCH_MOVES, BatchState, Undo, Verdict, WhyMissing
from tongxin.store.fields import DigestField, KeyIdField, SealedBytesField, SealedField, digest_of
from tongxin.store.keys import ring
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
    packed = models.BooleanField(default=False)  # a large file: rows that need nobody lie in parts
    attempt = models.IntegerField(default=0)  # of reading; a part of an earlier attempt is not taken in
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)  # account
    undone = models.IntegerField(default=0)  # rows taken back
    kept = models.IntegerField(default=0)  # rows left as they are, because they were changed or used since
    list_name = models.CharField(max_length=255, blank=True)  # what the file is called without its numbers and days
    continues = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")  # a workbook of ours came back
    held = models.BooleanField(default=False)  # much shorter than the last list: waits until somebody says which it is
    partial = models.BooleanField(default=False)  # an addition to the list: who is not on it is not asked about

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


PART: Final = "import.part"  # what a part's seal is bound to


class ImportRow(Sharded):
    """One row of the sheet. Its values are sealed as one text: they hold numbers and phones."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    row_no = models.IntegerField()  # as the sheet counts
    values = SealedField(purpose="import.values")  # JSON: {typed, values, told}; see people.roster.kept
    number_key = DigestField(  # equal where two rows name one person
        max_length=32, null=True, purpose="import.number", of=lambda row: digest_of(_entry(row).who, "import.number")
    )
    verdict = models.CharField(max_length=10, choices=Verdict)
    problems = models.JSONField(default=list)  # [{column, code, message, fix, blocks}], without personal data
    offers = ArrayField(models.CharField(max_length=12), default=list)  # what may be answered
    answers = ArrayField(models.CharField(max_length=12), default=list)  # what the cadre chose
    changes = models.JSONField(default=list)  # names of the fields that differ
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    basis = models.CharField(max_length=80, blank=True)  # how the person's record stood when this was found
    done = models.BooleanField(default=False)
    former = SealedField(
        purpose="import.former", null=True
    )  # JSON: what the import wrote over; see actions.imports.former
    undo = models.CharField(max_length=10, choices=Undo, blank=True)
    origin = models.IntegerField(null=True)  # its number in the batch whose workbook came back

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "row_no"], name="import_row_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "verdict", "row_no"], name="import_row_verdict"),
            models.Index(fields=["batch", "number_key"], name="import_row_number"),
        ]


class ImportPart(Sharded):
    """A stretch of a large file's rows that need nobody: newcomers and rows that change nothing, sealed together.

    A row that must be looked at is lifted out and becomes an ImportRow. `done` is set in the transaction that writes the
    part's people, so a killed import goes on with the parts that are left and doubles nothing.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="parts")
    number = models.IntegerField()
    first_row = models.IntegerField()
    last_row = models.IntegerField()
    rows = SealedBytesField(purpose=PART)  # sealed and packed; see people.roster.packing
    digests = DigestField(  # of the rows' documents, 32 bytes each, in order
        purpose="person.document", of=lambda part: _digests(part, "person.document", lambda entry: entry.document)
    )
    phones = DigestField(  # of their phones, 32 bytes each; zeros where a row has none
        purpose="person.phone", of=lambda part: _digests(part, "person.phone", lambda entry: entry.values.get("phone"))
    )
    people = ArrayField(models.BigIntegerField())  # by row: who it is; 0 for a newcomer until the part is done
    lifted = ArrayField(models.IntegerField(), default=list)  # numbers of rows that are an ImportRow now
    added = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    key = KeyIdField()  # that sealed and digested it
    done = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["batch", "number"], name="import_part_once"),
        ]


class HeaderChoice(Sharded):
    """What a union's cadre said a column of theirs is. The next list with the same header is read so without asking."""

    union = models.ForeignKey(Union, models.CASCADE, related_name="+")
    header = models.CharField(max_length=255)  # as people.roster.fields.header_key
    field = models.CharField(max_length=40, blank=True)  # empty: not read
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["union", "header"], name="import_header_once"),
        ]


class MissingAnswer(Sharded):
    """What a cadre said of a member who is no longer on the list. Asked once: until a later list names the member again."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="+")
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="+")
    union = models.ForeignKey(Union, models.CASCADE, related_name="+")
    answer = models.CharField(max_length=12, choices=WhyMissing)
    on = models.DateField()
    reason = models.CharField(max_length=200)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()


class RosterUpload(Sharded):
    """A file on its way in, piece by piece. What has arrived lies in the data folder; it goes on where it stopped."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.CASCADE, related_name="+")
    account = models.BigIntegerField()
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    arrived = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)  # as the browser tells files apart: name, size, last change
    at = models.DateTimeField()
    moved_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="+")

    class Meta(Sharded.Meta):
        indexes: ClassVar = [models.Index(fields=["account", "fingerprint"], name="roster_upload_again")]


def _entry(row: ImportRow) -> Entry:
    return Entry.from_text(row.row_no, row.values.open(), row.answers)


def _digests(part: ImportPart, purpose: str, text_of: Callable[[Entry], str | None]) -> bytes:
    packed = Packed.from_bytes(ring().open_bytes(bytes(part.rows), purpose=PART))
    return b"".join([digest_of(text_of(entry), purpose) or bytes(32) for entry in packed.entries()])
