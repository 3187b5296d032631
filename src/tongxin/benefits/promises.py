"""What a line of the joint catalogue says: for whom it is meant, how far it promises, by how much; and a version's states."""

from django.db import models

from tongxin.kernel.transitions import Table


class LineKind(models.TextChoices):
    """普惠性+特殊性: what everyone gets who is in the circle, and what is kept for those in need or of merit."""

    UNIVERSAL = "universal", "普惠"
    TARGETED = "targeted", "特殊"


class Promise(models.TextChoices):
    """How far a rule goes. No word here says that anything is owed: most rules of this field are ceilings."""

    APPLY = "apply", "您可以申请"
    MAY_GIVE = "may_give", "您的工会可以给"
    UNKNOWN = "unknown", "还不清楚"


class Measure(models.TextChoices):
    """What the amount is. Only the first two have a number."""

    CEILING = "ceiling", "最多"
    FIXED = "fixed", "标准"
    JUDGED = "judged", "按情况定"
    UNKNOWN = "unknown", "金额还不清楚"
    NONE = "none", "不涉及金额"


WITH_NUMBER = (Measure.CEILING, Measure.FIXED)


class Unit(models.TextChoices):
    PERSON_YEAR = "person_year", "元/人·年"
    PERSON_TIME = "person_time", "元/人·次"
    HOUSEHOLD_YEAR = "household_year", "元/户·年"
    HOUSEHOLD_TIME = "household_time", "元/户·次"
    DAYS_YEAR = "days_year", "天/年"


class VersionState(models.TextChoices):
    DRAFT = "draft", "等各方签署"
    JOINT = "joint", "各方已签"
    DROPPED = "dropped", "已撤下"


VERSION_MOVES = Table(
    ("complete", [VersionState.DRAFT], VersionState.JOINT),  # by the last signature
    ("drop", [VersionState.DRAFT], VersionState.DROPPED),
)
