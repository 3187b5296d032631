"""The ledger of what was served. Everything that a figure counts was written here by the action that served it."""

from typing import ClassVar

from django.db import models

from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import Sharded


class Measure(models.TextChoices):
    """What one row counts. A measure's meaning never changes; a new meaning is a new measure."""

    PERSON_TIME = "person_time", "人次"  # one worker who attended at least one session of one cohort; source: enrolment
    ATTENDANCE = "attendance", "出勤次"  # one worker at one session; source: attendance


class ServedRow(Sharded):
    """One quantity served on one day. Append-only: what proves wrong is taken back by a row of the opposite sign.

    Plain ids instead of foreign keys: the ledger outlives the programme, the person and the union that it tells of.
    """

    keeps: ClassVar = Kept(3, "服务台账：统计人次，不能改只能冲正", WHILE_KNOWN)
    day = models.DateField()
    union = models.BigIntegerField()  # that served
    person = models.BigIntegerField()
    programme = models.BigIntegerField()
    measure = models.CharField(max_length=20, choices=Measure)
    quantity = models.SmallIntegerField()
    source = models.BigIntegerField()  # the row that the measure counts
    turn = models.SmallIntegerField(default=1)  # 1 counted, 2 taken back, 3 counted again …
    written_at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["measure", "source", "turn"], name="served_once"),
            models.CheckConstraint(condition=models.Q(quantity__in=[-1, 1]), name="served_quantity"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["programme", "measure", "day"], name="served_programme"),
            models.Index(  # with what figures add up, so that they need not visit the rows
                fields=["union", "measure", "day"], include=["person", "quantity"], name="served_union"
            ),
            models.Index(fields=["person", "measure"], name="served_person"),
        ]
