"""Checking a receipt of a release: in the visitor's own browser, or here where no script runs. Nothing is kept."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.kernel import receipts as kernel
from tongxin.people.queries.passports import public_keys
from tongxin.web import release_words
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def receipts(request: HouseRequest) -> HttpResponse:
    text = request.GET.get("text", "").strip()[: kernel.MOST]
    checked = kernel.check(text, public_keys(request.now)) if text else None
    words = release_words.verdicts()
    context = {
        "text": text,
        "well": checked is not None and checked.verdict is kernel.Verdict.VALID,
        "found": words[str(checked.verdict)] if checked else None,
        "rows": release_words.said(checked.said) if checked and checked.said else [],
        "words": {"verdicts": words, "fields": release_words.fields()},
    }
    return render(request, "public/receipts.html", context)


urlpatterns = [path("receipts/", receipts, name="receipts")]
