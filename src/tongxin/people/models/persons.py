"""A worker, known or not yet well known. A person needs no account."""

from datetime import timedelta
from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, TextField

from tongxin.kernel import id_numbers
from tongxin.people.scoping import PersonQuerySet
from tongxin.store.fields import DigestField, Sealed, SealedField, digest_of
from tongxin.store.models import PublicIdField, Sharded


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSTATED = "9", "未说明"


class GigGroup(models.TextChoices):
    """The four groups of 新就业形态劳动者. They need no employer."""

    TRUCK_DRIVER = "truck_driver", "货车司机"
    RIDE_HAILING_DRIVER = "ride_hailing_driver", "网约车司机"
    COURIER = "courier", "快递员"
    FOOD_DELIVERY_RIDER = "food_delivery_rider", "外卖配送员"


class DocumentKind(models.TextChoices):
    """GB/T 2261-like list of papers by which a person is known."""

    RESIDENT_ID = "resident_id", "居民身份证"
    PASSPORT = "passport", "护照"
    HK_MACAO_PERMIT = "hk_macao_permit", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证"
    FOREIGN_RESIDENT = "foreign_resident", "外国人永久居留证"


class Assurance(models.IntegerChoices):
    """How sure we are that it is this person. Higher is surer."""

    DECLARED = 1, "本人填报"
    ROSTER = 2, "与花名册相符"
    SEEN = 3, "窗口核验"
    CONFIRMED = 4, "外部核验"


class Sound(Func):
    """What a name sounds like: the letters of `name_sort`. Indexed, so its text must stay what the migration says."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, '[^a-z]', '', 'g')"
    output_field: ClassVar[models.Field] = TextField()  # type: ignore[type-arg]  # Django's own name for it


class Person(Sharded):
    """Tier 1 (name, document, phone), tier 2 (the real-name sheet). Sensitive kinds are not kept here.

    Document number and phone are sealed; the digests find them. Names are found by pieces of one and two characters and
    by pinyin initials, and sorted by `name_sort`, because the wheel's PostgreSQL has no ICU and no pg_trgm.
    """

    public_id = PublicIdField()
    name = models.CharField(max_length=60)
    name_pieces = ArrayField(models.CharField(max_length=4), default=list)
    name_initials = models.CharField(max_length=20, default="")
    name_sort = models.CharField(max_length=120, default="")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born = models.DateField(null=True)
    document_kind = models.CharField(max_length=20, choices=DocumentKind, default=DocumentKind.RESIDENT_ID)
    document = SealedField(purpose="person.document", null=True)
    document_digest = DigestField(
        max_length=32, null=True, purpose="person.document", of=lambda row: row.digest_of_document()
    )
    phone = SealedField(purpose="person.phone", null=True)
    phone_digest = DigestField(
        max_length=32, null=True, purpose="person.phone", of=lambda row: digest_of(row.phone, "person.phone")
    )
    assurance = models.SmallIntegerField(choices=Assurance, default=Assurance.DECLARED)

    ethnicity = models.CharField(max_length=20, blank=True)
    political_status = models.CharField(max_length=20, blank=True)
    education = models.CharField(max_length=20, blank=True)
    skill_level = models.CharField(max_length=20, blank=True)
    migrant_worker = models.BooleanField(null=True)
    gig_group = models.CharField(max_length=20, choices=GigGroup, blank=True)
    employer = models.CharField(max_length=120, blank=True)
    employer_uscc = models.CharField(max_length=18, blank=True)
    occupation = models.CharField(max_length=60, blank=True)
    model_worker = models.CharField(max_length=40, blank=True)

    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )  # it was the same person
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar[PersonQuerySet] = PersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["document_digest"],
                condition=Q(document_digest__isnull=False),
                name="person_one_document",
                violation_error_message="这个证件号码已经登记在另一人名下。",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=True, document_digest__isnull=True)
                | Q(document__isnull=False, document_digest__isnull=False),
                name="person_document_with_digest",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["name_pieces"], name="person_name_pieces", fastupdate=False),
            models.Index(fields=["phone_digest"], name="person_phone"),
            models.Index(fields=["name_sort", "id"], name="person_name_sort"),
            models.Index(fields=["merged_into"], name="person_merged", condition=Q(merged_into__isnull=False)),
            models.Index(F("born"), Sound(F("name_sort")), name="person_born_sound", condition=Q(born__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    def document_text(self) -> str:
        """The full number, for comparing; to show it to someone is a disclosure."""
        return _text(self.document)

    def phone_text(self) -> str:
        return _text(self.phone)

    def digest_of_document(self) -> bytes | None:
        """Under the current key, of its canonical form."""
        number = self.document_text()
        canonical = id_numbers.canonical_document(self.document_kind, number) if number else ""
        return digest_of(canonical, "person.document")


def _text(value: Sealed | str | None) -> str:
    """What was just set may still be a text."""
    return value.open() if isinstance(value, Sealed) else str(value or "")


class Disclosure(Sharded):
    """Someone looked at a full number. The person can read these rows: 谁看过."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="disclosures")
    field = models.CharField(max_length=20)
    purpose = models.CharField(max_length=200)  # as the looker stated it
    account = models.BigIntegerField(null=True)
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()


CLAIM_VALID: Final = timedelta(days=14)


class ClaimCode(Sharded):
    """A code that a window hands to a worker on paper, so that the worker's own account can take over the record."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="claim_codes")
    digest = DigestField(max_length=32, purpose="claim.code", lives=CLAIM_VALID)
    issued_by = models.BigIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["digest"], name="claim_code_once"),
        ]
