"""卡号和密码, at a window: handed over once, taken back when the paper is lost."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import pins
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person, Pin
from tongxin.people.powers import Power
from tongxin.web.answers import UNPROCESSABLE
from tongxin.web.guard import HouseRequest, page


@page(power=Power.VERIFY_PEOPLE)
@never_cache
def give_pin(request: HouseRequest, public_id: str) -> HttpResponse:
    """Asks first; then card number and PIN stand on this one answer, to be printed or written down."""
    person = _person(request, public_id)
    context = {"person": person, "days": pins.VALID.days, "card": Pin.objects.filter(account__person=person).first()}
    context["numbers"] = [shown(person, field, Purpose.STAFF_DETAIL) for field in ("document", "phone")]
    if request.method != "POST":
        return render(request, "staff/people/pin.html", context)
    try:
        if "withdraw" in request.POST:
            pins.withdraw(person=person, by=request.actor, at=request.now)
            messages.success(request, "卡号已作废。")
            return redirect("staff:person", person.public_id)
        card, digits = pins.give(person=person, by=request.actor, at=request.now)
    except Refused as refusal:
        return render(request, "staff/people/pin.html", context | {"refusal": refusal}, status=UNPROCESSABLE)
    return render(request, "staff/people/pin.html", context | {"given": f"{card[:5]} {card[5:]}", "digits": digits})


def _person(request: HouseRequest, public_id: str) -> Person:
    person: Person = get_object_or_404(Person.objects.within(request.actor, Power.VERIFY_PEOPLE), public_id=public_id)
    return person


urlpatterns = [path("people/<slug:public_id>/pin/", give_pin, name="person-pin")]
