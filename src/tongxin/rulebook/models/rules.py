"""Rules as rows: their versions with the days for which they hold. A condition is data, never code."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import Guarded, PublicIdField
from tongxin.unions.models import Union


class Rule(Guarded):
    """Who may, for some purpose of one union; other unions below may use it."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["union", "name"], name="rule_name_once")]

    @property
    def federation(self) -> int:
        """For the journal; rules are few and are not spread by it."""
        return self.union.federation


class RuleVersion(Guarded):
    """One published wording. It is never edited: a change is a new version, the old one stays for what it decided."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    condition = models.JSONField()  # a tree in the form of tongxin.rules.conditions
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    published_at = models.DateTimeField()
    published_by = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="rule_version_days"
            ),
        ]
