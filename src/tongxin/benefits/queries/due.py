"""我能享受什么: what the catalogue says of someone with these facts, in this place. Keeps nothing, writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongxin.benefits.models import CatalogueTerms
from tongxin.benefits.promises import Promise
from tongxin.benefits.queries.catalogue import Item, in_force
from tongxin.rulebook.queries import parameters
from tongxin.rules.conditions import from_data, parameters_used
from tongxin.rules.facts import Facts
from tongxin.rules.parameters import Parameters
from tongxin.rules.verdicts import Truth, Verdict, evaluate
from tongxin.unions.models import Union


class Answer(StrEnum):
    """What someone reads beside each item."""

    APPLY = "apply"
    MAY_GIVE = "may_give"
    UNKNOWN = "unknown"
    NOT_YOU = "not_you"


_ORDER: Final = (Answer.APPLY, Answer.MAY_GIVE, Answer.UNKNOWN, Answer.NOT_YOU)
_BY_PROMISE: Final = {Promise.APPLY: Answer.APPLY, Promise.MAY_GIVE: Answer.MAY_GIVE, Promise.UNKNOWN: Answer.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Due:
    """`here`: the terms where one is; `elsewhere`: what the others say. `verdict` None: people judge, no rule does."""

    item: Item
    answer: Answer
    here: CatalogueTerms | None
    elsewhere: Sequence[CatalogueTerms]
    verdict: Verdict | None

    @property
    def used(self) -> list[Verdict]:
        """What was known and used, each with where from."""
        if self.verdict is None:
            return []
        return [one for one in self.verdict.comparisons() if one.fact is not None and one.fact.known]


def due(facts: Facts, region: Union, *, on: date) -> list[Due]:
    """Every item in force that day, what can be had first. `region`: the union of the person, or their province's."""
    above = set(Union.objects.above(region, on=on).values_list("pk", flat=True))
    items = in_force(on)
    quoted = parameters.quoted({key for item in items for key in _parameters(item)}, union=region, on=on)
    found = [_due(item, _verdict(item, facts, quoted), above) for item in items]
    return sorted(found, key=lambda one: _ORDER.index(one.answer))


def _due(item: Item, verdict: Verdict | None, above: set[int]) -> Due:
    terms = list(item.version.terms.all())
    here = next((one for one in reversed(terms) if one.region_id in above), None)  # the nearest speaks
    elsewhere = [one for one in terms if one is not here]
    return Due(item, _answer(verdict, here), here, elsewhere, verdict)


def _parameters(item: Item) -> frozenset[str]:
    condition = item.version.condition
    return frozenset() if condition is None else parameters_used(from_data(condition))


def _verdict(item: Item, facts: Facts, quoted: Parameters) -> Verdict | None:
    condition = item.version.condition
    return None if condition is None else evaluate(from_data(condition), facts, quoted)


def _answer(verdict: Verdict | None, here: CatalogueTerms | None) -> Answer:
    if verdict is not None and verdict.truth is Truth.NO:
        return Answer.NOT_YOU
    if here is None or (verdict is not None and verdict.truth is Truth.UNKNOWN):
        return Answer.UNKNOWN
    return _BY_PROMISE[Promise(here.promise)]
