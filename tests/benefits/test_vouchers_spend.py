"""Showing and spending: once, whatever was photographed, typed twice or scanned at two counters at the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.racing import side_by_side
from tests.factories.schemes import LAST, PLAN, a_scheme, a_voucher, claim

from tongxin.benefits.actions import schemes, vouchers
from tongxin.benefits.models import Scheme, Voucher, VoucherMove
from tongxin.benefits.queries import mine
from tongxin.benefits.queries.totals import contradictions, totals
from tongxin.benefits.states import VoucherState
from tongxin.calls.models import Application
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def voucher(cast: Cast) -> Voucher:
    return a_voucher(a_scheme(cast.yongchuan), cast.wang.person)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as found:
        yield
    assert found.value.code == code


def test_shown_it_has_six_digits_for_ten_minutes(cast: Cast, voucher: Voucher) -> None:
    shown = vouchers.show(voucher=voucher, by=cast.wang.actor, at=NOW)
    assert shown.code is not None
    assert len(shown.code) == 6
    assert mine.by_code(shown.code, NOW + timedelta(minutes=9)) == voucher
    assert mine.by_code(shown.code, NOW + timedelta(minutes=10)) is None


def test_shown_anew_the_older_code_and_photograph_open_nothing(cast: Cast, voucher: Voucher) -> None:
    first = vouchers.show(voucher=voucher, by=cast.wang.actor, at=NOW)
    digits = first.code or ""
    second = vouchers.show(voucher=voucher, by=cast.wang.actor, at=SOON)
    assert digits == second.code or mine.by_code(digits, SOON) is None
    with refused("shown-anew"):
        vouchers.spend(voucher=voucher, redemption_ref="r1", opening=first.opening, by=HOUSE, at=SOON)


def test_only_its_owner_or_staff_show_it(cast: Cast, voucher: Voucher) -> None:
    with refused("no-power"):
        vouchers.show(voucher=voucher, by=cast.zhang.actor, at=NOW)
    slip = vouchers.show(voucher=voucher, by=cast.clerk.actor, at=NOW)
    assert slip.code_until == NOW.replace(hour=0) + timedelta(days=1)


def test_spent_once_it_shows_nothing_and_says_when(cast: Cast, voucher: Voucher) -> None:
    code = vouchers.show(voucher=voucher, by=cast.wang.actor, at=NOW).code or ""
    spent = vouchers.spend(voucher=voucher, amount=Decimal("80.00"), redemption_ref="r1", by=HOUSE, at=SOON)
    assert (spent.state, spent.amount, spent.code) == (VoucherState.REDEEMED, Decimal("80.00"), None)
    assert mine.by_code(code, SOON) is None
    with pytest.raises(Refused, match="10:01使用过"):
        vouchers.spend(voucher=voucher, redemption_ref="r2", by=HOUSE, at=SOON)
    assert JournalEntry.objects.get(verb="voucher.spent").data["amount"] == "80.00"


def test_the_same_redemption_twice_is_one(voucher: Voucher) -> None:
    for _ in range(2):
        vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=SOON)
    assert VoucherMove.objects.filter(verb="spend").count() == 1


@pytest.mark.parametrize("amount", ["100.01", "0", "-5"])
def test_an_amount_that_it_cannot_pay_is_refused(voucher: Voucher, amount: str) -> None:
    with refused("voucher_amount"):
        vouchers.spend(voucher=voucher, amount=Decimal(amount), redemption_ref="r1", by=HOUSE, at=SOON)


def test_undone_it_is_the_workers_again(voucher: Voucher) -> None:
    vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=NOW)
    undone = vouchers.undo_spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=SOON)
    assert (undone.state, undone.amount, undone.ended_at) == (VoucherState.ISSUED, None, None)
    vouchers.spend(voucher=voucher, redemption_ref="r2", by=HOUSE, at=SOON)
    with refused("other-redemption"):
        vouchers.undo_spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=SOON)
    assert contradictions() == []


def test_before_and_after_its_days_it_is_refused(voucher: Voucher) -> None:
    with refused("voucher-not-yet"):
        vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=NOW - timedelta(days=1))
    last = NOW.replace(month=6, day=30, hour=23, minute=59)
    with refused("voucher-expired"):
        vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=last + timedelta(minutes=1))
    vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=last)


def test_it_expires_after_its_last_day_and_its_money_is_free(voucher: Voucher) -> None:
    after = NOW.replace(month=7, day=1, hour=0)
    assert vouchers.expire(at=after - timedelta(minutes=1)) == 0
    assert vouchers.expire(at=after) == 1
    assert vouchers.expire(at=after) == 0
    assert Scheme.objects.get(pk=voucher.scheme_id).bound == Decimal(0)
    assert JournalEntry.objects.get(verb="voucher.expired").of_id == voucher.public_id


def test_given_back_the_place_goes_to_the_next_in_line(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, places=1)
    voucher = a_voucher(scheme, cast.wang.person)
    claim(scheme, cast.zhang.person)
    vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=NOW)
    vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=NOW)
    states = dict(Voucher.objects.values_list("person__name", "state"))
    assert states == {"王小华": VoucherState.RETURNED, "张路": VoucherState.ISSUED}
    assert contradictions() == []


def test_spent_it_is_not_given_back(cast: Cast, voucher: Voucher) -> None:
    vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=NOW)
    with refused("voucher-used"):
        vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=SOON)


def test_refunded_by_staff_with_a_reason(cast: Cast, voucher: Voucher) -> None:
    with refused("wrong-state"):
        vouchers.refund(voucher=voucher, why="演出取消", by=cast.officer.actor, at=SOON)
    vouchers.spend(voucher=voucher, redemption_ref="r1", by=HOUSE, at=NOW)
    with refused("no-power"):
        vouchers.refund(voucher=voucher, why="演出取消", by=cast.sibling_officer.actor, at=SOON)
    with refused("why-missing"):
        vouchers.refund(voucher=voucher, why=" ", by=cast.officer.actor, at=SOON)
    vouchers.refund(voucher=voucher, why="演出取消", by=cast.officer.actor, at=SOON)
    assert Scheme.objects.get(pk=voucher.scheme_id).bound == Decimal(0)
    assert contradictions() == []


def test_the_totals_add_up_through_every_end(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    people = [cast.wang, cast.li, cast.zhang, cast.zhao]
    rows = [a_voucher(scheme, player.person) for player in people]
    vouchers.spend(voucher=rows[0], amount=Decimal("99.50"), redemption_ref="r1", by=HOUSE, at=NOW)
    vouchers.spend(voucher=rows[1], redemption_ref="r2", by=HOUSE, at=NOW)
    vouchers.refund(voucher=rows[1], why="停业", by=HOUSE, at=SOON)
    vouchers.give_back(voucher=rows[2], why="不用", by=HOUSE, at=NOW)
    found = totals([scheme.pk])[scheme.pk]
    ends = [VoucherState.REDEEMED, VoucherState.REFUNDED, VoucherState.RETURNED, VoucherState.EXPIRED]
    assert [found.count(state) for state in ends] == [1, 1, 1, 0]
    assert (found.issued, found.live) == (4, 1)
    assert found.issued_value == Decimal("400.00")
    assert (found.paid, found.unspent) == (Decimal("99.50"), Decimal("0.50"))
    assert contradictions() == []


def test_given_more_days_while_the_job_is_at_it_it_lives_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the job's reading of what is over and its lock, the union extends the scheme."""
    scheme = a_scheme(cast.yongchuan)
    held = [a_voucher(scheme, player.person).pk for player in (cast.wang, cast.li)]
    after = datetime.combine(LAST + timedelta(days=1), NOW.timetz())
    longer = replace(PLAN, line=scheme.line, last_day=LAST + timedelta(days=7))
    lock = Scheme.objects.lock

    def extended_first(pk: int) -> Scheme:
        monkeypatch.undo()
        schemes.edit(scheme=scheme, plan=longer, by=HOUSE, at=after)
        found: Scheme = lock(pk)
        return found

    monkeypatch.setattr(Scheme.objects, "lock", extended_first)
    assert vouchers.expire(at=after) == 0
    found = Voucher.objects.filter(pk__in=held).values_list("state", "last_day").distinct()
    assert list(found) == [(VoucherState.ISSUED, LAST + timedelta(days=7))]
    assert contradictions() == []


