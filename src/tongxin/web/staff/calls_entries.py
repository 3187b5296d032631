"""Who entered a call: the list, groups marked in it one by one or for many, and chances looked at before they are written."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from tongxin.calls.actions import reserves, weights
from tongxin.calls.models import Application, Call
from tongxin.calls.places import groups_in
from tongxin.calls.queries.lists import entries_of
from tongxin.calls.queries.losses import chances, earlier, recorded
from tongxin.calls.queries.marking import markable_in
from tongxin.calls.states import MARKABLE, ApplicationState
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.web import english
from tongxin.web.answers import UNPROCESSABLE, render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import SIZE, paged
from tongxin.web.staff.calls_frame import opened
from tongxin.web.tones import tone

ENTRIES, MARK, WEIGHTS = "staff/calls/entries.html", "staff/calls/mark.html", "staff/calls/weights.html"
WHY = 200


def asked_why() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("凭什么"),
        max_length=WHY,
        help_text=gettext_lazy("比如“凭劳模证书”。记进操作记录，以后有人问起，查得到。"),
    )


def choices_of(groups: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, english.plain(words)) for name, words in groups.items()]


class MarkForm(HouseForm):
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("属于哪些组"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = asked_why()

    def __init__(self, *args: Any, groups: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = choices_of(groups)  # type: ignore[attr-defined]


@page(power=Power.RUN_CALLS, methods=("GET",))
def entries(request: HouseRequest, call_id: str) -> HttpResponse:
    return render_part(request, ENTRIES, _listed(request, opened(request, call_id)))


@page(power=Power.RUN_CALLS, methods=("POST",))
def mark_many(request: HouseRequest, call_id: str) -> HttpResponse:
    call = opened(request, call_id)
    chosen = request.POST.getlist("application")
    rows = Application.objects.filter(call=call, public_id__in=chosen).values_list("pk", flat=True)
    into = request.POST.get("into") != "out"
    try:
        changed = reserves.mark_many(
            call=call, applications=list(rows), group=request.POST.get("group", ""), into=into,
            why=request.POST.get("why", "")[:WHY], by=request.actor, at=request.now,
        )  # fmt: skip
    except Refused as refusal:
        typed = {"chosen": set(chosen), "typed": request.POST, "refusal": refusal}
        return render_part(request, ENTRIES, _listed(request, call) | typed, UNPROCESSABLE)
    messages.success(request, marked_words(changed, into=into))
    return redirect("staff:call-entries", call_id)


@page(power=Power.RUN_CALLS)
def mark(request: HouseRequest, call_id: str, application_id: str) -> HttpResponse:
    call = opened(request, call_id)
    row = get_object_or_404(entries_of(call, ""), public_id=application_id)
    groups = markable_in(call)
    form = MarkForm(request.POST or None, groups=groups, initial={"groups": groups_in(row.groups)})
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            reserves.mark(application=row, groups=said["groups"], why=said["reason"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, {"why-missing": "reason", "group-unknown": "groups"}.get(refusal.code))
        else:
            messages.success(request, gettext("已记下。"))
            return redirect("staff:call-entries", call_id)
    return render_form(request, MARK, form, {"call": call, "names": names_of(row), "groups": groups})


@page(power=Power.RUN_CALLS)
def weigh(request: HouseRequest, call_id: str) -> HttpResponse:
    """GET shows what would be written; nothing is changed by looking."""
    call = opened(request, call_id)
    if request.method != "POST":
        return render_part(request, WEIGHTS, _weighed(call))
    try:
        changed = weights.by_losses(call=call, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, WEIGHTS, _weighed(call), refusal)
    said = gettext("已记下，%(n)d份报名的机会数有变化。封存名单时会按那时的记录再算一遍。")
    messages.success(request, said % {"n": changed})
    return redirect("staff:call-weights", call_id)


def _listed(request: HouseRequest, call: Call) -> dict[str, Any]:
    show = request.GET.get("show", "")
    show = show if show in ApplicationState.values else ""
    found = paged(request, entries_of(call, show))
    groups = markable_in(call) if call.frozen_at is None else {}
    rows = [
        {
            "one": row,
            "names": names_of(row),
            "marks": bool(groups) and row.state in MARKABLE,
            "state": _state(ApplicationState(row.state)),
            "tone": tone(ApplicationState(row.state)),
        }
        for row in found.rows
    ]
    return {
        "call": call, "page": found.of(rows), "show": show, "groups": groups, "chosen": set(), "typed": {},
        "shows": [("", gettext("全部")), *((state.value, _state(state)) for state in ApplicationState)],
    }  # fmt: skip


def marked_words(changed: int, *, into: bool) -> str:
    words = (
        gettext("已标上%(n)d份。原来就是这样的没有改动。")
        if into
        else gettext("已去掉%(n)d份。原来就是这样的没有改动。")
    )
    return words % {"n": changed}


def _state(state: ApplicationState) -> str:
    """As staff read it: the label of an offer speaks to whoever has it."""
    return gettext("等本人确认") if state == ApplicationState.OFFERED else gettext(state.label)


def names_of(row: Application) -> str:
    """Who entered comes first; those without a record are counted."""
    people = [shown(one.person, "name", Purpose.STAFF_LIST) for one in row.applicants.all()]
    if people and row.size > len(people):
        people.append(gettext("另有%(n)d人") % {"n": row.size - len(people)})
    return gettext("、").join(people)


def _weighed(call: Call) -> dict[str, Any]:
    """How many tickets have how many chances by the rule, and the first of those that have more than one."""
    found = (recorded(call) if call.frozen_at else chances(call)) if call.chances > 1 else []
    more = sorted((one for one in found if one.weight > 1), key=lambda one: (-one.weight, one.application.pk))
    counts = Counter(one.weight for one in found)
    return {
        "call": call,
        "counts": sorted(counts.items()),
        "rows": more[:SIZE],
        "rest": max(len(more) - SIZE, 0),
        "earlier": earlier(call).count() if call.chances > 1 else 0,
        "change": sum(one.weight != one.application.weight for one in found),
    }


urlpatterns = [
    path("calls/<slug:call_id>/entries/", entries, name="call-entries"),
    path("calls/<slug:call_id>/entries/mark/", mark_many, name="call-mark-many"),
    path("calls/<slug:call_id>/entries/<slug:application_id>/mark/", mark, name="call-mark"),
    path("calls/<slug:call_id>/weights/", weigh, name="call-weights"),
]
