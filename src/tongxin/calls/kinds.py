"""What a substance room gives to the engine: five functions, listed in one open table in settings."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from tongxin.calls.models import Application, Award, Call
from tongxin.calls.states import Stage, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.rulebook.models import RuleVersion


class Kind(Protocol):
    """All run inside the engine's transaction, the last three with the pools' rows locked. A sixth needs a written decision."""

    def conditions(self, call: Call) -> RuleVersion | None:
        """Who may apply; None: everyone. Mostly `call.rule_version`."""

    def audience(self, call: Call, on: date) -> Collection[int]:
        """The unions for whose members, and those below them, it is meant."""

    def check(self, application: Application, stage: Stage) -> None:
        """Raises Refused unless the substance is complete at this stage. The application's rows are written already."""

    def granted(self, awards: Sequence[Award], *, by: Actor, at: datetime) -> None:
        """These were given, many at once: `pool` of each is loaded, of `application` and `person` perhaps no more than the key."""

    def released(self, awards: Sequence[Award], *, why: Why, by: Actor, at: datetime) -> None:
        """These were taken back. With Why.MOVED, `granted` may follow with new awards of the same applications."""


def kind_of(call: Call) -> Kind:
    """Looked up at the first need, so that a room below its kinds never imports them."""
    return kind_named(call.kind)


def kind_named(name: str) -> Kind:
    path = settings.CALL_KINDS.get(name)
    if path is None:
        raise Refused("unknown-kind", "系统里没有“%(kind)s”这一类，请联系管理员。", kind=name)
    return _kind(path)


@cache
def _kind(path: str) -> Kind:
    return cast("Kind", import_string(path)())
