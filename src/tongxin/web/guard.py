"""Refuse by default: every page says who may open it, and GET cannot write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone

from tongxin.benefits.actions import tills
from tongxin.benefits.models import Device
from tongxin.benefits.queries.tills import device_of
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, actor_of, visitor
from tongxin.people.models import Account
from tongxin.people.powers import Power
from tongxin.web import till_words
from tongxin.web.answers import wants_part
from tongxin.web.second_factor import second_factor_done

DEVICE_COOKIE = "tx-till"
OWN_PASSWORD = "/staff/password/"  # noqa: S105 - an address: where a one-time password is changed before anything else


class OpenTo(StrEnum):
    """Who may open a page that needs no power."""

    VISITOR = "visitor"  # anyone
    ACCOUNT = "account"  # signed in, whether or not the account has a person yet
    WORKER = "worker"  # signed in, with a person
    STAFF = "staff"  # with any post in force, and a second factor
    DEVICE = "device"  # paired at a partner's counter, whoever stands before it


@dataclass(frozen=True, slots=True)
class Guard:
    """Either a power (held somewhere; the query narrows it to where) or a kind of visitor."""

    power: Power | None = None
    open_to: OpenTo | None = None


class HouseRequest(HttpRequest):
    """A request behind a guard: who acts, and when it arrived (aware). `device`: on pages that are open to one."""

    actor: Actor
    now: datetime
    device: Device
    user: Any


View = Callable[..., HttpResponse]


def page(
    *,
    power: Power | None = None,
    open_to: OpenTo | None = None,
    methods: tuple[str, ...] = ("GET", "POST"),
    get_writes: bool = False,
) -> Callable[[View], View]:
    """Guards a page. Exactly one of `power` and `open_to`. GET and HEAD run in a read-only transaction, unless `get_writes`:
    for an address to which another site's protocol sends the browser back by GET, guarded by a state of its own.

    The view gets a request with `.actor` and `.now`. A Refused that the view does not catch becomes a page with its
    words (422). A write takes its own transaction: the action's.
    """
    if (power is None) == (open_to is None):
        raise TypeError("a page is guarded by a power or by open_to, by one of them")
    guard = Guard(power, open_to)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in {*methods, "HEAD"}:
                return HttpResponseNotAllowed(methods)
            house = meet(request)
            if (answer := _turn_away(house, guard)) is not None:
                return answer
            try:
                _refuse_nulls(house)
                if request.method in {"GET", "HEAD"} and not get_writes:
                    with read_only():
                        return view(house, *args, **kwargs)
                return view(house, *args, **kwargs)
            except Refused as refusal:
                return refused_page(house, refusal)

        guarded.guard = guard  # type: ignore[attr-defined]
        guarded.methods = methods  # type: ignore[attr-defined]
        return guarded

    return decorate


def meet(request: HttpRequest) -> HouseRequest:
    """Puts the moment of arrival and the actor on the request, once."""
    house = cast("HouseRequest", request)
    if not hasattr(house, "now"):
        house.now = timezone.now()
        today = timezone.localdate(house.now)
        account = request.user
        house.actor = actor_of(account, today) if isinstance(account, Account) else visitor(today)
    return house


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction in which the database itself refuses to write. Inside another one (a test's) it adds nothing."""
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    driver = connection.connection
    driver.read_only = True  # the driver then begins with BEGIN READ ONLY: one statement less
    try:
        with transaction.atomic():
            yield
    finally:
        if not driver.closed:
            driver.read_only = None


def _refuse_nulls(request: HouseRequest) -> None:
    """The one character that PostgreSQL cannot hold; people do not type it."""
    if "\0" in request.path:
        raise Http404
    if any("\0" in text for query in (request.GET, request.POST) for _name, texts in query.lists() for text in texts):
        raise Refused("character-wrong", "内容里有看不见的空字符，请删掉或重新输入。")


def _turn_away(request: HouseRequest, guard: Guard) -> HttpResponse | None:  # noqa: PLR0911 - one line for each answer
    """None when the actor may go on; else where to go, or why not."""
    actor = request.actor
    if guard.open_to is OpenTo.VISITOR:
        return None
    if guard.open_to is OpenTo.DEVICE:
        return _meet_device(request)
    if actor.account_id is None:
        return _to_sign_in(request, staff=guard.power is not None or guard.open_to is OpenTo.STAFF)
    if guard.open_to is OpenTo.ACCOUNT:
        return None
    if guard.open_to is OpenTo.WORKER:
        return None if actor.person_id is not None else _onward("/me/claim/", request)
    if not actor.is_staff or (guard.power is not None and not actor.holds(guard.power)):
        return forbidden_page(request, guard.power)
    if not second_factor_done(request):
        return _onward("/staff/second-factor/", request)
    if request.user.one_time_until is not None and request.path != OWN_PASSWORD:
        return _onward(OWN_PASSWORD, request)
    return None


def _meet_device(request: HouseRequest) -> HttpResponse | None:
    """A token that no device has is led to pairing; a revoked one is told so, and what it tries is on record."""
    device = device_of(request.COOKIES.get(DEVICE_COOKIE, ""))
    if device is None:
        return _onward("/partner/pair/", request)
    request.device = device
    if device.revoked_at is None:
        return None
    if request.method == "POST":
        tills.note_revoked(device=device, at=request.now)
    if request.headers.get("HX-Request"):  # a swapped part would be passed over: the whole page says it
        return HttpResponse(status=204, headers={"HX-Redirect": "/partner/"})
    return render(request, "partner/revoked.html", {"words": till_words.for_page()}, status=403)


def _to_sign_in(request: HouseRequest, *, staff: bool) -> HttpResponse:
    return _onward("/sign-in/staff/" if staff else "/sign-in/", request)


def _onward(path: str, request: HouseRequest) -> HttpResponse:
    """Elsewhere first, and back here afterwards; a swapped part sends the whole page there."""
    target = f"{path}?{urlencode({'next': _back(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _back(request: HouseRequest) -> str:
    """Here; or, where a form was sent too late, the page on which it stood."""
    if request.method == "GET":
        return request.get_full_path()
    came = urlsplit(_same_site_referer(request)).path
    try:
        opens = "GET" in getattr(resolve(came).func, "methods", ())
    except Resolver404:
        return "/"
    return came if opens else "/"


def forbidden_page(request: HouseRequest, power: Power | None) -> HttpResponse:
    return render(request, "parts/forbidden.html", {"power": power}, status=403)


def refused_page(request: HouseRequest, refusal: Refused) -> HttpResponse:
    """A page with the words and the way back; for an htmx swap only the words, and the page stays as it is."""
    if wants_part(request):
        told = render(request, "parts/notes_aside.html", {"refusal": refusal}, status=422)
        told.headers["HX-Reswap"] = "none"
        return told
    return render(request, "parts/refused.html", {"refusal": refusal, "back": _same_site_referer(request)}, status=422)


def _same_site_referer(request: HouseRequest) -> str:
    referer = urlsplit(request.headers.get("Referer", ""))
    same = referer.netloc == request.get_host() and referer.path.startswith("/") and not referer.path.startswith("//")
    return referer.path + (f"?{referer.query}" if referer.query else "") if same else ""
