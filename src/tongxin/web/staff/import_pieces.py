"""A large roster sent in pieces by tx/pieces.js. Without scripts, or for a small file, the form sends it whole."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports import pieces
from tongxin.people.models import RosterUpload
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions import queries
from tongxin.web.answers import UNPROCESSABLE
from tongxin.web.guard import HouseRequest, page
from tongxin.web.wording import say


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def begin(request: HouseRequest) -> HttpResponse:
    """Answers how much of this file is here already."""
    told = request.POST
    among = unions_within(request.actor, Power.IMPORT_ROSTER).existing(request.actor.on)
    union = queries.named(told.get("union", ""), among=among, on=request.actor.on)
    size = told.get("size", "")
    if union is None:
        return _refused(Refused("union-unknown", "没有找到这个工会，或不在您的范围内。请填代码或全称。"))
    try:
        upload = pieces.begin(
            union=union,
            file_name=told.get("name", ""),
            size=int(size) if size.isascii() and size.isdigit() and len(size) < 12 else 0,
            fingerprint=told.get("fingerprint", ""),
            by=request.actor,
            at=request.now,
        )
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse({"id": upload.public_id, "arrived": upload.arrived, "piece": pieces.PIECE // 4})


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def piece(request: HouseRequest, upload_id: str) -> HttpResponse:
    """?from=N, the bytes as the body. Whatever comes of it, the answer says from where to go on."""
    upload = _mine(request, upload_id)
    start = request.GET.get("from", "")
    try:
        upload = pieces.take(
            upload=upload,
            start=int(start) if start.isascii() and start.isdigit() and len(start) < 12 else -1,
            piece=request.body,
            by=request.actor,
            at=request.now,
        )
    except Refused as refusal:
        return _refused(refusal, arrived=_mine(request, upload_id).arrived)
    return JsonResponse({"arrived": upload.arrived})


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def finish(request: HouseRequest, upload_id: str) -> HttpResponse:
    try:
        batch = pieces.finish(upload=_mine(request, upload_id), by=request.actor, at=request.now)
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse({"where": reverse("staff:import", args=[batch.public_id])})


def _mine(request: HouseRequest, upload_id: str) -> RosterUpload:
    """Somebody else's file is not there."""
    found: RosterUpload = get_object_or_404(
        RosterUpload, public_id=upload_id, account=request.actor.account_id, account__isnull=False
    )
    return found


def _refused(refusal: Refused, **more: object) -> JsonResponse:
    return JsonResponse({"words": say(refusal), **more}, status=UNPROCESSABLE)


piece_patterns = [
    path("imports/pieces/", begin, name="import-pieces"),
    path("imports/pieces/<slug:upload_id>/", piece, name="import-piece"),
    path("imports/pieces/<slug:upload_id>/done", finish, name="import-pieces-done"),
]
