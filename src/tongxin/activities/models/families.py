"""Children who come along: none is registered. By age band how many, with their guardian's consent (个人信息保护法第31条)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.activities.models.cohorts import Cohort
from tongxin.people.models import Person
from tongxin.store.keeping import Kept
from tongxin.store.models import Sharded

MOST_CHILDREN = 3


class Family(Sharded):
    """Asked for only by events for families, for seats and safety; deleted a month after the event (jobs)."""

    keeps: ClassVar = Kept(3, "亲子活动：带几个孩子、哪个年龄段，用于座位和安全", "活动结束后30天删除")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="families")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")  # the guardian, who takes part
    under_6 = models.SmallIntegerField(default=0)
    from_6_to_11 = models.SmallIntegerField(default=0)
    from_12_to_17 = models.SmallIntegerField(default=0)
    consented_at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["cohort", "person"],
                name="family_once",
                violation_error_message="这位职工已经填过带几个孩子。",
            ),
            models.CheckConstraint(
                condition=Q(under_6__gte=0, from_6_to_11__gte=0, from_12_to_17__gte=0),
                name="family_counts",
                violation_error_message="孩子的人数不能小于0。",
            ),
            models.CheckConstraint(
                condition=Q(under_6__lte=MOST_CHILDREN - F("from_6_to_11") - F("from_12_to_17")),
                name="family_most",
                violation_error_message="每家最多带3个孩子。",
            ),
        ]

    @property
    def children(self) -> int:
        return self.under_6 + self.from_6_to_11 + self.from_12_to_17
