"""入会申请 to answer: a list by what is due, and one application with all that helps to decide."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people import likeness
from tongxin.people.actions import joining
from tongxin.people.likeness import Alike
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import JoinApplication
from tongxin.people.powers import Power
from tongxin.people.queries.joining import ANSWERED, OVERDUE, WAITING, elsewhere, reachable, to_answer
from tongxin.people.queries.likeness import candidates
from tongxin.people.states import JoinState
from tongxin.records.actions.documents import path_of
from tongxin.records.models import Document
from tongxin.unions.queries import living, named
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, ONE = "staff/joining/list.html", "staff/joining/one.html"
SHOWS: Final = {WAITING: "待答复", OVERDUE: "已逾期", ANSWERED: "已答复"}
FIELDS: Final = (("document", "证件号码"), ("phone", "手机号"), ("gig_group", "新就业形态"), ("occupation", "职业"))


class RefuseForm(HouseForm):
    why_not = forms.CharField(label="原因", max_length=200, help_text="申请人会看到，请说清缺什么、怎么办。")
    elsewhere = forms.CharField(label="可以去哪个工会", max_length=120, required=False)

    def found(self, request: HouseRequest) -> dict[str, Any]:
        text = self.cleaned_data["elsewhere"].strip()
        union = named(text, among=living(request.actor.on), on=request.actor.on) if text else None
        if text and union is None:
            raise Refused("elsewhere-unknown", "没有找到这个工会，请填全称或代码。")
        return {"why": self.cleaned_data["why_not"], "elsewhere": union}


@page(power=Power.REVIEW_JOINING, methods=("GET",))
def applications(request: HouseRequest) -> HttpResponse:
    show = request.GET.get("show", WAITING)
    show = show if show in SHOWS else WAITING
    found = paged(request, to_answer(request.actor, show=show, at=request.now))
    rows = [_row(one, request) for one in found.rows]
    return render_part(request, LIST, {
        "page": found.of(rows), "show": show, "shows": SHOWS.items(),
        "can_import": request.actor.holds(Power.IMPORT_ROSTER),
    })  # fmt: skip


@page(power=Power.REVIEW_JOINING, methods=("GET",))
@never_cache
def application(request: HouseRequest, public_id: str) -> HttpResponse:
    return render_part(request, ONE, {"form": RefuseForm(), **_shown(request, _one(request, public_id))})


@page(power=Power.REVIEW_JOINING, methods=("POST",))
def accept(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _one(request, public_id)
    joining.accept(application=one, by=request.actor, at=request.now)
    messages.success(request, f"{one.person.name}从今天起是{one.union.name}的会员。")
    return redirect("staff:joining")


@page(power=Power.REVIEW_JOINING, methods=("POST",))
def refuse(request: HouseRequest, public_id: str) -> HttpResponse:
    one, form = _one(request, public_id), RefuseForm(request.POST)
    if form.is_valid():
        try:
            joining.refuse(application=one, by=request.actor, at=request.now, **form.found(request))
        except Refused as refusal:
            form.refuse(refusal, "elsewhere" if refusal.code.startswith("elsewhere") else None)
        else:
            messages.success(request, "已答复，申请人会看到原因。")
            return redirect("staff:joining")
    return render_form(request, ONE, form, _shown(request, one))


@page(power=Power.REVIEW_JOINING, methods=("GET",))
@never_cache
def photo(request: HouseRequest, public_id: str) -> HttpResponse:
    """The picture, redrawn when it came, for who decides; it is gone once decided."""
    one = _one(request, public_id)
    document = Document.objects.filter(pk=one.photo).first() if one.photo is not None else None
    if document is None or not (file := path_of(document)).is_file():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type="image/jpeg")


def _one(request: HouseRequest, public_id: str) -> JoinApplication:
    rows = reachable(request.actor).select_related("person", "union", "reviewer", "elsewhere")
    found: JoinApplication = get_object_or_404(rows, public_id=public_id)
    return found


def _row(one: JoinApplication, request: HouseRequest) -> dict[str, Any]:
    return {
        "one": one,
        "name": shown(one.person, "name", Purpose.STAFF_LIST),
        "gig": shown(one.person, "gig_group", Purpose.STAFF_LIST),
        "late": one.state == JoinState.WAITING and one.due_at <= request.now,
    }


def _shown(request: HouseRequest, one: JoinApplication) -> dict[str, Any]:
    waits = one.state == JoinState.WAITING
    return _row(one, request) | {
        "name": shown(one.person, "name", Purpose.STAFF_DETAIL),
        "waits": waits,
        "fields": [(label, shown(one.person, field, Purpose.STAFF_DETAIL) or "没填") for field, label in FIELDS],
        "alike": [
            {"name": shown(found.person, "name", Purpose.STAFF_LIST), "why": _why(found.alike)}
            for found in (candidates(one.person) if waits else [])
        ],
        "others": elsewhere(one, on=request.actor.on) if waits else [],
        "steps": one.steps.select_related("union").exclude(verb=joining.CONSENTED).order_by("at", "pk"),
    }


def _why(alike: Alike) -> str:
    return "；".join(likeness.WORDS[code] for code in alike.reasons)


urlpatterns = [
    path("joining/", applications, name="joining"),
    path("joining/<slug:public_id>/", application, name="join-application"),
    path("joining/<slug:public_id>/accept/", accept, name="join-accept"),
    path("joining/<slug:public_id>/refuse/", refuse, name="join-refuse"),
    path("joining/<slug:public_id>/photo/", photo, name="join-photo"),
]
