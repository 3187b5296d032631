"""会籍凭证 at a desk: a paper card for those without a phone, and checking one that somebody brings."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people import passport_card
from tongxin.people.actions import passports
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.models.transfers import PassportKind
from tongxin.people.passport_card import Checked, Verdict
from tongxin.people.powers import Power
from tongxin.people.queries import passports as cards
from tongxin.web import passport_words
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page

PAGE, PRINT, CHECK = "staff/people/cards.html", "staff/people/card_print.html", "staff/window/card.html"
MOST: Final = 20


class CheckForm(HouseForm):
    text = forms.CharField(
        label="凭证上的字符", max_length=4000, help_text="扫码枪扫、粘贴或输入，TX1开头。不分大小写，空格不算。",
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )  # fmt: skip
    last = forms.CharField(
        label="身份证后4位", max_length=4, required=False, help_text="看着本人的身份证填，防止拿别人的凭证来用。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


@page(power=Power.ACT_FOR_WORKER)
@never_cache
def person_cards(request: HouseRequest, public_id: str) -> HttpResponse:
    """What was issued to one worker; POST issues paper or ends all."""
    one = _one(request, public_id)
    if request.method != "POST":
        return render_part(request, PAGE, _shown(request, one))
    try:
        if request.POST.get("verb") == "end":
            _end_all(request, one)
            messages.success(request, "凭证已作废。对方窗口更新名单后，旧的不能用。")
            return redirect("staff:person-cards", public_id)
        passports.issue(person=one, kind=PassportKind.PAPER, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, PAGE, _shown(request, one), refusal)
    messages.success(request, "纸质凭证已开，请打印。以前的纸质凭证不再有效。")
    return redirect("staff:person-card-print", public_id)


@page(power=Power.ACT_FOR_WORKER, methods=("GET",))
@never_cache
def print_card(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _one(request, public_id)
    passport = cards.current(one.pk, PassportKind.PAPER, request.now)
    if passport is None:
        raise Http404
    text = cards.text_of(passport, request.now)
    return render(request, PRINT, {
        "person": one, "passport": passport, "text": text, "characters": passport_card.spaced(text),
        "name": shown(one, "name", Purpose.STAFF_LIST),
    })  # fmt: skip


@page(power=Power.VERIFY_PEOPLE)
@never_cache
def check(request: HouseRequest) -> HttpResponse:
    """With the network: our own list of this very moment. Nothing of the card is kept."""
    form = CheckForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render_form(request, CHECK, form)
    found = passport_card.check(
        form.cleaned_data["text"], keys=cards.public_keys(request.now), revoked=cards.own_list(request.now),
        at=request.now, last=form.cleaned_data["last"],
    )  # fmt: skip
    return render_form(request, CHECK, form, _answer(found, form.cleaned_data["last"]))


def _answer(found: Checked, last: str) -> dict[str, Any]:
    title, what = passport_words.said(found.verdict)
    valid = found.verdict is Verdict.VALID and found.card is not None
    context: dict[str, Any] = {"verdict": found.verdict, "title": title, "what": what, "valid": valid, "rows": []}
    if valid and found.card is not None:
        card, asked = found.card, passport_words.second(found.card, last)
        context |= {"asked": asked, "sure": not asked}
        context["rows"] = [
            ("姓名", card.name), ("会籍", passport_words.state(card)), ("工会", f"{card.union}（{card.union_code}）"),
            ("签发方公钥", card.key),
        ]  # fmt: skip
        context |= {"ends": passport_card.moment(card.ends), "on_paper": card.kind == PassportKind.PAPER}
    return context


def _one(request: HouseRequest, public_id: str) -> Person:
    found: Person = get_object_or_404(Person.objects.within(request.actor, Power.ACT_FOR_WORKER), public_id=public_id)
    return found


def _end_all(request: HouseRequest, one: Person) -> None:
    for passport in cards.issued_to(one.pk, most=MOST):
        if passport.revoked_at is None:
            passports.revoke(passport=passport, why="窗口作废", by=request.actor, at=request.now)


def _shown(request: HouseRequest, one: Person) -> dict[str, Any]:
    return {
        "person": one, "end": {"verb": "end"}, "issued": cards.issued_to(one.pk, most=MOST),
        "paper": cards.current(one.pk, PassportKind.PAPER, request.now),
    }  # fmt: skip


urlpatterns = [
    path("people/<slug:public_id>/cards/", person_cards, name="person-cards"),
    path("people/<slug:public_id>/cards/print/", print_card, name="person-card-print"),
    path("window/card/", check, name="check-card"),
]
