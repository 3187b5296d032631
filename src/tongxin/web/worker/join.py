"""申请入会 on the phone: on what ground, at which union, who one is, send. No step needs JavaScript or an employer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.actions import joining
from tongxin.people.actions.joining import Wish
from tongxin.people.models import JoinApplication, Membership, Person
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.joining import JoinBasis
from tongxin.people.models.persons import GigGroup
from tongxin.people.queries.clocks import clock
from tongxin.people.queries.joining import (
    elsewhere,
    ground,
    heir_of,
    joinable,
    latest_of,
    provinces,
    reviewer_of,
    takes_members,
)
from tongxin.people.states import JoinState
from tongxin.unions.models import Kind, Level, Union
from tongxin.unions.queries import children_on, path_on
from tongxin.web.answers import render_form, sent_key
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

FORM = "worker/join/form.html"
AREA_KINDS = {Kind.FEDERATION, Kind.WORK_COMMITTEE, Kind.UNION_ASSOCIATION}  # what stands for a place on the way down
FIELDS = {
    "document-claim": "document", "photo-large": "photo", "photo-kind": "photo", "consent-needed": "consents",
    "name-missing": "name",
}  # fmt: skip
# What someone recognises themselves in, and the ground that it comes to.
SITUATIONS = (
    ("food_delivery_rider", _("送外卖"), JoinBasis.PLATFORM),
    ("courier", _("送快递"), JoinBasis.PLATFORM),
    ("ride_hailing_driver", _("开网约车"), JoinBasis.PLATFORM),
    ("truck_driver", _("开货车"), JoinBasis.INDUSTRY),
    ("employer", _("在单位上班"), JoinBasis.WORKPLACE),
    ("trade", _("同行的工会，比如家政、装修"), JoinBasis.INDUSTRY),
    ("works", _("打零工、自己干，按干活的地方"), JoinBasis.WORKS_HERE),
    ("lives", _("按住的地方"), JoinBasis.LIVES_HERE),
)
BASIS = {key: basis for key, _words, basis in SITUATIONS}


class JoinForm(HouseForm):
    name = forms.CharField(label=_("姓名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    occupation = forms.CharField(label=_("做什么工作"), max_length=60, required=False)
    document = forms.CharField(
        label=_("身份证号"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photo = forms.FileField(
        label=_("接单软件的截图"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    consents = forms.BooleanField(label=_("我同意把我的登记信息交给这个工会"), required=False)
    why = {
        "document": _("填了审核更快，以后换手机也容易找回。加密保存，只有审核的工会能看。"),
        "photo": _("只用来审核，答复后就删除。请遮住顾客的姓名和电话。"),
    }

    def __init__(self, *args: Any, known: Person | None, union: Union, gig: bool, **kwargs: Any) -> None:
        """Asks only for what is not held."""
        super().__init__(*args, **kwargs)
        asks_consent = known is not None and known.federation != union.federation
        unasked = {
            "name": known is not None,
            "document": known is not None and known.document is not None,
            "occupation": gig or bool(known and known.occupation),
            "photo": not gig,
            "consents": not asks_consent,
        }
        for field, gone in unasked.items():
            if gone:
                del self.fields[field]


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def begin(request: HouseRequest) -> HttpResponse:
    """On what ground. A poster of a union has already said where."""
    if (answer := _already(request)) is not None:
        return answer
    union = request.GET.get("union", "")
    ways = []
    for key, words, _basis in SITUATIONS:
        asked = urlencode({"as": key})
        href = (
            f"{reverse('worker:join-form', args=[union])}?{asked}"
            if union
            else f"{reverse('worker:join-where')}?{asked}"
        )
        ways.append({"href": href, "words": words})
    return render(request, "worker/join/begin.html", {"ways": ways})


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def where(request: HouseRequest) -> HttpResponse:
    """The union: by a part of its name, or down from the province to the street."""
    situation, text = _situation(request), request.GET.get("q", "").strip()
    day = request.actor.on
    area = Union.objects.existing(day).filter(public_id=request.GET.get("area", "")).first()
    below = children_on(area, day) if area is not None else provinces(day)
    context = {
        "as": situation,
        "q": text,
        "area": area,
        "up": [step for step in path_on(area, day) if step.level >= Level.PROVINCE] if area is not None else [],
        "areas": [one for one in below if one.level <= Level.TOWNSHIP and one.kind in AREA_KINDS],
        "unions": joinable(BASIS[situation], gig=situation, area=area, text=text, on=day),
        "by_name": BASIS[situation] == JoinBasis.WORKPLACE,
        "high": area is not None and area.level < Level.COUNTY,
    }
    return render(request, "worker/join/where.html", context)


@page(open_to=OpenTo.ACCOUNT)
def fill(request: HouseRequest, union: str) -> HttpResponse:
    """Who one is, and send."""
    at = get_object_or_404(Union, public_id=union)
    if (answer := _already(request)) is not None:
        return answer
    situation = _situation(request)
    gig = situation in GigGroup
    asker = request.actor.person_id
    known = Person.objects.filter(pk=asker).first() if asker is not None else None
    form = JoinForm(request.POST or None, request.FILES or None, known=known, union=at, gig=gig)
    if request.method == "POST" and form.is_valid():
        try:
            _send(request, at, situation, form.cleaned_data)
        except Refused as refusal:
            field = "document" if refusal.code.startswith("id-") else FIELDS.get(refusal.code)
            form.refuse(refusal, field if field in form.fields else None)
        else:
            messages.success(request, gettext("申请已送到。"))
            return redirect("worker:join-state")
    key = request.POST.get("key") or new_public_id()
    return render_form(request, FORM, form, _answerer(at, request) | {"as": situation, "key": key, "known": known})


def _answerer(at: Union, request: HouseRequest) -> dict[str, Any]:
    """Who answers and until when. The union may have ended while the form was being filled in: its heir goes on."""
    day = request.actor.on
    heir = heir_of(at, day)
    reviewer = reviewer_of(heir or at, on=day)
    return {
        "union": at,
        "heir": heir if heir != at else None,
        "reviewer": reviewer,
        "takes": takes_members(heir or at, day),
        "clock": clock(ClockName.JOIN_REVIEW, reviewer, day) if reviewer else None,
    }


@page(open_to=OpenTo.WORKER, methods=("GET",))
def state(request: HouseRequest) -> HttpResponse:
    assert request.actor.person_id is not None
    application = latest_of(request.actor.person_id)
    if application is None:
        return redirect("worker:join")
    steps = application.steps.select_related("union").exclude(verb=joining.CONSENTED).order_by("at", "pk")
    context = {"one": application, "steps": steps, "waits": application.state == JoinState.WAITING}
    if application.state == JoinState.REFUSED:
        context["others"] = elsewhere(application, on=request.actor.on)
    return render(request, "worker/join/state.html", context)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def withdraw(request: HouseRequest) -> HttpResponse:
    own = JoinApplication.objects.filter(person=request.actor.person_id, state=JoinState.WAITING)
    joining.withdraw(application=get_object_or_404(own), by=request.actor, at=request.now)
    messages.success(request, gettext("申请已撤回，可以重新申请。"))
    return redirect("worker:join")


def _send(request: HouseRequest, union: Union, situation: str, values: dict[str, Any]) -> None:
    photo = values.get("photo")
    joining.ask(
        wish=Wish(
            union=union,
            basis=ground(BASIS[situation], union),
            name=values.get("name", ""),
            gig_group=situation if situation in GigGroup else "",
            occupation=values.get("occupation", ""),
            document=values.get("document", ""),
            photo=photo.read() if photo else b"",
            consents=values.get("consents", False),
        ),
        by=request.actor,
        at=request.now,
        key=sent_key(request),
    )


def _situation(request: HouseRequest) -> str:
    given = request.POST.get("as") or request.GET.get("as") or ""
    return given if given in BASIS else "works"


def _already(request: HouseRequest) -> HttpResponse | None:
    """Who is a member, or waits, is told so instead of filling in a form for nothing."""
    person = request.actor.person_id
    if person is None:
        return None
    stay = Membership.objects.filter(person=person, ends=None).select_related("union").first()
    if stay is not None:
        return render(request, "worker/join/member.html", {"stay": stay})
    waits = JoinApplication.objects.filter(person=person, state=JoinState.WAITING).exists()
    return redirect("worker:join-state") if waits else None


urlpatterns = [
    path("join/", begin, name="join"),
    path("join/where/", where, name="join-where"),
    path("join/at/<slug:union>/", fill, name="join-form"),
    path("join/state/", state, name="join-state"),
    path("join/withdraw/", withdraw, name="join-withdraw"),
]
