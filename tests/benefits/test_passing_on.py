"""What the clock does: a withheld place goes on to the next, and a voucher near its end is told of once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.schemes import LAST, TICKET, YEAR_TICKET, a_scheme, a_voucher, claim

from tongxin.benefits.actions import reminders, schemes, vouchers
from tongxin.benefits.models import Voucher
from tongxin.benefits.queries.totals import contradictions
from tongxin.benefits.states import VoucherState
from tongxin.calls.models import Application
from tongxin.calls.queries import miscounted
from tongxin.records.models import OutboxRow
from tongxin.rulebook.actions import parameters
from tongxin.rulebook.models import ParameterKey

pytestmark = pytest.mark.django_db


def test_a_place_withheld_by_the_limit_goes_to_the_next_in_line(cast: Cast) -> None:
    """王 waits in a line, gets a ticket elsewhere meanwhile; then his turn comes."""
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET, places=1)
    first = a_voucher(scheme, cast.li.person)
    claim(scheme, cast.wang.person)
    claim(scheme, cast.zhang.person)
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    vouchers.give_back(voucher=first, why="不用", by=HOUSE, at=NOW)
    assert Voucher.objects.get(scheme=scheme, person=cast.wang.person).state == VoucherState.WITHHELD
    assert contradictions() == []
    assert reminders.pass_on(by=HOUSE, at=NOW) == 1
    states = dict(Voucher.objects.filter(scheme=scheme).values_list("person__name", "state"))
    assert states == {"李建国": "returned", "王小华": "passed", "张路": "issued"}
    told = OutboxRow.objects.get(kind="place.withdrawn", person=cast.wang.person.pk)
    assert "上限" in told.data["why"]
    assert (miscounted(), contradictions()) == ([], [])
    assert reminders.pass_on(by=HOUSE, at=NOW) == 0


def test_it_is_told_once_that_a_voucher_expires_soon(cast: Cast) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    near = NOW.replace(year=LAST.year, month=LAST.month, day=LAST.day) - timedelta(days=7)
    assert reminders.remind(at=near - timedelta(days=1)) == 0
    assert reminders.remind(at=near) == 1
    reminders.remind(at=near + timedelta(days=1))
    row = OutboxRow.objects.get(kind="voucher.expiring")
    assert row.data == {"what": "春季文旅券", "day": "2024-06-30", "voucher": voucher.public_id}


def test_what_was_used_is_not_reminded_of(cast: Cast) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    vouchers.spend(voucher=voucher, redemption_ref="r", by=HOUSE, at=NOW)
    assert reminders.remind(at=NOW.replace(month=6, day=29)) == 0


def test_a_limit_lowered_below_the_value_does_not_send_the_line_home(cast: Cast) -> None:
    """From today on 100 a year, and one is 120: nobody could take the place, so nobody loses theirs for it."""
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET, places=1)
    first = a_voucher(scheme, cast.li.person)
    claim(scheme, cast.wang.person)
    waits = claim(scheme, cast.zhang.person)
    key = ParameterKey.objects.get(key=TICKET)
    said = parameters.Said(Decimal(100), "川渝工会新通知", "第一条")
    parameters.change(key=key, region=cast.yongchuan, said=said, valid_from=NOW.date(), by=HOUSE, at=NOW)
    vouchers.give_back(voucher=first, why="不用", by=HOUSE, at=NOW)
    assert reminders.pass_on(by=HOUSE, at=NOW) == 0
    assert Voucher.objects.get(scheme=scheme, person=cast.wang.person).state == VoucherState.WITHHELD
    assert Application.objects.get(pk=waits.pk).state == "waiting"


def test_stopped_nobody_waits_for_a_place_that_can_never_be_theirs(cast: Cast) -> None:
    """The limit still stands in the way, but there is no line any more that it could send home."""
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET, places=1)
    first = a_voucher(scheme, cast.li.person)
    claim(scheme, cast.wang.person)
    key = ParameterKey.objects.get(key=TICKET)
    said = parameters.Said(Decimal(100), "川渝工会新通知", "第一条")
    parameters.change(key=key, region=cast.yongchuan, said=said, valid_from=NOW.date(), by=HOUSE, at=NOW)
    vouchers.give_back(voucher=first, why="不用", by=HOUSE, at=NOW)
    schemes.withdraw(scheme=scheme, why="不办了", by=HOUSE, at=NOW)
    assert reminders.pass_on(by=HOUSE, at=NOW) == 1
    assert Voucher.objects.get(scheme=scheme, person=cast.wang.person).state == VoucherState.PASSED
    assert (miscounted(), contradictions()) == ([], [])
