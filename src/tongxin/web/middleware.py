"""What happens around every page: language, the log line, and the refusal of pages without a guard."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tongxin.web import english

log = structlog.get_logger("tongxin.request")
Next = Callable[[HttpRequest], HttpResponse]

# Views that are not ours and guard themselves. Closed list: (module prefix, reason).
GUARD_THEMSELVES = (
    ("ninja.", "the API: each operation names its guard, and a test walks them"),
    ("django.contrib.staticfiles.", "files that anyone may have"),
    (
        "tongxin.web.public.health",
        "the operator's probe: it says no more than ok or not, and must answer without a session",
    ),
)


class Language:
    """Chinese unless the visitor chose English (a cookie). The browser's own setting does not decide: Chinese first."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = "en" if request.COOKIES.get("tx-language") == "en" else "zh-hans"
        english.forget()
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-Hans" if language == "zh-hans" else "en")
        return response


class RequestLog:
    """One line a request, without personal data: no query string, no body, no address, no name."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "-"
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(1000 * (time.perf_counter() - began), 1),
        )
        return response


class RefuseUnguarded:
    """A page without a guard is refused; being signed in is not a guard."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, _request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        if not is_guarded(view):
            raise PermissionDenied(f"{view.__module__}.{getattr(view, '__name__', view)} has no guard")


def is_guarded(view: Any) -> bool:
    return hasattr(view, "guard") or any(_module(view).startswith(prefix) for prefix, _ in GUARD_THEMSELVES)


def _module(view: Any) -> str:
    """Where the view was written; some are partials of a function."""
    return str(getattr(view, "func", view).__module__)
