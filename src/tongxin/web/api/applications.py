"""Applications for machines: what takes them, one's own, entering, withdrawing, answering an offer; a call's list for its staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router
from ninja.errors import HttpError

from tongxin.calls.actions import applications as deeds
from tongxin.calls.actions import noting, offers, parties
from tongxin.calls.models import Application, Call, Pool
from tongxin.calls.places import groups_in
from tongxin.calls.queries import applications as queries
from tongxin.calls.queries.lists import calls_within
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.authority import Actor
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.web.api.doors import SIGNED_IN
from tongxin.web.api.shapes import RefusalOut
from tongxin.web.api.shapes_applications import (
    ApplicationOut,
    ApplicationsOut,
    CallOut,
    CallsOut,
    EnteredOut,
    EnterIn,
    EntriesOut,
    PoolOut,
    WishOut,
    WithdrawIn,
)
from tongxin.web.guard import HouseRequest, meet, read_only

router = Router(tags=["applications"])
PAGE = 50
PublicId = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$")]
M = TypeVar("M", bound=Model)
PageNo = Annotated[int, Query(ge=1, le=500)]
KNOWN = {401: RefusalOut, 403: RefusalOut, 404: RefusalOut, 422: RefusalOut}


@router.get("/calls", response={200: CallsOut, 422: RefusalOut}, auth=None, summary="What takes applications now")
def calls(request: HttpRequest, page: PageNo = 1) -> CallsOut:
    now = meet(request).now
    with read_only():
        found, more = _page(queries.open_calls(now), page)
        return CallsOut(calls=[_call(one) for one in found], page=page, more=more)


@router.post(
    "/calls/{call_id}/applications", response={200: ApplicationOut, **KNOWN}, auth=SIGNED_IN,
    summary="Enter, for oneself or for workers in one's reach, together or not at all",
)  # fmt: skip
def enter(request: HttpRequest, call_id: PublicId, asked: EnterIn) -> ApplicationOut:
    actor, now = _who(request)
    call = queries.open_calls(now).filter(public_id=call_id).first()
    pools = {pool.public_id: pool for pool in Pool.objects.filter(call=call, public_id__in=asked.wishes)}
    people = _people(actor, asked.people)
    if call is None or len(pools) < len(set(asked.wishes)) or not people:
        raise HttpError(404, "call")
    wishes = [pools[one] for one in asked.wishes]
    with noting.watched(pool=wishes[0], by=actor, at=now), transaction.atomic():
        made = parties.enter(call=call, wishes=wishes, persons=people, by=actor, at=now, key=asked.key)
        return _told(made, actor)


@router.get(
    "/calls/{call_id}/applications", response={200: EntriesOut, **KNOWN}, auth=SIGNED_IN,
    summary="Who entered a call in one's reach, names masked",
)  # fmt: skip
def entries(
    request: HttpRequest,
    call_id: PublicId,
    page: PageNo = 1,
    state: Annotated[ApplicationState | None, Query()] = None,
) -> EntriesOut:
    actor, _now = _who(request)
    if not actor.holds(Power.RUN_CALLS):
        raise HttpError(403, "power")
    with read_only():
        call = calls_within(actor).filter(public_id=call_id).first()
        if call is None:
            raise HttpError(404, "call")
        rows = Application.objects.filter(call=call, **({"state": state} if state else {})).order_by("ticket", "pk")
        found, more = _page(queries.told(rows), page)
        return EntriesOut(applications=[_entered(row) for row in found], page=page, more=more)


@router.get(
    "/applications", response={200: ApplicationsOut, **KNOWN}, auth=SIGNED_IN, summary="One's own, the newest first"
)
def own(request: HttpRequest, page: PageNo = 1) -> ApplicationsOut:
    actor, _now = _who(request)
    with read_only():
        found, more = _page(queries.told(queries.own(actor.person_id)), page)
        return ApplicationsOut(applications=[_out(row, actor) for row in found], page=page, more=more)


@router.get(
    "/applications/{application_id}",
    response={200: ApplicationOut, **KNOWN},
    auth=SIGNED_IN,
    summary="One of one's own",
)
def one(request: HttpRequest, application_id: PublicId) -> ApplicationOut:
    actor, _now = _who(request)
    with read_only():
        found = queries.told(queries.own(actor.person_id)).filter(public_id=application_id).first()
        if found is None:
            raise HttpError(404, "application")
        return _out(found, actor)


@router.post(
    "/applications/{application_id}/withdraw", response={200: ApplicationOut, **KNOWN}, auth=SIGNED_IN,
    summary="Give the place back, or leave every line",
)  # fmt: skip
def withdraw(request: HttpRequest, application_id: PublicId, asked: WithdrawIn) -> ApplicationOut:
    return _done(request, application_id, deeds.withdraw, why=asked.why)


@router.post(
    "/applications/{application_id}/accept", response={200: ApplicationOut, **KNOWN}, auth=SIGNED_IN,
    summary="Take up the place that is offered",
)  # fmt: skip
def accept(request: HttpRequest, application_id: PublicId) -> ApplicationOut:
    return _done(request, application_id, offers.accept)


@router.post(
    "/applications/{application_id}/decline", response={200: ApplicationOut, **KNOWN}, auth=SIGNED_IN,
    summary="Leave the place that is offered to the next in line",
)  # fmt: skip
def decline(request: HttpRequest, application_id: PublicId) -> ApplicationOut:
    return _done(request, application_id, offers.decline)


def _done(request: HttpRequest, application_id: str, deed: Callable[..., Application], **more: str) -> ApplicationOut:
    actor, now = _who(request)
    found = queries.handled(actor, application_id)
    if found is None:
        raise HttpError(404, "application")
    with transaction.atomic():
        deed(application=found, by=actor, at=now, **more)
        return _told(found, actor)


def _who(request: HttpRequest) -> tuple[Actor, datetime]:
    """And when it arrived, as the door noted it."""
    return request.auth, cast("HouseRequest", request).now  # type: ignore[attr-defined]


def _people(actor: Actor, ids: list[str]) -> list[Person]:
    """In the order given; nobody at all when one of them is out of reach."""
    if not ids:
        return list(Person.objects.filter(pk=actor.person_id or 0))
    within = Person.objects.within(actor, Power.ACT_FOR_WORKER).filter(public_id__in=ids)
    found = {person.public_id: person for person in within}
    return [found[one] for one in ids] if len(found) == len(set(ids)) else []


def _page(rows: QuerySet[M], page: int) -> tuple[list[M], bool]:
    start = (page - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _told(made: Application, actor: Actor) -> ApplicationOut:
    return _out(queries.told(Application.objects.filter(pk=made.pk)).get(), actor)


def _out(row: Application, actor: Actor) -> ApplicationOut:
    people, held = row.applicants.all(), row.awards.all()
    until = held[0].accept_by if held else None
    return ApplicationOut(
        id=row.public_id, call=row.call.public_id, kind=row.call.kind, union=row.call.union.name,
        policy=Policy(row.call.policy), state=ApplicationState(row.state), at=timezone.localtime(row.at),
        ticket=row.ticket, weight=row.weight, size=row.size,
        lead=bool(people) and people[0].person_id == actor.person_id,
        accept_by=timezone.localtime(until) if until else None,
        reviewer=row.reviewer.name if row.reviewer else None,
        result_at=timezone.localtime(row.call.result_at) if row.call.result_at else None,
        wishes=_wishes(row),
    )  # fmt: skip


def _entered(row: Application) -> EnteredOut:
    return EnteredOut(
        id=row.public_id, size=row.size, state=ApplicationState(row.state), at=timezone.localtime(row.at),
        ticket=row.ticket, weight=row.weight, groups=groups_in(row.groups), wishes=_wishes(row),
        people=[shown(one.person, "name", Purpose.STAFF_LIST) for one in row.applicants.all()],
    )  # fmt: skip


def _wishes(row: Application) -> list[WishOut]:
    held = {award.pool_id for award in row.awards.all()}
    return [
        WishOut(
            pool=wish.pool.public_id, name=wish.pool.name, rank=wish.rank, got=wish.pool_id in held,
            place=wish.place if wish.waits else None,  # type: ignore[attr-defined]
        )
        for wish in row.preferences.all()
    ]  # fmt: skip


def _call(call: Call) -> CallOut:
    return CallOut(
        id=call.public_id, kind=call.kind, union=call.union.name, union_code=call.union.code,
        policy=Policy(call.policy), policy_reason=call.policy_reason, opens=timezone.localtime(call.opens),
        closes=timezone.localtime(call.closes),
        result_at=timezone.localtime(call.result_at) if call.result_at else None,
        choices=call.choices, party_most=call.party_most, chances=call.chances, accept_hours=call.accept_hours,
        by_lane=call.by_lane,
        pools=[
            PoolOut(id=pool.public_id, name=pool.name, units=pool.units, left=pool.left, waiting=pool.waiting)
            for pool in call.pools.all()
        ],
    )  # fmt: skip
