"""Whom no machine reaches: deliveries that fell to paper or to a window, for the staff in whose reach the people are."""

from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.notices.models import Delivery, Sending
from tongxin.notices.states import BY_HAND, DeliveryState, SendingState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import reached

OPEN: Final = (DeliveryState.WAITING, DeliveryState.ACCEPTED)  # accepted: printed, and nobody has read it yet


def in_reach(actor: Actor) -> QuerySet[Delivery]:
    """Of people who were in the actor's reach when it was planned."""
    condition = reached(actor.roots(Power.ACT_FOR_WORKER), "union", actor)
    rows: QuerySet[Delivery] = Delivery.objects.filter(condition, channel__in=BY_HAND)
    return rows.select_related("message", "person")


def to_tell(actor: Actor, *, channel: str, at: datetime) -> QuerySet[Delivery]:
    """The oldest first; without what a stopped sending left, what was read meanwhile, and what is too late."""
    stopped = Sending.objects.filter(pk=OuterRef("sending"), state=SendingState.STOPPED)
    rows = in_reach(actor).filter(channel=channel, state__in=OPEN, expires_at__gt=at, message__read_at=None)
    return rows.filter(~Exists(stopped)).order_by("state", "next_at", "pk")


def told(actor: Actor) -> QuerySet[Delivery]:
    """The newest first: by paper or by mouth, and by whom."""
    return in_reach(actor).filter(state=DeliveryState.DELIVERED).order_by("-done_at", "-pk")
