"""会籍转接: asked for by the worker or either union, answered by both, and what proves a membership elsewhere."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.people.models.clocks import Clock
from tongxin.people.models.memberships import Membership
from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.people.states import TransferAnswer, TransferState
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class TransferAsker(models.TextChoices):
    WORKER = "worker", "本人"
    OLD_UNION = "old_union", "转出工会"
    NEW_UNION = "new_union", "转入工会"


class Transfer(Sharded):
    """Done when both unions have said yes (or a clause lets the old one's silence pass) and, across provinces, the
    worker has consented. `union` is the old one: the row stays with the federation that keeps the person.
    """

    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="transfers")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    to_union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    asker = models.CharField(max_length=10, choices=TransferAsker)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=TransferState, default=TransferState.WAITING)
    consented_on = models.DateField(null=True)  # the worker's separate consent (个人信息保护法第23条)
    old_answer = models.CharField(max_length=8, choices=TransferAnswer, default=TransferAnswer.NONE)
    new_answer = models.CharField(max_length=8, choices=TransferAnswer, default=TransferAnswer.NONE)
    escalated_to = models.ForeignKey(
        Union, models.PROTECT, null=True, related_name="+"
    )  # who answers for the old union
    escalations = models.SmallIntegerField(default=0)
    account = models.BigIntegerField(null=True)
    key = models.CharField(max_length=64, null=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    by_clause = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+"
    )  # completed without the old union's yes
    result = models.OneToOneField(Membership, models.PROTECT, null=True, related_name="transfer")

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=TransferState.WAITING),
                name="transfer_one_waiting",
                violation_error_message="这个人已经有一份转接申请在办理，请先办完那一份。",
            ),
            models.CheckConstraint(
                condition=~Q(union=F("to_union")),
                name="transfer_between_two",
                violation_error_message="会籍已经在这个工会，不用转接。",
            ),
            models.UniqueConstraint(fields=["account", "key"], name="transfer_key_once"),
            models.CheckConstraint(
                condition=~Q(state=TransferState.DONE)
                | Q(new_answer=TransferAnswer.YES, result__isnull=False)
                & (Q(old_answer=TransferAnswer.YES) | Q(by_clause__isnull=False)),
                name="transfer_done_agreed",
                violation_error_message="两边工会都同意（或有条文依据），会籍才能转接。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["to_union", "-at"], name="transfer_to"),
            models.Index(fields=["union", "-at"], name="transfer_from"),
            models.Index(fields=["due_at"], name="transfer_overdue", condition=Q(state=TransferState.WAITING)),
        ]


class TransferStep(Sharded):
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=16)
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)


class PassportKind(models.TextChoices):
    SCREEN = "s", "手机上的码"
    PAPER = "p", "纸质凭证"


class Passport(Sharded):
    """会籍凭证: what was signed, so that it can be revoked. The card itself is a text that checks without network."""

    public_id = PublicIdField()  # the card's serial number
    person = models.ForeignKey(Person, models.PROTECT, related_name="passports")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=1, choices=PassportKind, default=PassportKind.SCREEN)
    key = models.CharField(max_length=16)  # id of the signing key
    account = models.BigIntegerField(null=True)  # who issued it: the worker, or a clerk
    issued_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=40, blank=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(revoked_at=None),
                name="passport_one_of_a_kind",
                violation_error_message="已经有一张有效的凭证，请刷新后再看。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-issued_at"], name="passport_person"),
            models.Index(fields=["ends_at"], name="passport_revoked", condition=Q(revoked_at__isnull=False)),
        ]
