"""券的去向: issued and what became of them, union by union, as of a day; whether the columns add up is computed."""

from typing import Any

from django.http import HttpResponse
from django.urls import path

from tongxin.figures import vouchers
from tongxin.people.powers import Power
from tongxin.web import benefit_words
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.choosing import asked_day


@page(power=Power.READ_FIGURES, methods=("GET",))
def figures(request: HouseRequest) -> HttpResponse:
    as_of = asked_day(request, "as_of")
    found = vouchers.sheet(request.actor, as_of)
    context = {
        "as_of": as_of,
        "heads": list(vouchers.ENDS.values()),
        "rows": [_row(row) for row in found.rows],
        "total": _row(found.total),
        "adds_up": found.adds_up,
        "definition": vouchers.DEFINITION,
        "version": vouchers.VERSION,
    }
    return render_part(request, "staff/benefits/figures.html", context)


def _row(row: vouchers.Line) -> dict[str, Any]:
    return {
        "union": row.union,
        "issued": row.issued,
        "value": benefit_words.money(row.value),
        "ends": [row.ends[name] for name in vouchers.ENDS],
    }


urlpatterns = [path("figures/vouchers/", figures, name="figures-vouchers")]
