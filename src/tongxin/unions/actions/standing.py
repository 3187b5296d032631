"""Whoever acts, as far as this room needs to know: people live in the room above, so the actor brings its own check."""

from datetime import date, datetime
from typing import Final, Protocol

from django.db import connection
from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.store.atomic import must_be_writing
from tongxin.unions.models import Union

MANAGE = "manage_unions"  # the value of people.powers.Power.MANAGE_UNIONS; a test holds them equal
KEEP = "keep_union"  # of Power.KEEP_UNION


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


def must_keep(by: By, union: Union) -> None:
    by.require(KEEP, union.pk)


_HOLD: Final = """
    SELECT founded_on <= %(on)s AND (dissolved_on IS NULL OR dissolved_on > %(on)s)
    FROM unions_union WHERE id = %(union)s FOR SHARE
"""


def hold_living(union: Union | int, on: date) -> None:
    """The union lives that day, and cannot end before this transaction does: whoever ends it waits. Many hold at once.

    Refused("union-not-there").
    """
    must_be_writing("holding a union")
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"union": union if isinstance(union, int) else union.pk, "on": on})
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise Refused("union-not-there", "这一天这个工会还没有成立或已经撤销，请改日期。")


def day_of(at: datetime) -> date:
    """The day in Beijing on which something is done."""
    return timezone.localdate(at)
