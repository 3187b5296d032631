"""Deliveries that fell to paper or to a window, as the engine leaves them."""

from datetime import datetime, timedelta
from itertools import count

from tests.cast import NOW, Player

from tongxin.notices.models import Delivery, Message
from tongxin.notices.states import Channel
from tongxin.store.atomic import writing

_serial = count(1)
KIND, DATA = "place.granted", {"what": "摄影基础"}


def by_hand(player: Player, channel: Channel = Channel.SLIP, *, at: datetime = NOW, **changes: object) -> Delivery:
    person, key = player.person, f"by-hand-{next(_serial)}"
    home = person.memberships.filter(ends=None).first()
    with writing():
        message = Message.make(federation=person.federation, person=person, kind=KIND, data=DATA, key=key, at=at)
        values = {
            "federation": person.federation, "key": f"{key}:{channel}", "message": message, "person": person,
            "union": home.union_id if home else None, "channel": channel, "at": at, "next_at": at,
            "expires_at": at + timedelta(days=30), **changes,
        }  # fmt: skip
        return Delivery.make(**values)
