"""Signing up for an event with one's children: how many of which age, with consent; no child is registered."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.activities.actions import families
from tongxin.activities.models import Cohort, Family
from tongxin.activities.queries.classes import visible
from tongxin.activities.states import ActivityKind
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.web import call_words
from tongxin.web.answers import render_form, sent_key
from tongxin.web.family_forms import BANDS, UNDER, FamilyForm, children_of
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.WORKER)
def family(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    if not ActivityKind(cohort.course.kind).traits.families:
        return redirect("worker:class", cohort_id)  # an old page, or a guess
    said = Family.objects.filter(cohort=cohort, person=request.actor.person_id).values(*BANDS).first()
    form = FamilyForm(request.POST or None, initial=said or {"from_6_to_11": 1})
    if request.method == "POST" and form.is_valid():
        try:
            _sign_up(request, cohort, form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("报好了，孩子的人数也记下了。"))
            return redirect("worker:class", cohort_id)
    return render_form(request, "worker/classes/family.html", form, {
        "cohort": cohort, "key": new_public_id(), "rule": call_words.party(cohort.term.call) if cohort.term.call else "",
    })  # fmt: skip


def _sign_up(request: HouseRequest, cohort: Cohort, given: dict[str, Any]) -> None:
    families.sign_up(
        cohort=cohort,
        person=Person.objects.get(account=request.user),
        children=children_of(given),
        consents=given["consents"],
        by=request.actor,
        at=request.now,
        key=sent_key(request),
    )


urlpatterns = [path("classes/<str:cohort_id>/family/", family, name="family")]
