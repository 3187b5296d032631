"""我的会籍: how it stands, what that means, and the answer to a reminder."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext

from tongxin.people.actions import membership_states as states
from tongxin.people.membership_rules import rule
from tongxin.people.models import Membership
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.WORKER, methods=("GET",))
def membership(request: HouseRequest) -> HttpResponse:
    stays = Membership.objects.filter(person=request.actor.person_id).select_related("union").order_by("-starts", "-pk")
    now = next((stay for stay in stays if stay.ends is None), None)
    return render(request, "worker/me/membership.html", {
        "stays": stays, "now": now, "rule": rule(now.state, request.actor.on) if now else None,
        "answer_by": states.answer_by(now) if now and now.reminded_on else None,
    })  # fmt: skip


@page(open_to=OpenTo.WORKER, methods=("POST",))
def stay(request: HouseRequest) -> HttpResponse:
    own = get_object_or_404(Membership, person=request.actor.person_id, ends=None)
    states.stay_on(membership=own, by=request.actor, at=request.now)
    messages.success(request, gettext("已答复，会籍不变。工会会告诉您怎样参加。"))
    return redirect("worker:membership")


urlpatterns = [
    path("me/membership/", membership, name="membership"),
    path("me/membership/stay/", stay, name="membership-stay"),
]
