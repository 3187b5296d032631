"""How far a sending is: counted from what is there, so that the page says nothing that the rows do not."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from tongxin.notices.models import Delivery, Message, Sending
from tongxin.notices.states import OUTSIDE, Channel, DeliveryState, SendingState, Why


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel. Sent is not delivered: nobody has confirmed it yet."""

    channel: Channel
    waiting: int
    sent: int
    delivered: int
    failed: int
    skipped: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Progress:
    """People: `left` are not queued yet, `queued` are not in their inbox yet, `held` never will be (it was stopped)."""

    left: int
    queued: int
    inbox: int
    read: int
    held: int
    lanes: list[Lane]

    @property
    def stopped(self) -> int:
        """Messages on a channel that did not leave because of the stop."""
        return sum(lane.stopped for lane in self.lanes)


def progress(sending: Sending) -> Progress:
    counts = Message.objects.filter(sending=sending.pk).aggregate(inbox=Count("pk"), read=Count("read_at"))
    missing = max(sending.queued - counts["inbox"], 0)
    left = 0 if sending.whole else max((sending.people or 0) - sending.queued, 0)
    over = sending.state == SendingState.STOPPED
    return Progress(
        left=0 if over else left,
        queued=0 if over else missing,
        inbox=counts["inbox"],
        read=counts["read"],
        held=left + missing if over else 0,
        lanes=_lanes(sending, over=over),
    )


def _lanes(sending: Sending, *, over: bool) -> list[Lane]:
    rows = Delivery.objects.filter(sending=sending.pk).values("channel", "state", "why").annotate(n=Count("pk"))
    found: dict[str, Counter[str]] = {}
    for row in rows.order_by():
        lane = found.setdefault(row["channel"], Counter())
        lane["stopped" if row["why"] == Why.STOPPED else row["state"]] += row["n"]
    return [_lane(channel, found[channel], over=over) for channel in OUTSIDE if channel in found]


def _lane(channel: Channel, counts: Counter[str], *, over: bool) -> Lane:
    """What a stopped sending has waiting will not go, though it has not been cleared away yet."""
    waiting = counts[DeliveryState.WAITING]
    return Lane(
        channel,
        waiting=counts[DeliveryState.SENDING] + (0 if over else waiting),
        sent=counts[DeliveryState.ACCEPTED],
        delivered=counts[DeliveryState.DELIVERED],
        failed=counts[DeliveryState.FAILED] + counts[DeliveryState.EXPIRED],
        skipped=counts[DeliveryState.SKIPPED],
        stopped=counts["stopped"] + (waiting if over else 0),
    )
