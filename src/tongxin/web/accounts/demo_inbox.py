"""The demo's stand-in for phones: the last text messages, and the one-time codes of the demo's staff."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.kernel import one_time_codes, phones
from tongxin.notices.models import DemoSms
from tongxin.people.actions import second_factor
from tongxin.web.guard import HouseRequest, OpenTo, page

MANY = 20


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def inbox(request: HouseRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    texts = [
        {"phone": phones.national(text.phone.open()), "text": text.text, "at": text.at}
        for text in DemoSms.objects.order_by("-pk")[:MANY]
    ]
    step = one_time_codes.step_at(request.now)
    codes = [(login, one_time_codes.code_at(secret, step)) for login, secret in second_factor.secrets_for_demo(MANY)]
    left = one_time_codes.STEP - int(request.now.timestamp()) % one_time_codes.STEP
    return render(request, "accounts/demo_inbox.html", {"texts": texts, "codes": codes, "left": left})


urlpatterns = [path("demo/inbox/", inbox, name="demo-inbox")]
