"""A settlement equals the drawers; each redemption is in one; what comes back after it is in the next."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast, Player
from tests.factories.counters import Counter, a_counter, a_partner, entry, given, shown, text_of
from tests.factories.racing import side_by_side
from tests.factories.schemes import a_scheme

from tongxin.benefits.actions import offline, redemptions, schemes, settlements, shifts, vouchers
from tongxin.benefits.counter_states import Outcome
from tongxin.benefits.models import Redemption, Settlement, Shift
from tongxin.benefits.queries.settlements import (
    differences_of,
    digest_of,
    disputed_of,
    groups_of,
    lines_of,
    total,
    unsettled_of,
    unsettled_with,
)
from tongxin.benefits.queries.tills import drawer_of
from tongxin.benefits.states import SchemeState
from tongxin.kernel.refused import Refused
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def takes(counter: Counter, who: Player, *, at=NOW) -> Redemption:
    voucher = shown(given(counter.scheme, who.person), at=at)
    return redemptions.redeem(shift=counter.shift, text=text_of(voucher), request=voucher.public_id, at=at)


def drawn_up(counter: Counter, cast: Cast, *, days: int = 1) -> Settlement:
    at = NOW + timedelta(days=days)
    return settlements.draw_up(
        partner=counter.partner, last=TODAY + timedelta(days=days - 1), by=cast.officer.on(at.date()), at=at
    )


def signed(settlement: Settlement, counter: Counter, cast: Cast, *, at=TOMORROW) -> Settlement:
    settlements.sign_for_union(settlement=settlement, by=cast.officer.on(at.date()), at=at)
    with writing():
        counter.clerk.signs = True
        counter.clerk.save(update_fields=["signs"])
    return settlements.sign_for_partner(
        settlement=settlement, device=counter.device, clerk=counter.clerk, pin=counter.pin, at=at
    )


def code_of(deed: object, **asked: object) -> str:
    with pytest.raises(Refused) as caught:
        deed(**asked)
    return caught.value.code


def test_it_equals_the_drawers_of_all_counters(cast: Cast) -> None:
    one = a_counter(cast)
    other = a_counter(cast, partner=one.partner, scheme=one.scheme, site="二店")
    takes(one, cast.wang)
    takes(other, cast.li)
    undone = takes(one, cast.zhang)
    redemptions.undo(redemption=undone, shift=one.shift, at=NOW)
    made = drawn_up(one, cast)
    drawers = [drawer_of(counter.shift) for counter in (one, other)]
    assert made.total == sum(drawer.total for drawer in drawers) == Decimal("200.00")
    assert (made.redeemed, made.reversed, made.lines) == (Decimal("300.00"), Decimal("100.00"), 4)
    groups = groups_of(lines_of(made))
    assert [(g.site, g.clerk, g.sum.total) for g in groups] == [
        ("一店", "一店收银", Decimal("100.00")),
        ("二店", "二店收银", Decimal("100.00")),
    ]
    assert total(lines_of(made)).total == made.total
    assert unsettled_of(one.partner).total == Decimal("0.00")


def test_signed_by_both_it_stays_what_it_was(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    made = signed(drawn_up(counter, cast), counter, cast)
    assert made.signed
    assert bytes(made.digest) == digest_of(lines_of(made))
    assert code_of(settlements.discard, settlement=made, by=cast.officer.actor, at=TOMORROW) == "settlement-signed"


def test_only_who_may_sign_signs_for_the_partner_and_only_with_the_pin(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    asked = {"settlement": drawn_up(counter, cast), "device": counter.device, "at": TOMORROW}
    assert code_of(settlements.sign_for_partner, **asked, clerk=counter.clerk, pin=counter.pin) == "clerk-not-signer"
    boss, _pin = shifts.add_clerk(partner=counter.partner, label="店长", signs=True, by=HOUSE, at=NOW)
    assert code_of(settlements.sign_for_partner, **asked, clerk=boss, pin="x") == "shift-wrong"


def test_changed_lines_cannot_be_signed(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    made = drawn_up(counter, cast)
    with writing():
        Redemption.objects.filter(settlement=made).update(amount=Decimal("1.00"))
    assert (
        code_of(settlements.sign_for_union, settlement=made, by=cast.officer.actor, at=TOMORROW) == "settlement-changed"
    )


def test_a_refund_after_it_is_in_the_next_one(cast: Cast) -> None:
    """Made on the vouchers' own page: the counter's books follow by themselves."""
    counter = a_counter(cast)
    done = takes(counter, cast.wang)
    first = signed(drawn_up(counter, cast), counter, cast)
    vouchers.refund(voucher=done.voucher, why="演出取消", by=cast.admin.actor, at=TOMORROW)
    second = drawn_up(counter, cast, days=3)
    assert (first.total, second.redeemed, second.total) == (Decimal("100.00"), Decimal("0.00"), Decimal("-100.00"))
    assert second.starts == first.ends


def test_nothing_is_settled_twice_however_many_draw_it_up(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    made = drawn_up(counter, cast)
    by = cast.officer.on(TOMORROW.date())
    again = {"partner": counter.partner, "last": TODAY, "by": by, "at": TOMORROW}
    assert code_of(settlements.draw_up, **again) == "settlement-open"
    signed(made, counter, cast)
    assert code_of(settlements.draw_up, **again) == "period-empty"
    later = {**again, "last": TODAY + timedelta(days=1), "by": cast.officer.on(TODAY + timedelta(days=2))}
    assert code_of(settlements.draw_up, **later) == "nothing-due"


@pytest.mark.django_db(transaction=True)
def test_two_who_draw_up_at_once_make_one(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    assert sorted(side_by_side(*[lambda: drawn_up(counter, cast)] * 2)) == ["done", "settlement-open"]
    assert Settlement.objects.count() == 1


def test_withdrawn_before_both_signed_its_lines_are_due_again(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    settlements.discard(settlement=drawn_up(counter, cast), by=cast.officer.actor, at=TOMORROW)
    assert unsettled_of(counter.partner).total == Decimal("100.00")
    assert drawn_up(counter, cast).number == 1


def test_today_is_not_over(cast: Cast) -> None:
    counter = a_counter(cast)
    takes(counter, cast.wang)
    asked = {"partner": counter.partner, "last": TODAY, "by": cast.officer.actor, "at": NOW}
    assert code_of(settlements.draw_up, **asked) == "period-not-over"
    assert code_of(settlements.draw_up, **{**asked, "by": cast.clerk.actor}) == "no-power"


def test_differences_are_named_and_change_no_total(cast: Cast) -> None:
    """A drawer counted otherwise, a device that came late, and what lies beyond the cap."""
    counter = a_counter(cast, cap=Decimal(0)).knows_its_key()
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site="二店")
    takes(counter, cast.wang)
    late = shown(given(counter.scheme, cast.li.person), site=counter.site.public_id)
    entry(counter, text_of(late))
    twice = shown(given(counter.scheme, cast.zhang.person))
    entry(counter, text_of(twice), at=NOW + timedelta(seconds=5))
    redemptions.redeem(shift=other.shift, text=text_of(twice), request="r-z", at=NOW + timedelta(seconds=9))
    shifts.close_shift(shift=counter.shift, counted=Decimal("90.00"), at=NOW)
    first = signed(drawn_up(counter, cast), counter, cast)
    assert [one.counted for one in differences_of(first, lines_of(first)).shifts] == [Decimal("90.00")]
    offline.bring(device=counter.device, entries=counter.entries, at=TOMORROW)
    assert Shift.objects.get(pk=counter.shift.pk).expected == Decimal("200.00")
    assert [one.amount for one in disputed_of(counter.partner)] == [Decimal("100.00")]
    second = drawn_up(counter, cast, days=2)
    assert [line.amount for line in differences_of(second, lines_of(second)).late] == [Decimal("100.00")]
    assert second.total == Decimal("100.00")


def test_what_lies_beyond_the_cap_is_paid_once_the_union_agreed_by_name(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site="二店")
    voucher = shown(given(counter.scheme, cast.wang.person))
    entry(counter, text_of(voucher))
    redemptions.redeem(shift=other.shift, text=text_of(voucher), request="r-1", at=NOW)
    offline.bring(device=counter.device, entries=counter.entries, at=NOW)
    beyond = disputed_of(counter.partner).get()
    asked = {"redemption": beyond, "by": cast.officer.actor, "at": NOW}
    assert code_of(settlements.agree, **asked, why=" ") == "why-missing"
    assert settlements.agree(**asked, why="当天全城断网").outcome == Outcome.DOUBLED
    assert code_of(settlements.agree, **asked, why="再来") == "agreed"
    assert drawn_up(counter, cast).total == Decimal("200.00")


def test_what_arrives_while_it_is_drawn_up_waits_for_the_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device hands over yesterday's voucher between the reading of the lines and their closing."""
    counter = a_counter(cast).knows_its_key()
    takes(counter, cast.wang)
    entry(counter, text_of(shown(given(counter.scheme, cast.li.person), site=counter.site.public_id)))
    reads = settlements.lines

    def and_then_it_arrives(*rows: object) -> object:
        found = reads(*rows)
        offline.bring(device=counter.device, entries=counter.entries, at=TOMORROW)
        return found

    monkeypatch.setattr(settlements, "lines", and_then_it_arrives)
    made = drawn_up(counter, cast)
    assert signed(made, counter, cast).total == Decimal("100.00")
    assert unsettled_of(counter.partner).total == Decimal("100.00")


