"""Which version is in force, and what it says about a person."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tongxin.people.facts import facts_of
from tongxin.people.models import Person
from tongxin.people.queries.population import columns, tally
from tongxin.rulebook.models import Rule, RuleVersion
from tongxin.rules.conditions import Condition, facts_used, from_data
from tongxin.rules.statements import compiled
from tongxin.rules.verdicts import Truth, Verdict, evaluate
from tongxin.unions.models import Union

_TRUTHS = {True: Truth.YES, False: Truth.NO, None: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Members by what the rule in force says of them and what the new one would say. `before` is None without one."""

    counts: dict[tuple[Truth | None, Truth], int]

    @property
    def members(self) -> int:
        return sum(self.counts.values())

    def after(self, truth: Truth) -> int:
        return sum(count for (_, then), count in self.counts.items() if then is truth)

    @property
    def gain(self) -> int:
        """Who would be let in and is not now, or of whom it was not known."""
        return sum(n for (was, then), n in self.counts.items() if then is Truth.YES and was not in {Truth.YES, None})

    @property
    def lose(self) -> int:
        return sum(n for (was, then), n in self.counts.items() if was is Truth.YES and then is not Truth.YES)


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


def rehearse(condition: Condition, union: Union, *, on: date, in_force: Condition | None = None) -> Rehearsal:
    """What a rule would mean for all members of the union and below on that day: one statement, nothing written.

    Refused: "rule-not-countable".
    """
    asked = [compiled(one, columns(on)) for one in (in_force, condition) if one is not None]
    counts: Counter[tuple[Truth | None, Truth]] = Counter()
    for truths, count in tally(asked, union, on=on):
        before = _TRUTHS[truths[0]] if in_force is not None else None
        counts[before, _TRUTHS[truths[-1]]] += count
    return Rehearsal(dict(counts))
