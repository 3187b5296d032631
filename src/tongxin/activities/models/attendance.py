"""出勤: one mark a session and enrolment, and what was corrected with which reason."""

from typing import ClassVar

from django.db import models

from tongxin.activities.models.cohorts import Session
from tongxin.activities.models.enrolments import Enrolment
from tongxin.activities.states import How, Mark
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import Sharded


class Attendance(Sharded):
    keeps: ClassVar = Kept(3, "本人到课没有，用于人次", WHILE_KNOWN)
    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendances")
    mark = models.CharField(max_length=8, choices=Mark)
    how = models.CharField(max_length=12, choices=How)
    account = models.BigIntegerField(null=True)  # who marked
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["session", "enrolment"], name="attendance_once"),
        ]


class AttendanceChange(Sharded):
    """A mark made or corrected after its day, with the reason. What stood before stays readable here."""

    keeps: ClassVar = Kept(3, "点名改动：谁改的，为什么", WHILE_KNOWN)
    attendance = models.ForeignKey(Attendance, models.PROTECT, related_name="changes")
    before = models.CharField(max_length=8, choices=Mark, blank=True)  # blank: nothing was marked on the day
    after = models.CharField(max_length=8, choices=Mark)
    reason = models.CharField(max_length=200)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
