"""Writing rules and publishing their versions."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from tongxin.kernel.periods import Days
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.facts import FACTS, Known
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.models import ParameterKey, Rule, RuleVersion, ValueType
from tongxin.rules.conditions import ORDERED, Compare, Condition, comparisons, from_data, parameters_used, to_data
from tongxin.rules.parameters import Param
from tongxin.rules.verdicts import type_of
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@atomic
def add_rule(*, union: Union, name: str, by: Actor, at: datetime) -> Rule:
    """Refused: "no-power", "name-missing", "name-taken"."""
    require(by, Power.MANAGE_RULES, union)
    name = name.strip()
    if not name:
        raise Refused("name-missing", "请给规则起个名称。")
    if Rule.objects.filter(union=union, name=name).exists():
        raise Refused("name-taken", "这个工会已有叫“%(name)s”的规则，请换个名称，或给它发布新版本。", name=name)
    rule = Rule.make(union=union, name=name)
    journal.write("rule.added", of=rule, by=by, at=at)
    return rule


@atomic
def publish(
    *,
    rule: Rule,
    condition: Condition | Mapping[str, object],
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
    at: datetime,
) -> RuleVersion:
    """A new version beside the old ones, which stay as they were; where days overlap, the newer one holds.

    Refused: "no-power", "rule-form", "rule-fact" (a fact that nobody knows), "rule-param", "rule-type", "period-empty".
    """
    rule = Rule.objects.select_related("union").lock(rule.pk)
    require(by, Power.MANAGE_RULES, rule.union)
    Days(valid_from, valid_to)
    tree = from_data(condition if isinstance(condition, Mapping) else to_data(condition))
    check(tree)
    version = RuleVersion.make(
        rule=rule,
        number=_next_number(rule),
        condition=to_data(tree),
        valid_from=valid_from,
        valid_to=valid_to,
        published_at=at,
        published_by=by.account_id,
    )
    journal.write(
        "rule.published",
        of=rule,
        by=by,
        at=at,
        number=version.number,
        valid_from=valid_from.isoformat(),
        valid_to=valid_to.isoformat() if valid_to else "",
    )
    return version


@atomic
def note_stuck(*, version: RuleVersion, refusal: Refused, by: Actor, at: datetime) -> None:
    """Someone could not be answered though their record is whole: whoever keeps the rule should look."""
    journal.write(
        "rule.stuck", of=version.rule, by=by, at=at, number=version.number, missing=refusal.params.get("what", "")
    )


def _next_number(rule: Rule) -> int:
    last = RuleVersion.objects.filter(rule=rule).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def check(tree: Condition) -> None:
    """Only what can be asked: facts that are known, parameters that are defined, values that fit them.

    Refused: "rule-fact", "rule-param", "rule-type", "rule-value". Whether a parameter has a value on a day shows in the verdict.
    """
    keys = {key.key: key for key in ParameterKey.objects.filter(key__in=parameters_used(tree))}
    for comparison in comparisons(tree):
        _check_fact(comparison, keys)


def _check_fact(comparison: Compare, keys: Mapping[str, ParameterKey]) -> None:
    known = FACTS.get(comparison.fact)
    if known is None:
        raise Refused(
            "rule-fact",
            "系统里没有“%(fact)s”这项事实，请改用：%(known)s。",
            fact=comparison.fact,
            known="、".join(FACTS),
        )
    if isinstance(comparison.value, Param) and comparison.value.key not in keys:
        raise Refused(
            "rule-param",
            "还没有登记过“%(key)s”这个参数，请先到“参数”登记，或把数直接写进条件。",
            key=comparison.value.key,
        )
    type_ = _type_said(comparison, keys)
    wanted = {"has": frozenset, "in": str}.get(comparison.op) or type_
    misused = type_ is str and comparison.op in ORDERED  # a text is not larger than another
    if wanted is not known.type or misused or (comparison.op == "has" and type_ is not str):
        raise Refused(
            "rule-type",
            "“%(fact)s”（%(called)s）不能这样比较，请改比较方式或值。",
            fact=comparison.fact,
            called=known.words,
        )
    _check_value(comparison, known)


def _check_value(comparison: Compare, known: Known) -> None:
    """Where the values are few, another one would shut everybody out, and nobody would see why."""
    if not known.values or isinstance(comparison.value, Param):
        return
    said = comparison.value if isinstance(comparison.value, frozenset) else {comparison.value}
    if strange := sorted(str(value) for value in said if value not in known.values):
        raise Refused(
            "rule-value",
            "“%(called)s”里没有“%(value)s”，可以填：%(values)s。",
            called=known.words,
            value="、".join(strange),
            values="、".join(known.values.values()),
        )


def _type_said(comparison: Compare, keys: Mapping[str, ParameterKey]) -> type:
    if isinstance(comparison.value, Param):
        return str if keys[comparison.value.key].type == ValueType.TEXT else Decimal
    return type_of(comparison.value)
