"""A worker's messages."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.notices.actions import messages as notices
from tongxin.notices.queries import inbox as messages_of
from tongxin.notices.queries import lines
from tongxin.people.models import Person
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.paging import paged


@page(open_to=OpenTo.WORKER)
def inbox(request: HouseRequest) -> HttpResponse:
    """POST opens one and goes where it leads, or marks all as read: looking at a list is no proof of having read it."""
    assert request.actor.person_id is not None
    own = messages_of(request.actor.person_id)
    if request.method == "POST":
        person, opened = Person(pk=request.actor.person_id), request.POST.get("open")
        if opened is None:
            notices.mark_all_read(person=person, at=request.now)
            return redirect("worker:inbox")
        [line] = lines([get_object_or_404(own, public_id=opened)])
        notices.mark_read(person=person, messages=[opened], at=request.now)
        return redirect(line.told.link)
    found = paged(request, own)
    return render_part(request, "worker/inbox.html", {"page": found, "lines": lines(found.rows)})


urlpatterns = [path("inbox/", inbox, name="inbox")]
