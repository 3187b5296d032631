"""What stands at a partner's counter: devices that were paired once, clerks with a PIN, and shifts."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.benefits.models.partners import Partner, PartnerSite
from tongxin.store.fields import DigestField
from tongxin.store.models import Guarded, PublicIdField


class Device(Guarded):
    """A phone, tablet or till. Paired by a code that is good once; known afterwards by a token of which only the digest is kept.

    `offline_key` is the public half of a key that the device made itself: what it accepts without network it signs.
    """

    public_id = PublicIdField()
    site = models.ForeignKey(PartnerSite, models.PROTECT, related_name="devices")
    name = models.CharField(max_length=40)  # 1号收银台
    code_digest = DigestField(  # of the pairing code, until it is used
        max_length=32, null=True, unique=True, purpose="device.code", lives=timedelta(hours=1)
    )
    code_ends_at = models.DateTimeField(null=True)
    token_digest = models.BinaryField(max_length=32, null=True, unique=True)
    paired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    offline_key = models.BinaryField(max_length=32, null=True)
    offline_last = models.IntegerField(default=0)  # number of the last offline entry that arrived

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(revoked_at=None),
                name="device_name_once",
                violation_error_message="这个门店已有同名的设备，请换个名称，好认是哪一台。",
            ),
            models.CheckConstraint(
                condition=Q(token_digest=None, paired_at=None) | Q(token_digest__isnull=False, paired_at__isnull=False),
                name="device_paired_with_token",
                violation_error_message="这台设备还没有配对好，请重新配对。",
            ),
        ]

    @property
    def federation(self) -> int:
        """For the journal; read with site and partner."""
        return self.site.partner.federation


class Clerk(Guarded):
    """收银员, by what the counter calls them: the house need not know their names. The PIN is kept as a hash."""

    public_id = PublicIdField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="clerks")
    label = models.CharField(max_length=20)  # 3号收银
    pin = models.CharField(max_length=128)
    signs = models.BooleanField(default=False)  # may sign the settlement sheet for the partner
    wrong = models.SmallIntegerField(default=0)  # in a row; too many close the PIN until a new one is given
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "label"],
                condition=Q(closed_at=None),
                name="clerk_label_once",
                violation_error_message="这家商户已有同样称呼的收银员，请换个称呼。",
            )
        ]

    @property
    def federation(self) -> int:
        """For the journal; read with the partner."""
        return self.partner.federation


class Shift(Guarded):
    """One clerk at one device, from the PIN until it is closed; it ends by itself at `until`."""

    public_id = PublicIdField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="shifts")
    clerk = models.ForeignKey(Clerk, models.PROTECT, related_name="shifts")
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    expected = models.DecimalField(max_digits=10, decimal_places=2, null=True)  # what the house had at the close
    counted = models.DecimalField(max_digits=10, decimal_places=2, null=True)  # what the clerk counted in the drawer
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(closed_at=None),
                name="shift_one_open",
                violation_error_message="这台设备已有人在班，请先交班。",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at")),
                name="shift_times",
                violation_error_message="班次的结束时间要晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(counted=None) | Q(counted__gte=0),
                name="shift_counted",
                violation_error_message="清点的金额不能小于0。",
            ),
        ]

    @property
    def federation(self) -> int:
        """For the journal; read with device, site and partner."""
        return self.device.federation
