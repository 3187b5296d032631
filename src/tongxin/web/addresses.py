"""How a face collects its addresses: each page module ends with its own `urlpatterns`."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver

Addresses = list[URLPattern | URLResolver]


def gather(face: str, modules: tuple[str, ...]) -> Addresses:
    """The addresses of tongxin.web.<face>.<module>, in order. A module that is not written yet is passed over."""
    found: Addresses = []
    for module in modules:
        name = f"tongxin.web.{face}.{module}"
        if find_spec(name) is not None:
            found += import_module(name).urlpatterns
    return found
