"""Signing up for an event with one's children: how many of which age, with consent; no child is registered."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.activities.actions import families
from tongxin.activities.actions.families import Children
from tongxin.activities.models import Cohort, Family
from tongxin.activities.models.families import MOST_CHILDREN
from tongxin.activities.queries.classes import visible
from tongxin.activities.states import ActivityKind
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.web import call_words
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

KEY = 64


class FamilyForm(HouseForm):
    why: ClassVar[dict[str, Any]] = {
        "consents": _("只用来排座位、保安全。不问姓名和生日，活动结束30天后删除，只有办活动的人看得到总数。"),
    }
    under_6 = forms.TypedChoiceField(
        label=_("6岁以下的孩子"), coerce=int, choices=[(n, str(n)) for n in range(MOST_CHILDREN + 1)]
    )
    from_6_to_11 = forms.TypedChoiceField(
        label=_("6到11岁"), coerce=int, choices=[(n, str(n)) for n in range(MOST_CHILDREN + 1)]
    )
    from_12_to_17 = forms.TypedChoiceField(
        label=_("12到17岁"), coerce=int, choices=[(n, str(n)) for n in range(MOST_CHILDREN + 1)]
    )
    consents = forms.BooleanField(label=_("我是孩子的监护人，同意这样使用孩子的人数和年龄段"), required=False)


@page(open_to=OpenTo.WORKER)
def family(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = get_object_or_404(visible(), public_id=cohort_id)
    if not ActivityKind(cohort.course.kind).traits.families:
        return redirect("worker:class", cohort_id)  # an old page, or a guess
    said = Family.objects.filter(cohort=cohort, person=request.actor.person_id).values(*_BANDS).first()
    form = FamilyForm(request.POST or None, initial=said or {"from_6_to_11": 1})
    if request.method == "POST" and form.is_valid():
        try:
            _sign_up(request, cohort, form.cleaned_data)
        except Refused as refusal:
            form.refuse(
                refusal, {"family-consent": "consents", "family-none": "under_6", "party": "under_6"}.get(refusal.code)
            )
        else:
            messages.success(request, gettext("报好了，孩子的人数也记下了。"))
            return redirect("worker:class", cohort_id)
    return render_form(request, "worker/classes/family.html", form, {
        "cohort": cohort, "key": new_public_id(), "rule": call_words.party(cohort.term.call) if cohort.term.call else "",
    })  # fmt: skip


_BANDS = ("under_6", "from_6_to_11", "from_12_to_17")


def _sign_up(request: HouseRequest, cohort: Cohort, given: dict[str, Any]) -> None:
    families.sign_up(
        cohort=cohort,
        person=Person.objects.get(account=request.user),
        children=Children(**{band: given[band] for band in _BANDS}),
        consents=given["consents"],
        by=request.actor,
        at=request.now,
        key=request.POST.get("key", "")[:KEY] or None,
    )


urlpatterns = [path("classes/<str:cohort_id>/family/", family, name="family")]
