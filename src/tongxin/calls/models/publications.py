"""What was published about an outcome, and what was objected against it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.calls.models.applications import Application, Award
from tongxin.calls.models.windows import Call
from tongxin.calls.states import ObjectionState
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Publication(Sharded):
    """The outcome of a call (or of one application), as it was shown, from one moment until another.

    `lines` is the very text, `digest` its SHA-256: what was shown cannot be changed later without being seen. Names stand in
    it masked; in full only where a rule asks for it, which `full_names_why` then states (PIPL article 25).
    """

    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="publications")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="publications")
    at = models.DateTimeField()
    until = models.DateTimeField()  # the last moment for objections, excluded
    full_names_why = models.CharField(max_length=200, blank=True)
    lines = models.TextField()
    digest = models.CharField(max_length=64)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__gte=F("at")),
                name="publication_days",
                violation_error_message="公示的结束不能早于开始，请改其中一个。",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="publication_digest"),
        ]
        indexes: ClassVar = [models.Index(fields=["until"], name="publication_until")]


class Objection(Sharded):
    """Someone says that the published outcome is wrong. By a worker signed in, or taken down by staff (`came_by` says how).

    `ticket` names the line that it is about, if it is about one; `award` what was suspended because of it.
    """

    keeps: ClassVar = Kept(3, "对公示结果的异议和答复", THREE_YEARS)
    public_id = PublicIdField()
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="objections")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    came_by = models.CharField(max_length=60, blank=True)
    ticket = models.CharField(max_length=32, blank=True)
    words = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, choices=ObjectionState, default=ObjectionState.FILED)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="objections")

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["publication", "person"],
                condition=Q(state=ObjectionState.FILED),
                name="objection_one_open",
                violation_error_message="您已经提过一条异议，正在等答复；要补充，请先撤回再提。",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(came_by=""),
                name="objection_from_somewhere",
                violation_error_message="请写明这条异议是怎样收到的，比如来电、来信。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ObjectionState.REJECTED, ObjectionState.UPHELD])
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="objection_answered",
                violation_error_message="请写明答复的理由。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["union", "state", "at"], name="objection_union_state")]
