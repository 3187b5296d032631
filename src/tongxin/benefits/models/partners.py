"""合作商户: who takes vouchers at a counter, under which contract, where, from when until when."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.fields import SealedField
from tongxin.store.keeping import Kept
from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models import Union

ACCOUNT = "partner.account"


class Partner(Guarded):
    """A scenic site, a cinema, a shop: one contract with one union, `starts` in and `ends` out."""

    keeps: ClassVar = Kept(
        1, "合作商户的结算账户，可能是个体户本人的，所以加密", "合同结束后按会计档案规定保存", sealed=True
    )

    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # contracted it, and settles with it
    name = models.CharField(max_length=60)  # as people call it
    legal_name = models.CharField(max_length=120)  # as its licence says
    uscc = models.CharField(max_length=18)
    phone = models.CharField(max_length=40, blank=True)  # of the counter or the office, not of a person
    starts = models.DateField()
    ends = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    account = SealedField(purpose=ACCOUNT, null=True)  # where the settlement is paid to
    offline_cap = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0.00"))
    synthetic = models.BooleanField(default=False)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gt=F("starts")),
                name="partner_days",
                violation_error_message="停止合作的日期要晚于开始日期，请改其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(offline_cap__gte=0),
                name="partner_cap",
                violation_error_message="断网时的损失上限不能小于0；不许断网核销就填0。",
            ),
            models.UniqueConstraint(
                fields=["union", "uscc"],
                condition=Q(ends=None),
                name="partner_once_at_a_time",
                violation_error_message="这家商户（按统一社会信用代码）已在合作名单里，请打开原来那一份。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerSite(Guarded):
    """门店: a counter's house. A voucher is opened for one of them, and a device stands in one of them."""

    public_id = PublicIdField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="sites")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=160, blank=True)
    area_code = models.CharField(max_length=12, blank=True)  # GB/T 2260
    closed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                name="partner_site_once",
                violation_error_message="这家商户已有同名的门店，请换个名称。",
            )
        ]

    @property
    def federation(self) -> int:
        """For the journal; read with the partner."""
        return self.partner.federation

    def __str__(self) -> str:
        return self.name
