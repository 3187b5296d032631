"""Which version is in force, and what it says about a person."""

from datetime import date

from django.db.models import Q

from tongxin.people.facts import facts_of
from tongxin.people.models import Person
from tongxin.rulebook.models import Rule, RuleVersion
from tongxin.rules.conditions import facts_used, from_data
from tongxin.rules.verdicts import Verdict, evaluate


def version_in_force(rule: Rule, on: date) -> RuleVersion | None:
    """The latest published version whose days hold `on`; None: the rule says nothing for that day."""
    version: RuleVersion | None = (
        RuleVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), rule=rule, valid_from__lte=on)
        .order_by("-number")
        .first()
    )
    return version


def verdict_on(version: RuleVersion, person: Person, on: date) -> Verdict:
    """Reads only the facts that the rule uses, and writes nothing."""
    condition = from_data(version.condition)
    return evaluate(condition, facts_of(person, on, wanted=facts_used(condition)))