def test_a_refund_takes_back_what_spent_the_voucher_and_leaves_what_the_union_bears(cast: Cast) -> None:
    """Used at one counter, taken without network at another: who served in good faith keeps the money."""
    counter = a_counter(cast, cap=Decimal("100.00")).knows_its_key()
    other = a_counter(cast, scheme=counter.scheme, partner=a_partner(cast.yongchuan, "二号影城"))
    voucher = shown(given(counter.scheme, cast.wang.person))
    entry(counter, text_of(voucher))
    redemptions.redeem(shift=other.shift, text=text_of(voucher), request="r-1", at=NOW)
    offline.bring(device=counter.device, entries=counter.entries, at=NOW)
    borne, spent = (Redemption.objects.get(partner=one.partner) for one in (counter, other))
    assert code_of(redemptions.refund, redemption=borne, why="退", by=cast.admin.actor, at=NOW) == "redemption-borne"
    redemptions.refund(redemption=spent, why="演出取消", by=cast.admin.actor, at=NOW)
    assert [drawn_up(one, cast).total for one in (counter, other)] == [Decimal("100.00"), Decimal("0.00")]


def test_once_agreed_a_closed_shift_has_what_lay_beyond_the_cap(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person))
    entry(counter, text_of(voucher))
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site="二店")
    redemptions.redeem(shift=other.shift, text=text_of(voucher), request="r-1", at=NOW)
    shifts.close_shift(shift=counter.shift, counted=Decimal("100.00"), at=NOW)
    offline.bring(device=counter.device, entries=counter.entries, at=NOW)
    settlements.agree(redemption=disputed_of(counter.partner).get(), why="当天断网", by=cast.officer.actor, at=NOW)
    assert Shift.objects.get(pk=counter.shift.pk).expected == Decimal("100.00")


