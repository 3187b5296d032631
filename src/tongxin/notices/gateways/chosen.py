"""Which gateway serves a channel: settings, from the environment. None: the channel is not connected."""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from tongxin.notices.gateways.parcels import Gateway
from tongxin.notices.states import BY_HAND, BY_MACHINE, Channel


def gateway(channel: str) -> Gateway | None:
    path = settings.NOTICE_GATEWAYS.get(str(channel), "")
    return _gateway(path) if path else None


def connected(channel: str) -> bool:
    """Channels by hand need nothing but a window."""
    return channel in BY_HAND or channel == Channel.INBOX or bool(settings.NOTICE_GATEWAYS.get(str(channel)))


def names() -> dict[str, str]:
    """Each channel by machine with its gateway's name, empty where there is none."""
    return {channel: found.name if (found := gateway(channel)) else "" for channel in BY_MACHINE}


@cache
def _gateway(path: str) -> Gateway:
    return cast("Gateway", import_string(path)())
