"""A worker on a cohort's roster (在册)."""

from typing import ClassVar

from django.db import models

from tongxin.activities.models.cohorts import Cohort
from tongxin.activities.states import EnrolmentState
from tongxin.calls.models import Award
from tongxin.people.models import Person
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import PublicIdField, Sharded


class Enrolment(Sharded):
    """Given by the calls engine (`award`), or loaded from a history that the engine did not run.

    One row a person and cohort for ever: who withdraws and comes back takes up the same row, so that what they attended
    stays one person-time. The periods between stand in the applications' steps and the journal.
    """

    keeps: ClassVar = Kept(3, "本人在哪个班", WHILE_KNOWN)
    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    award = models.OneToOneField(Award, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=EnrolmentState, default=EnrolmentState.ENROLLED)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    moved_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="moved_from")

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["cohort", "person"],
                name="enrolment_once",
                violation_error_message="这位职工已经在这个班里。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="enrolment_person")]
