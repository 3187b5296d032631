"""A union asked for: by whom, under whom, for how many; and what the upper union answered."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models.tree import Kind, Level, Union
from tongxin.unions.states import FOUNDING_MOVES, FoundingState


class Way(models.TextChoices):
    """How workers who have no union come to one. field.md §3.1."""

    OWN = "own", "单独建会"
    JOINT = "joint", "联合建会"
    ASSOCIATION = "association", "区域、行业联合建会"
    BRANCH = "branch", "分会、小组"
    FALLBACK = "fallback", "兜底建会（小三级）"


class FoundingRequest(Sharded):
    """Asked by `union`; the union to come stands under `parent`. Once approved, `founded` is it."""

    keeps: ClassVar = Kept(3, "建会申请：谁提的，谁答复的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    parent = models.ForeignKey(Union, models.PROTECT, related_name="+")
    way = models.CharField(max_length=12, choices=Way)
    kind = models.CharField(max_length=30, choices=Kind)
    level = models.SmallIntegerField(choices=Level)
    name = models.CharField(max_length=120)
    employer = models.CharField(max_length=120, blank=True)  # 用人单位; gig workers have none
    sponsor = models.CharField(max_length=120)  # 发起单位, an organisation
    workers = models.IntegerField()
    members = models.IntegerField()  # who want to be
    reason = models.CharField(max_length=400)
    answer = models.CharField(max_length=400, blank=True)  # to what the checks remarked
    state = models.CharField(max_length=10, choices=FoundingState, default=FoundingState.WAITING)
    account = models.BigIntegerField(null=True)
    person = models.BigIntegerField(null=True)  # who asked, to be told
    at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=400, blank=True)  # of a refusal
    reply_number = models.CharField(max_length=80, blank=True)  # 批复文号
    founded = models.OneToOneField(Union, models.PROTECT, null=True, related_name="+")

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(state="waiting"),
                name="founding_once",
                violation_error_message="这个上级下面已经有一份同名的建会申请在等批复，请打开那一份看。",
            ),
            models.CheckConstraint(
                condition=Q(workers__gte=1) & Q(members__gte=0) & Q(members__lte=F("workers")),
                name="founding_counts",
                violation_error_message="职工数至少1人，愿意入会的人数不能多于职工数。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["parent", "state"], name="founding_parent"),
            models.Index(fields=["union", "-at"], name="founding_union"),
        ]

    def move(self, verb: str) -> None:
        """Refused("wrong-state") where the verb is not open now. The caller saves."""
        self.state = FOUNDING_MOVES.target(verb, self.state)
