"""Numbers that a rule names instead of writing them down: each with its region, its days, its document and clause."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models import Union

EVERYWHERE = 0  # stands for "no region" where the database compares: NULL would equal nothing, or everything


class ValueType(models.TextChoices):
    DECIMAL = "decimal", "数（可带小数）"
    WHOLE = "whole", "整数"
    TEXT = "text", "文字"


class Certainty(models.TextChoices):
    """How surely we know it. `unknown` is said, too: a row without a value, so that nobody takes a wider region's for it."""

    SURE = "sure", "见过原文"
    SECONDARY = "secondary", "转引，未见原文"
    UNCONFIRMED = "unconfirmed", "待核实"
    UNKNOWN = "unknown", "没有查到"


class ParameterQuerySet(ScopedQuerySet):
    union_path = "region_id"


class ParameterKey(Guarded):
    """What a parameter is called, what it counts, in which unit. Its values are dated rows."""

    key = models.CharField(max_length=60, unique=True)
    words = models.CharField(max_length=80)
    type = models.CharField(max_length=8, choices=ValueType)
    unit = models.CharField(max_length=20, blank=True)


class Parameter(Guarded):
    """One value of one key in one region for some days. A change is a new row; the old one ends where it begins and stays."""

    public_id = PublicIdField()
    key = models.ForeignKey(ParameterKey, models.PROTECT, related_name="rows")
    region = models.ForeignKey(
        Union, models.PROTECT, null=True, related_name="+"
    )  # with all below it; none: everywhere
    number = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    text = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # half-open: the first day on which it no longer holds
    document = models.CharField(max_length=200)
    clause = models.CharField(max_length=300, blank=True)
    certainty = models.CharField(max_length=12, choices=Certainty)
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.BigIntegerField(null=True)  # an account; none: shipped with the house
    entered_at = models.DateTimeField()

    objects: ClassVar[ParameterQuerySet] = ParameterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="parameter_one_a_day",
                expressions=[
                    (Func(F("key"), F("key"), Value("[]"), function="INT8RANGE"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            Coalesce(F("region"), EVERYWHERE),
                            Coalesce(F("region"), EVERYWHERE),
                            Value("[]"),
                            function="INT8RANGE",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("valid_from"), F("valid_to"), Value("[)"), function="DATERANGE"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个参数在这个地区的这些日子里已经有一个值，请换日期，或从那一天起改用新的值。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="parameter_days",
                violation_error_message="结束日期要晚于开始日期，请改其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(certainty="unknown", number=None, text="")
                | (~Q(certainty="unknown") & (Q(number=None, text__gt="") | Q(number__isnull=False, text=""))),
                name="parameter_one_value",
                violation_error_message="请填一个值；没有查到的，请选“没有查到”并把值留空。",
            ),
        ]

    @property
    def value(self) -> Decimal | int | str | None:
        """Exact, in the key's type; None: known to be not known. Reads `key`: select it along."""
        if self.number is None:
            return self.text or None
        return int(self.number) if self.key.type == ValueType.WHOLE else self.number

    @property
    def unit(self) -> str:
        return self.key.unit

    @property
    def federation(self) -> int:
        """For the journal; parameters are few and are not spread by it."""
        return self.region.federation if self.region is not None else 0
