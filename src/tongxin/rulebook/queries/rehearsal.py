"""What a rule would mean for all members, counted before it is published."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from tongxin.people.queries.population import columns, tally, who
from tongxin.rulebook.models import Draft, Rule
from tongxin.rulebook.queries import parameters
from tongxin.rulebook.queries.replay import TRUTHS, Replayed, replay
from tongxin.rulebook.queries.verdicts import version_in_force
from tongxin.rules.conditions import Condition, from_data, parameters_used
from tongxin.rules.statements import Statement, compiled
from tongxin.rules.verdicts import Truth
from tongxin.unions.models import Union

Limits = Mapping[str, Decimal]
Side = Literal["gain", "lose", "unknown"]
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Members by what the rule in force says of them and what the new one would say. `before` is None without one."""

    counts: dict[tuple[Truth | None, Truth], int]

    @property
    def members(self) -> int:
        return sum(self.counts.values())

    def after(self, truth: Truth) -> int:
        return sum(count for (_, then), count in self.counts.items() if then is truth)

    def before(self, truth: Truth) -> int:
        return sum(count for (was, _), count in self.counts.items() if was is truth)

    @property
    def gain(self) -> int:
        """Who would be let in and is not now, or of whom it was not known."""
        return sum(n for (was, then), n in self.counts.items() if then is Truth.YES and was not in {Truth.YES, None})

    @property
    def lose(self) -> int:
        return sum(n for (was, then), n in self.counts.items() if was is Truth.YES and then is not Truth.YES)


@dataclass(frozen=True, slots=True)
class Figures:
    """All that someone sees before they publish. `amount` None: not said, or its parameter is not known."""

    on: date
    counted: Rehearsal
    replayed: Replayed
    amount: Decimal | None
    has_before: bool

    @property
    def reached(self) -> int:
        return self.counted.after(Truth.YES)

    @property
    def unknown(self) -> int:
        return self.counted.after(Truth.UNKNOWN)

    @property
    def cost(self) -> Decimal | None:
        return None if self.amount is None else (self.amount * self.reached).quantize(CENT)

    @property
    def cost_before(self) -> Decimal | None:
        if self.amount is None or not self.has_before:
            return None
        return (self.amount * self.counted.before(Truth.YES)).quantize(CENT)


def rehearse(
    condition: Condition, union: Union, *, on: date, in_force: Condition | None = None, limits: Limits | None = None
) -> Rehearsal:
    """What a rule would mean for all members of the union and below on that day: one statement, nothing written.

    Parameters are those of the union, or what `limits` supposes. Refused: "rule-not-countable".
    """
    asked = [statement(in_force, union, on=on)] if in_force is not None else []
    asked.append(statement(condition, union, on=on, limits=limits))
    counts: Counter[tuple[Truth | None, Truth]] = Counter()
    for truths, count in tally(asked, union, on=on):
        before = TRUTHS[truths[0]] if in_force is not None else None
        counts[before, TRUTHS[truths[-1]]] += count
    return Rehearsal(dict(counts))


def statement(condition: Condition, union: Union, *, on: date, limits: Limits | None = None) -> Statement:
    """As SQL, with the parameters that hold at the union on that day."""
    quoted = parameters.quoted(parameters_used(condition), union=union, on=on, limits=limits)
    return compiled(condition, columns(on), quoted)


def first_day(draft: Draft, today: date) -> date:
    """On which the draft would decide anything: today, or when it begins later."""
    return max(draft.valid_from, today)


def figures(draft: Draft, *, today: date, on: date | None = None, limits: Limits | None = None) -> Figures:
    """Of a draft that is whole, on the first day that it would hold, or on another that is asked.

    Members, their ages and the parameters are those of that day, as in the verdict for one person (`verdict_on`); earlier
    decisions keep their own day. Refused as in `from_data` and `rehearse`.
    """
    condition, rule = from_data(draft.condition), draft.rule
    on = first_day(draft, today) if on is None else on
    in_force = _in_force(rule, on)
    return Figures(
        on=on,
        counted=rehearse(condition, rule.union, on=on, in_force=in_force, limits=limits),
        replayed=replay(condition, rule, until=min(on, today), limits=limits),
        amount=_amount(draft, on, limits or {}),
        has_before=in_force is not None,
    )


def people(draft: Draft, side: Side, *, on: date, size: int, after: int = 0, limits: Limits | None = None) -> list[int]:
    """Row ids of the members who would gain, would lose, or of whom it would not be known."""
    union = draft.rule.union
    then = statement(from_data(draft.condition), union, on=on, limits=limits)
    in_force = _in_force(draft.rule, on)
    if side == "unknown":
        return who(f"({then.sql}) IS NULL", then.params, union, on=on, size=size, after=after)
    if in_force is None:
        return []  # nobody gains or loses against nothing
    was = statement(in_force, union, on=on)
    first, second = (then, was) if side == "gain" else (was, then)
    said = f"({first.sql}) IS TRUE AND ({second.sql}) IS NOT TRUE"
    return who(said, [*first.params, *second.params], union, on=on, size=size, after=after)


def _in_force(rule: Rule, on: date) -> Condition | None:
    version = version_in_force(rule, on)
    return from_data(version.condition) if version is not None else None


def _amount(draft: Draft, on: date, limits: Limits) -> Decimal | None:
    if draft.amount_key is None:
        return draft.amount
    if draft.amount_key.key in limits:
        return limits[draft.amount_key.key]
    row = parameters.value(draft.amount_key.key, union=draft.rule.union_id, on=on)
    return row.number if row is not None else None
