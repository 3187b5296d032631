"""What people are told about their applications; it leaves after commit. The words stand in the notices' catalogue."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from tongxin.calls.models import Application, Pool
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling


class Told(StrEnum):
    GRANTED = "place.granted"  # someone else applied for them
    WAITING = "place.waiting"
    MOVED_UP = "place.moved-up"
    MOVED = "place.moved"
    MOVED_TO_LINE = "place.moved-to-line"
    ENDED = "place.ended"
    LINE_ENDED = "place.line-ended"
    WITHDRAWN = "place.withdrawn"  # someone else withdrew for them
    ENTERED = "place.entered"  # someone else entered for them
    INVITED = "place.invited"  # who entered asks them to come along; they say so themselves
    MOVED_WISH = "place.moved-wish"
    GIVEN = "place.given"  # by the result of a call that was entered
    OFFERED = "place.offered"  # to be accepted in time
    IN_LINE = "place.in-line"  # the result was no place; they wait
    LAPSED = "place.lapsed"
    RETURNED = "review.returned"
    REFUSED = "review.refused"
    SUSPENDED = "place.suspended"
    RESTORED = "place.restored"
    REVOKED = "place.revoked"


def tell(told: Told, whom: Iterable[tuple[int, Application]], *, pool: Pool, at: datetime, **words: str) -> None:
    """Each (person, application) once for this pool and moment. `words` fill the catalogue's sentence."""
    outbox.put(
        [
            Telling(
                key=f"{told}:{application.public_id}:{pool.public_id}:{at.timestamp():.6f}:{person}",
                kind=told,
                person=person,
                federation=application.federation,
                data={"what": pool.name, "application": application.public_id, **words},
            )
            for person, application in whom
        ],
        at=at,
    )
