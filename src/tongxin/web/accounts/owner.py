"""A number that was long unused may be someone else's by now: whoever proved it says who they are before anything shows."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import phone_changes
from tongxin.people.models import Account
from tongxin.web.accounts.sessions import PENDING_FOR, keep_language, open_for_worker
from tongxin.web.answers import render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

WAITS = "tx_owner"  # its own key: a phone alone must never look like a password that was proven


class OwnerForm(HouseForm):
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    last = forms.CharField(
        label=_("证件号码后4位"), max_length=4, min_length=4, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    why = {"last": _("这个号码很久没有登录，可能已经换了主人。两项都对上才会打开，别人看不到您的登记。")}


def ask_owner(request: HouseRequest, account: Account, target: str, *, own_device: bool) -> HttpResponse:
    """Not signed in yet: the phone is proven, its owner is not."""
    request.session.flush()
    bound = account.get_session_auth_hash()
    request.session[WAITS] = {
        "account": account.pk, "at": request.now.timestamp(), "bound": bound, "own_device": own_device,
    }  # fmt: skip
    return redirect(f"{reverse('accounts:owner')}?{urlencode({'next': target})}")


@page(open_to=OpenTo.VISITOR)
@never_cache
def owner(request: HouseRequest) -> HttpResponse:
    target = safe_next(request)
    account = _waiting(request)
    if account is None:
        return redirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': target})}")
    stranger = request.POST.get("answer") == "not-me"
    form = OwnerForm(request.POST if request.method == "POST" and not stranger else None)
    if stranger or (request.method == "POST" and form.is_valid()):
        try:
            return _enter(request, account, form, target, stranger=stranger)
        except Refused as refusal:
            form.refuse(refusal)
    return render_form(request, "accounts/owner.html", form, {"next": target})


def _waiting(request: HouseRequest) -> Account | None:
    """Whose phone was proven a moment ago in this session, if nothing about the account changed since."""
    waits = request.session.get(WAITS) or {}
    if not waits or waits["at"] < (request.now - PENDING_FOR).timestamp():
        return None
    account: Account | None = Account.objects.filter(pk=waits["account"], is_active=True).first()
    same = account is not None and constant_time_compare(waits["bound"], account.get_session_auth_hash())
    return account if same else None


def _enter(request: HouseRequest, account: Account, form: OwnerForm, target: str, *, stranger: bool) -> HttpResponse:
    if stranger:
        account = phone_changes.release(account=account, at=request.now)
    else:
        account = phone_changes.prove_owner(account=account, at=request.now, **form.cleaned_data)
    own_device = bool(request.session[WAITS]["own_device"])
    request.session.flush()  # nothing of the pending session goes on
    open_for_worker(request, account, own_device=own_device)
    response = redirect("/" if stranger else target)
    keep_language(request, response, account)
    return response


urlpatterns = [path("sign-in/owner/", owner, name="owner")]
