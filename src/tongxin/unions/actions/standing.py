"""Whoever acts, as far as this room needs to know: people live in the room above, so the actor brings its own check."""

from datetime import date, datetime
from typing import Protocol

from django.utils import timezone

from tongxin.unions.models import Union

MANAGE = "manage_unions"  # the value of people.powers.Power.MANAGE_UNIONS; a test holds them equal


class By(Protocol):
    """An actor: see people.authority.Actor."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def person_id(self) -> int | None: ...
    def require(self, power: str, at_union: int) -> None:
        """Raises Refused("no-power") unless the actor has the power at that union."""


def must_manage(by: By, *unions: Union) -> None:
    for union in unions:
        by.require(MANAGE, union.pk)


def day_of(at: datetime) -> date:
    """The day in Beijing on which something is done."""
    return timezone.localdate(at)
