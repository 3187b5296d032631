"""From which network a request comes: for counting, never shown and never kept in the clear."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
PREFIX_6 = 64  # what one subscriber gets


def network_of(request: HttpRequest) -> str:
    return network_at(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def network_at(text: str, forwarded: str) -> str:
    """The IPv4 address, or the /64 of an IPv6 one; behind settings.TRUSTED_PROXIES proxies, as the outermost of them saw it."""
    if depth := settings.TRUSTED_PROXIES:
        seen = [part.strip() for part in forwarded.split(",") if part.strip()]
        text = seen[-depth] if len(seen) >= depth else text
    try:
        address = ip_address(text)
    except ValueError:
        return UNKNOWN
    if address.version == 4:
        return str(address)
    return str(ip_network((address, PREFIX_6), strict=False))
