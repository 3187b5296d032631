"""What a membership means while it is retained or its holder retired: dated data with the clause, and no database."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from tongxin.people.states import MembershipState


@dataclass(frozen=True, slots=True)
class MembershipRule:
    """`votes`: may elect, be elected and vote. `moves`: may be transferred. Services stay open to every member."""

    state: MembershipState
    dues: bool
    votes: bool
    moves: bool
    valid_from: date
    source: str
    clause: str
    confidence: str


def rule(state: MembershipState, on: date) -> MembershipRule:
    """The newest of that state which was valid on the day."""
    held = [one for one in shipped() if one.state == state and one.valid_from <= on]
    return max(held, key=lambda one: one.valid_from)


@cache
def shipped() -> tuple[MembershipRule, ...]:
    with (files("tongxin.people") / "data" / "membership_rules.csv").open(encoding="utf-8") as lines:
        return tuple(_rule(row) for row in csv.DictReader(lines))


def _rule(row: dict[str, str]) -> MembershipRule:
    said = {name: row[name] == "yes" for name in ("dues", "votes", "moves")}
    return MembershipRule(
        MembershipState(row["state"]),
        **said,
        valid_from=date.fromisoformat(row["valid_from"]),
        source=row["source"],
        clause=row["clause"],
        confidence=row["confidence"],
    )
