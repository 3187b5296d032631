"""One message on one channel: what was tried, what it cost, and what the gateway said."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from tongxin.notices.models.channels import Budget
from tongxin.notices.models.messages import Message
from tongxin.notices.states import DELIVERY_MOVES, Channel, DeliveryState, Why
from tongxin.people.models import Person
from tongxin.store.fields import DigestField, SealedField, digest_of
from tongxin.store.keeping import SIX_MONTHS, THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded


class Delivery(Sharded):
    """`key` is the message's key and the channel: once. `public_id` is the serial by which the gateway knows it."""

    keeps: ClassVar = Kept(3, "通知有没有送到，花了多少", THREE_YEARS)
    public_id = PublicIdField()
    key = models.CharField(max_length=140, unique=True)
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    union = models.BigIntegerField(null=True)  # the person's when it was planned: whose budget, whose window
    sending = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    why = models.CharField(max_length=14, choices=Why, blank=True)
    digest = models.BooleanField(default=False)  # one summary of the day instead of the message's own words
    wait_minutes = models.IntegerField(default=0)
    at = models.DateTimeField()
    next_at = models.DateTimeField()  # when to send; once accepted, when to ask the gateway
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    confirm_by = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    price = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    budget = models.ForeignKey(Budget, models.PROTECT, null=True, related_name="+", db_index=False)
    receipt_id = models.CharField(max_length=64, blank=True)  # the gateway's
    address_digest = DigestField(  # of where it went last, to be compared with what the gateway reports
        max_length=32, null=True, purpose="contact.address", lives=timedelta(days=8)
    )
    subscription = models.BigIntegerField(null=True)  # the official account's permission that it used up
    account = models.BigIntegerField(null=True)  # who printed it, or told it by mouth

    class Meta(Sharded.Meta):
        indexes: ClassVar = [
            models.Index(fields=["channel", "next_at", "id"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(fields=["taken_at"], name="delivery_doubt", condition=Q(state="sending")),
            models.Index(fields=["next_at"], name="delivery_asked", condition=Q(state="accepted")),
            models.Index(fields=["message"], name="delivery_message"),
            models.Index(fields=["sending", "state"], name="delivery_sending", condition=Q(sending__isnull=False)),
            BrinIndex(fields=["at"], name="delivery_month"),  # a month's counts; rows come in the order of their time
        ]

    def move(self, verb: str) -> None:
        """Refused("wrong-state") where the table of moves says so."""
        self.state = DELIVERY_MOVES.target(verb, self.state)

    def can(self, verb: str) -> bool:
        return verb in DELIVERY_MOVES.verbs(self.state)


class Receipt(Sharded):
    """What a gateway reported, once for each of its numbers. One that fits nothing is kept as refused."""

    gateway = models.CharField(max_length=20)
    number = models.CharField(max_length=64)
    serial = models.CharField(max_length=64, blank=True)  # which delivery it claims to be of
    delivery = models.ForeignKey(Delivery, models.CASCADE, null=True, related_name="receipts")
    delivered = models.BooleanField()
    code = models.CharField(max_length=60, blank=True)
    refused = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["gateway", "number"], condition=Q(refused=False), name="receipt_once"),
        ]


class Slip(Sharded):
    """A notice on paper with a short code: whoever types it, or scans it, has read it. Of the code a digest is kept."""

    keeps: ClassVar = Kept(3, "打印给本人的短码；只存摘要", SIX_MONTHS)
    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="slip")
    digest = DigestField(
        max_length=32, unique=True, purpose="slip.code", of=lambda row: digest_of(row.code, "slip.code")
    )
    code = SealedField(purpose="slip.code")  # to print the same paper again
    printed_at = models.DateTimeField()
    until = models.DateTimeField()
    account = models.BigIntegerField(null=True)
    used_at = models.DateTimeField(null=True)
