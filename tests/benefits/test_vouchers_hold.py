"""Opened beforehand for one site and one day without network: good there alone until that day is over, then free again."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.counters import Counter, a_counter, entry, given, text_of
from tests.factories.schemes import a_scheme, a_voucher

from tongxin.benefits.actions import offline, redemptions, shifts, vouchers
from tongxin.benefits.models import Device, Voucher
from tongxin.benefits.states import VoucherState
from tongxin.calls.actions import applications
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.store.moments import start_of

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
NOON = start_of(TOMORROW) + timedelta(hours=12)
OVER = start_of(TOMORROW + timedelta(days=1))


@pytest.fixture
def counter(cast: Cast) -> Counter:
    return a_counter(cast).knows_its_key()


def opened(counter: Counter, voucher: Voucher, day: date | None = TOMORROW, site: str = "", at=NOW) -> Voucher:
    owner = Actor(on=localdate(at), person_id=voucher.person_id)
    return vouchers.show(voucher=voucher, site=site or counter.site.public_id, day=day, by=owner, at=at)


def refused(code: str, ask) -> str:
    with pytest.raises(Refused) as found:
        ask()
    assert found.value.code == code
    return str(found.value)


def test_opened_the_day_before_it_is_taken_all_day_without_network(cast: Cast, counter: Counter) -> None:
    voucher = opened(counter, given(counter.scheme, cast.wang.person))
    assert voucher.code_until == OVER
    counter.shift = shifts.open_shift(device=counter.device, clerk=counter.clerk, pin=counter.pin, at=NOON)
    entry(counter, text_of(voucher), at=NOON)
    entry(counter, text_of(voucher), at=NOON + timedelta(hours=3))  # scanned twice
    back = OVER + timedelta(hours=9)
    assert [one.verdict for one in offline.bring(device=counter.device, entries=counter.entries, at=back)] == [
        "spent", "repeated"
    ]  # fmt: skip
    assert Voucher.objects.get().state == VoucherState.REDEEMED


def test_after_its_day_the_device_should_have_refused_it(cast: Cast, counter: Counter) -> None:
    voucher = opened(counter, given(counter.scheme, cast.wang.person))
    entry(counter, text_of(voucher), at=OVER + timedelta(minutes=4))
    found = offline.bring(device=counter.device, entries=counter.entries, at=OVER + timedelta(hours=1))
    assert [one.verdict for one in found] == ["too_late"]


def test_meanwhile_it_is_spent_nowhere_else_and_shown_for_nowhere_else(cast: Cast, counter: Counter) -> None:
    voucher = given(counter.scheme, cast.wang.person)
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site="二店")
    voucher = opened(counter, voucher)
    for text in (text_of(voucher), voucher.code or ""):
        words = refused(
            "other-site", lambda text=text: redemptions.redeem(shift=other.shift, text=text, request=text[-9:], at=NOW)
        )
        assert words == "这张券是为“永川影城 一店”打开的，2024年3月29日结束以前只能在那里用。请对方换一张，或付款。"
    owner = Actor(on=TODAY, person_id=voucher.person_id)
    refused("voucher-held", lambda: vouchers.show(voucher=voucher, by=owner, at=NOW))
    refused("voucher-held", lambda: vouchers.show(voucher=voucher, by=HOUSE, at=NOW))
    refused("voucher-held", lambda: opened(counter, voucher, site=other.site.public_id))
    assert redemptions.redeem(shift=counter.shift, text=text_of(voucher), request="here", at=NOW).voucher == voucher


def test_meanwhile_its_holder_cannot_give_it_back_but_the_union_can_take_it(cast: Cast, counter: Counter) -> None:
    scheme = a_scheme(cast.yongchuan)
    counter = a_counter(cast, scheme=scheme, site="三店")
    voucher = opened(counter, a_voucher(scheme, cast.wang.person))
    assert voucher.award is not None
    application = voucher.award.application
    refused("voucher-held", lambda: vouchers.give_back(voucher=voucher, by=cast.wang.actor, at=NOW))
    refused("voucher-held", lambda: applications.withdraw(application=application, by=cast.wang.actor, at=NOW))
    assert vouchers.give_back(voucher=voucher, why="景区关了", by=HOUSE, at=NOW).state == VoucherState.RETURNED


def test_when_the_day_is_over_it_is_free_again(cast: Cast, counter: Counter) -> None:
    voucher = opened(counter, given(counter.scheme, cast.wang.person))
    owner = Actor(on=localdate(OVER), person_id=voucher.person_id)
    assert vouchers.show(voucher=voucher, by=owner, at=OVER).code_site == ""


def test_opened_again_for_the_same_site_it_is_held_no_shorter(cast: Cast, counter: Counter) -> None:
    voucher = opened(counter, given(counter.scheme, cast.wang.person))
    again = opened(counter, voucher, day=TODAY)
    assert (again.code_until, again.opening) == (OVER, 2)


@pytest.mark.parametrize("days", [-1, 8, 999])
def test_only_for_the_days_ahead_and_while_it_is_good(cast: Cast, counter: Counter, days: int) -> None:
    voucher = given(counter.scheme, cast.wang.person)
    refused("day-unfit", lambda: opened(counter, voucher, day=TODAY + timedelta(days=days)))


def test_only_for_a_site_that_takes_it_that_day(cast: Cast, counter: Counter) -> None:
    voucher = given(counter.scheme, cast.wang.person)
    stranger = a_counter(cast)
    for site in (stranger.site.public_id, "nowhere"):
        refused("site-not-taking", lambda site=site: opened(counter, voucher, site=site))
    assert Device.objects.filter(site=stranger.site).exists()
    assert Voucher.objects.get().opening == 0
