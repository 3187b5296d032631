"""会籍: where someone is a member, from when until when."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.people.states import MembershipState
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class EndReason(models.TextChoices):
    TRANSFERRED = "transferred", "会籍转接"
    LEFT = "left", "退会"
    LAPSED = "lapsed", "视为自动退会"
    DIED = "died", "去世"
    CORRECTED = "corrected", "更正登记"


class RetainReason(models.TextChoices):
    UNEMPLOYED = "unemployed", "失业或解除劳动关系"
    NO_UNION = "no_union", "新单位还没有工会"
    ENLISTED = "enlisted", "参军服役"
    STUDYING = "studying", "脱产学习"
    ON_LEAVE = "on_leave", "停薪留职或长期病休"
    OTHER = "other", "其他"


class Membership(Sharded):
    """One stay in one union, half-open in days. A move ends one row and begins the next on the same day.

    The database refuses two open stays, stays that overlap, a lapse without a reminder, and a stay that was transferred
    away with no stay that begins on that day. Triggers of the migration see to the last, and to an open stay that runs
    into a closed one: the exclusion holds closed stays only, for its index would cost an import a third of its speed.
    """

    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    post = models.CharField(max_length=40, blank=True)  # 职务 in the union
    retained = models.BooleanField(default=False)  # 会籍保留
    retired_on = models.DateField(null=True)  # 退休: stays a member, pays no dues
    retained_on = models.DateField(null=True)
    retained_why = models.CharField(max_length=12, choices=RetainReason, blank=True)
    idle_since = models.DateField(null=True)  # no dues and no part since, as the union says
    reminded_on = models.DateField(null=True)  # of taking no part; without it nothing lapses

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ends=None),
                name="membership_one_open",
                violation_error_message="一个人同一时间只能有一个会籍，请先办转接。",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")),
                name="membership_days",
                violation_error_message="会籍的结束日期不能早于开始日期。",
            ),
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    (Func(F("person"), F("person"), Value("[]"), function="INT8RANGE"), RangeOperators.OVERLAPS),
                    (Func(F("starts"), F("ends"), Value("[)"), function="DATERANGE"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ends__isnull=False),
                violation_error_message="这段日子这个人已经在另一个工会有会籍，请核对日期。",
            ),
            models.CheckConstraint(
                condition=~Q(end_reason=EndReason.LAPSED) | Q(reminded_on__isnull=False, idle_since__isnull=False),
                name="membership_lapsed_reminded",
                violation_error_message="没有提醒过本人，不能视为自动退会。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["union", "person"], name="membership_union_open", condition=Q(ends=None)),
            models.Index(fields=["union", "starts"], name="membership_union"),
        ]

    @property
    def state(self) -> MembershipState:
        if self.retired_on is not None:
            return MembershipState.RETIRED
        return MembershipState.RETAINED if self.retained else MembershipState.MEMBER
