"""Questions that a union puts to oneself: what is on record is filled in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.filings.actions.answers import answer
from tongxin.filings.models import Filler
from tongxin.filings.queries.requests import lines_of
from tongxin.filings.states import RequestState
from tongxin.kernel.refused import Refused
from tongxin.web.answer_forms import AnswersForm
from tongxin.web.answers import render_form
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.WORKER)
def filing(request: HouseRequest, own_filler: str) -> HttpResponse:
    rows = Filler.objects.filter(person=request.actor.person_id).select_related("request__union")
    filler = get_object_or_404(rows, public_id=own_filler)
    lines = lines_of(filler, request.actor.on)
    form = AnswersForm(lines, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer(filler=filler, given=form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse_answer(lines, refusal)
        else:
            messages.success(request, gettext("已交上，谢谢。结束前还可以改。"))
            return redirect("worker:filing", own_filler)
    given = [line for line in lines if not line.question.is_asked]
    context = {"filler": filler, "given": given, "open": filler.request.state == RequestState.SENT}
    return render_form(request, "worker/filings/one.html", form, context)


urlpatterns = [path("filings/<str:own_filler>/", filing, name="filing")]
