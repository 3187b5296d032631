"""Signing in with an outside identity. The first time a phone is proven once; then the two belong together."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from tongxin.kernel.refused import Refused
from tongxin.people.actions import identities
from tongxin.people.models import Account, OutsideIdentity
from tongxin.web.accounts.providers import Provider, providers
from tongxin.web.accounts.sessions import keep_language, open_for_worker
from tongxin.web.answers import UNPROCESSABLE, safe_next
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.wording import say

GOING, FOUND = "tx_outside_going", "tx_outside_found"


def ways(target: str) -> list[dict[str, str]]:
    """What the sign-in page offers."""
    return [{"key": one.key, "label": one.label, "next": urlencode({"next": target})} for one in providers().values()]


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def leave(request: HouseRequest, key: str) -> HttpResponse:
    """To the provider, with a state that only this browser knows."""
    provider, target = _provider(key), safe_next(request)
    going = {"state": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "key": key, "next": target}
    request.session[GOING] = going
    url = provider.authorize_url(back=_back(request, key), state=going["state"], verifier=going["verifier"])
    return HttpResponseRedirect(url)


@page(open_to=OpenTo.VISITOR, methods=("GET",), get_writes=True)
def come_back(request: HouseRequest, key: str) -> HttpResponse:
    """Linked already: signed in. Not yet: signed in by phone first, or, if signed in, linked now."""
    provider, going = _provider(key), request.session.pop(GOING, None) or {}
    try:
        subject = _subject(request, provider, going)
        account = identities.account_of(provider=key, subject=subject, at=request.now)
        if request.user.is_authenticated:
            return _link(request, request.user, key, subject)
    except Refused as refusal:
        return render(request, "accounts/outside.html", {"refusal": refusal}, status=UNPROCESSABLE)
    if account is None:
        request.session[FOUND] = {"key": key, "subject": subject}
        messages.info(request, gettext("第一次用，请用手机号验证一次，以后就不用了。"))
        return redirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': going['next']})}")
    open_for_worker(request, account, way=key)
    response = redirect(going["next"])
    keep_language(request, response, account)
    return response


@page(open_to=OpenTo.ACCOUNT, methods=("POST",))
def let_go(request: HouseRequest, key: str) -> HttpResponse:
    try:
        identities.unlink(account=request.user, provider=_provider(key).key, at=request.now)
    except Refused as refusal:
        return render(request, "accounts/outside.html", {"refusal": refusal}, status=UNPROCESSABLE)
    messages.success(request, gettext("已解除绑定。"))
    return redirect("worker:me")


def found_before(session: Any) -> dict[str, str] | None:
    """The outside identity that this browser came with before its phone was proven. Taken out."""
    found: dict[str, str] | None = session.pop(FOUND, None)
    return found


def link_found(found: dict[str, str] | None, account: Account, request: HouseRequest) -> None:
    """After the phone was proven; if the identity is another's meanwhile, the phone alone counts and this is said."""
    if found is None:
        return
    try:
        identities.link(account=account, provider=found["key"], subject=found["subject"], at=request.now)
    except Refused as refusal:
        messages.warning(request, say(refusal))


def linked(account: Account) -> list[dict[str, Any]]:
    """Each provider that is set, and whether the account has it."""
    has = set(OutsideIdentity.objects.filter(account=account, ended_at=None).values_list("provider", flat=True))
    return [{"key": one.key, "label": one.label, "linked": one.key in has} for one in providers().values()]


def _link(request: HouseRequest, account: Account, key: str, subject: str) -> HttpResponse:
    identities.link(account=account, provider=key, subject=subject, at=request.now)
    messages.success(request, gettext("已绑定，以后可以直接登录。"))
    return redirect("worker:me")


def _subject(request: HouseRequest, provider: Provider, going: dict[str, str]) -> str:
    """Only for the browser that left, and only once."""
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    known = going.get("key") == provider.key and secrets.compare_digest(state, going.get("state", "\0"))
    if not known or not code:
        raise Refused("outside-lost", "这次登录没有完成，请从登录页重新开始。")
    return provider.subject(code=code, back=_back(request, provider.key), verifier=going["verifier"])


def _provider(key: str) -> Provider:
    if key not in (known := providers()):
        raise Http404
    return known[key]


def _back(request: HouseRequest, key: str) -> str:
    return request.build_absolute_uri(reverse("accounts:outside-back", args=[key]))


urlpatterns = [
    path("sign-in/with/<slug:key>/", leave, name="sign-in-outside"),
    path("sign-in/with/<slug:key>/back/", come_back, name="outside-back"),
    path("sign-in/with/<slug:key>/let-go/", let_go, name="outside-let-go"),
]
