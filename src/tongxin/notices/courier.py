"""Carrying: what is due is taken (committed), given to the gateway, and noted (committed). No transaction spans a call."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from tongxin.notices.actions import deliveries
from tongxin.notices.actions.desk import Taken, address_digests
from tongxin.notices.gateways.chosen import gateway
from tongxin.notices.gateways.parcels import Answer, Fate, Gateway, Trace, Verdict
from tongxin.notices.models import Delivery, Sending
from tongxin.notices.states import BY_MACHINE, Channel, DeliveryState, SendingState

log = structlog.get_logger("tongxin.notices")
Clock = Callable[[], datetime]
ASKED_AT_ONCE: Final = 100
QUIET_AFTER: Final = 2  # answers that say nothing, one after the other: the gateway is left alone for a while
NOTE_EVERY: Final = 1.0  # seconds


class Carried(NamedTuple):
    """How many were looked at (0: nothing is due), and whether the gateway fell silent."""

    looked_at: int
    silent: bool = False


def carry(channel: Channel, clock: Clock) -> Carried:
    """One batch of the channel. Several couriers take different ones."""
    found = gateway(channel)
    taken, looked_at = deliveries.take(channel, found.batch if found else 50, at=clock())
    answers = not taken or found is None or _Round(found, clock).hand_over(taken)
    return Carried(looked_at, silent=not answers)


def carry_much(channel: Channel, clock: Clock, *, most: int = 2_000) -> Carried:
    """Until nothing is due, the gateway is silent, or `most` have been looked at."""
    done = 0
    while done < most:
        count, silent = carry(channel, clock)
        done += count
        if silent or not count:
            return Carried(done, silent)
    return Carried(done)


def carry_all(clock: Clock, *, most: int = 2_000) -> int:
    return sum(carry_much(channel, clock, most=most).looked_at for channel in BY_MACHINE)


class _Round:
    """One batch on its way. Noted once a second and at the end: so much is in doubt after a kill, and is then asked about."""

    def __init__(self, to: Gateway, clock: Clock) -> None:
        self._to, self._clock = to, clock
        self._answers: list[tuple[Taken, Answer]] = []
        self._noted = time.monotonic()
        self._stopped: set[int] = set()
        self._looked = 0.0

    def hand_over(self, taken: list[Taken]) -> bool:
        """False: the gateway says nothing, and what was still to leave waits for another time."""
        silent = 0
        for place, one in enumerate(taken):
            if silent >= QUIET_AFTER:
                self._keep(taken[place:])
                break
            if self._is_stopped(one, taken[place:]):
                deliveries.stop([one], at=self._clock())
                continue
            answer = self._given(one)
            silent = silent + 1 if answer.verdict in {Verdict.DOUBT, Verdict.LATER} else 0
            self._answers.append((one, answer))
            self._note_now_and_then()
        deliveries.note(self._answers, at=self._clock())
        return silent < QUIET_AFTER

    def _given(self, one: Taken) -> Answer:
        """A gateway that breaks leaves a doubt: it may have sent. What was taken long ago may be another's by now."""
        at = self._clock()
        if at - one.at >= deliveries.HAND_OVER_WITHIN:
            return Answer(Verdict.LATER, code="too-slow")
        try:
            return self._to.send(one.parcel, at=at)
        except Exception as problem:  # noqa: BLE001 - one parcel must not hold up the others
            log.warning("gateway broke", gateway=self._to.name, problem=type(problem).__name__)
            return Answer(Verdict.DOUBT, code=type(problem).__name__)

    def _keep(self, rest: list[Taken]) -> None:
        """Certainly not sent."""
        log.warning("gateway silent", gateway=self._to.name, waiting=len(rest))
        self._answers += [(one, Answer(Verdict.LATER, code="silent")) for one in rest]

    def _note_now_and_then(self) -> None:
        if time.monotonic() - self._noted >= NOTE_EVERY:
            deliveries.note(self._answers, at=self._clock())
            self._answers, self._noted = [], time.monotonic()

    def _is_stopped(self, one: Taken, rest: list[Taken]) -> bool:
        """Looked at once a second: so soon the stop button works."""
        if one.sending is None:
            return False
        if not self._looked or time.monotonic() - self._looked >= NOTE_EVERY:
            of = {each.sending for each in rest if each.sending is not None}
            rows = Sending.objects.filter(pk__in=of, state=SendingState.STOPPED)
            self._stopped, self._looked = set(rows.values_list("pk", flat=True)), time.monotonic()
        return one.sending in self._stopped


def look_after(clock: Clock) -> int:
    """All channels' doubts, and what nobody confirmed in time. Returns how many were asked about."""
    asked = sum(ask(channel, clock) for channel in BY_MACHINE)
    go_on(clock)
    return asked


def ask(channel: Channel, clock: Clock) -> int:
    """Doubts and what was accepted are asked about, the longest waiting first; a silent gateway is not asked on and on."""
    found = gateway(channel)
    rows, silent = _to_ask(channel, clock()), 0
    for row in rows:
        address = _address_sent_to(row)
        asks = found is not None and found.asks and address is not None
        trace = Trace(Fate.UNKNOWN)
        if found is not None and asks and address is not None and silent < QUIET_AFTER:
            trace = _traced(found, row, address)
            silent = silent + 1 if trace.fate is Fate.UNKNOWN else 0
        deliveries.resolve(row.pk, trace, asks=asks, at=clock())
    return len(rows)


def go_on(clock: Clock) -> None:
    """What nobody confirmed in time goes on by the next channel; what nobody printed or said in a month is over."""
    at = clock()
    while deliveries.overdue(at=at):
        pass
    while deliveries.let_lapse(at=at):
        pass


def _to_ask(channel: Channel, at: datetime) -> list[Delivery]:
    rows = Delivery.objects.filter(channel=channel).select_related("person")
    doubts = rows.filter(state=DeliveryState.SENDING, taken_at__lte=at - deliveries.DOUBT_AFTER)
    accepted = rows.filter(state=DeliveryState.ACCEPTED, next_at__lte=at)
    return [*doubts.order_by("taken_at")[:ASKED_AT_ONCE], *accepted.order_by("next_at")[:ASKED_AT_ONCE]]


def _address_sent_to(row: Delivery) -> str | None:
    """Where the person has another number by now, the one that it went to is known to nobody: None."""
    address = row.person.phone_text()
    return address if address and bytes(row.address_digest or b"") in address_digests(address) else None


def _traced(found: Gateway, row: Delivery, address: str) -> Trace:
    try:
        return found.trace(row.public_id, address, sent=row.taken_at or row.accepted_at or row.at)
    except Exception as problem:  # noqa: BLE001 - one must not hold up the others
        log.warning("gateway broke", gateway=found.name, problem=type(problem).__name__)
        return Trace(Fate.UNKNOWN)
