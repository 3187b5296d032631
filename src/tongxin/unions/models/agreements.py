"""What unions without a common parent (below the national one) promise each other."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models.tree import Union


class Agreement(Guarded):
    """What unions without a common parent (below the national one) promise each other, from when until when."""

    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)  # of the party that keeps the paper
    name = models.CharField(max_length=160)
    starts = models.DateField()
    ends = models.DateField(null=True)
    ended_early_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gt=F("starts")),
                name="agreement_days",
                violation_error_message="协议的结束日期要晚于开始日期。",
            )
        ]


class AgreementParty(Guarded):
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    signed_on = models.DateField(null=True)  # a grant counts once both its sides have signed

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agreement", "union"], name="agreement_party_once")]


class AgreementGrant(Guarded):
    """One thing that one party opens to another: its own rows (and those below it), for one scope and one power.

    Read by the scope query beside the actor's own posts; so an agreement that ends closes what it opened that day.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="grants")
    giver = models.ForeignKey(Union, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Union, models.PROTECT, related_name="+")
    scope = models.CharField(max_length=10)  # people.powers.Scope
    power = models.CharField(max_length=40)  # people.powers.Power
    below = models.BooleanField(default=False)  # the giver's whole tree, or the giver alone

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="agreement_grant_between_two"),
            models.UniqueConstraint(fields=["agreement", "giver", "taker", "power"], name="agreement_grant_once"),
        ]
