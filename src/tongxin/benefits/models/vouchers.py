"""Vouchers: who has one, what became of it, and every step of its life."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.benefits.models.schemes import Scheme
from tongxin.benefits.states import HELD, SPENT, VoucherState
from tongxin.calls.models import Award
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Voucher(Sharded):
    """One person's. It is spent once and whole; what it paid stands in `amount`.

    To be spent it is opened: then it has six digits to read aloud and a signed text for the camera, both for minutes (for a
    site without network: until the day is over), both of this opening alone. An older photograph opens nothing, and what
    was spent has neither.
    """

    keeps: ClassVar = Kept(
        2, "发给您的福利券：用没用、抵了多少，也用来核对一年的上限", "发放当年结束后，按会计凭证的规定保存"
    )

    public_id = PublicIdField()
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="vouchers")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # the scheme's, for lists
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="+")
    value = models.DecimalField(max_digits=10, decimal_places=2)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)  # that it paid
    limit_key = models.CharField(max_length=60, blank=True)  # the scheme's; with `year`: what it counts for
    year = models.SmallIntegerField()
    last_day = models.DateField()
    state = models.CharField(max_length=10, choices=VoucherState, default=VoucherState.ISSUED)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    opening = models.IntegerField(default=0)  # how often it was opened
    code = models.CharField(max_length=6, null=True, unique=True)  # of this opening: no two live ones anywhere
    code_until = models.DateTimeField(null=True)
    code_site = models.CharField(max_length=12, blank=True)  # until then it is good there alone, without network too

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(  # restored after a suspension, an award brings a new one
                fields=["award"], condition=Q(state__in=HELD), name="voucher_award_once"
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0), name="voucher_value", violation_error_message="券面金额要大于0。"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0, amount__lte=F("value")),
                name="voucher_amount",
                violation_error_message="抵扣的金额要大于0，不能超过券面金额。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SPENT, amount__isnull=False) | (~Q(state__in=SPENT) & Q(amount=None)),
                name="voucher_spent_says_amount",
                violation_error_message="使用了的券要写明抵扣多少；没有使用的不写。",
            ),
            models.CheckConstraint(
                condition=Q(code=None, code_until=None)
                | Q(state=VoucherState.ISSUED, code__isnull=False, code_until__isnull=False),
                name="voucher_code_while_live",
                violation_error_message="只有没使用的券才能出示。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-at"], name="voucher_person"),
            models.Index(fields=["scheme", "state"], name="voucher_scheme"),
            models.Index(fields=["last_day"], name="voucher_to_expire", condition=Q(state=VoucherState.ISSUED)),
        ]


class VoucherMove(Sharded):
    """A step of a voucher's life: append-only, a trigger refuses changes."""

    keeps: ClassVar = Kept(3, "一张券每一步是谁办的，便于查对", "与券同期")

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=12)  # of VOUCHER_MOVES, or "issue" for the first
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    ref = models.CharField(max_length=24, blank=True)  # the redemption's public id
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
