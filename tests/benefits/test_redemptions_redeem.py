"""A voucher at a counter, with network: once, whoever asks how often."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.counters import Counter, a_counter, a_device, given, running, shown, text_of
from tests.factories.racing import side_by_side
from tests.factories.schemes import PLAN

from tongxin.benefits.actions import partners, redemptions, shifts, tills, vouchers
from tongxin.benefits.counter_states import How
from tongxin.benefits.models import Redemption, Reversal, Voucher
from tongxin.benefits.queries.tills import drawer_of
from tongxin.benefits.queries.totals import contradictions
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db


def refused(**asked: object) -> Refused:
    with pytest.raises(Refused) as caught:
        redemptions.redeem(**{"at": NOW, "request": "r-1", **asked})
    return caught.value


def noted() -> list[tuple[str, str]]:
    rows = JournalEntry.objects.filter(verb="redemption.refused").order_by("pk")
    return [(row.data["code"], row.data["voucher"]) for row in rows]


def state(voucher: Voucher) -> str:
    return Voucher.objects.get(pk=voucher.pk).state


def test_the_code_that_is_shown_redeems_once_and_the_drawer_knows(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    done = redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="r-1", at=NOW)
    assert (done.amount, done.how, state(voucher)) == (Decimal("100.00"), How.QR, VoucherState.REDEEMED)
    assert drawer_of(counter.shift).total == Decimal("100.00")
    entry = JournalEntry.objects.get(verb="redemption.made")
    assert (entry.union, entry.data["till"]) == (cast.yongchuan.pk, "永川影城 1号台")
    assert contradictions() == []


@pytest.mark.parametrize("typed", ["{}", "{:.3}-{}", " {} "])
def test_six_digits_read_aloud_do_the_same(cast: Cast, typed: str) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    text = f"{voucher.code[:3]}-{voucher.code[3:]}" if "-" in typed else typed.format(voucher.code)
    done = redemptions.redeem(shift=counter.shift, text=text, request="r-1", at=NOW)
    assert (done.voucher, done.how) == (voucher, How.CODE)


def test_same_request_twice_is_the_same_answer(cast: Cast) -> None:
    counter = a_counter(cast)
    asked = {"shift": counter.shift, "text": text_of(shown(given(counter.scheme, cast.wang.person))), "request": "r-1"}
    assert redemptions.redeem(**asked, at=NOW) == redemptions.redeem(**asked, at=NOW + timedelta(seconds=20))
    assert Redemption.objects.count() == 1


def test_same_request_with_another_body_is_refused_and_on_record(cast: Cast) -> None:
    counter = a_counter(cast)
    first, second = (shown(given(counter.scheme, one.person)) for one in (cast.wang, cast.li))
    redemptions.redeem(shift=counter.shift, text=text_of(first), request="r-1", at=NOW)
    assert refused(shift=counter.shift, text=text_of(second)).code == "request-changed"
    assert JournalEntry.objects.filter(verb="redemption.request-changed").count() == 1
    assert state(second) == VoucherState.ISSUED


def test_scanned_twice_says_when_it_was_used_and_is_on_record(cast: Cast) -> None:
    counter = a_counter(cast)
    text = text_of(shown(given(counter.scheme, cast.wang.person)))
    redemptions.redeem(shift=counter.shift, text=text, request="r-1", at=NOW)
    again = refused(shift=counter.shift, text=text, request="r-2", at=NOW + timedelta(minutes=1))
    assert str(again) == "这张券已在2024年3月28日 10:00使用过，不能再用，也不能退回。"
    assert noted() == [("voucher-used", Voucher.objects.get().public_id)]


CASES = {
    "earlier": "shown-anew", "old": "shown-over", "elsewhere": "other-site", "returned": "voucher-ended",
    "expired": "voucher-expired",
}  # fmt: skip


@pytest.mark.parametrize(("case", "code"), CASES.items())
def test_what_someone_should_look_at_leaves_a_line_with_the_voucher(cast: Cast, case: str, code: str) -> None:
    counter, at = a_counter(cast), NOW
    other = partners.add_site(partner=counter.partner, name="二店", by=HOUSE, at=NOW)
    voucher = given(counter.scheme, cast.wang.person)
    text = text_of(shown(voucher, site=other.public_id if case == "elsewhere" else ""))
    if case == "earlier":
        shown(voucher)
    elif case == "old":
        at = NOW + timedelta(minutes=20)
    elif case == "returned":
        vouchers.give_back(voucher=voucher, why="不去了", by=HOUSE, at=NOW)
    elif case == "expired":
        with writing():
            Voucher.objects.filter(pk=voucher.pk).update(last_day=TODAY - timedelta(days=1))
    assert refused(shift=counter.shift, text=text, at=at).code == code
    assert noted() == [(code, voucher.public_id)]
    line = JournalEntry.objects.get(verb="redemption.refused")
    assert (line.union, line.data["till"]) == (cast.yongchuan.pk, "永川影城 1号台")


def test_a_slip_of_the_hand_leaves_no_line(cast: Cast) -> None:
    counter = a_counter(cast)
    other = running(cast.yongchuan, replace(PLAN, name="图书券"))
    text = text_of(shown(given(other, cast.wang.person)))
    assert refused(shift=counter.shift, text=text).code == "scheme-not-taken"
    assert refused(shift=counter.shift, text="hello").code == "text-unread"
    assert noted() == []


def test_a_screenshot_of_an_earlier_opening_opens_nothing(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    old = text_of(voucher)
    shown(voucher)
    assert refused(shift=counter.shift, text=old).code == "shown-anew"


def test_a_code_of_twenty_minutes_ago_is_over(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    late = NOW + timedelta(minutes=20)
    assert refused(shift=counter.shift, text=text_of(voucher), at=late).code == "shown-over"
    assert refused(shift=counter.shift, text=voucher.code, at=late).code == "code-wrong"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text-unread"), ("hello", "text-unread"), ("TXV1:AAAA", "not-genuine"), ("12345", "text-unread")],
)
def test_what_is_no_voucher_is_refused_with_what_to_do(cast: Cast, text: str, code: str) -> None:
    assert refused(shift=a_counter(cast).shift, text=text).code == code


def test_a_changed_text_is_not_genuine_and_on_record(cast: Cast) -> None:
    counter = a_counter(cast)
    text = text_of(shown(given(counter.scheme, cast.wang.person)))
    broken = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]
    assert refused(shift=counter.shift, text=broken).code == "not-genuine"
    assert JournalEntry.objects.filter(verb="redemption.not-genuine").count() == 1


def test_guessing_six_digits_is_stopped(cast: Cast) -> None:
    counter = a_counter(cast)
    for guess in range(redemptions.GUESSES):
        assert refused(shift=counter.shift, text=f"{guess:06d}", request=f"r-{guess}").code == "code-wrong"
    assert refused(shift=counter.shift, text="999999", request="r-99").code == "too-often"
    assert JournalEntry.objects.filter(verb="redemption.code-wrong").count() == redemptions.GUESSES


def test_expired_is_refused_with_its_last_day(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = given(counter.scheme, cast.wang.person)
    after = NOW + timedelta(days=100)
    shift = shifts.open_shift(device=counter.device, clerk=counter.clerk, pin=counter.pin, at=after)
    text = text_of(replace_until(voucher, after + timedelta(minutes=5)), until=after + timedelta(minutes=5))
    assert str(refused(shift=shift, text=text, at=after)) == "这张券到2024年6月30日为止，已经过期。"


def replace_until(voucher: Voucher, until: object) -> Voucher:
    voucher.code_until = until
    return voucher


def test_a_voucher_of_another_scheme_names_where_it_is_good(cast: Cast) -> None:
    counter = a_counter(cast)
    other = running(cast.yongchuan, replace(PLAN, name="图书券", where="永川书城"))
    no = refused(shift=counter.shift, text=text_of(shown(given(other, cast.wang.person))))
    assert str(no) == "“图书券”不能在本店用。可以用的地方：永川书城。"


def test_opened_for_another_site_it_is_refused_here(cast: Cast) -> None:
    counter = a_counter(cast)
    there = partners.add_site(partner=counter.partner, name="二店", by=HOUSE, at=NOW)
    voucher = shown(given(counter.scheme, cast.wang.person), site=there.public_id)
    assert str(refused(shift=counter.shift, text=text_of(voucher))) == (
        "这张券是为“永川影城 二店”打开的，2024年3月28日结束以前只能在那里用。请对方换一张，或付款。"
    )
    assert state(voucher) == VoucherState.ISSUED


def test_a_smaller_bill_pays_only_that_and_a_bill_too_small_is_refused(cast: Cast) -> None:
    counter = a_counter(cast, scheme=running(cast.yongchuan, replace(PLAN, least_spend=Decimal(50))))
    voucher = shown(given(counter.scheme, cast.wang.person))
    no = refused(shift=counter.shift, text=text_of(voucher), bill=Decimal("49.50"))
    assert str(no) == "这张券满50.00元可用，这一单是49.50元，还差0.50元。"
    done = redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="r-2", bill=Decimal("66.60"), at=NOW)
    assert done.amount == Decimal("66.60")


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("revoked", "device-revoked"),
        ("ended", "partner-over"),
        ("site", "site-over"),
        ("shift", "shift-over"),
        ("not-begun", "partner-over"),
    ],
)
def test_a_counter_that_is_closed_takes_nothing_and_says_whom_to_ask(cast: Cast, what: str, code: str) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    if what == "revoked":
        tills.revoke(device=counter.device, by=HOUSE, at=NOW)
    elif what == "ended":
        partners.end(partner=counter.partner, on=NOW.date(), reason="合同到期", by=HOUSE, at=NOW)
    elif what == "site":
        partners.close_site(site=counter.site, on=NOW.date(), by=HOUSE, at=NOW)
    elif what == "shift":
        shifts.close_shift(shift=counter.shift, counted=Decimal(0), at=NOW)
    at = NOW - timedelta(days=90) if what == "not-begun" else NOW
    assert refused(shift=counter.shift, text=text_of(voucher), at=at).code == code
    assert state(voucher) == VoucherState.ISSUED


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_redeem_one(cast: Cast) -> None:
    one = a_counter(cast)
    other = a_counter(cast, partner=one.partner, scheme=one.scheme, site="二店")
    text = text_of(shown(given(one.scheme, cast.wang.person)))

    def take(counter: Counter) -> None:
        redemptions.redeem(shift=counter.shift, text=text, request="r-1", at=NOW)

    assert sorted(side_by_side(lambda: take(one), lambda: take(other))) == ["done", "voucher-used"]
    assert Redemption.objects.count() == 1


def test_the_database_refuses_a_second_live_redemption(cast: Cast) -> None:
    from tongxin.store.atomic import writing

    counter = a_counter(cast)
    text = text_of(shown(given(counter.scheme, cast.wang.person)))
    done = redemptions.redeem(shift=counter.shift, text=text, request="r-1", at=NOW)
    done.pk, done.public_id, done.request = None, "zzzzzzzzzzzz", "r-2"
    with pytest.raises(Refused) as caught, writing():
        done.save(force_insert=True)
    assert caught.value.code == "redemption_spent_once"


def test_undone_within_ten_minutes_it_is_the_workers_again(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    done = redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="r-1", at=NOW)
    at = NOW + timedelta(minutes=10)
    first = redemptions.undo(redemption=done, shift=counter.shift, at=at)
    assert redemptions.undo(redemption=done, shift=counter.shift, at=at) == first
    assert (state(voucher), drawer_of(counter.shift).total) == (VoucherState.ISSUED, Decimal(0))
    again = redemptions.redeem(shift=counter.shift, text=text_of(shown(voucher, at=at)), request="r-2", at=at)
    assert drawer_of(counter.shift).total == again.amount
    assert Reversal.objects.count() == 1
    assert contradictions() == []


def test_after_ten_minutes_the_union_refunds(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    done = redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="r-1", at=NOW)
    with pytest.raises(Refused, match=f"券号后四位{voucher.public_id[-4:]}告诉工会"):
        redemptions.undo(redemption=done, shift=counter.shift, at=NOW + timedelta(minutes=10, seconds=1))
    redemptions.refund(redemption=done, why="演出取消", by=cast.admin.actor, at=NOW + timedelta(hours=1))
    assert state(voucher) == VoucherState.REFUNDED
    with pytest.raises(Refused) as caught:
        redemptions.refund(redemption=done, why="再退", by=cast.admin.actor, at=NOW + timedelta(hours=1))
    assert caught.value.code == "redemption-undone"


def test_another_till_cannot_undo_it(cast: Cast) -> None:
    counter = a_counter(cast)
    device, _token = a_device(counter.site, "2号台")
    shift = shifts.open_shift(device=device, clerk=counter.clerk, pin=counter.pin, at=NOW)
    text = text_of(shown(given(counter.scheme, cast.wang.person)))
    done = redemptions.redeem(shift=counter.shift, text=text, request="r-1", at=NOW)
    with pytest.raises(Refused) as caught:
        redemptions.undo(redemption=done, shift=shift, at=NOW)
    assert caught.value.code == "other-till"


def test_given_back_after_a_photograph_it_redeems_nothing(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person))
    text = text_of(voucher)
    vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=NOW)
    assert refused(shift=counter.shift, text=text).code == "voucher-ended"
