"""Joining for machines: an official account's mini program or a station's screen asks as the phone's pages do."""

from datetime import datetime
from typing import Annotated, cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router
from ninja.errors import HttpError

from tongxin.people.actions import joining
from tongxin.people.actions.joining import Wish
from tongxin.people.authority import Actor
from tongxin.people.models import JoinApplication
from tongxin.people.models.joining import JoinBasis
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.people.queries import windows
from tongxin.people.queries.joining import elsewhere, joinable, latest_of
from tongxin.people.states import JoinState
from tongxin.unions.models import Kind, Union
from tongxin.web.api.doors import SIGNED_IN, anyone
from tongxin.web.api.shapes import JoinIn, JoiningOut, RefusalOut, UnionOut, UnionsOut
from tongxin.web.guard import HouseRequest, read_only

router = Router(tags=["joining"])
UnionId = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$", description="A union's public id.")]


@router.get(
    "/unions", response={200: UnionsOut, 404: RefusalOut, 422: RefusalOut}, auth=None, summary="Unions one may join"
)
def unions(
    request: HttpRequest,
    basis: Annotated[JoinBasis, Query(description="By what one belongs to it.")],
    gig: Annotated[GigGroup | None, Query(description="One of the four groups: unions of that trade first.")] = None,
    area: Annotated[
        str | None, Query(pattern=r"^[0-9a-z]{12}$", description="The public id of a union: it and all below.")
    ] = None,
    q: Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$", description="A part of the name.")] = "",
) -> UnionsOut:
    """Without an area and a part of the name: none."""
    day = anyone(request).on
    with read_only():
        place = Union.objects.existing(day).filter(public_id=area).first() if area else None
        if area and place is None:
            raise HttpError(404, "area")
        found = joinable(basis, gig=gig or "", area=place, text=q, on=day)
    return UnionsOut(unions=[_union(union) for union in found])


@router.post(
    "/unions/{union_id}/join",
    response={200: JoiningOut, 401: RefusalOut, 403: RefusalOut, 404: RefusalOut, 422: RefusalOut},
    auth=SIGNED_IN,
    summary="Ask to join, for oneself or for someone at one's window",
)
def join(request: HttpRequest, union_id: UnionId, asked: JoinIn) -> JoiningOut:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    union = Union.objects.filter(public_id=union_id).first()
    person = windows.reachable(actor, Power.ACT_FOR_WORKER, asked.person) if asked.person else None
    if union is None or (asked.person and person is None):
        raise HttpError(404, "union")
    wish = Wish(union=union, **asked.model_dump(exclude={"key", "person"}))
    with transaction.atomic():
        made = joining.ask(wish=wish, person=person, by=actor, at=_now(request), key=asked.key)
        return _out(made, actor)


@router.get(
    "/joining",
    response={200: JoiningOut, 401: RefusalOut, 404: RefusalOut},
    auth=SIGNED_IN,
    summary="One's own last application",
)
def own(request: HttpRequest) -> JoiningOut:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    with read_only():
        last = latest_of(actor.person_id) if actor.person_id is not None else None
        if last is None:
            raise HttpError(404, "application")
        return _out(last, actor)


def _out(made: JoinApplication, actor: Actor) -> JoiningOut:
    refused = made.state == JoinState.REFUSED
    return JoiningOut(
        application=made.public_id,
        state=JoinState(made.state),
        union=_union(made.union),
        reviewer=made.reviewer.name,
        at=timezone.localtime(made.at),
        due_at=timezone.localtime(made.due_at),
        why=made.why,
        elsewhere=[_union(union) for union in elsewhere(made, on=actor.on)] if refused else [],
    )


def _union(union: Union) -> UnionOut:
    return UnionOut(
        id=union.public_id, code=union.code, name=union.name, kind=Kind(union.kind), synthetic=union.synthetic
    )


def _now(request: HttpRequest) -> datetime:
    """When it arrived, as the door noted it."""
    return cast("HouseRequest", request).now
