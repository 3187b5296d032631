"""An objection against what was published: what is wrong, and of which line."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.calls.actions import publications
from tongxin.calls.models import Objection, Publication
from tongxin.kernel.refused import Refused
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

UNDER = {"ticket-unknown": "ticket", "words-missing": "words"}


class ObjectionForm(HouseForm):
    ticket = forms.CharField(
        label=_("票号"),
        max_length=32,
        required=False,
        help_text=_("说的是名单里哪一行，就填那一行的票号；说的是整个结果，就留空。"),
    )
    words = forms.CharField(
        label=_("哪里不对"),
        max_length=1000,
        widget=forms.Textarea,
        help_text=_("只有办理的工会看得到，不会公开您是谁。"),
    )


@page(open_to=OpenTo.WORKER)
def object_(request: HouseRequest, publication_id: str) -> HttpResponse:
    found = get_object_or_404(Publication.objects.select_related("call__union"), public_id=publication_id)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publications.object_to(publication=found, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已收到您的异议，答复会告诉您，也会写在公示页上。"))
            return redirect("public:outcome", publication_id)
    mine = Objection.objects.filter(publication=found, person=request.actor.person_id).order_by("-at")
    context = {"found": found, "mine": mine, "open": request.now < found.until}
    return render_form(request, "worker/applications/object.html", form, context)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def take_back(request: HouseRequest, objection_id: str) -> HttpResponse:
    rows = Objection.objects.select_related("publication").filter(person=request.actor.person_id)
    found = get_object_or_404(rows, public_id=objection_id)
    publications.take_back(objection=found, by=request.actor, at=request.now)
    messages.success(request, gettext("异议已撤回。"))
    return redirect("worker:object", found.publication.public_id)


urlpatterns = [
    path("outcomes/<slug:publication_id>/object/", object_, name="object"),
    path("objections/<slug:objection_id>/take-back/", take_back, name="objection-take-back"),
]
