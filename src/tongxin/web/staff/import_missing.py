"""Members who are no longer on the list: the cadre says of each what became of them, once. A short list is held first."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import ImportBatch
from tongxin.people.powers import Power
from tongxin.people.queries.lists import answered_questions, missing_members, open_questions
from tongxin.people.states import BatchState, WhyMissing
from tongxin.web.answers import render_form, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.import_batches import BATCH, batch_context, batch_within

PAGE = "staff/imports/missing.html"
AT_ONCE = 50  # as many as one page shows


class AnswerForm(HouseForm):
    answer = forms.ChoiceField(label="是怎么回事", choices=WhyMissing, widget=forms.RadioSelect)
    on = forms.DateField(label="从哪天起", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="原因", max_length=200, help_text="例如：2月底离职，本人已办手续。")


@page(power=Power.IMPORT_ROSTER)
def missing(request: HouseRequest, public_id: str) -> HttpResponse:
    """Nothing ends by itself: only what is answered here, of the members that are ticked."""
    found = batch_within(request, public_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = request.POST.getlist("who")[:AT_ONCE]
        try:
            imports.answer_missing(batch=found, members=chosen, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, "on" if "day" in refusal.code or refusal.code == "move-before-start" else None)
        else:
            return redirect("staff:import-missing", public_id)
    return render_form(request, PAGE, form, _context(request, found))


def _context(request: HouseRequest, found: ImportBatch) -> dict[str, Any]:
    open_now = found.state == BatchState.DONE and not found.partial
    stays = open_questions(found) if open_now else missing_members(found)
    lines = paged(request, stays.select_related("person").order_by("person__name_sort", "pk"))
    listed = Purpose.STAFF_LIST
    said = answered_questions(found) if open_now else []
    return {
        "batch": found,
        "page": lines,
        "rows": [(shown(one.person, "name", listed), shown(one.person, "document", listed), one) for one in lines],
        "said": [(shown(one.membership.person, "name", listed), one) for one in said],
        "open": open_now,
        "ticked": request.POST.getlist("who"),
    }


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def confirm(request: HouseRequest, public_id: str) -> HttpResponse:
    """A list that is much shorter than the last: all there are now, or an addition to the list."""
    found = batch_within(request, public_id)
    try:
        imports.confirm_short(batch=found, what=request.POST.get("what", ""), by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, BATCH, batch_context(request, found), refusal)
    return redirect("staff:import", public_id)


missing_patterns = [
    path("imports/<slug:public_id>/missing/", missing, name="import-missing"),
    path("imports/<slug:public_id>/confirm", confirm, name="import-confirm"),
]
