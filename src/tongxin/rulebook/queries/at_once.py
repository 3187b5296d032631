"""One version of a rule asked of thousands at once, each on a day of their own: `verdicts.verdict_on` as a statement or two."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from tongxin.people.queries.population import answers_then, columns_then
from tongxin.rulebook.models import RuleVersion
from tongxin.rulebook.queries import parameters
from tongxin.rulebook.queries.replay import TRUTHS
from tongxin.rules.conditions import Condition, from_data, parameters_used
from tongxin.rules.parameters import Parameters
from tongxin.rules.statements import Statement, compiled
from tongxin.rules.verdicts import Truth


def check_countable(version: RuleVersion, on: date) -> None:
    """Refused: "rule-not-countable", with the fact that cannot be asked of all at once."""
    condition = from_data(version.condition)
    _statement(condition, _said(condition, version, on))


def truths(version: RuleVersion, people: Sequence[int], days: Sequence[date]) -> list[Truth]:
    """Of each person (a row id) on the day beside it, in the order given, with the parameters of the rule's union on that day.

    One statement for all days on which the parameters are the same. Refused: "rule-not-countable".
    """
    condition = from_data(version.condition)
    said = {day: _said(condition, version, day) for day in set(days)}
    same: dict[Parameters, list[int]] = defaultdict(list)
    for place, day in enumerate(days):
        same[said[day]].append(place)
    found = [Truth.UNKNOWN] * len(people)
    for quoted, places in same.items():
        asked = _statement(condition, quoted)
        answers = answers_then(asked, [people[one] for one in places], [days[one] for one in places])
        for place, answer in zip(places, answers, strict=True):
            found[place] = TRUTHS[answer]
    return found


def _said(condition: Condition, version: RuleVersion, on: date) -> Parameters:
    return parameters.quoted(parameters_used(condition), union=version.rule.union_id, on=on)


def _statement(condition: Condition, quoted: Parameters) -> Statement:
    return compiled(condition, columns_then(), quoted)
