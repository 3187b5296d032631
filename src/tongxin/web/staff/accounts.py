"""工作账号: opened, reset, stopped by whoever appoints. A one-time password stands on the one answer that made it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import staff_accounts as actions
from tongxin.people.models import Account, Person
from tongxin.people.powers import Power
from tongxin.people.queries import staff_accounts as staff
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, ONE, GIVEN = "staff/accounts/list.html", "staff/accounts/account.html", "staff/accounts/given.html"


class OpenForm(HouseForm):
    login = forms.CharField(
        label="登录名",
        max_length=40,
        help_text="小写字母、数字、点、横线，以字母开头，如 yongchuan.zheng。定了以后不改。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


@page(power=Power.APPOINT, methods=("GET",))
def accounts(request: HouseRequest) -> HttpResponse:
    show, text = request.GET.get("show", staff.ALL), request.GET.get("q", "").strip()
    found = paged(request, staff.staff_within(request.actor, show=show, text=text))
    rows = staff.with_posts(found, request.actor, at=request.now)
    context = {
        "page": found,
        "rows": rows,
        "show": show,
        "shows": staff.SHOW.items(),
        "q": text,
        "today": request.actor.on,
    }
    return render_part(request, f"{LIST}#rows", context)


@page(power=Power.APPOINT)
@never_cache
def account(request: HouseRequest, person_id: str) -> HttpResponse:
    """One person's account; a POST opens it and answers with the one-time password."""
    person = _person(request, person_id)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        login = form.cleaned_data["login"]
        try:
            password = actions.open_account(person=person, login=login, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "login" if refusal.code.startswith("login-") else None)
        else:
            return _given(request, person_id, password, opened=True)
    return render_form(request, ONE, form, _context(request, person))


@page(power=Power.APPOINT, methods=("POST",))
@never_cache
def reset_password(request: HouseRequest, person_id: str) -> HttpResponse:
    person = _person(request, person_id)
    try:
        password = actions.reset_password(account=_account(person), by=request.actor, at=request.now)
    except Refused as refusal:
        return _refused(request, person, refusal)
    return _given(request, person_id, password, opened=False)


@page(power=Power.APPOINT, methods=("POST",))
def reset_factor(request: HouseRequest, person_id: str) -> HttpResponse:
    return _done(request, person_id, actions.reset_factor, "动态口令已重设，本人下次登录时重新设置。")


@page(power=Power.APPOINT, methods=("POST",))
def stop(request: HouseRequest, person_id: str) -> HttpResponse:
    return _done(request, person_id, actions.deactivate, "账号已停用，所有登录都已退出。")


@page(power=Power.APPOINT, methods=("POST",))
def resume(request: HouseRequest, person_id: str) -> HttpResponse:
    return _done(request, person_id, actions.reactivate, "账号已恢复，本人可以重新登录。")


def _done(request: HouseRequest, person_id: str, action: Callable[..., Account], words: str) -> HttpResponse:
    person = _person(request, person_id)
    try:
        action(account=_account(person), by=request.actor, at=request.now)
    except Refused as refusal:
        return _refused(request, person, refusal)
    messages.success(request, words)
    return redirect("staff:account", person_id)


def _person(request: HouseRequest, person_id: str) -> Person:
    person: Person = get_object_or_404(staff.one_within(request.actor), public_id=person_id)
    return person


def _account(person: Person) -> Account:
    found: Account | None = getattr(person, "account", None)
    if found is None:
        raise Refused("no-staff-account", "这个人还没有工作账号，请先开通。")
    return found


def _context(request: HouseRequest, person: Person) -> dict[str, Any]:
    row = staff.with_posts([person], request.actor, at=request.now)[0]
    return {
        "row": row,
        "person": person,
        "today": request.actor.on,
        "mine": person.pk == request.actor.person_id,
        "current": any(post.ends > request.actor.on for post in row.posts),
        "days": actions.VALID.days,
    }


def _refused(request: HouseRequest, person: Person, refusal: Refused) -> HttpResponse:
    return render_refusal(request, ONE, {**_context(request, person), "form": OpenForm()}, refusal)


def _given(request: HouseRequest, person_id: str, password: str, *, opened: bool) -> HttpResponse:
    """The only time that the password is shown: it is kept as a hash."""
    person = _person(request, person_id)
    given = _account(person)
    return render(
        request, GIVEN, {"person": person, "login": given.login, "password": password, "until": given.one_time_until,
                         "opened": opened},
    )  # fmt: skip


urlpatterns = [
    path("accounts/", accounts, name="accounts"),
    path("accounts/<slug:person_id>/", account, name="account"),
    path("accounts/<slug:person_id>/password/", reset_password, name="account-password"),
    path("accounts/<slug:person_id>/factor/", reset_factor, name="account-factor"),
    path("accounts/<slug:person_id>/stop/", stop, name="account-stop"),
    path("accounts/<slug:person_id>/resume/", resume, name="account-resume"),
]
