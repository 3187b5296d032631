"""A worker's messages."""

from django.http import HttpResponse
from django.shortcuts import redirect
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
    """POST marks all as read: looking at a list is no proof of having read it, and GET cannot write."""
    assert request.actor.person_id is not None
    if request.method == "POST":
        notices.mark_all_read(person=Person(pk=request.actor.person_id), at=request.now)
        return redirect("worker:inbox")
    found = paged(request, messages_of(request.actor.person_id))
    return render_part(request, "worker/inbox.html", {"page": found, "lines": lines(found.rows)})


urlpatterns = [path("inbox/", inbox, name="inbox")]
