"""A version that is being written, and who accepted what it would change."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.rulebook.models.parameters import ParameterKey
from tongxin.rulebook.models.rules import Rule, RuleVersion
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import Guarded


class Draft(Guarded):
    """One open draft a rule. `condition` may be unfinished; `revision` counts the changes, so that nobody edits blindly."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="drafts")
    condition = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # what one person reached costs
    amount_key = models.ForeignKey(ParameterKey, models.PROTECT, null=True, related_name="+")  # or by this parameter
    revision = models.IntegerField(default=1)
    changed_by = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
    version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")  # what it became
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(version=None, dropped_at=None),
                name="draft_once_a_rule",
                violation_error_message="这条规则已经有一份草稿，请接着改那一份。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="draft_days",
                violation_error_message="结束日期要晚于开始日期，请改其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0, amount_key=None),
                name="draft_amount",
                violation_error_message="每人金额不能是负数；填了金额就不用再选参数。",
            ),
        ]


class Acceptance(Guarded):
    """Somebody by name took what the rehearsal of that very revision said. Without one nothing is published."""

    keeps: ClassVar = Kept(3, "规则：谁认可了试算的差异", THREE_YEARS)
    draft = models.ForeignKey(Draft, models.PROTECT, related_name="acceptances")
    revision = models.IntegerField()
    on = models.DateField()  # the day for which it was rehearsed
    members = models.IntegerField()
    reached = models.IntegerField()
    unknown = models.IntegerField()
    gain = models.IntegerField()
    lose = models.IntegerField()
    cost = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    replayed = models.IntegerField()  # decisions of the year before
    differing = models.IntegerField()  # of them, those that would be decided otherwise
    name = models.CharField(max_length=80)  # of who accepted, as they are called
    account = models.BigIntegerField(null=True)
    remark = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
