"""The pages of one union: found in reach, under one heading with its tabs."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest
from tongxin.web.navigation import address

FORM: Final = "staff/unions/form.html"
TABS: Final[tuple[tuple[str, str, Power | None], ...]] = (
    ("概况和沿革", "staff:union", None),
    ("班子和任期", "staff:union-committee", Power.KEEP_UNION),
    ("台账", "staff:union-registers", Power.KEEP_UNION),
    ("文件", "staff:union-files", Power.KEEP_UNION),
    ("覆盖面", "staff:union-coverage", Power.READ_FIGURES),
)


def union_within(request: HouseRequest, public_id: str, power: Power) -> Union:
    """Out of reach is not there."""
    return get_object_or_404(unions_within(request.actor, power), public_id=public_id)


def tabs_of(request: HouseRequest, union: Union) -> list[tuple[str, str, bool]]:
    """Label, address, whether it is the page shown; only those that the actor may open here."""
    actor = request.actor
    open_here = [(label, name) for label, name, power in TABS if power is None or _may(request, power, union)]
    shown = [(label, address(name, union.public_id)) for label, name in open_here]
    return [(label, href, href == request.path) for label, href in shown] if actor.is_staff else []


def _may(request: HouseRequest, power: Power, union: Union) -> bool:
    return request.actor.holds(power) and may(request.actor, power, union)


def framed(request: HouseRequest, template: str, union: Union, **context: Any) -> HttpResponse:
    return render_part(
        request, template, {"union": union, "tabs": tabs_of(request, union), "today": request.actor.on, **context}
    )


def form_page(
    request: HouseRequest, form: HouseForm, union: Union, title: str, say: str, **context: Any
) -> HttpResponse:
    return render_form(request, FORM, form, {"union": union, "title": title, "say": say, **context})
