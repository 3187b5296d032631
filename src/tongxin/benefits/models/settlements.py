"""结算单: what a union owes a partner for a period, as both signed it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.benefits.models.partners import Partner
from tongxin.benefits.models.tills import Clerk
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import Kept
from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models import Union


class Settlement(Guarded):
    """Everything unsettled up to `ends` (out). Its lines are the redemptions and reversals that point here; `digest` is
    theirs, so that what both sign is one thing and stays so.
    """

    keeps: ClassVar = Kept(3, "商户结算单：工会由谁签", "按会计档案规定保存")

    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="settlements")
    number = models.IntegerField()  # of this partner: 1, 2, 3
    starts = models.DateField()
    ends = models.DateField()
    lines = models.IntegerField()
    redeemed = models.DecimalField(max_digits=14, decimal_places=2)
    reversed = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)  # below 0: carried as a debt of the partner's
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    union_signed_at = models.DateTimeField(null=True)
    account = models.BigIntegerField(null=True)  # who signed for the union
    partner_signed_at = models.DateTimeField(null=True)
    clerk = models.ForeignKey(Clerk, models.PROTECT, null=True, related_name="+")  # who signed for the partner

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "number"],
                name="settlement_number_once",
                violation_error_message="这一期结算单已经有了，请刷新后再看。",
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="settlement_days",
                violation_error_message="结算到哪一天要晚于从哪一天起，请改日期。",
            ),
            models.CheckConstraint(
                condition=Q(total=F("redeemed") - F("reversed")),
                name="settlement_adds_up",
                violation_error_message="结算单的合计与明细不符，请重新生成。",
            ),
            models.CheckConstraint(
                condition=Q(union_signed_at=None, account=None)
                | Q(union_signed_at__isnull=False, account__isnull=False),
                name="settlement_union_signs",
                violation_error_message="工会签字要有签字人。",
            ),
            models.CheckConstraint(
                condition=Q(partner_signed_at=None, clerk=None)
                | Q(partner_signed_at__isnull=False, clerk__isnull=False),
                name="settlement_partner_signs",
                violation_error_message="商户签字要有签字人。",
            ),
        ]

    @property
    def signed(self) -> bool:
        """By both."""
        return self.union_signed_at is not None and self.partner_signed_at is not None
