"""Which version of a rule is in force, and what it says about a person, or about answers that nobody keeps."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from tongxin.kernel.refused import Refused
from tongxin.people.facts import FACTS, facts_of
from tongxin.people.models import Membership, Person
from tongxin.rulebook.models import Rule, RuleVersion
from tongxin.rulebook.queries import parameters
from tongxin.rules.conditions import Condition, facts_used, from_data, parameters_used
from tongxin.rules.facts import Fact, Facts, Value
from tongxin.rules.verdicts import Verdict, evaluate, type_of
from tongxin.unions.models import Closure, Level, Union

BY_HAND = _("您刚才的回答")


def version_in_force(rule: Rule, on: date) -> RuleVersion | None:
    """The latest published version whose days hold `on`; None: the rule says nothing for that day."""
    version: RuleVersion | None = (
        RuleVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), rule=rule, valid_from__lte=on)
        .order_by("-number")
        .first()
    )
    return version


def rules_for(person: Person, on: date) -> list[RuleVersion]:
    """The versions in force of the rules of the person's unions and of those above them, the widest union's first.

    For who was in no union that day: those of the whole country.
    """
    homes = Membership.objects.filter(Q(ends=None) | Q(ends__gt=on), person=person, starts__lte=on).values("union")
    above = Closure.objects.as_of(on).filter(descendant__in=homes).values("ancestor")
    versions = (
        RuleVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
        .filter(Q(rule__union__in=above) | Q(rule__union__level=Level.NATION))
        .select_related("rule__union")
        .order_by("rule__union__level", "rule__name", "rule", "-number")
    )
    return list({version.rule_id: version for version in reversed(versions)}.values())[::-1]


def verdict_on(version: RuleVersion, person: Person, on: date, *, union: Union | int | None = None) -> Verdict:
    """Reads only the facts and parameters that the rule uses, and writes nothing. `union`: whose parameters; else the rule's."""
    condition = from_data(version.condition)
    facts = facts_of(person, on, wanted=facts_used(condition))
    return _evaluated(condition, facts, version, union, on)


def verdict_given(
    version: RuleVersion, answers: Mapping[str, Value | None], on: date, *, union: Union | int | None = None
) -> Verdict:
    """The same question about someone who only answered, by fact (`people.facts.FACTS`): nothing is read of anyone, and
    nothing is kept. What is not answered, or None, is not known. Refused: "answer-fact", "answer-type".
    """
    condition = from_data(version.condition)
    return _evaluated(condition, given(answers), version, union, on)


def nobody_knows(verdict: Verdict) -> list[str]:
    """What stands in the way of an answer though no record of the person is missing: a parameter that was not found, a fact
    that the house does not know. By its words; someone should look.
    """
    found = []
    for leaf in (obstacle.verdict for obstacle in verdict.in_the_way()):
        if leaf.parameter is not None and leaf.parameter.value is None:
            found.append(leaf.parameter.words or leaf.parameter.key)
        elif leaf.fact is not None and leaf.fact.name not in FACTS:
            found.append(leaf.words)
    return found


def rules_usable(union: Union, on: date) -> QuerySet[Rule]:
    """Published rules of the union and of those above it, which it may use for its own calls."""
    above = Union.objects.above(union, on=on)
    rules: QuerySet[Rule] = Rule.objects.filter(union__in=above, versions__isnull=False).distinct().order_by("name")
    return rules


def given(answers: Mapping[str, Value | None]) -> Facts:
    for name, answer in answers.items():
        if (known := FACTS.get(name)) is None:
            raise Refused("answer-fact", "系统里没有“%(fact)s”这项事实，请刷新页面再答。", fact=name)
        if answer is not None and type_of(answer) is not known.type:
            raise Refused("answer-type", "“%(called)s”这样回答看不懂，请换一种写法。", called=known.words)
    return Facts(*(Fact(name, answer, BY_HAND) for name, answer in answers.items()))


def _evaluated(
    condition: Condition, facts: Facts, version: RuleVersion, union: Union | int | None, on: date
) -> Verdict:
    keys = parameters_used(condition)
    if not keys:
        return evaluate(condition, facts)
    where = union if union is not None else version.rule.union_id
    return evaluate(condition, facts, parameters.quoted(keys, union=where, on=on))
