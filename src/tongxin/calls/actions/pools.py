"""Places: adding, resizing and closing pools. Power is checked by the substance room's action that calls these."""

from datetime import datetime

from tongxin.calls.models import Call, Pool
from tongxin.people.authority import Actor
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@atomic
def add_pool(*, call: Call, union: Union, units: int, name: str, by: Actor, at: datetime) -> Pool:
    """`name` is how people read it in lists and messages. Refused: "places"."""
    raise NotImplementedError


@atomic
def rename(*, pool: Pool, name: str, by: Actor, at: datetime) -> Pool:
    raise NotImplementedError


@atomic
def resize(*, pool: Pool, units: int, by: Actor, at: datetime) -> Pool:
    """More places: the line moves up. Refused: "places", "places-taken" (fewer than are taken), "pool-closed"."""
    raise NotImplementedError


@atomic
def close_pool(*, pool: Pool, into: Pool | None = None, by: Actor, at: datetime, why: str) -> Pool:
    """Everyone is released; or moved into another pool of the call in order, and who does not fit waits in line there."""
    raise NotImplementedError
