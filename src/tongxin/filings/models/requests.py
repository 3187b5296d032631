"""填报: a few questions to unions or members, due on a day, and what was answered."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.filings.states import Audience, FillerState, Handling, Kind, RequestState
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.fields import SealedField
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import Guarded, PublicIdField, Sharded
from tongxin.unions.models import Union


class Request(Guarded):
    """`fillers` and `minutes` are what it was said to cost when it was sent."""

    keeps: ClassVar = Kept(3, "填报表：谁下发，谁批准", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    why = models.CharField(max_length=400)
    due_on = models.DateField()  # the last day
    audience = models.CharField(max_length=12, choices=Audience)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.DRAFT)
    fillers = models.IntegerField(default=0)
    minutes = models.IntegerField(default=0)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)  # who wanted it sent; a second person approves
    approved_by = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)  # once
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["union", "-at"], name="request_union")]


class Question(Guarded):
    """`field` is the key of the catalogue whose value is given (TAKE) or filled in beforehand (the rest)."""

    public_id = PublicIdField()
    request = models.ForeignKey(Request, models.PROTECT, related_name="questions")
    no = models.SmallIntegerField()
    text = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind)
    choices = models.CharField(max_length=400, blank=True)  # one a line
    handling = models.CharField(max_length=14, choices=Handling, default=Handling.ASK)
    field = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "no"], name="question_no_once")]

    @property
    def options(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]

    @property
    def is_asked(self) -> bool:
        return self.handling != Handling.TAKE


class Filler(Sharded):
    """A union, or a person, that is asked."""

    keeps: ClassVar = Kept(3, "填报表：由谁填", THREE_YEARS)
    public_id = PublicIdField()
    request = models.ForeignKey(Request, models.PROTECT, related_name="answered")
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=FillerState, default=FillerState.WAITING)
    answered_at = models.DateTimeField(null=True)
    account = models.BigIntegerField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["request", "union"], condition=Q(union__isnull=False), name="filler_union_once"
            ),
            models.UniqueConstraint(
                fields=["request", "person"], condition=Q(person__isnull=False), name="filler_person_once"
            ),
            models.CheckConstraint(
                condition=Q(union__isnull=False, person=None) | Q(union=None, person__isnull=False),
                name="filler_union_or_person",
                violation_error_message="填报的要么是工会，要么是个人。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["union", "state"], name="filler_union", condition=Q(union__isnull=False)),
            models.Index(fields=["person", "state"], name="filler_person", condition=Q(person__isnull=False)),
        ]


class Answer(Sharded):
    """Sealed: what is asked may be about a person."""

    keeps: ClassVar = Kept(2, "填报的内容，可能说到个人，所以加密", THREE_YEARS)
    filler = models.ForeignKey(Filler, models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    text = SealedField(purpose="filing.answer")

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["filler", "question"], name="answer_once"),
        ]
