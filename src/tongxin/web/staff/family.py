"""Signing a worker up for an event for families: how many children come, said by their guardian at the window."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.activities.actions import families
from tongxin.activities.states import ActivityKind
from tongxin.calls.states import ApplicationState
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.web import call_words
from tongxin.web.family_forms import FamilyForm, children_of
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.cohorts import form_page, opened

SAID = {
    ApplicationState.GRANTED: "已报上名",
    ApplicationState.WAITING: "已加入候补",
    ApplicationState.ENTERED: "已报上名，等结果",
}


@page(power=Power.ACT_FOR_WORKER)
def family(request: HouseRequest, cohort_id: str, person_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    person = get_object_or_404(Person.objects.within(request.actor, Power.ACT_FOR_WORKER), public_id=person_id)
    if not ActivityKind(cohort.course.kind).traits.families:
        return redirect("staff:cohort-sign-up", cohort_id)
    form = FamilyForm(request.POST or None, initial={"from_6_to_11": 1})
    form.fields["consents"].label = "监护人当面同意这样使用孩子的人数和年龄段"
    name = shown(person, "name", Purpose.ROSTER_LIST)

    def run() -> str:
        given = form.cleaned_data
        made = families.sign_up(
            cohort=cohort, person=person, children=children_of(given), consents=given["consents"],
            by=request.actor, at=request.now,
        )  # fmt: skip
        return f"{name}{SAID.get(ApplicationState(made.state), '的报名已经结束')}，本人会收到消息。"

    ask = call_words.party(cohort.term.call) if cohort.term.call else ""
    return form_page(request, cohort, form, run, back="staff:cohort-roster", title=f"{name}带几个孩子来", ask=ask)


urlpatterns = [path("cohorts/<str:cohort_id>/roster/new/people/<str:person_id>/", family, name="cohort-family")]
