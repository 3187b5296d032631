"""Schemes as the tests want them: published, open on NOW, with a catalogue line; and what stands around them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from tests.cast import HOUSE, NOW, TODAY

from tongxin.benefits.actions import recognitions, schemes
from tongxin.benefits.actions.schemes import Plan, Release
from tongxin.benefits.models import CatalogueLine, Recognition, Scheme, Voucher
from tongxin.benefits.promises import LineKind
from tongxin.benefits.states import Fund, SchemeKind, Theme
from tongxin.calls.actions import applications
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Application
from tongxin.calls.states import Policy
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.rulebook.actions import shipped
from tongxin.store.atomic import writing
from tongxin.unions.actions import agreements
from tongxin.unions.models import Agreement, Union

OPENS, CLOSES = NOW - timedelta(days=1), NOW + timedelta(days=1)
LAST: Final = date(2024, 6, 30)
TICKET: Final = "year_ticket_person_year_most"  # 200 yuan a person a year in both provinces
AS_THEY_COME: Final = Manner(Policy.ORDER_OF_ARRIVAL, "名额够，随时可以领")
PLAN: Final = Plan(
    name="春季文旅券",
    kind=SchemeKind.VALUE,
    value=Decimal("100.00"),
    budget=Decimal("1000.00"),
    starts=TODAY,
    last_day=LAST,
)
YEAR_TICKET: Final = replace(
    PLAN,
    name="川渝文旅年票",
    kind=SchemeKind.ITEM,
    item="年票1张",
    value=Decimal("120.00"),
    budget=Decimal("1200.00"),
    theme=Theme.YEAR_TICKET,
    fund=Fund.DUES,
    limit_key=TICKET,
)


def a_line(union: Union, code: str = "") -> CatalogueLine:
    with writing():
        return CatalogueLine.make(
            federation=union.federation, union=union, code=code or f"line-{CatalogueLine.objects.count()}",
            name=f"文旅年票{CatalogueLine.objects.count()}", kind=LineKind.UNIVERSAL,
        )  # fmt: skip


def a_release(places: int = 10, **given: Any) -> Release:
    return Release(**{"places": places, "opens": OPENS, "closes": CLOSES, "manner": AS_THEY_COME, **given})


def a_draft(union: Union, plan: Plan = PLAN, *, places: int = 10, **given: Any) -> Scheme:
    release = given.pop("release", a_release(places))
    if plan.line is None:
        plan = replace(plan, line=a_line(union))
    return schemes.draft(union=union, plan=plan, release=release, by=HOUSE, at=OPENS, **given)


def a_scheme(union: Union, plan: Plan = PLAN, *, places: int = 10, **given: Any) -> Scheme:
    """Published; open on NOW."""
    if plan.limit_key:
        shipped.load_parameters(by=HOUSE, at=NOW)
    return schemes.publish(scheme=a_draft(union, plan, places=places, **given), by=HOUSE, at=OPENS)


def claim(scheme: Scheme, person: Person, *, by: Actor = HOUSE) -> Application:
    return applications.apply(pool=scheme.pool, person=person, by=by, at=NOW)


def a_voucher(scheme: Scheme, person: Person, *, by: Actor = HOUSE) -> Voucher:
    """Claimed by the ordinary way."""
    application = claim(scheme, person, by=by)
    voucher: Voucher = Voucher.objects.select_related("scheme", "award__application").get(
        award__application=application
    )
    return voucher


def an_agreement(
    one: Union, other: Union, *, starts: date = TODAY, ends: date | None = None, signed: bool = True
) -> Agreement:
    """Between two federations, signed by both on NOW."""
    agreement = agreements.propose(
        keeper=one, name="川渝工会普惠互认协议", parties=[other], offers=[], starts=starts, ends=ends, by=HOUSE, at=NOW
    )
    for union in (one, other) if signed else (one,):
        agreements.sign(agreement=agreement, union=union, by=HOUSE, at=NOW)
    return agreement


def recognised(giver: Union, taker: Union, **given: Any) -> Recognition:
    """`giver` opens its universal schemes to members of `taker`."""
    agreement = given.pop("agreement", None) or an_agreement(giver, taker, **given)
    return recognitions.recognise(
        agreement=agreement, giver=giver, taker=taker, starts=max(agreement.starts, TODAY), by=HOUSE, at=NOW
    )