@pytest.mark.django_db(transaction=True)
def test_two_counters_at_the_same_moment_one_is_refused(cast: Cast) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    answers = side_by_side(
        *[lambda ref=ref: vouchers.spend(voucher=voucher, redemption_ref=ref, by=HOUSE, at=SOON) for ref in "abc"]
    )
    assert sorted(answers) == ["done", "voucher-used", "voucher-used"]


@pytest.mark.django_db(transaction=True)
def test_spending_and_giving_back_at_once_one_wins(cast: Cast) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    answers = side_by_side(
        lambda: vouchers.spend(voucher=voucher, redemption_ref="r", by=HOUSE, at=SOON),
        lambda: vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=SOON),
    )
    assert sorted(answers) in (["done", "voucher-used"], ["done", "voucher-ended"])
    assert contradictions() == []


def test_what_expired_or_was_refunded_is_not_given_back_and_nobody_moves_up(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, replace(PLAN, good_days=1), places=1)
    voucher = a_voucher(scheme, cast.wang.person)
    waits = claim(scheme, cast.zhang.person)
    vouchers.expire(at=NOW + timedelta(days=1))
    with refused("voucher-ended"):
        vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=NOW + timedelta(days=1))
    assert Application.objects.get(pk=waits.pk).state == "waiting"
