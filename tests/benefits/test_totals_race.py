"""Claimed, used, taken back, given back, refunded, run out, with more days and fewer places, all at the same moment: what
was issued is what became of it, in vouchers and in yuan, and the budget's bound is what is live or used.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast, worker
from tests.factories.counters import a_counter, given, shown, text_of
from tests.factories.racing import side_by_side
from tests.factories.schemes import PLAN, a_scheme, a_voucher, claim

from tongxin.benefits.actions import redemptions, schemes, vouchers
from tongxin.benefits.models import Redemption, Reversal, Scheme, Voucher, VoucherMove
from tongxin.benefits.queries.totals import contradictions, totals
from tongxin.benefits.states import COUNTED, VoucherState
from tongxin.calls.queries import miscounted
from tongxin.figures.vouchers import sheet
from tongxin.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
SOON = NOW + timedelta(minutes=1)
NEXT_DAY = NOW + timedelta(days=1)
Deed = Callable[[], object]


def people(cast: Cast, count: int) -> list[Person]:
    return [worker(cast.factory, f"领{n}", login=f"race-{n}").person for n in range(count)]


def adds_up(scheme: Scheme, cast: Cast) -> dict[str, int]:
    """By state, after everything that must hold was held against the rows."""
    scheme.refresh_from_db()
    found = totals([scheme.pk])[scheme.pk]
    states = {state.value: found.count(state) for state in COUNTED if found.count(state)}
    issued = VoucherMove.objects.filter(voucher__scheme=scheme, verb="issue").count()
    assert (found.issued, found.issued_value) == (issued, scheme.value * issued)
    assert scheme.bound == found.value(VoucherState.ISSUED) + found.value(VoucherState.REDEEMED)
    assert (contradictions(), miscounted()) == ([], [])
    line = sheet(cast.admin.on(NEXT_DAY.date()), NEXT_DAY.date()).total
    assert (line.adds_up, line.issued, line.value) == (True, found.issued, found.issued_value)
    return states


def test_every_end_at_once_adds_up(cast: Cast) -> None:
    """Of six that are held each has two deeds after it, and five more people come for what is given back."""
    scheme = a_scheme(cast.yongchuan, replace(PLAN, good_days=1), places=6)
    folk = people(cast, 11)
    held = [a_voucher(scheme, one) for one in folk[:6]]
    vouchers.spend(voucher=held[4], redemption_ref="four", by=HOUSE, at=NOW)
    vouchers.spend(voucher=held[5], redemption_ref="five", amount=Decimal("99.50"), by=HOUSE, at=NOW)

    def spend(voucher: Voucher) -> Deed:
        return lambda: vouchers.spend(voucher=voucher, redemption_ref=voucher.public_id, by=HOUSE, at=SOON)

    def back(voucher: Voucher) -> Deed:
        return lambda: vouchers.give_back(voucher=voucher, why="不用了", by=HOUSE, at=SOON)

    answers = side_by_side(
        spend(held[0]), back(held[0]), spend(held[1]), back(held[1]), back(held[2]), spend(held[2]),
        lambda: vouchers.undo_spend(voucher=held[4], redemption_ref="four", by=HOUSE, at=SOON), back(held[4]),
        lambda: vouchers.refund(voucher=held[5], why="停演", by=HOUSE, at=SOON),
        lambda: vouchers.undo_spend(voucher=held[5], redemption_ref="five", by=HOUSE, at=SOON),
        *[lambda one=one: claim(scheme, one) for one in folk[6:]],
        lambda: vouchers.expire(at=NEXT_DAY),
    )  # fmt: skip
    assert set(answers) <= {"done", "voucher-used", "voucher-ended", "wrong-state"}
    assert answers[-6:] == ["done"] * 6  # a claim has a voucher or waits; nothing is refused
    states = adds_up(scheme, cast)
    vouchers.expire(at=NEXT_DAY)
    assert "issued" not in adds_up(scheme, cast)
    assert sum(states.values()) >= 6


def test_places_and_days_and_money_change_beside_the_claims(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, replace(PLAN, budget=Decimal(600)), places=3)
    folk = people(cast, 8)
    longer = replace(PLAN, line=scheme.line, budget=Decimal(700), last_day=PLAN.last_day + timedelta(days=1))

    def places(count: int) -> Deed:
        window = {"opens": scheme.call.opens, "closes": scheme.call.closes}
        return lambda: schemes.set_release(scheme=scheme, places=count, **window, by=HOUSE, at=NOW)

    answers = side_by_side(
        *[lambda one=one: claim(scheme, one) for one in folk], places(6), places(2), places(7),
        lambda: schemes.edit(scheme=scheme, plan=longer, by=HOUSE, at=NOW),
    )  # fmt: skip
    assert answers[:8] == ["done"] * 8
    assert set(answers[8:]) <= {"done", "places-taken", "budget-below-places", "budget-below-issued"}
    states = adds_up(scheme, cast)
    assert states == {"issued": min(8, scheme.pool.units)}
    assert scheme.bound <= scheme.budget
    lasts = set(Voucher.objects.filter(scheme=scheme).values_list("last_day", flat=True))
    assert lasts == {scheme.last_day}


def test_a_till_that_undoes_and_a_union_that_refunds_take_back_once(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person), at=NOW)
    taken = redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="one", at=NOW)
    answers = side_by_side(
        lambda: redemptions.undo(redemption=taken, shift=counter.shift, at=SOON),
        lambda: redemptions.refund(redemption=taken, why="停演", by=HOUSE, at=SOON),
        lambda: vouchers.refund(voucher=voucher, why="停演", by=HOUSE, at=SOON),
        lambda: vouchers.expire(at=NEXT_DAY),
    )
    assert answers.count("done") >= 2  # the job, and one who took it back
    assert Reversal.objects.filter(redemption=taken).count() <= 1
    assert (Redemption.objects.get(pk=taken.pk).undone_at is None) == (not Reversal.objects.exists())
    states = adds_up(counter.scheme, cast)
    assert states in ({"refunded": 1}, {"issued": 1})
    assert counter.scheme.last_day > TODAY
