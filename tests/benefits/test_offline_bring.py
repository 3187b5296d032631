"""What a device accepted without network: told apart when it arrives, settled, never the clerk's loss."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.timezone import localdate
from tests.cast import HOUSE, NOW, Cast
from tests.factories.counters import Counter, a_counter, a_device, a_partner, entry, given, running, shown, text_of
from tests.factories.schemes import PLAN

from tongxin.benefits.actions import offline, partners, redemptions, settlements, shifts, tills, vouchers
from tongxin.benefits.counter_states import OfflineVerdict, Outcome
from tongxin.benefits.models import Device, OfflineEntry, Redemption, Shift, Voucher
from tongxin.benefits.offline_list import Signed
from tongxin.benefits.queries.settlements import differences_of, disputed_of, lines_of, unsettled_of
from tongxin.benefits.queries.tills import drawer_of
from tongxin.benefits.queries.totals import contradictions
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
BACK = NOW + timedelta(days=1)


def bring(counter: Counter, *, at=BACK) -> list[str]:
    return [str(one.verdict) for one in offline.bring(device=counter.device, entries=counter.entries, at=at)]


def refused(counter: Counter) -> str:
    with pytest.raises(Refused) as caught:
        offline.bring(device=counter.device, entries=counter.entries, at=BACK)
    return caught.value.code


def test_offline_for_a_day_and_scanning_twice_counts_once(cast: Cast) -> None:
    """The device was away a day; one voucher was scanned twice; the shift had ended by itself meanwhile."""
    counter = a_counter(cast).knows_its_key()
    one, other = (shown(given(counter.scheme, who.person), site=counter.site.public_id) for who in (cast.wang, cast.li))
    entry(counter, text_of(one))
    entry(counter, text_of(one), at=NOW + timedelta(minutes=1))
    entry(counter, text_of(other), at=NOW + timedelta(minutes=2))
    assert bring(counter) == ["spent", "repeated", "spent"]
    assert drawer_of(counter.shift).total == Decimal("200.00")
    taken = Redemption.objects.get(voucher=one)
    assert (taken.at, taken.received_at, taken.outcome) == (NOW, BACK, Outcome.SPENT)
    assert contradictions() == []


def test_the_same_list_twice_is_the_same_answer(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    assert bring(counter) == bring(counter) == ["spent"]
    assert (OfflineEntry.objects.count(), Redemption.objects.count()) == (1, 1)


def test_an_answer_lost_on_its_way_is_no_second_redemption(cast: Cast) -> None:
    """The house had redeemed it; the till timed out and wrote it down under the same request."""
    counter = a_counter(cast).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person))
    text = text_of(voucher)
    redemptions.redeem(shift=counter.shift, text=text, request="key-1", at=NOW)
    entry(counter, text, request="key-1")
    assert bring(counter) == ["spent"]
    assert drawer_of(counter.shift).total == Decimal("100.00")


def test_opened_here_and_taken_by_two_tills_of_the_site_the_union_bears_it(cast: Cast) -> None:
    """Elsewhere it cannot be spent meanwhile (test_vouchers_hold.py); the other till of the very site had network."""
    counter = a_counter(cast).knows_its_key()
    device, _token = a_device(counter.site, "2号台")
    beside = shifts.open_shift(device=device, clerk=counter.clerk, pin=counter.pin, at=NOW)
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    entry(counter, text_of(voucher))
    redemptions.redeem(shift=beside, text=text_of(voucher), request="r-1", at=NOW + timedelta(minutes=5))
    assert bring(counter) == ["doubled"]
    assert drawer_of(counter.shift).total == Decimal("100.00")  # paid all the same
    assert contradictions() == []


def test_opened_here_and_taken_by_two_tills_without_network_both_are_paid_and_no_clerk_bears_it(cast: Cast) -> None:
    """Neither could know of the other. The settlement pays both, says what the union bears, and both drawers agree with it."""
    counter = a_counter(cast).knows_its_key()
    other = till_beside(counter).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    for till in (counter, other):
        entry(till, text_of(voucher))
        shifts.close_shift(shift=till.shift, counted=Decimal("100.00"), at=NOW + timedelta(hours=1))
    assert [*bring(counter), *bring(other)] == ["spent", "doubled"]
    assert [(one.counted, one.expected) for one in Shift.objects.order_by("pk")] == [(Decimal("100.00"),) * 2] * 2
    made = settlements.draw_up(partner=counter.partner, last=NOW.date(), by=cast.officer.on(BACK.date()), at=BACK)
    apart = differences_of(made, lines_of(made))
    assert (made.redeemed, made.reversed, made.total) == (Decimal("200.00"), Decimal("0.00"), Decimal("200.00"))
    assert (apart.shifts, [line.clerk for line in apart.borne], apart.borne_sum) == ([], ["2号收银"], Decimal("100.00"))
    assert contradictions() == []


def till_beside(counter: Counter) -> Counter:
    """A second till of the same site, with a clerk of its own and what was opened for the site to take."""
    device, token = a_device(counter.site, "2号台")
    clerk, pin = shifts.add_clerk(partner=counter.partner, label="2号收银", by=HOUSE, at=NOW)
    shift = shifts.open_shift(device=device, clerk=clerk, pin=pin, at=NOW)
    return Counter(counter.partner, counter.site, device, token, clerk, pin, shift, counter.scheme)


@pytest.mark.parametrize("cap", [Decimal(0), Decimal("100.00")])
def test_the_cap_is_whole_for_others_after_two_tills_took_what_was_opened_here(cast: Cast, cap: Decimal) -> None:
    """What the till was told to take is paid whatever the cap, and leaves the cap to what was opened for no site."""
    counter = a_counter(cast, cap=cap).knows_its_key()
    other = till_beside(counter).knows_its_key()
    here, nowhere = (shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id),
                     shown(given(counter.scheme, cast.li.person)))  # fmt: skip
    entry(counter, text_of(here))
    entry(other, text_of(here))
    entry(other, text_of(nowhere), at=NOW + timedelta(seconds=5))
    used_elsewhere(cast, counter, nowhere)
    assert [*bring(counter), *bring(other)] == ["spent", "doubled", "doubled" if cap else "over_cap"]
    assert drawer_of(other.shift).total == Decimal("100.00") + cap


def test_not_opened_here_it_is_borne_up_to_the_cap_and_beyond_it_is_named(cast: Cast) -> None:
    counter = a_counter(cast, cap=Decimal("150.00")).knows_its_key()
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site="二店")
    for number, who in enumerate((cast.wang, cast.li), 1):
        voucher = shown(given(counter.scheme, who.person))
        entry(counter, text_of(voucher), at=NOW + timedelta(seconds=number))
        redemptions.redeem(
            shift=other.shift, text=text_of(voucher), request=f"r-{number}", at=NOW + timedelta(minutes=1)
        )
    assert bring(counter) == ["doubled", "over_cap"]
    assert drawer_of(counter.shift).total == Decimal("100.00")


def test_expired_while_the_device_was_away_it_is_paid(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    entry(counter, text_of(voucher))
    late = NOW + timedelta(days=120)
    vouchers.expire(at=late)
    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.EXPIRED
    assert bring(counter, at=late) == ["doubled"]
    assert contradictions() == []


@pytest.mark.parametrize("what", ["other-site", "old", "forged-text", "scheme"])
def test_what_the_device_should_have_refused_is_not_paid(cast: Cast, what: str) -> None:
    counter = a_counter(cast).knows_its_key()
    other = partners.add_site(partner=counter.partner, name="二店", by=HOUSE, at=NOW)
    voucher = shown(given(counter.scheme, cast.wang.person), site=other.public_id if what == "other-site" else "")
    text = text_of(voucher)
    if what == "forged-text":
        text = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
    at = NOW + timedelta(hours=1) if what == "old" else NOW
    if what == "scheme":
        partners.refuse(accepts=counter.partner.accepts.get(), on=NOW.date(), by=HOUSE, at=NOW)
    entry(counter, text, at=at)
    verdicts = {"other-site": "wrong_site", "old": "too_late", "forged-text": "not_genuine", "scheme": "wrong_site"}
    assert bring(counter) == [verdicts[what]]
    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.ISSUED


def test_undone_without_network_it_is_the_workers_again(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    entry(counter, text_of(voucher))
    entry(counter, "1", kind="undo", amount="0", at=NOW + timedelta(minutes=5))
    assert bring(counter) == ["spent", "undone"]
    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.ISSUED
    assert drawer_of(counter.shift).total == Decimal("0.00")


def test_a_list_that_another_key_signed_is_refused_and_on_record(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    entry(counter, text_of(shown(given(counter.scheme, cast.wang.person))), key=Ed25519PrivateKey.generate())
    assert refused(counter) == "offline-forged"
    assert JournalEntry.objects.get(verb="offline.refused").data["code"] == "offline-forged"


def test_a_replay_with_a_changed_body_is_refused(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    text = text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id))
    entry(counter, text)
    bring(counter)
    counter.entries.clear()
    entry(counter, text, amount="1.00")
    assert refused(counter) == "offline-changed"


@pytest.mark.parametrize(
    "body", ["[" * 1999, "null", '[1,"d",1,"take","s",0,"t","1","r"]', '[1,"%s",1,"take","s\\u0000",0,"t","1","r",""]',
             '[1,"%s",1,"take","s",0,"t","1","\\ud800",""]', '[1,"%s",1,"take","\\udfff",0,"t","1","r",""]',
             '[1,"%s",1,"take","s",0,"t","1","' + "r" * 41 + '",""]', '[1,"%s",1,"take","s",0,"t","1e99","r",""]'],
)  # fmt: skip
def test_an_entry_of_another_shape_is_refused_whoever_signed_it(cast: Cast, body: str) -> None:
    counter = a_counter(cast).knows_its_key()
    text = body.replace("%s", counter.device.public_id)
    counter.entries.append(Signed(text, counter.key.sign(text.encode())))
    assert refused(counter) == "offline-forged"


def test_a_clock_beyond_all_calendars_is_no_error(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    text = text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id))
    said = [1, counter.device.public_id, 1, "take", counter.shift.public_id, 10**18, text, "100.00", "r-1", ""]
    body = json.dumps(said)
    counter.entries.append(Signed(body, counter.key.sign(body.encode())))
    assert bring(counter) == ["too_late"]


@pytest.mark.parametrize("how", ["gap", "chain"])
def test_an_entry_left_out_or_put_in_between_shows(cast: Cast, how: str) -> None:
    counter = a_counter(cast).knows_its_key()
    text = text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id))
    entry(counter, text, **({"number": 2} if how == "gap" else {"before": "00" * 32}))
    assert refused(counter) == "offline-gap"


def test_the_good_ones_before_a_bad_one_stand(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    entry(counter, "x", number=3)
    assert refused(counter) == "offline-gap"
    assert list(OfflineEntry.objects.values_list("number", "verdict")) == [(1, OfflineVerdict.SPENT)]


@pytest.mark.parametrize("minutes", [-60 * 24 * 900, 60 * 24 * 30])
def test_a_clock_that_is_wrong_is_on_record_and_believed_only_as_far_as_it_can_be(cast: Cast, minutes: int) -> None:
    counter = a_counter(cast).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    claimed = NOW + timedelta(minutes=minutes)
    entry(counter, text_of(voucher, until=max(claimed, NOW) + timedelta(minutes=5)), at=claimed)
    assert bring(counter) == ["spent"]
    assert Redemption.objects.get().at == (NOW if minutes < 0 else BACK)
    assert JournalEntry.objects.filter(verb="offline.clock").count() == 1


def test_a_closed_shift_has_what_arrived_later(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    shifts.close_shift(shift=counter.shift, counted=Decimal("100.00"), at=NOW + timedelta(hours=1))
    bring(counter)
    closed = Shift.objects.get(pk=counter.shift.pk)
    assert closed.expected == closed.counted


def test_a_revoked_device_hands_over_what_it_had_taken(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    tills.revoke(device=counter.device, by=HOUSE, at=NOW + timedelta(hours=2))
    assert bring(counter) == ["spent"]


def used_elsewhere(cast: Cast, counter: Counter, voucher: Voucher, number: int = 1) -> None:
    """At another till with network, a minute after it was taken here."""
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site=f"{number}号店")
    redemptions.redeem(
        shift=other.shift, text=text_of(voucher), request=f"r-{number}", at=NOW + timedelta(minutes=number)
    )


def test_undone_where_it_lay_beyond_the_cap_the_partner_loses_nothing(cast: Cast) -> None:
    """It was never credited: to take it off would be taking what was never given."""
    counter = a_counter(cast).knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person))
    entry(counter, text_of(voucher))
    entry(counter, "1", kind="undo", amount="0", at=NOW + timedelta(minutes=5))
    used_elsewhere(cast, counter, voucher)
    assert bring(counter) == ["over_cap", "undone"]
    assert drawer_of(counter.shift).total == Decimal("0.00")
    assert unsettled_of(counter.partner).total == Decimal("100.00")  # the other till's alone
    assert list(disputed_of(counter.partner)) == []


def test_what_was_opened_for_this_site_takes_nothing_of_the_cap(cast: Cast) -> None:
    counter = a_counter(cast, cap=Decimal("100.00")).knows_its_key()
    here = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    entry(counter, text_of(here))
    open_text = shown(given(counter.scheme, cast.li.person))
    entry(counter, text_of(open_text), at=NOW + timedelta(seconds=5))
    vouchers.give_back(
        voucher=here, why="工会收回", by=HOUSE, at=NOW + timedelta(minutes=1)
    )  # which the till could not know
    used_elsewhere(cast, counter, open_text, 2)
    assert bring(counter) == ["doubled", "doubled"]


def test_a_request_that_the_house_knows_by_another_voucher_is_one_of_its_own(cast: Cast) -> None:
    """The answer for 王's was lost, the till refused it without network, and 李's was read under the same request."""
    counter = a_counter(cast).knows_its_key()
    first, second = (shown(given(counter.scheme, who.person)) for who in (cast.wang, cast.li))
    redemptions.redeem(shift=counter.shift, text=first.code, request="key-1", at=NOW)
    entry(counter, text_of(second), request="key-1")
    assert bring(counter) == ["spent"]
    assert Voucher.objects.get(pk=second.pk).state == VoucherState.REDEEMED
    assert drawer_of(counter.shift).total == Decimal("200.00")


def test_a_closed_shift_has_what_was_undone_later(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    entry(counter, "1", kind="undo", amount="0", at=NOW + timedelta(minutes=5))
    shifts.close_shift(shift=counter.shift, counted=Decimal(0), at=NOW + timedelta(hours=1))
    bring(counter)
    assert Shift.objects.get(pk=counter.shift.pk).expected == Decimal("0.00")


def test_a_clock_from_before_the_scheme_leaves_no_voucher_to_be_used_again(cast: Cast) -> None:
    """It was opened after the first day, so it was taken after it, whatever the device says."""
    counter = a_counter(cast, partner=a_partner(cast.yongchuan), scheme=running(cast.yongchuan, PLAN))
    with writing():
        Device.objects.filter(pk=counter.device.pk).update(paired_at=NOW - timedelta(days=30))
    counter.knows_its_key()
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    entry(counter, text_of(voucher), at=NOW - timedelta(days=5))
    assert bring(counter) == ["spent"]
    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.REDEEMED
    assert localdate(Redemption.objects.get().at) == NOW.date()


def test_opened_ahead_it_was_taken_on_the_day_that_the_device_says(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    owner = Actor(on=NOW.date(), person_id=cast.wang.person.pk)
    voucher = vouchers.show(
        voucher=given(counter.scheme, cast.wang.person), site=counter.site.public_id,
        day=NOW.date() + timedelta(days=3), by=owner, at=NOW,
    )  # fmt: skip
    entry(counter, text_of(voucher), at=NOW + timedelta(days=1))
    assert bring(counter, at=NOW + timedelta(days=4)) == ["spent"]
    assert Redemption.objects.get().at == NOW + timedelta(days=1)
    assert not JournalEntry.objects.filter(verb="offline.clock").exists()
