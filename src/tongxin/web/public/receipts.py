"""Checking a receipt of a release or a draw: in the visitor's own browser, or here where no script runs. Nothing is kept."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.kernel import receipts as kernel
from tongxin.kernel import tickets
from tongxin.people.queries.passports import public_keys
from tongxin.web import release_words
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def receipts(request: HouseRequest) -> HttpResponse:
    text = request.GET.get("text", "").strip()[: kernel.MOST]
    verdict, rows = _checked(text, request.now) if text else (None, [])
    words = release_words.verdicts()
    context = {
        "text": text,
        "well": verdict is kernel.Verdict.VALID,
        "found": words[str(verdict)] if verdict else None,
        "rows": rows,
        "words": {"verdicts": words, "fields": release_words.fields(), "tickets": release_words.ticket_fields()},
    }
    return render(request, "public/receipts.html", context)


def _checked(text: str, at: datetime) -> tuple[kernel.Verdict, list[tuple[str, str]]]:
    keys = public_keys(at)
    if tickets.is_one(text):
        ticket = tickets.check(text, keys)
        return ticket.verdict, release_words.entered(ticket.said) if ticket.said else []
    arrival = kernel.check(text, keys)
    return arrival.verdict, release_words.said(arrival.said) if arrival.said else []


urlpatterns = [path("receipts/", receipts, name="receipts")]
