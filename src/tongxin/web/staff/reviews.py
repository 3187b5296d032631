"""逐级审核: what waits for one's union, what is due first, and one application with its wishes and its way so far."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache

from tongxin.calls.actions import reviews
from tongxin.calls.models import Applicant, Application
from tongxin.calls.queries.outcomes import wishes_of
from tongxin.calls.queries.reviews import chain, to_review
from tongxin.calls.states import Verdict
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.unions.models import Union
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, ONE = "staff/calls/reviews.html", "staff/calls/review.html"


class VerdictForm(HouseForm):
    verdict = forms.ChoiceField(
        label=gettext_lazy("意见"),
        choices=[
            (Verdict.AGREE.value, gettext_lazy("同意")),
            (Verdict.RETURN.value, gettext_lazy("退回补充")),
            (Verdict.REFUSE.value, gettext_lazy("不同意")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("退回和不同意要写，职工会看到。请说清缺什么、怎么办。"),
    )


@page(power=Power.RUN_CALLS, methods=("GET",))
def reviews_(request: HouseRequest) -> HttpResponse:
    found = paged(request, to_review(request.actor).prefetch_related("applicants__person", "preferences__pool"))
    rows = [
        {
            "one": one,
            "name": shown(one.applicants.all()[0].person, "name", Purpose.STAFF_LIST),
            "what": one.preferences.all()[0].pool.name,
            "late": one.due is not None and one.due <= request.now,
        }
        for one in found.rows
    ]
    return render_part(request, LIST, {"page": found.of(rows)})


@page(power=Power.RUN_CALLS)
@never_cache
def review(request: HouseRequest, application_id: str) -> HttpResponse:
    one: Application = get_object_or_404(to_review(request.actor), public_id=application_id)
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = Verdict(form.cleaned_data["verdict"])
        try:
            reviews.decide(
                application=one, verdict=verdict, why=form.cleaned_data["reason"], by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, "reason" if refusal.code == "why-missing" else None)
        else:
            messages.success(request, gettext("已记下您的意见。"))
            return redirect("staff:reviews")
    return render_form(request, ONE, form, _shown(request, one))


def _shown(request: HouseRequest, one: Application) -> dict[str, Any]:
    people = Applicant.objects.filter(application=one).select_related("person").order_by("pk")
    line = chain(one, on=request.actor.on)
    names = dict(Union.objects.filter(pk__in=line).values_list("pk", "name"))
    return {
        "one": one,
        "people": [shown(row.person, "name", Purpose.STAFF_DETAIL) for row in people],
        "wishes": wishes_of(one),
        "chain": [(names[pk], pk == one.reviewer_id) for pk in line],
        "steps": one.steps.select_related("union").exclude(verdict="").order_by("at", "pk"),
    }


urlpatterns = [
    path("reviews/", reviews_, name="reviews"),
    path("reviews/<slug:application_id>/", review, name="review"),
]
