"""What a union keeps on file: registers with dates that fall due, and documents."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models.founding import FoundingRequest
from tongxin.unions.models.tree import Union


class Register(models.TextChoices):
    """What 建章立制 asks a union to have."""

    COLLECTIVE_CONTRACT = "collective_contract", "集体合同"
    WAGE_AGREEMENT = "wage_agreement", "工资专项集体合同"
    WOMEN_AGREEMENT = "women_agreement", "女职工权益保护专项集体合同"
    CONGRESS_RULES = "congress_rules", "职代会制度"
    CONGRESS_MEETING = "congress_meeting", "职代会会议"
    TERM_OF_OFFICE = "term_of_office", "任期登记"


class UnionFile(Sharded):
    """A document of a union. `document` is records.Document; a taken-back file stays listed nowhere."""

    keeps: ClassVar = Kept(3, "工会档案：谁存入的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    founding = models.ForeignKey(FoundingRequest, models.PROTECT, null=True, related_name="files")
    title = models.CharField(max_length=120)
    document = models.BigIntegerField()
    size = models.BigIntegerField()
    name = models.CharField(max_length=255)  # as its owner called it
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        indexes: ClassVar = [models.Index(fields=["union", "-at"], name="union_file_union")]


class RegisterEntry(Sharded):
    """One paper with its days. Corrected in place; what it said before stands in RegisterChange."""

    keeps: ClassVar = Kept(3, "建章立制台账：谁登记的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    register = models.CharField(max_length=20, choices=Register)
    title = models.CharField(max_length=120)
    signed_on = models.DateField()  # of a meeting: held on
    filed_on = models.DateField(null=True)
    effective_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # half-open: the first day on which it no longer holds
    remind_days = models.SmallIntegerField(default=60)
    file = models.ForeignKey(UnionFile, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    closed_on = models.DateField(null=True)  # ended before its time, or entered by mistake
    closed_why = models.CharField(max_length=200, blank=True)
    reminded_for = models.DateField(null=True)  # the `ends_on` of which the union was reminded
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(ends_on=None) | Q(ends_on__gt=F("signed_on")))
                & (Q(filed_on=None) | Q(filed_on__gte=F("signed_on")))
                & (Q(effective_on=None) | Q(effective_on__gte=F("signed_on"))),
                name="register_days",
                violation_error_message="报送、生效的日期不能早于签订日期，到期日要晚于签订日期。",
            ),
            models.CheckConstraint(
                condition=Q(remind_days__gte=0, remind_days__lte=365),
                name="register_remind",
                violation_error_message="提前提醒的天数填0到365。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["union", "register"], name="register_union"),
            models.Index(fields=["ends_on"], name="register_due", condition=Q(closed_on=None)),
        ]


class RegisterChange(Sharded):
    """One field corrected: what it said before and after, as people read it."""

    keeps: ClassVar = Kept(3, "建章立制台账：谁改的", THREE_YEARS)
    entry = models.ForeignKey(RegisterEntry, models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20)
    before = models.CharField(max_length=400, blank=True)
    after = models.CharField(max_length=400, blank=True)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
