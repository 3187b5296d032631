"""By which channel, at what price, under which cap; what a worker chose, and where a worker is reached."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongxin.notices.states import Channel
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.fields import DigestField, SealedField, digest_of
from tongxin.store.keeping import WHILE_USED, Kept
from tongxin.store.models import Guarded, PublicIdField, Sharded
from tongxin.unions.models import Union


class Dated(Guarded):
    """For a union and all below it (none: everywhere), on the days given. The nearest row at or above a place decides."""

    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # half-open

    class Meta:
        abstract = True


def _days(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
        name=name,
        violation_error_message="失效日期要晚于生效日期，请改其中一个。",
    )


class ChannelRule(Dated):
    """One step of an order of channels for a group of kinds: all rows of one union and group are one order."""

    group = models.CharField(max_length=20)  # notices.groups
    position = models.SmallIntegerField()
    channel = models.CharField(max_length=10, choices=Channel)
    wait_minutes = models.IntegerField(default=0)  # not confirmed by then: the next channel; 0: accepted is enough
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            _days("channel_rule_days"),
            models.CheckConstraint(
                condition=Q(wait_minutes__gte=0) & Q(position__gte=1),
                name="channel_rule_numbers",
                violation_error_message="等待的分钟数不能小于0。",
            ),
            models.UniqueConstraint(
                fields=["union", "group", "valid_from", "position"], name="channel_rule_once", nulls_distinct=False
            ),
        ]


class Template(Dated):
    """What a gateway knows by number: text messages and subscriptions leave only by templates that it approved.

    `names` are filled in order from the notice: its own data, or title and body.
    """

    public_id = PublicIdField()
    channel = models.CharField(max_length=10, choices=Channel)
    kind = models.CharField(max_length=60, blank=True)  # of notice; empty: any that has no template of its own
    number = models.CharField(max_length=80)
    signature = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=500)  # "您报的${what}有变。", to count its length and to show it
    names = ArrayField(models.CharField(max_length=40), default=list)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [_days("template_days")]


class Price(Dated):
    """Yuan for one message on the channel (a long text message is several)."""

    channel = models.CharField(max_length=10, choices=Channel)
    amount = models.DecimalField(max_digits=10, decimal_places=4)

    class Meta:
        constraints: ClassVar = [
            _days("price_days"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="price_amount", violation_error_message="价格不能小于0。"
            ),
        ]


class Budget(Guarded):
    """What a union may spend on notices in a month, for itself and all below it that have none of their own."""

    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    cap = models.DecimalField(max_digits=12, decimal_places=2)
    spent = models.DecimalField(max_digits=14, decimal_places=4, default=0)  # counted before sending
    reached_at = models.DateTimeField(null=True)  # the first time that it refused

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["union", "month"], name="budget_once"),
            models.CheckConstraint(
                condition=Q(cap__gte=0), name="budget_cap", violation_error_message="预算不能小于0。"
            ),
        ]


class ContactPoint(Sharded):
    """An address beside the phone: e-mail, or the identity at the official account. Used once it is verified."""

    keeps: ClassVar = Kept(1, "本人选的通知方式", WHILE_USED)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)
    address = SealedField(purpose="contact.address")
    digest = DigestField(max_length=32, purpose="contact.address", of=lambda row: row.digest_of_address())
    at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    code_digest = DigestField(max_length=32, null=True, purpose="contact.code", lives=timedelta(days=2))
    code_until = models.DateTimeField(null=True)
    code_tries = models.SmallIntegerField(default=0)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "channel"], condition=Q(ended_at=None), name="contact_point_one_open"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="contact_point_digest")]

    def digest_of_address(self) -> bytes | None:
        """Under the current key. An e-mail address is one in capitals and without; an identity elsewhere is not."""
        address = self.address.open()
        return digest_of(address.lower() if self.channel == Channel.EMAIL else address, "contact.address")


class Subscription(Sharded):
    """The official account may send one message for each: the person allowed it once, and it is used up once."""

    keeps: ClassVar = Kept(3, "公众号的一次性订阅", WHILE_USED)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    number = models.CharField(max_length=80)  # the template that was allowed
    scene = models.IntegerField()
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            # the account does not add up permissions of one scene
            models.UniqueConstraint(
                fields=["person", "number", "scene"], condition=Q(used_at=None), name="subscription_once"
            ),
        ]


class Choice(Sharded):
    """A worker's yes or no for a group of kinds on a channel; without a row, the rule."""

    keeps: ClassVar = Kept(3, "本人要不要哪一类通知", WHILE_USED)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    group = models.CharField(max_length=20)
    channel = models.CharField(max_length=10, choices=Channel)
    wanted = models.BooleanField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["person", "group", "channel"], name="choice_once"),
        ]


class Preference(Sharded):
    """When a worker wants to be left alone, and whether one summary a day is enough."""

    keeps: ClassVar = Kept(3, "本人选的安静时段和每日汇总", WHILE_USED)
    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    quiet_from = models.TimeField(null=True)  # both empty: the house's hours
    quiet_until = models.TimeField(null=True)
    digest = models.BooleanField(default=False)