def test_each_group_is_what_lies_in_that_clerks_drawer(cast: Cast) -> None:
    """Undone by the next shift it is out of that one's drawer; what the union refunds is out of nobody's."""
    counter = a_counter(cast)
    undone, refunded, _kept = (takes(counter, who) for who in (cast.wang, cast.li, cast.zhang))
    shifts.close_shift(shift=counter.shift, counted=Decimal("300.00"), at=NOW)
    other, pin = shifts.add_clerk(partner=counter.partner, label="晚班", by=HOUSE, at=NOW)
    late = shifts.open_shift(device=counter.device, clerk=other, pin=pin, at=NOW)
    redemptions.undo(redemption=undone, shift=late, at=NOW)
    redemptions.refund(redemption=refunded, why="演出取消", by=cast.admin.actor, at=NOW)
    made = drawn_up(counter, cast)
    sums = {group.clerk: group.sum.total for group in groups_of(lines_of(made))}
    assert sums == {"一店收银": Decimal("300.00"), "晚班": Decimal("-100.00"), "—": Decimal("-100.00")}
    assert [drawer_of(one).total for one in (counter.shift, late)] == [sums["一店收银"], sums["晚班"]]
    assert sum(sums.values()) == made.total == Decimal("100.00")


def test_a_scheme_is_closed_once_its_partners_are_paid(cast: Cast) -> None:
    counter = a_counter(cast, scheme=a_scheme(cast.yongchuan))
    takes(counter, cast.wang)
    schemes.withdraw(scheme=counter.scheme, why="发完了", by=HOUSE, at=NOW)
    closing = {"scheme": counter.scheme, "by": HOUSE, "at": TOMORROW}
    with pytest.raises(Refused, match="账还没有结完") as caught:
        schemes.close(**closing)
    assert caught.value.params == {"names": counter.partner.name}
    made = drawn_up(counter, cast)
    assert code_of(schemes.close, **closing) == "redemptions-unsettled"  # drawn up is not signed
    signed(made, counter, cast)
    assert schemes.close(**closing).state == SchemeState.CLOSED


def test_a_refund_of_what_was_settled_stands_open_until_the_next_one(cast: Cast) -> None:
    counter = a_counter(cast, scheme=a_scheme(cast.yongchuan))
    taken = takes(counter, cast.wang)
    schemes.withdraw(scheme=counter.scheme, why="发完了", by=HOUSE, at=NOW)
    signed(drawn_up(counter, cast), counter, cast)
    redemptions.refund(redemption=taken, why="停演", by=HOUSE, at=TOMORROW)
    assert unsettled_with(counter.scheme) == [counter.partner.name]
    later = TOMORROW + timedelta(days=1)
    signed(drawn_up(counter, cast, days=2), counter, cast, at=later)
    assert schemes.close(scheme=counter.scheme, by=HOUSE, at=later).state == SchemeState.CLOSED
