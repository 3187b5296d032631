"""断网: what the till's page keeps for it, and the list that it brings back. Docs: docs/adr/0019-counters.md."""

import base64
import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from tongxin.benefits import offline_list
from tongxin.benefits.actions import offline, redemptions, tills
from tongxin.benefits.models import Device
from tongxin.benefits.offline_list import Signed
from tongxin.benefits.queries.partners import accepted
from tongxin.benefits.queries.tills import device_of, shift_of
from tongxin.kernel.refused import Refused
from tongxin.people.queries import passports
from tongxin.web import english
from tongxin.web.answers import UNPROCESSABLE
from tongxin.web.guard import DEVICE_COOKIE, HouseRequest, OpenTo, page
from tongxin.web.wording import say


@page(open_to=OpenTo.DEVICE, methods=("POST",))
@never_cache
def ready(request: HouseRequest) -> HttpResponse:
    """Sent by the page whenever it has network: its public key in, and out what it needs to go on without."""
    device = request.device
    try:
        device = tills.set_key(device=device, key=_bytes(request.POST.get("key", "")), at=request.now)
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "words": say(refusal)}, status=UNPROCESSABLE)
    shift = shift_of(device, request.now)
    partner = device.site.partner
    return JsonResponse({
        "now": int(request.now.timestamp()), "device": device.public_id, "site": device.site.public_id,
        "shift": {"id": shift.public_id, "until": int(shift.until.timestamp())} if shift else None,
        "cap": str(partner.offline_cap), "last": device.offline_last, "undo": redemptions.UNDO.seconds,
        "schemes": {one.scheme.public_id: english.plain(one.scheme.name) for one in accepted(partner, request.actor.on)},
        "keys": {key["id"]: key["x"] for key in passports.published(request.now)["keys"]},
    })  # fmt: skip


@page(open_to=OpenTo.VISITOR, methods=("POST",))
@never_cache
def bring(request: HouseRequest) -> HttpResponse:
    """The list, signed entry by entry with the device's own key, which is the guard: also a device that was revoked
    meanwhile hands over what it took, and a browser that was paired anew what it took under its name before.
    """
    device = device_of(request.COOKIES.get(DEVICE_COOKIE, ""))
    try:
        entries = _entries(request.POST.get("entries", ""))
        answers = offline.bring(device=_writer(_paired(device), entries), entries=entries, at=request.now)
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "words": say(refusal)}, status=UNPROCESSABLE)
    return JsonResponse(
        {"answers": [{"n": one.number, "verdict": one.verdict, "words": _told(one)} for one in answers]}
    )


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def worker(request: HouseRequest) -> HttpResponse:
    """Served from beside the till's page: a service worker serves only what lies below its own address."""
    return render(request, "partner/till_worker.js", content_type="text/javascript; charset=utf-8")


def _paired(device: Device | None) -> Device:
    if device is None:
        raise Refused("device-unknown", "这台设备还没有配对，请联系工会工作人员配对。")
    return device


def _writer(device: Device, entries: list[Signed]) -> Device:
    """Whose list it is: this device's, or another's of the same partner, which this browser was before."""
    first = offline_list.read(entries[0].text) if entries else None
    if first is None or first.device == device.public_id:
        return device
    others = Device.objects.filter(public_id=first.device, site__partner=device.site.partner_id)
    return others.first() or device


def _told(answer: offline.Answer) -> str:
    return gettext(answer.verdict.label)


def _entries(body: str) -> list[Signed]:
    """Refused: "offline-forged", for whatever is no list of texts and signatures."""
    try:
        sent: Any = json.loads(body)
        rows = [(row["text"], _bytes(row["signature"])) for row in sent]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unread() from None
    if not isinstance(sent, list) or not all(
        isinstance(text, str) and len(text) <= offline_list.MOST for text, _ in rows
    ):
        raise _unread()
    return [Signed(text, signature) for text, signature in rows]


def _unread() -> Refused:
    return Refused("offline-forged", "断网记录的签名不对，没有收下。请联系工会核对这台设备。")


def _bytes(text: str) -> bytes:
    """Base64 of the web's kind; empty for anything else."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, TypeError):
        return b""


urlpatterns = [
    path("ready/", ready, name="ready"),
    path("offline/", bring, name="offline"),
    path("worker.js", worker, name="worker"),
]
