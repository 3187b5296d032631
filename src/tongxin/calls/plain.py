"""A kind without substance: places and nothing behind them. For rehearsals and measurements; no page offers it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from tongxin.calls.models import Application, Award, Call
from tongxin.calls.states import Stage, Why
from tongxin.people.authority import Actor
from tongxin.rulebook.models import RuleVersion


class Plain:
    def conditions(self, call: Call) -> RuleVersion | None:
        return call.rule_version

    def audience(self, call: Call, on: date) -> Collection[int]:  # noqa: ARG002
        """Nobody: it is never opened to people."""
        return ()

    def check(self, application: Application, stage: Stage) -> None:
        """Nothing is missing where nothing is asked."""

    def granted(self, awards: Sequence[Award], *, by: Actor, at: datetime) -> None:
        """Nobody is told of a place that leads nowhere."""

    def released(self, awards: Sequence[Award], *, why: Why, by: Actor, at: datetime) -> None:
        """As above."""
