"""How a page answers: whole page or part at one address, the form again with 422, a refusal in words."""

from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from tongxin.kernel.refused import Refused

UNPROCESSABLE = 422
KEY = 64  # characters of it that are kept


def wants_part(request: HttpRequest) -> bool:
    """An htmx swap; not a boosted link, and not a step back for which the whole page is wanted."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_part(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """`template` is "staff/people.html#rows": the part for htmx, the whole page (the same without #rows) otherwise.

    What is to be told besides (messages, a refusal in the context) travels with the part and lands in #tx-notes.
    """
    values = dict(context or {})
    if wants_part(request) and "#" in template:
        body = render_to_string(template, values, request)
        response = HttpResponse(body + render_to_string("parts/notes_aside.html", values, request), status=status)
    else:
        response = render(request, template.partition("#")[0], values, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def render_form(
    request: HttpRequest, template: str, form: BaseForm, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page with its form (named `form`): 422 with what was typed and the summary on top, when it has errors."""
    return render_part(request, template, {"form": form, **(context or {})}, UNPROCESSABLE if form.errors else 200)


def render_refusal(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None, refusal: Refused
) -> HttpResponse:
    """The same page (or part) again, 422, with the refusal's words on top."""
    return render_part(request, template, {**(context or {}), "refusal": refusal}, UNPROCESSABLE)


def sent_key(request: HttpRequest) -> str | None:
    """The page's own, which makes a form that comes twice count once."""
    return request.POST.get("key", "")[:KEY] or None


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """Where `next` leads, when it is an address of this site; never elsewhere."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    local = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if local else fallback
