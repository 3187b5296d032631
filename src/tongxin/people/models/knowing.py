"""How we came to know who someone is: what was checked, who may be the same person, and merges with their way back."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongxin.people.kept_records import opened_notes
from tongxin.people.models.accounts import Account
from tongxin.people.models.persons import Assurance, Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.people.states import LikenessState
from tongxin.store.fields import DigestField, SealedField
from tongxin.store.models import Guarded, PublicIdField, Sharded
from tongxin.unions.models import Union

_HISTORY = "that a number changed stands here; which one it was nobody asks"


class Verification(Sharded):
    """One check of who someone is. Append-only: a person's assurance is the highest that still stands."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="verifications")
    level = models.SmallIntegerField(choices=Assurance)
    how = models.CharField(max_length=20)  # roster, window, or the outside service's name
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")  # whose roster or window
    account = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=80, blank=True)  # the service's own number for its answer
    passed = models.BooleanField()
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="verification_person")]


class Likeness(Sharded):
    """Two records that may be one person. Found by machine, decided by people; `different` is remembered."""

    public_id = PublicIdField()
    one = models.ForeignKey(Person, models.PROTECT, related_name="+")  # the smaller pk
    other = models.ForeignKey(Person, models.PROTECT, related_name="+")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # the lowest at or above both, who may decide
    score = models.SmallIntegerField()  # 0 to 100
    reasons = ArrayField(models.CharField(max_length=24))  # codes, without personal data
    state = models.CharField(max_length=10, choices=LikenessState, default=LikenessState.OPEN)
    found_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["one", "other"], name="likeness_once"),
            models.CheckConstraint(
                condition=Q(one__lt=F("other")), name="likeness_order", violation_error_message="请选两份不同的登记。"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["union", "-score"], name="likeness_open", condition=Q(state=LikenessState.OPEN)),
            models.Index(fields=["other"], name="likeness_other"),
        ]


class Merge(Sharded):
    """`gone` was found to be `kept`. Both rows stay; what pointed at `gone` points at `kept`, and MergedRow knows the way back."""

    public_id = PublicIdField()
    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Person, models.PROTECT, related_name="+")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    before = SealedField(purpose="merge.before", inside=opened_notes)  # JSON: both records' own columns as they stood
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merge_gone_once"),
        ]


class MergedRow(Sharded):
    """One row elsewhere that pointed at `gone`. `aside`: it could not follow (both had one) and stays with `gone`, readable."""

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="rows")
    table = models.CharField(max_length=60)
    row = models.BigIntegerField()
    column = models.CharField(max_length=40)
    aside = models.BooleanField(default=False)


class PhoneChange(Sharded):
    """A number came to, left or moved between someone's record and account. The numbers themselves stay sealed where they are."""

    class How(models.TextChoices):
        OWN = "own", "本人用两个号码的验证码更换"
        WINDOW = "window", "窗口核验后更换"
        RELEASED = "released", "号码换了主人，已解绑"

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="phone_changes")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=How)
    old_digest = DigestField(max_length=32, null=True, purpose="account.phone", lost=_HISTORY)
    new_digest = DigestField(max_length=32, null=True, purpose="account.phone", lost=_HISTORY)
    by_account = models.BigIntegerField(null=True)
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class Pin(Guarded):
    """For those without a phone: a window hands over a card number and six digits."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="pin")
    card = models.CharField(max_length=10, unique=True)  # digits, the last one a check digit
    hash = models.CharField(max_length=128)
    given_by = models.BigIntegerField()
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    wrong = models.SmallIntegerField(default=0)  # in a row; too many close it until a window gives a new one


class OutsideIdentity(Guarded):
    """Who someone is at an outside sign-in (an official account); its subject is kept as a keyed digest."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=30)
    subject_digest = DigestField(
        max_length=32,
        purpose="account.identity",
        lost="made anew when it signs in; who did not come since proves a phone once more",
    )
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "subject_digest"], condition=Q(ended_at=None), name="identity_once"
            )
        ]
