"""集体报名: a union names several of its people for one cohort. Each is told and may decline."""

from typing import ClassVar

from django.db import models

from tongxin.activities.models.cohorts import Cohort
from tongxin.calls.models import Application
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class GroupSignUp(Sharded):
    """One sheet committed. `union` is where the people are members; the class may be another's."""

    keeps: ClassVar = Kept(3, "集体报名：谁报的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="groups")
    decline_until = models.DateTimeField()  # half-open: the first moment that is too late
    account = models.BigIntegerField(null=True)
    key = models.CharField(max_length=64, null=True)  # of the page: pressed twice, it is one
    at = models.DateTimeField()

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "key"],
                name="group_sign_up_key_once",
                violation_error_message="这张报名单已经提交过，请刷新页面再看。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["union", "-at"], name="group_sign_up_union")]


class NamedPlace(Sharded):
    """One person named. Once a person and cohort: who declined or left is not named again by others."""

    keeps: ClassVar = Kept(3, "集体报名：报了谁，本人谢绝没有", THREE_YEARS)
    public_id = PublicIdField()
    group = models.ForeignKey(GroupSignUp, models.PROTECT, related_name="places")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    declined_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["cohort", "person"],
                name="named_place_once",
                violation_error_message="这位职工已经由工会报过这个班。",
            ),
        ]
