"""The journal, for auditors: who did what, in sentences."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import path

from tongxin.people.powers import Power
from tongxin.people.queries import journal as queries
from tongxin.people.scoping import unions_within
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.choosing import asked_union
from tongxin.web.staff.journal_words import KINDS, details, sentence


@page(power=Power.READ_JOURNAL, methods=("GET",))
def journal(request: HouseRequest) -> HttpResponse:
    union = asked_union(request, unions_within(request.actor, Power.READ_JOURNAL))
    kind, day, before = request.GET.get("kind", ""), request.GET.get("day", ""), request.GET.get("before", "")
    found = queries.lines(
        request.actor,
        union=union,
        kind=kind if kind in KINDS else "",
        day=_day(day),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    )
    context: dict[str, Any] = {
        "rows": [(line, sentence(line), details(line)) for line in found.rows],
        "before": found.before,
        "kinds": KINDS.items(),
        "kind": kind,
        "day": day,
        "union": union,
        "text": request.GET.get("union", ""),
    }
    return render_part(request, "staff/journal/list.html#rows", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


urlpatterns = [path("journal/", journal, name="journal")]
