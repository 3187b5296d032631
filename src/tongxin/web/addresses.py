"""How a face collects its addresses: each page module ends with its own `urlpatterns`; and many of one kind at once."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, reverse

_STAND_IN = "~"  # no public id has it, and no address quotes it
Addresses = list[URLPattern | URLResolver]


def gather(face: str, modules: tuple[str, ...]) -> Addresses:
    """The addresses of tongxin.web.<face>.<module>, in order. A module that is not written yet is passed over."""
    found: Addresses = []
    for module in modules:
        name = f"tongxin.web.{face}.{module}"
        if find_spec(name) is not None:
            found += import_module(name).urlpatterns
    return found


def towards(name: str) -> Callable[[str], str]:
    """What makes the address of one thing from its public id. For lists: resolving costs as much as a row."""
    before, after = reverse(name, args=[_STAND_IN]).split(_STAND_IN)
    return lambda public_id: f"{before}{public_id}{after}"
