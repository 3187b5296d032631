"""Benefits for machines: what is offered, claiming for oneself, one's own vouchers."""

from collections.abc import Container
from datetime import datetime
from typing import Annotated, cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router
from ninja.errors import HttpError

from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.queries import mine, offers
from tongxin.benefits.queries.catalogue import joint_lines
from tongxin.benefits.queries.offers import Offer
from tongxin.benefits.states import SchemeKind, Theme, VoucherState
from tongxin.calls.actions import applications, noting
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.models import Person
from tongxin.web.api.doors import SIGNED_IN, anyone
from tongxin.web.api.shapes import RefusalOut
from tongxin.web.api.shapes_benefits import BenefitOut, BenefitsOut, ClaimIn, ClaimOut, VoucherOut, VouchersOut
from tongxin.web.guard import HouseRequest, read_only

router = Router(tags=["benefits"])
PAGE = 100
BenefitId = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$", description="A benefit's public id.")]


@router.get("/benefits", response={200: BenefitsOut, 422: RefusalOut}, auth=None, summary="What is offered now")
def benefits(request: HttpRequest, page: Annotated[int, Query(ge=1, le=500)] = 1) -> BenefitsOut:
    """As it stands to whoever asks; a visitor sees it as to nobody. What is closed comes last."""
    actor, start = anyone(request), (page - 1) * PAGE
    with read_only():
        rows = list(offers.closed_last(offers.offered(actor.on), _now(request))[start : start + PAGE + 1])
        found = offers.as_offers(rows[:PAGE], actor.person_id, _now(request))
        joint = joint_lines(actor.on)
    return BenefitsOut(benefits=[_out(offer, joint) for offer in found], page=page, more=len(rows) > PAGE)


@router.get(
    "/benefits/{benefit_id}",
    response={200: BenefitOut, 404: RefusalOut, 422: RefusalOut},
    auth=None,
    summary="One benefit",
)
def benefit(request: HttpRequest, benefit_id: BenefitId) -> BenefitOut:
    actor = anyone(request)
    with read_only():
        (offer,) = offers.as_offers([_scheme(benefit_id)], actor.person_id, _now(request))
        joint = joint_lines(actor.on)
    return _out(offer, joint)


@router.post(
    "/benefits/{benefit_id}/claim",
    response={200: ClaimOut, 401: RefusalOut, 403: RefusalOut, 404: RefusalOut, 422: RefusalOut},
    auth=SIGNED_IN,
    summary="Claim it for oneself",
)
def claim(request: HttpRequest, benefit_id: BenefitId, asked: ClaimIn) -> ClaimOut:
    """The same key with another benefit is refused; whose it is comes from the key or session, never from the body."""
    actor = request.auth  # type: ignore[attr-defined]
    scheme = _scheme(benefit_id)
    person = Person.objects.filter(pk=actor.person_id).first()
    if person is None:
        raise HttpError(404, "person")
    with noting.watched(pool=scheme.pool, by=actor, at=_now(request)), transaction.atomic():
        made = applications.apply(pool=scheme.pool, person=person, by=actor, at=_now(request), key=asked.key)
        voucher = Voucher.objects.filter(award__application=made).values_list("public_id", flat=True).first()
    return ClaimOut(application=made.public_id, state=ApplicationState(made.state), voucher=voucher)


@router.get(
    "/vouchers",
    response={200: VouchersOut, 401: RefusalOut, 403: RefusalOut},
    auth=SIGNED_IN,
    summary="One's own vouchers",
)
def vouchers(request: HttpRequest) -> VouchersOut:
    actor = request.auth  # type: ignore[attr-defined]
    with read_only():
        rows = list(mine.of_person(actor.person_id or 0)[:500])
    return VouchersOut(vouchers=[_voucher(row) for row in rows])


def _scheme(benefit_id: str) -> Scheme:
    found = offers.visible().filter(public_id=benefit_id).first()
    if found is None:
        raise HttpError(404, "benefit")
    return found


def _now(request: HttpRequest) -> datetime:
    """When it arrived, as the door noted it."""
    return cast("HouseRequest", request).now


def _out(offer: Offer, joint: Container[int | None]) -> BenefitOut:
    scheme, call = offer.scheme, offer.scheme.call
    return BenefitOut(
        id=scheme.public_id,
        name=scheme.name,
        brand=scheme.brand.name if scheme.brand else "",
        theme=Theme(scheme.theme),
        kind=SchemeKind(scheme.kind),
        item=scheme.item,
        value_yuan=str(scheme.value),
        least_spend_yuan=str(scheme.least_spend) if scheme.least_spend is not None else None,
        union=scheme.union.name,
        union_code=scheme.union.code,
        universal=scheme.universal,
        line=scheme.line.code if scheme.line else "",
        line_joint=scheme.line_id in joint,
        starts=scheme.starts,
        last_day=scheme.last_day,
        where=scheme.where,
        policy=Policy(call.policy),
        policy_reason=call.policy_reason,
        opens=timezone.localtime(call.opens),
        closes=timezone.localtime(call.closes),
        result_at=timezone.localtime(call.result_at) if call.result_at else None,
        units=scheme.pool.units,
        left=offer.left,
        stand=offer.stand,
        place=offer.holding.place if offer.holding else None,
    )


def _voucher(row: Voucher) -> VoucherOut:
    return VoucherOut(
        id=row.public_id,
        benefit=row.scheme.public_id,
        name=row.scheme.name,
        value_yuan=str(row.value),
        paid_yuan=str(row.amount) if row.amount is not None else None,
        last_day=row.last_day,
        state=VoucherState(row.state),
        at=timezone.localtime(row.at),
    )
