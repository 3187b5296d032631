"""Pairing a device, opening a shift by PIN, closing it with what lies in the drawer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.counters import a_counter, a_device, a_partner, given, shown, text_of

from tongxin.benefits.actions import partners, redemptions, shifts, tills
from tongxin.benefits.models import Clerk, Device, Shift
from tongxin.benefits.queries.tills import device_of, shift_of
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db


def code_of(deed: object, **asked: object) -> str:
    with pytest.raises(Refused) as caught:
        deed(**asked)
    return caught.value.code


def test_a_pairing_code_is_good_once_and_for_half_an_hour(cast: Cast) -> None:
    site = partners.add_site(partner=a_partner(cast.yongchuan), name="一店", by=HOUSE, at=NOW)
    _, code = tills.add_device(site=site, name="1号台", by=HOUSE, at=NOW)
    device, token = tills.pair(code=f" {code[:4].upper()}-{code[4:]} ", network="n", at=NOW)
    assert device_of(token) == device
    assert token.encode() not in bytes(device.token_digest)
    assert code_of(tills.pair, code=code, network="n", at=NOW) == "pairing-wrong"
    _, late = tills.add_device(site=site, name="2号台", by=HOUSE, at=NOW)
    assert code_of(tills.pair, code=late, network="n", at=NOW + tills.CODE_LASTS) == "pairing-wrong"


def test_guessing_pairing_codes_is_stopped_by_network(cast: Cast) -> None:
    for guess in range(10):
        assert code_of(tills.pair, code=f"aaaaaaa{guess}", network="n", at=NOW) == "pairing-wrong"
    assert code_of(tills.pair, code="aaaaaaaa", network="n", at=NOW) == "too-often"
    assert code_of(tills.pair, code="aaaaaaaa", network="other", at=NOW) == "pairing-wrong"


def test_a_revoked_device_pairs_no_more_and_its_use_is_on_record_once_an_hour(cast: Cast) -> None:
    counter = a_counter(cast)
    device = tills.revoke(device=counter.device, by=HOUSE, at=NOW)
    assert code_of(tills.renew_code, device=device, by=HOUSE, at=NOW) == "device-revoked"
    for minutes in (0, 10, 61):
        tills.note_revoked(device=device, at=NOW + timedelta(minutes=minutes))
    assert JournalEntry.objects.filter(verb="device.revoked-used").count() == 2


def test_only_who_manages_partners_there_may_pair(cast: Cast) -> None:
    counter = a_counter(cast)
    for stranger in (cast.clerk.actor, cast.jinjiang_admin.actor, cast.sibling_officer.actor):
        assert code_of(tills.add_device, site=counter.site, name="x", by=stranger, at=NOW) == "no-power"
        assert code_of(tills.revoke, device=counter.device, by=stranger, at=NOW) == "no-power"
        assert code_of(shifts.give_pin, clerk=counter.clerk, by=stranger, at=NOW) == "no-power"
    assert tills.add_device(site=counter.site, name="2号台", by=cast.officer.actor, at=NOW)[0].name == "2号台"


def test_wrong_pins_are_counted_until_the_union_gives_a_new_one(cast: Cast) -> None:
    counter = a_counter(cast)
    shifts.close_shift(shift=counter.shift, counted=Decimal(0), at=NOW)
    wrong = "000000" if counter.pin != "000000" else "111111"
    asked = {"device": counter.device, "clerk": counter.clerk}
    at = NOW
    for tried in range(shifts.TRIES):
        at = NOW + timedelta(minutes=4 * tried)
        assert code_of(shifts.open_shift, **asked, pin=wrong, at=at) == "shift-wrong"
    at += timedelta(minutes=20)
    assert code_of(shifts.open_shift, **asked, pin=counter.pin, at=at) == "pin-closed"
    assert JournalEntry.objects.get(verb="clerk.pin-closed").data["clerk"] == "一店收银"
    _, pin = shifts.give_pin(clerk=counter.clerk, by=cast.officer.actor, at=at)
    assert shifts.open_shift(**asked, pin=pin, at=at).clerk == counter.clerk
    assert Clerk.objects.get(pk=counter.clerk.pk).wrong == 0


def test_five_wrong_pins_at_one_till_have_to_wait(cast: Cast) -> None:
    counter = a_counter(cast)
    shifts.close_shift(shift=counter.shift, counted=Decimal(0), at=NOW)
    for _ in range(5):
        code_of(shifts.open_shift, device=counter.device, clerk=counter.clerk, pin="x", at=NOW)
    assert (
        code_of(shifts.open_shift, device=counter.device, clerk=counter.clerk, pin=counter.pin, at=NOW) == "too-often"
    )


def test_a_clerk_of_another_partner_opens_nothing(cast: Cast) -> None:
    counter = a_counter(cast)
    other = a_partner(cast.yongchuan, "别家")
    stranger, pin = shifts.add_clerk(partner=other, label="1号", by=HOUSE, at=NOW)
    device, _ = a_device(counter.site, "2号台")
    assert code_of(shifts.open_shift, device=device, clerk=stranger, pin=pin, at=NOW) == "shift-wrong"


def test_one_open_shift_a_device_and_a_forgotten_one_gives_way(cast: Cast) -> None:
    counter = a_counter(cast)
    asked = {"device": counter.device, "clerk": counter.clerk, "pin": counter.pin}
    assert code_of(shifts.open_shift, **asked, at=NOW) == "shift_one_open"
    tomorrow = NOW + timedelta(hours=20)
    assert shift_of(counter.device, tomorrow) is None
    fresh = shifts.open_shift(**asked, at=tomorrow)
    old = Shift.objects.get(pk=counter.shift.pk)
    assert (old.closed_at, old.expected, old.counted) == (old.until, Decimal("0.00"), None)
    assert shift_of(counter.device, tomorrow) == fresh


def test_closing_keeps_what_was_counted_beside_what_the_house_has(cast: Cast) -> None:
    counter = a_counter(cast)
    text = text_of(shown(given(counter.scheme, cast.wang.person)))
    redemptions.redeem(shift=counter.shift, text=text, request="r-1", at=NOW)
    shifts.close_shift(shift=counter.shift, counted=Decimal("90.00"), remark="少一张凭条", at=NOW)
    closed = Shift.objects.get(pk=counter.shift.pk)
    assert (closed.expected, closed.counted, closed.remark) == (Decimal("100.00"), Decimal("90.00"), "少一张凭条")
    assert code_of(shifts.close_shift, shift=closed, counted=Decimal(0), at=NOW) == "shift-closed"


def test_the_key_of_a_device_is_set_once(cast: Cast) -> None:
    counter = a_counter(cast).knows_its_key()
    assert code_of(tills.set_key, device=counter.device, key=b"x" * 32, at=NOW) == "key-other"
    assert code_of(tills.set_key, device=counter.device, key=b"short", at=NOW) == "key-wrong"
    counter.knows_its_key()
    assert JournalEntry.objects.filter(verb="device.key-refused").count() == 1
    assert Device.objects.get(pk=counter.device.pk).offline_key is not None
