"""A union that ends leaves nothing that nobody can stop, and nobody unpaid."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.counters import a_counter, a_partner, given, shown, text_of
from tests.factories.schemes import PLAN, a_scheme, a_voucher

from tongxin.benefits.actions import partners, redemptions, schemes, settlements, shifts, vouchers
from tongxin.benefits.models import Partner
from tongxin.kernel.refused import Refused
from tongxin.people.actions import memberships, union_endings
from tongxin.people.authority import system
from tongxin.people.models import Membership
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def ended(union: Union, into: Union | None = None) -> str:
    """The code of the refusal; empty: it has ended."""
    by = {"on": TODAY + timedelta(days=1), "by": system(TOMORROW.date()), "at": TOMORROW}
    try:
        if into is None:
            union_endings.dissolve(union=union, **by)
        else:
            union_endings.merge(predecessors=[union], successor=into, **by)
    except Refused as refusal:
        return refusal.code
    return ""


def test_what_is_given_out_is_stopped_first_and_stays_good(cast: Cast) -> None:
    scheme = a_scheme(cast.riders)
    voucher = a_voucher(scheme, cast.zhang.person)
    assert ended(cast.riders, into=cast.factory) == "union-has-benefits"
    schemes.withdraw(scheme=scheme, why="工会合并", by=HOUSE, at=NOW)
    assert ended(cast.riders, into=cast.factory) == ""
    spent = vouchers.spend(voucher=voucher, redemption_ref="r", by=HOUSE, at=TOMORROW)
    assert spent.amount == Decimal("100.00")


def test_who_takes_vouchers_for_it_is_paid_first(cast: Cast) -> None:
    partner = a_partner(cast.riders)
    counter = a_counter(cast, partner=partner, scheme=a_scheme(cast.yongchuan, PLAN))
    voucher = shown(given(counter.scheme, cast.wang.person))
    redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="r-1", at=NOW)
    for stay in Membership.objects.filter(union=cast.riders, ends=None):
        memberships.end(membership=stay, on=TODAY, reason="left", by=HOUSE, at=NOW)
    assert ended(cast.riders) == "union-has-partners"
    partners.end(partner=Partner.objects.get(), on=TODAY + timedelta(days=1), reason="工会撤销", by=HOUSE, at=NOW)
    assert ended(cast.riders) == "union-has-unsettled"
    by = {"by": system(TOMORROW.date()), "at": TOMORROW}
    made = settlements.draw_up(partner=partner, last=TODAY, **by)
    assert ended(cast.riders) == "union-has-unsettled"
    boss, pin = shifts.add_clerk(partner=partner, label="店长", signs=True, by=HOUSE, at=NOW)
    settlements.sign_for_union(settlement=made, **by)
    settlements.sign_for_partner(settlement=made, device=counter.device, clerk=boss, pin=pin, at=TOMORROW)
    assert ended(cast.riders) == ""
