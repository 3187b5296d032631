"""Applying, withdrawing and moving."""

from datetime import datetime

from tongxin.calls.models import Application, Pool
from tongxin.people.authority import Actor
from tongxin.people.models import Person


def apply(*, pool: Pool, person: Person, by: Actor, at: datetime, key: str | None = None) -> Application:
    """A place if one is free, else a number in the line; read it from `.state` (GRANTED or WAITING).

    `at` is when the request arrived. Two taps, or a retry with the same `key`, give the same application.
    Refused: "no-power", "call-not-published", "not-open-yet", "closed-already", "pool-closed", "not-eligible",
    "eligibility-unknown", "one-per-call", "key-used", and whatever the kind refuses.
    """
    raise NotImplementedError


def withdraw(*, application: Application, why: str = "", by: Actor, at: datetime) -> Application:
    """Gives the place back (or leaves the line); the first in line moves up and is told. A second tap changes nothing."""
    raise NotImplementedError


def move(*, application: Application, into: Pool, by: Actor, at: datetime, why: str) -> Application:
    """Staff move a worker to another pool of the same call. Refused when it is full: "pool-full"."""
    raise NotImplementedError
