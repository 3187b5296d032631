"""What a rule would mean for all members, counted before it is published."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from tongxin.people.queries.population import columns, tally
from tongxin.rulebook.queries import parameters
from tongxin.rules.conditions import Condition, parameters_used
from tongxin.rules.statements import Statement, compiled
from tongxin.rules.verdicts import Truth
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


def rehearse(condition: Condition, union: Union, *, on: date, in_force: Condition | None = None) -> Rehearsal:
    """What a rule would mean for all members of the union and below on that day: one statement, nothing written.

    Parameters are those of the union. Refused: "rule-not-countable".
    """
    asked = [statement(one, union, on=on) for one in (in_force, condition) if one is not None]
    counts: Counter[tuple[Truth | None, Truth]] = Counter()
    for truths, count in tally(asked, union, on=on):
        before = _TRUTHS[truths[0]] if in_force is not None else None
        counts[before, _TRUTHS[truths[-1]]] += count
    return Rehearsal(dict(counts))


def statement(condition: Condition, union: Union, *, on: date) -> Statement:
    """As SQL, with the parameters that hold at the union on that day."""
    return compiled(condition, columns(on), parameters.quoted(parameters_used(condition), union=union, on=on))
