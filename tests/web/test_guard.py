"""Refuse by default: no page without a guard, no write under GET."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InternalError
from django.http import HttpRequest, HttpResponse  # noqa: TID251 - web is what is tried
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver  # noqa: TID251

from tongxin.kernel.refused import Refused
from tongxin.people.models.sign_in import SignInAttempt
from tongxin.people.powers import Power
from tongxin.store.atomic import writing
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.middleware import RefuseUnguarded, is_guarded


def views(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[tuple[str, object]]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry.callback


def request_(method: str = "GET", **headers: str) -> HttpRequest:
    request = getattr(RequestFactory(headers=headers), method.lower())("/somewhere/?day=2")
    request.user = AnonymousUser()
    request.session = {}
    return request


def test_every_address_is_guarded() -> None:
    assert [address for address, view in views() if not is_guarded(view)] == []


def test_page_without_a_guard_is_refused() -> None:
    from django.core.exceptions import PermissionDenied

    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(PermissionDenied, match="bare has no guard"):
        RefuseUnguarded(bare).process_view(request_(), bare, (), {})


@pytest.mark.parametrize("said", [{}, {"power": Power.CALL_ROLL, "open_to": OpenTo.STAFF}])
def test_guard_says_one_thing(said: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        page(**said)


@page(open_to=OpenTo.VISITOR)
def writer(request: HouseRequest) -> HttpResponse:
    with writing():
        SignInAttempt.objects.bulk_create([SignInAttempt(kind="code_sent", of=b"x" * 32, at=request.now)])
    return HttpResponse()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_view_that_writes_under_get_raises(method: str) -> None:
    with pytest.raises(InternalError, match="read-only transaction"):
        writer(request_(method))
    assert SignInAttempt.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_view_writes_under_post() -> None:
    writer(request_("POST"))
    assert SignInAttempt.objects.count() == 1


@pytest.mark.django_db
def test_method_that_the_page_does_not_speak_is_405() -> None:
    assert writer(request_("DELETE")).status_code == 405


@page(open_to=OpenTo.VISITOR)
def refuser(request: HouseRequest) -> HttpResponse:
    raise Refused("full", "第%(n)d期已报满，可以加入候补。", n=27)


@pytest.mark.django_db
def test_refusal_becomes_a_page_with_its_words_and_the_way_back(rf: RequestFactory) -> None:
    request = request_(Referer="http://testserver/classes/?day=2")
    answer = refuser(request)
    page_ = answer.content.decode()
    assert answer.status_code == 422
    assert "第27期已报满，可以加入候补。" in page_
    assert 'href="/classes/?day=2"' in page_


@pytest.mark.django_db
def test_refusals_way_back_leads_only_inside() -> None:
    assert 'href="/"' in refuser(request_(Referer="http://evil.example/x")).content.decode()
    assert "evil" not in refuser(request_(Referer="http://testserver//evil.example")).content.decode()


@pytest.mark.django_db
def test_visitor_is_led_to_sign_in_and_back(client: Client) -> None:
    assert client.get("/staff/?a=1&b=2")["Location"] == "/sign-in/staff/?next=%2Fstaff%2F%3Fa%3D1%26b%3D2"


@pytest.mark.django_db
def test_swapped_part_sends_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get("/staff/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/staff/?next=%2Fstaff%2F")
