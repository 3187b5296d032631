"""Agreements between unions: what one opens to another, drafted by one, signed by each for itself, ended by any."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.benefits.models import Recognition
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import GRANTABLE, Power
from tongxin.people.scoping import unions_within
from tongxin.unions import queries
from tongxin.unions.actions import agreements as actions
from tongxin.unions.actions.agreements import Offer
from tongxin.unions.models import Agreement, AgreementGrant, AgreementParty, Union
from tongxin.web import english
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import UnionField, union_field
from tongxin.web.staff.fields import DayField

LIST, ONE, NEW = "staff/agreements/list.html", "staff/agreements/one.html", "staff/agreements/new.html"
OPENED = [(power.value, power.label) for power in Power if power in GRANTABLE]
UNDER = {"agreement-days": "ends", "agreement_days": "ends", "agreement-parties": "other", "no-power": "keeper"}


class ProposeForm(HouseForm):
    why: ClassVar[dict[str, Any]] = {
        "ours": _("只有双方都签了才开放，协议到期或提前结束，当天就关上。任命、改组织、看完整号码不能开放。")
    }
    name = forms.CharField(label=_("协议名称"), max_length=160)
    starts = DayField(label=_("从哪天起"))
    ends = DayField(
        label=_("到哪天止"), required=False, help_text=_("从这一天起不再有效。不填就一直有效，直到有一方结束。")
    )
    ours = forms.MultipleChoiceField(
        label=_("我们向对方开放"), choices=OPENED, required=False, widget=forms.CheckboxSelectMultiple
    )
    theirs = forms.MultipleChoiceField(
        label=_("对方向我们开放"), choices=OPENED, required=False, widget=forms.CheckboxSelectMultiple
    )
    below = forms.BooleanField(label=_("连同各自的下级工会"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"] = union_field(actor, Power.MANAGE_UNIONS, label=_("我方"))
        self.fields["other"] = UnionField(queries.living(actor.on), actor.on, label=_("对方"), listed=False)
        self.order_fields(["keeper", "other"])

    def values(self) -> dict[str, Any]:
        """For the action."""
        given = self.cleaned_data
        keeper, other = given["keeper"], given["other"]
        pairs = [(keeper, other, power) for power in given["ours"]] + [
            (other, keeper, power) for power in given["theirs"]
        ]
        offers = [Offer(one, two, Power(power).scope.value, power, given["below"]) for one, two, power in pairs]
        named = {name: given[name] for name in ("keeper", "name", "starts", "ends")}
        return {**named, "parties": [other], "offers": offers}


@page(power=Power.MANAGE_UNIONS, methods=("GET",))
def agreements(request: HouseRequest) -> HttpResponse:
    rows = _seen(request).prefetch_related(_parties()).order_by("-starts", "-pk")
    return render_part(request, LIST, {"page": paged(request, rows), "today": request.actor.on})


@page(power=Power.MANAGE_UNIONS)
def propose(request: HouseRequest) -> HttpResponse:
    form = ProposeForm(request.actor, request.POST or None, initial={"starts": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose(**form.values(), by=request.actor, at=request.now)
        except Refused as refusal:
            field = UNDER.get(refusal.code)
            form.refuse(refusal, field)
        else:
            messages.success(request, gettext("已起草。双方都签了才生效。"))
            return redirect("staff:agreement", made.public_id)
    return render_form(request, NEW, form)


@page(power=Power.MANAGE_UNIONS, methods=("GET",))
def one(request: HouseRequest, public_id: str) -> HttpResponse:
    found = _one(request, public_id)
    grants = AgreementGrant.objects.filter(agreement=found).select_related("giver", "taker").order_by("giver", "power")
    recognitions = Recognition.objects.filter(agreement=found).order_by("starts", "pk")
    parties = list(found.parties.all())
    mine = set(_mine(request, found).values_list("pk", flat=True))
    context = {
        "agreement": found, "parties": parties, "mine": mine, "today": request.actor.on,
        "recognitions": list(recognitions.select_related("giver", "taker")),
        "grants": [(grant, Power(grant.power).label) for grant in grants],
        "unsigned": [party for party in parties if party.signed_on is None],
    }  # fmt: skip
    return render_part(request, ONE, context)


@page(power=Power.MANAGE_UNIONS, methods=("POST",))
def sign(request: HouseRequest, public_id: str) -> HttpResponse:
    found = _one(request, public_id)
    union = _party(request, found)
    actions.sign(agreement=found, union=union, by=request.actor, at=request.now)
    messages.success(request, gettext("%(union)s已签。") % {"union": english.plain(union.name)})
    return redirect("staff:agreement", public_id)


@page(power=Power.MANAGE_UNIONS, methods=("POST",))
def end(request: HouseRequest, public_id: str) -> HttpResponse:
    found = _one(request, public_id)
    union = _party(request, found)
    actions.end_early(agreement=found, union=union, by=request.actor, at=request.now)
    messages.success(request, gettext("协议已结束，开放的内容今天起关上。"))
    return redirect("staff:agreement", public_id)


def _seen(request: HouseRequest) -> Any:
    reach = unions_within(request.actor, Power.MANAGE_UNIONS).values("pk")
    return Agreement.objects.filter(pk__in=AgreementParty.objects.filter(union__in=reach).values("agreement"))


def _one(request: HouseRequest, public_id: str) -> Agreement:
    found: Agreement = get_object_or_404(_seen(request).prefetch_related(_parties()), public_id=public_id)
    return found


def _mine(request: HouseRequest, found: Agreement) -> Any:
    parties = AgreementParty.objects.filter(agreement=found).values("union")
    return unions_within(request.actor, Power.MANAGE_UNIONS).filter(pk__in=parties)


def _party(request: HouseRequest, found: Agreement) -> Union:
    """For which party the actor speaks."""
    union: Union | None = _mine(request, found).filter(public_id=request.POST.get("union", "")).first()
    if union is None:
        raise Refused("agreement-party", "请从协议页上按您能代表的那一方来办。")
    return union


def _parties() -> Prefetch:  # type: ignore[type-arg]
    return Prefetch("parties", AgreementParty.objects.select_related("union").order_by("pk"))


urlpatterns = [
    path("agreements/", agreements, name="agreements"),
    path("agreements/new/", propose, name="agreement-new"),
    path("agreements/<slug:public_id>/", one, name="agreement"),
    path("agreements/<slug:public_id>/sign/", sign, name="agreement-sign"),
    path("agreements/<slug:public_id>/end/", end, name="agreement-end"),
]
