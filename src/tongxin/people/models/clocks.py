"""How long something may take, by place and day: data with its clause, because places and years differ."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.store.models import Guarded
from tongxin.unions.models import Confidence, Union


class ClockName(models.TextChoices):
    JOIN_REVIEW = "join_review", "入会审核"
    TRANSFER_ANSWER = "transfer_answer", "会籍转接答复"
    TRANSFER_COMPLETES = "transfer_completes", "转接逾期自动完成"  # no row for a place: it never completes by itself
    LAPSE_REMINDER = "lapse_reminder", "自动退会前提醒"
    LAPSE_ANSWER = "lapse_answer", "提醒后等本人答复"
    PASSPORT_CARD = "passport_card", "会籍凭证有效期"
    MERGE_UNDO = "merge_undo", "撤销合并"
    ELECTION_REMINDER = "election_reminder", "换届提醒"
    NAMED_DECLINE = "named_decline", "集体报名后本人谢绝"


class ClockUnit(models.TextChoices):
    WORKING_DAYS = "working_days", "个工作日"
    DAYS = "days", "天"
    MONTHS = "months", "个月"


class Clock(Guarded):
    """The nearest union at or above the place that has a row for the day decides; `union` none: everywhere."""

    name = models.CharField(max_length=24, choices=ClockName)
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")
    amount = models.SmallIntegerField()
    unit = models.CharField(max_length=12, choices=ClockUnit)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # half-open
    source = models.CharField(max_length=200)
    clause = models.CharField(max_length=200, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="clock_days",
                violation_error_message="期限的失效日期要晚于生效日期。",
            ),
            models.CheckConstraint(
                condition=~Q(name=ClockName.TRANSFER_COMPLETES) | ~Q(clause=""),
                name="clock_completes_by_clause",
                violation_error_message="逾期自动完成要写明依据的条文。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="clock_amount", violation_error_message="期限不能小于0。"
            ),
        ]
