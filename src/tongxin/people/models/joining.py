"""入会申请: a worker asks to join a union, someone named answers within a stated time, silence goes up the tree."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.people.models.memberships import Membership
from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.people.states import JoinState
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class JoinBasis(models.TextChoices):
    """By what someone belongs to a union. field.md §3.1: an employer is one way among five."""

    WORKPLACE = "workplace", "单位的工会"
    PLATFORM = "platform", "平台企业的工会"
    INDUSTRY = "industry", "行业的工会"
    WORKS_HERE = "works_here", "工作所在地的工会"
    LIVES_HERE = "lives_here", "居住地的工会"


class JoinApplication(Sharded):
    """`union` is where the person will be a member; `reviewer` is who answers now, itself or further up."""

    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="join_applications")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(Union, models.PROTECT, related_name="+")
    basis = models.CharField(max_length=12, choices=JoinBasis)
    state = models.CharField(max_length=12, choices=JoinState, default=JoinState.WAITING)
    account = models.BigIntegerField(null=True)  # who typed it in: the worker, or staff for the worker
    key = models.CharField(max_length=64, null=True)  # the asker's own: sent twice, it is one application
    photo = models.BigIntegerField(
        null=True
    )  # records.Document: a picture of the order app; optional, deleted once decided
    at = models.DateTimeField()
    due_at = models.DateTimeField()  # the reviewer's time ends; then it goes up
    escalations = models.SmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    why = models.CharField(max_length=200, blank=True)  # of a refusal
    elsewhere = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")  # where else to ask
    membership = models.OneToOneField(Membership, models.PROTECT, null=True, related_name="application")

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=JoinState.WAITING),
                name="join_one_waiting",
                violation_error_message="您已经有一份入会申请在审核，不用重复申请。",
            ),
            models.UniqueConstraint(fields=["account", "key"], name="join_key_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["reviewer", "due_at"], name="join_waiting", condition=Q(state=JoinState.WAITING)),
            models.Index(fields=["due_at"], name="join_overdue", condition=Q(state=JoinState.WAITING)),
            models.Index(fields=["union", "-at"], name="join_union"),
        ]


class JoinStep(Sharded):
    """The application's history: asked, escalated, accepted, refused, withdrawn."""

    application = models.ForeignKey(JoinApplication, models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=12)
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")  # as whom; or to whom it went
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
