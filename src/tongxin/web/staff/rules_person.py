"""Why can this person: the rules that reach them, each with its verdict; the same tree that the worker reads."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.rulebook.queries.verdicts import rules_for, verdict_on
from tongxin.web import verdict_words
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.choosing import asked_day


@page(power=Power.SEE_PEOPLE, methods=("GET",))
@never_cache
def person_rules(request: HouseRequest, public_id: str) -> HttpResponse:
    """One rule of those that their unions have, on a day. Asking writes nothing."""
    person = get_object_or_404(Person.objects.within(request.actor, Power.SEE_PEOPLE), public_id=public_id)
    day = asked_day(request)
    found = rules_for(person, day)
    asked = request.GET.get("rule", "")
    version = next((one for one in found if one.rule.public_id == asked), found[0] if found else None)
    verdict = verdict_words.shown(verdict_on(version, person, day)) if version is not None else None
    context = {"person": person, "day": day, "versions": found, "version": version, "verdict": verdict}
    return render_part(request, "staff/rules/person.html", context)


urlpatterns = [path("people/<slug:public_id>/rules/", person_rules, name="person-rules")]
