"""Carrying: what is due is taken (committed), given to the gateway, and noted (committed). No transaction spans a call."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from tongxin.notices.actions import deliveries
from tongxin.notices.actions.deliveries import Taken
from tongxin.notices.gateways.chosen import gateway
from tongxin.notices.gateways.parcels import Answer, Fate, Gateway, Trace, Verdict
from tongxin.notices.models import Delivery
from tongxin.notices.states import BY_MACHINE, Channel, DeliveryState

log = structlog.get_logger("tongxin.notices")
Clock = Callable[[], datetime]
ASKED_AT_ONCE: Final = 100
NOTE_EVERY: Final = 1.0  # seconds


def carry(channel: Channel, clock: Clock) -> int:
    """One batch of the channel; how many were looked at, 0 when nothing is due. Several couriers take different ones."""
    found = gateway(channel)
    taken, looked_at = deliveries.take(channel, found.batch if found else 50, at=clock())
    if found is not None:
        _hand_over(found, taken, clock)
    return looked_at


def _hand_over(to: Gateway, taken: list[Taken], clock: Clock) -> None:
    """Noted once a second and at the end: so much is in doubt after a kill, and is then asked about."""
    answers: dict[int, Answer] = {}
    noted = time.monotonic()
    for one in taken:
        if deliveries.stopped(one, at=clock()):
            continue
        answers[one.delivery] = _given(to, one, clock())
        if time.monotonic() - noted >= NOTE_EVERY:
            deliveries.note(answers, at=clock())
            answers, noted = {}, time.monotonic()
    deliveries.note(answers, at=clock())


def carry_all(clock: Clock, *, most: int = 2_000) -> int:
    """All channels until nothing is due, or `most` have been looked at in each."""
    total = 0
    for channel in BY_MACHINE:
        done = 0
        while done < most and (count := carry(channel, clock)):
            done += count
        total += done
    return total


def look_after(clock: Clock) -> int:
    """Doubts and what was accepted are asked about; what nobody confirmed in time goes on by the next channel."""
    at, asked = clock(), 0
    doubts = Delivery.objects.filter(state=DeliveryState.SENDING, taken_at__lte=at - deliveries.DOUBT_AFTER)
    accepted = Delivery.objects.filter(state=DeliveryState.ACCEPTED, channel__in=BY_MACHINE, next_at__lte=at)
    for row in [*doubts.order_by("taken_at")[:ASKED_AT_ONCE], *accepted.order_by("next_at")[:ASKED_AT_ONCE]]:
        _ask(row, clock())
        asked += 1
    while deliveries.overdue(at=at):
        pass
    return asked


def _given(to: Gateway, one: Taken, at: datetime) -> Answer:
    """A gateway that breaks leaves a doubt: it may have sent."""
    try:
        return to.send(one.parcel, at=at)
    except Exception as problem:  # noqa: BLE001 - one parcel must not hold up the others
        log.warning("gateway broke", gateway=to.name, problem=type(problem).__name__)
        return Answer(Verdict.DOUBT, code=type(problem).__name__)


def _ask(row: Delivery, at: datetime) -> None:
    found = gateway(row.channel)
    trace = Trace(Fate.UNKNOWN)
    if found is not None and found.asks and (address := row.person.phone_text()):
        trace = found.trace(row.public_id, address, sent=row.taken_at or row.accepted_at or row.at)
    deliveries.resolve(row.pk, trace, asks=bool(found and found.asks), at=at)
