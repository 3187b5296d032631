"""届: a union's committee for its term, and who holds which office in it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Office(models.TextChoices):
    CHAIR = "chair", "主席"
    VICE_CHAIR = "vice_chair", "副主席"
    MEMBER = "member", "委员"
    AUDIT_CHAIR = "audit_chair", "经费审查委员会主任"
    WOMEN_CHAIR = "women_chair", "女职工委员会主任"
    GROUP_LEADER = "group_leader", "工会小组长"
    ORGANISER = "organiser", "组织员"


class Committee(Sharded):
    """A grass-roots term has 3 or 5 years, others 5 (field.md §3.1). `ends` is when the next election is due."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()  # 第几届
    elected_on = models.DateField()
    years = models.SmallIntegerField()
    ends = models.DateField()
    succeeded_on = models.DateField(null=True)  # the next committee took over
    due = models.IntegerField(null=True)  # who should have been present
    present = models.IntegerField(null=True)
    document = models.BigIntegerField(null=True)  # records.Document: the upper union's reply
    reminded_for = models.DateField(null=True)  # the `ends` of which the union was reminded
    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["union", "number"],
                name="committee_number_once",
                violation_error_message="这一届已经登记过，请改届数。",
            ),
            models.UniqueConstraint(
                fields=["union"],
                condition=Q(succeeded_on=None),
                name="committee_one_now",
                violation_error_message="上一届还没有办换届，请先写明换届日期。",
            ),
            models.CheckConstraint(
                condition=Q(years__in=[3, 5]), name="committee_years", violation_error_message="任期填3年或5年。"
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("elected_on")),
                name="committee_days",
                violation_error_message="届满日期要晚于选举日期。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends"], name="committee_due", condition=Q(succeeded_on=None))]


class Officer(Sharded):
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="offices")
    office = models.CharField(max_length=12, choices=Office)
    starts = models.DateField()
    ends = models.DateField(null=True)  # left early; none: until the committee's end

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["committee", "person", "office"], condition=Q(ends=None), name="officer_once"
            ),
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(ends=None, office="chair"),
                name="officer_one_chair",
                violation_error_message="这一届已经有主席，请先写明原主席离任的日期。",
            ),
        ]
