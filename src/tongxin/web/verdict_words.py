"""A verdict as people read it: no "not" over a group, each condition with what the record says, where from, and the clause.

One part shows it to the worker and to staff: `{% include "parts/verdict.html" with verdict=shown %}`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from tongxin.people.facts import FACTS
from tongxin.rulebook.models import Certainty
from tongxin.rules.changes import changes
from tongxin.rules.conditions import AllOf, Compare, Not
from tongxin.rules.facts import Fact
from tongxin.rules.parameters import Quoted
from tongxin.rules.verdicts import OPPOSITE, Obstacle, Truth, Verdict
from tongxin.web import dates, english


@dataclass(frozen=True, slots=True)
class Node:
    """`kind`: "leaf", "all" or "any". A condition under a "not" is turned: its truth is that of what is asked for."""

    kind: str
    truth: str
    words: str = ""
    turned: bool = False
    says: str = ""
    missing: bool = False  # the record has nothing on it
    source: str = ""
    clause: str = ""
    limit: str = ""
    parts: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One condition that would have to turn, and how one goes about it."""

    words: str
    turned: bool
    mend: str


@dataclass(frozen=True, slots=True)
class Shown:
    truth: str
    root: Node
    changes: list[list[Change]]
    total: int
    met: int

    @property
    def rows(self) -> tuple[Node, ...]:
        """All that must hold, one below the other."""
        return self.root.parts if self.root.kind == "all" else (self.root,)


def shown(verdict: Verdict) -> Shown:
    root = _node(verdict, turned=False)
    rows = root.parts if root.kind == "all" else (root,)
    return Shown(
        truth=verdict.truth.value,
        root=root,
        changes=[[_change(obstacle) for obstacle in way] for way in changes(verdict)],
        total=len(rows),
        met=sum(row.truth == Truth.YES for row in rows),
    )


def _node(verdict: Verdict, *, turned: bool) -> Node:
    match verdict.condition:
        case Compare():
            return _leaf(verdict, turned=turned)
        case Not():
            return _node(verdict.parts[0], turned=not turned)
        case _:
            every = isinstance(verdict.condition, AllOf) is not turned  # not all of: any of the contraries
            truth = OPPOSITE[verdict.truth] if turned else verdict.truth
            parts = tuple(_node(part, turned=turned) for part in verdict.parts)
            return Node("all" if every else "any", truth.value, parts=parts)


def _leaf(verdict: Verdict, *, turned: bool) -> Node:
    fact = verdict.fact
    return Node(
        kind="leaf",
        truth=(OPPOSITE[verdict.truth] if turned else verdict.truth).value,
        words=verdict.words,
        turned=turned,
        says=value_words(fact) if fact and fact.known else "",
        missing=fact is not None and not fact.known,
        source=source_words(fact) if fact else "",
        clause=verdict.clause or "",
        limit=limit_words(verdict.parameter) if verdict.parameter else "",
    )


def _change(obstacle: Obstacle) -> Change:
    fact = obstacle.verdict.fact
    known = FACTS.get(fact.name) if fact else None
    return Change(
        obstacle.verdict.words, obstacle.wanted is Truth.NO, gettext(known.mend) if known and known.mend else ""
    )


def value_words(fact: Fact) -> str:
    """What the record says, as a word; empty where the source says it all."""
    value, known = fact.value, FACTS.get(fact.name)
    if value is None:
        return gettext("没有登记")
    if isinstance(value, frozenset):
        return ""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("不是")
    if isinstance(value, date):
        return dates.day(value)
    if isinstance(value, int | Decimal):
        return plain(value)
    return gettext(known.values[value]) if known and value in known.values else english.plain(value)


def source_words(fact: Fact) -> str:
    if not fact.source:
        return ""
    filled = {
        name: dates.day(said) if isinstance(said, date) else english.plain(said) for name, said in fact.params.items()
    }
    return gettext(fact.source) % filled if filled else gettext(fact.source)


def limit_words(quoted: Quoted) -> str:
    """节日慰问品每人每年上限：2200元/人/年，2024年1月1日起，待核实."""
    label, unit = english.plain(quoted.words or quoted.key), english.plain(quoted.unit)
    if quoted.value is None:
        return gettext("%(limit)s：没有查到") % {"limit": label}
    number = english.plain(plain(quoted.value))
    words = [f"{number} {unit}".strip() if dates.english() else f"{number}{unit}"]
    if quoted.since is not None:
        words.append(dates.lasting(quoted.since, None))
    if quoted.certainty and quoted.certainty != Certainty.SURE.label:
        words.append(gettext(quoted.certainty))
    return gettext("%(limit)s：%(value)s") % {"limit": label, "value": gettext("，").join(words)}


def plain(value: Decimal | int | str) -> str:
    """Without zeros that say nothing: 200, 0.5."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
