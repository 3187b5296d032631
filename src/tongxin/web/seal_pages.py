"""The page of whoever holds a seal: draws a number in their own browser, keeps it, hands it in. Signed in, or by a link.

Only the hash reaches the house before the seal is opened: the number itself stands in no field that is sent.
"""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.calls.actions import seals
from tongxin.calls.models import Seal
from tongxin.calls.states import RoundState
from tongxin.kernel.refused import Refused
from tongxin.web.answers import render_form
from tongxin.web.draw_words import name_of, shown_seal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest

PAGE: Final = "public/draws/seal.html"
PLAIN: Final = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class CommitForm(HouseForm):
    commitment = forms.CharField(
        label=_("封存码"),
        max_length=200,
        help_text=_("由上面的数算出来，64个字符。只有它会发给我们，马上公布。"),
        widget=forms.TextInput(attrs=PLAIN),
    )
    kept = forms.BooleanField(label=_("数已经存在别处，到时候拿得出来"))


class OpenForm(HouseForm):
    seal = forms.CharField(
        label=_("当时存下的数"),
        max_length=200,
        help_text=_("64个字符。大小写、空格、换行不要紧。"),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 3}),
    )


def answer(request: HouseRequest, seal: Seal, link: str = "") -> HttpResponse:
    """GET shows what is to be done now; POST does it (`deed`: commit, open, lose)."""
    deed = request.POST.get("deed", "") if request.method == "POST" else ""
    form = _form(seal, request.POST if deed in {"commit", "open"} else None)
    if deed == "lose" or (deed and form.is_valid()):
        try:
            words = _DEEDS[deed](request, seal, link, form)
        except Refused as refusal:
            if deed == "lose":
                raise
            field = _FIELDS.get(refusal.code)
            form.refuse(refusal, field if field in form.fields else None)
        else:
            messages.success(request, words)
            return redirect(request.path)
    return render_form(request, PAGE, form, _shown(request, seal))


def _form(seal: Seal, data: Any) -> HouseForm:
    return OpenForm(data) if seal.commitment else CommitForm(data)


def _commit(request: HouseRequest, seal: Seal, link: str, form: HouseForm) -> str:
    code = form.cleaned_data.get("commitment", "")
    seals.commit(seal=seal, commitment=code, link=link, by=request.actor, at=request.now)
    return gettext("封存码已公布。请把那个数存好，到时间再交出来，之前不要告诉任何人。")


def _open(request: HouseRequest, seal: Seal, link: str, form: HouseForm) -> str:
    text = form.cleaned_data.get("seal", "")
    seals.open_seal(seal=seal, text=text, link=link, by=request.actor, at=request.now)
    return gettext("收到，和当时的封存码对得上。")


def _lose(request: HouseRequest, seal: Seal, link: str, _: HouseForm) -> str:
    seals.lose(seal=seal, link=link, by=request.actor, at=request.now)
    return gettext("已记下。这一轮作废，换新的数重抽。")


_DEEDS: Final[dict[str, Callable[[HouseRequest, Seal, str, HouseForm], str]]] = {
    "commit": _commit,
    "open": _open,
    "lose": _lose,
}
_FIELDS: Final = {"seal-hex": "commitment", "seal_commitment_once": "commitment", "seal-wrong": "seal"}


def _shown(request: HouseRequest, seal: Seal) -> dict[str, Any]:
    held = seal.round
    state = RoundState(held.state)
    ahead = Seal.objects.filter(round=held, order__lt=seal.order, text="").exists()
    due = state == RoundState.SEALED and request.now >= held.result_at
    return {
        "seal": seal,
        "held": held,
        "name": name_of(held),
        "shown": shown_seal(seal),
        "over": state in {RoundState.DRAWN, RoundState.VOID} or bool(seal.text or seal.withheld_at),
        "opens": due and not ahead,
        "waits_turn": due and ahead,
        "late": request.now >= held.result_at,
    }
