"""What was taken at a counter, what was taken back, and what a device brought along when it was without network."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.benefits.counter_states import How, OfflineVerdict, Outcome, Undoing
from tongxin.benefits.models.partners import Partner, PartnerSite
from tongxin.benefits.models.schemes import Scheme
from tongxin.benefits.models.settlements import Settlement
from tongxin.benefits.models.tills import Device, Shift
from tongxin.benefits.models.vouchers import Voucher
from tongxin.store.models import Guarded, PublicIdField, Sharded


class Accepts(Guarded):
    """Which schemes a partner takes, from which day until which (out)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="accepts")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="accepted_by")
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "scheme"],
                condition=Q(ends=None),
                name="accepts_once",
                violation_error_message="这家商户已在收这一种券。",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=models.F("starts")),
                name="accepts_days",
                violation_error_message="不再收这种券的日期不能早于开始的日期。",
            ),
        ]


class Redemption(Sharded):
    """核销: one voucher at one counter. Never changed but for `undone_at` and the settlement it went into; each at most once.

    `request` is what the device called its request: asked twice with the same body, the answer is the same row.
    """

    public_id = PublicIdField()
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="+")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="redemptions")
    site = models.ForeignKey(PartnerSite, models.PROTECT, null=True, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="redemptions")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    how = models.CharField(max_length=8, choices=How)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.SPENT)
    at = models.DateTimeField()  # at the counter; without network, as the device said and the house believed
    received_at = models.DateTimeField()
    request = models.CharField(max_length=40, blank=True)
    body = models.BinaryField(max_length=32, null=True)  # digest of what was asked
    undone_at = models.DateTimeField(null=True)
    settlement = models.ForeignKey(Settlement, models.PROTECT, null=True, related_name="redemptions")

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["voucher"],
                condition=Q(undone_at=None, outcome=Outcome.SPENT),
                name="redemption_spent_once",
                violation_error_message="这张券已经用过了，不能再用。",
            ),
            models.UniqueConstraint(
                fields=["device", "request"], condition=~Q(request=""), name="redemption_request_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="redemption_amount",
                violation_error_message="核销的金额要大于0。",
            ),
            models.CheckConstraint(
                condition=Q(how=How.TICKET, device=None, shift=None, site=None)
                | (~Q(how=How.TICKET) & Q(device__isnull=False, shift__isnull=False, site__isnull=False)),
                name="redemption_counter",
                violation_error_message="在柜台核销要有设备、门店和班次。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["partner", "at"], name="redemption_partner"),
            models.Index(fields=["partner"], name="redemption_unsettled", condition=Q(settlement=None)),
            models.Index(fields=["shift"], name="redemption_shift"),
        ]

    @property
    def union_id(self) -> int:
        """For the journal; read with the partner."""
        return self.partner.union_id


class Reversal(Sharded):
    """What was redeemed and is not any more: undone at the counter within minutes, or refunded later by the union.

    A row of its own, so that what was settled stays settled: a refund after it goes into the next settlement.
    """

    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="reversal")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="reversals")
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="reversals")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    how = models.CharField(max_length=8, choices=Undoing)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    settlement = models.ForeignKey(Settlement, models.PROTECT, null=True, related_name="reversals")

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="reversal_amount",
                violation_error_message="撤销的金额要大于0。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["partner"], name="reversal_unsettled", condition=Q(settlement=None)),
        ]


class OfflineEntry(Guarded):
    """One line of a device's offline list as the device signed it, and what became of it when it arrived. Append-only."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="entries")
    number = models.IntegerField()  # counted by the device, without gaps
    text = models.TextField()  # what was signed, to the letter
    signature = models.BinaryField(max_length=64)
    digest = models.BinaryField(max_length=32)
    verdict = models.CharField(max_length=12, choices=OfflineVerdict)
    redemption = models.OneToOneField(Redemption, models.PROTECT, null=True, related_name="entry")
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "number"], name="offline_entry_once"),
        ]
