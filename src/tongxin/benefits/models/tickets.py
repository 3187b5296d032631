"""票码: a partner's own codes, uploaded by sheet, each given once to someone who holds a voucher."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.benefits.models.partners import Partner
from tongxin.benefits.models.schemes import Scheme
from tongxin.benefits.models.vouchers import Voucher
from tongxin.store.fields import DigestField, SealedField, digest_of
from tongxin.store.keeping import Kept
from tongxin.store.models import Guarded, PublicIdField, Sharded

CODE = "ticket.code"


class TicketPool(Guarded):
    """Codes of one partner for one scheme: what they open, and until when."""

    public_id = PublicIdField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="ticket_pools")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    how_to = models.CharField(max_length=200, blank=True)  # 在影院自助机输入
    last_day = models.DateField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                name="ticket_pool_once",
                violation_error_message="这家商户已有同名的一批票码，请换个名称，比如加上月份。",
            )
        ]

    @property
    def federation(self) -> int:
        """For the journal; read with the partner."""
        return self.partner.federation

    @property
    def union_id(self) -> int:
        return self.partner.union_id


class TicketCode(Sharded):
    """One code. Sealed: whoever reads it can use it. The digest, of partner and code, keeps one from being uploaded twice."""

    keeps: ClassVar = Kept(3, "商户的票码给了哪张券", "合同结束后按会计档案规定保存", sealed=True)
    digested_with: ClassVar = ("pool",)

    pool = models.ForeignKey(TicketPool, models.PROTECT, related_name="codes")
    code = SealedField(purpose=CODE)
    digest = DigestField(
        max_length=32,
        unique=True,
        purpose=CODE,
        of=lambda row: digest_of(f"{row.pool.partner_id}:{row.code.open()}", CODE),
    )
    voucher = models.OneToOneField(Voucher, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(voucher=None, given_at=None) | Q(voucher__isnull=False, given_at__isnull=False),
                name="ticket_code_given",
                violation_error_message="给出的票码要记下给了哪张券、何时给的。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["pool", "id"], name="ticket_code_left", condition=Q(voucher=None))]
