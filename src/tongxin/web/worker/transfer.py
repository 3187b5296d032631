"""会籍转接 on the phone: where one is a member, where to, and how it stands."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.actions import transfers
from tongxin.people.models import Membership, Person, Transfer
from tongxin.people.models.clocks import ClockName
from tongxin.people.queries.clocks import clock
from tongxin.people.queries.joining import joinable
from tongxin.people.queries.transfers import latest_of
from tongxin.people.states import TransferState
from tongxin.unions.models import Level, Union
from tongxin.unions.queries import children_on, path_on, tree_on
from tongxin.web.answers import render_form, sent_key
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

STATE = "worker/transfer/state.html"


class AskForm(HouseForm):
    reason = forms.CharField(label=_("原因"), max_length=200, required=False)
    consents = forms.BooleanField(label=_("我同意把我的登记信息交给转入地的工会"), required=False)

    def __init__(self, *args: Any, crosses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not crosses:
            del self.fields["consents"]
        else:
            self.fields["consents"].help_text = gettext(
                "转到外省（市）要您单独同意。也可以以后再同意，同意了才办得成。"
            )


@page(open_to=OpenTo.WORKER, methods=("GET",))
def transfer(request: HouseRequest) -> HttpResponse:
    """The one under way or the last one, and the history of stays."""
    person = request.actor.person_id
    assert person is not None
    stays = Membership.objects.filter(person=person).select_related("union").order_by("-starts", "-pk")
    last = latest_of(person)
    waits = last is not None and last.state == TransferState.WAITING
    return render(request, STATE, {
        "one": last, "waits": waits, "stays": stays, "open": any(stay.ends is None for stay in stays),
        "asks_consent": waits and last is not None and _crosses(last.person, last.to_union) and not last.consented_on,
        "steps": last.steps.select_related("union").order_by("at", "pk") if last else [],
    })  # fmt: skip


@page(open_to=OpenTo.WORKER, methods=("GET",))
def where(request: HouseRequest) -> HttpResponse:
    """The new union: by a part of its name, or down from the province."""
    text, day = request.GET.get("q", "").strip(), request.actor.on
    area = Union.objects.existing(day).filter(public_id=request.GET.get("area", "")).first()
    below = children_on(area, day) if area is not None else tree_on(day, level=Level.PROVINCE)
    found = [*joinable("workplace", area=area, text=text, on=day), *joinable("platform", area=area, text=text, on=day)]
    return render(request, "worker/transfer/where.html", {
        "q": text, "area": area,
        "up": [step for step in path_on(area, day) if step.level >= Level.PROVINCE] if area is not None else [],
        "areas": [one for one in below if Level.PROVINCE <= one.level <= Level.TOWNSHIP],
        "unions": list(dict.fromkeys([*found, *joinable("works_here", area=area, text=text, on=day)])),
    })  # fmt: skip


@page(open_to=OpenTo.WORKER)
def ask(request: HouseRequest, union: str) -> HttpResponse:
    to_union = get_object_or_404(Union.objects.existing(request.actor.on), public_id=union)
    assert request.actor.person_id is not None
    person = Person.objects.get(pk=request.actor.person_id)
    form = AskForm(request.POST or None, crosses=_crosses(person, to_union))
    if request.method == "POST":  # a form without a field that must be filled is valid when it is empty
        form = AskForm(request.POST, crosses=_crosses(person, to_union))
        form.is_valid()
        try:
            transfers.ask(
                person=person, to_union=to_union, by=request.actor, at=request.now,
                reason=form.cleaned_data.get("reason", ""),
                consented_on=request.actor.on if form.cleaned_data.get("consents") else None,
                key=sent_key(request),
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("转接申请已送到两边工会。"))
            return redirect("worker:transfer")
    stay = Membership.objects.filter(person=person, ends=None).select_related("union").first()
    return render_form(request, "worker/transfer/form.html", form, {
        "union": to_union, "stay": stay, "key": request.POST.get("key") or new_public_id(),
        "clock": clock(ClockName.TRANSFER_ANSWER, stay.union, request.actor.on) if stay else None,
    })  # fmt: skip


@page(open_to=OpenTo.WORKER, methods=("POST",))
def withdraw(request: HouseRequest) -> HttpResponse:
    transfers.withdraw(transfer=_own(request), by=request.actor, at=request.now)
    messages.success(request, gettext("转接申请已撤回。"))
    return redirect("worker:transfer")


@page(open_to=OpenTo.WORKER, methods=("POST",))
def consent(request: HouseRequest) -> HttpResponse:
    found = transfers.consent(transfer=_own(request), by=request.actor, at=request.now)
    done = found.state == TransferState.DONE
    messages.success(request, gettext("会籍已转接。") if done else gettext("已记下您的同意。"))
    return redirect("worker:transfer")


def _own(request: HouseRequest) -> Transfer:
    rows = Transfer.objects.filter(person=request.actor.person_id, state=TransferState.WAITING)
    found: Transfer = get_object_or_404(rows)
    return found


def _crosses(person: Person, union: Union) -> bool:
    return person.federation != union.federation


urlpatterns = [
    path("me/transfer/", transfer, name="transfer"),
    path("me/transfer/where/", where, name="transfer-where"),
    path("me/transfer/to/<slug:union>/", ask, name="transfer-ask"),
    path("me/transfer/withdraw/", withdraw, name="transfer-withdraw"),
    path("me/transfer/consent/", consent, name="transfer-consent"),
]
