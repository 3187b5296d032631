"""States as a table: verb, from where, to where. One table stands next to each enum of states."""

from collections.abc import Iterable
from dataclasses import dataclass

from tongxin.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Transition:
    verb: str
    sources: frozenset[str]
    target: str


class Table:
    """The moves that a thing can make. A move that is not in the table is refused."""

    def __init__(self, *moves: tuple[str, Iterable[str], str]) -> None:
        self.moves = {
            verb: Transition(verb, frozenset(map(str, sources)), str(target)) for verb, sources, target in moves
        }

    def target(self, verb: str, state: str) -> str:
        """The state after `verb`, or Refused("wrong-state")."""
        move = self.moves[verb]
        if state not in move.sources:
            raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")
        return move.target

    def verbs(self, state: str) -> list[str]:
        return [move.verb for move in self.moves.values() if state in move.sources]
