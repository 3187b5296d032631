"""What a union offers, under which brand, to whom, and how much money stands behind it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.benefits.models.catalogue import CatalogueLine
from tongxin.benefits.states import Fund, SchemeKind, SchemeState, Theme
from tongxin.calls.models import Call, Pool
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import Guarded, PublicIdField, Sharded
from tongxin.unions.models import Agreement, Union


class Brand(Sharded):
    """A name that several unions' schemes share, with a page of its own. `said` is known from papers, `made_up` is not."""

    slug = models.SlugField(max_length=40, unique=True)
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # that keeps the page
    name = models.CharField(max_length=60)
    about = models.TextField(blank=True)
    said = models.TextField(blank=True)  # what is known, and from where
    made_up = models.TextField(blank=True)  # what of it is invented (a demo)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]


class Scheme(Sharded):
    """One thing offered by one union, in one pool. The money bound by it is counted under the lock on this row."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # that runs it and pays
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="schemes")
    line = models.ForeignKey(CatalogueLine, models.PROTECT, null=True, related_name="+")  # named before it is published
    theme = models.CharField(max_length=12, choices=Theme, default=Theme.OTHER)
    name = models.CharField(max_length=60)
    about = models.TextField(blank=True)
    kind = models.CharField(max_length=6, choices=SchemeKind)
    item = models.CharField(max_length=60, blank=True)  # the thing, where it is one: 巴蜀文旅年票1张
    value = models.DecimalField(max_digits=10, decimal_places=2)  # of one voucher: its face, or what the thing costs
    least_spend = models.DecimalField(max_digits=10, decimal_places=2, null=True)  # 满…元可用
    where = models.CharField(max_length=200, blank=True)  # where it is good, in words
    fund = models.CharField(max_length=8, choices=Fund, default=Fund.UNION)
    universal = models.BooleanField(default=False)  # 普惠: agreements between federations open it to their members
    limit_key = models.CharField(max_length=60, blank=True)  # the dated parameter that limits a person's year
    budget = models.DecimalField(max_digits=14, decimal_places=2)
    bound = models.DecimalField(max_digits=14, decimal_places=2, default=0)  # value of what is live or redeemed
    starts = models.DateField()  # days on which it can be used, both in
    last_day = models.DateField()
    good_days = models.SmallIntegerField(null=True)  # each voucher this many days from its issue, last_day at most
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")  # shared by what people rank against each other
    pool = models.OneToOneField(Pool, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=SchemeState, default=SchemeState.DRAFT)
    why = models.CharField(max_length=200, blank=True)  # it was withdrawn

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(bound__gte=0, bound__lte=F("budget")),
                name="scheme_within_budget",
                violation_error_message="预算不够了：已发出的加上这一次，会超过这项福利的预算。请先增加预算。",
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="scheme_value",
                violation_error_message="面值（或单价）要大于0，请改金额。",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("starts")),
                name="scheme_days",
                violation_error_message="最后一天不能早于第一天，请改日期。",
            ),
            models.CheckConstraint(
                condition=Q(least_spend=None) | Q(least_spend__gte=0),
                name="scheme_least_spend",
                violation_error_message="满多少元可用，不能小于0；不限就留空。",
            ),
            models.CheckConstraint(
                condition=Q(good_days=None) | Q(good_days__gte=1),
                name="scheme_good_days",
                violation_error_message="领到后几天内有效，至少1天；不限就留空。",
            ),
        ]


class SchemeReach(Sharded):
    """Whose members it is for: those of this union and of all below it."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="reaches")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["scheme", "union"], name="scheme_reach_once"),
        ]


class Recognition(Guarded):
    """Under an agreement, `giver` opens its universal schemes (and those below it) to members of `taker` and below.

    It counts from `starts`, while the agreement is in force and both have signed it; it ends with the day before `ends`.
    """

    public_id = PublicIdField()
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    giver = models.ForeignKey(Union, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Union, models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True)
    clause = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(giver=F("taker")),
                name="recognition_between_two",
                violation_error_message="互认要在两家工会之间。",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gt=F("starts")),
                name="recognition_days",
                violation_error_message="互认的结束日期要晚于开始日期。",
            ),
            models.UniqueConstraint(fields=["agreement", "giver", "taker", "starts"], name="recognition_once"),
        ]

    @property
    def federation(self) -> int:
        """For the journal: the giver's."""
        return self.giver.federation

    @property
    def union_id(self) -> int:
        return self.giver_id
