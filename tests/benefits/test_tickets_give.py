"""A partner's own codes: taken in from a sheet, each given once."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.counters import Counter, a_counter, given
from tests.factories.racing import side_by_side
from tests.web.staff.counter_things import sheet_of

from tongxin.benefits.actions import partners, settlements, tickets
from tongxin.benefits.actions.tickets import Taken
from tongxin.benefits.models import TicketCode, Voucher
from tongxin.benefits.queries.tickets import code_of, pools_for
from tongxin.benefits.queries.totals import contradictions
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused

pytestmark = pytest.mark.django_db


def pool_with(counter: Counter, *codes: str, name: str = "兑换码", by=HOUSE) -> Taken:
    return tickets.open_pool(
        partner=counter.partner, scheme=counter.scheme, name=name, how_to="在自助机输入",
        last_day=NOW.date() + timedelta(days=30), content=sheet_of(*codes), by=by, at=NOW,
    )  # fmt: skip


def refused(deed: object, **asked: object) -> Refused:
    with pytest.raises(Refused) as caught:
        deed(**asked)
    return caught.value


def test_one_code_for_one_voucher_however_often_asked(cast: Cast) -> None:
    counter = a_counter(cast)
    pool = pool_with(counter, "MOVIE-0001", "MOVIE-0002").pool
    voucher = given(counter.scheme, cast.wang.person)
    first = tickets.give(voucher=voucher, pool=pool, by=cast.wang.actor, at=NOW)
    assert tickets.give(voucher=voucher, pool=pool, by=cast.wang.actor, at=NOW) == first
    assert code_of(voucher)[1] == "MOVIE-0001"
    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.REDEEMED
    assert [one.left for one in pools_for(voucher, NOW.date())] == [1]
    assert contradictions() == []


def test_it_is_in_the_settlement_like_any_other(cast: Cast) -> None:
    counter = a_counter(cast)
    voucher = given(counter.scheme, cast.wang.person)
    tickets.give(voucher=voucher, pool=pool_with(counter, "MOVIE-0001").pool, by=cast.wang.actor, at=NOW)
    at = NOW + timedelta(days=1)
    made = settlements.draw_up(partner=counter.partner, last=NOW.date(), by=cast.officer.on(at.date()), at=at)
    assert made.total == voucher.value


def test_codes_that_are_there_are_not_added_twice_in_any_pool(cast: Cast) -> None:
    counter = a_counter(cast)
    first = pool_with(counter, "MOVIE-0001", "MOVIE-0001", "123456789012")
    again = pool_with(counter, "MOVIE-0001", "MOVIE-0003", name="六月")
    assert (first.added, first.known, again.added, again.known) == (2, 1, 1, 1)
    assert sorted(one.code.open() for one in TicketCode.objects.all()) == ["123456789012", "MOVIE-0001", "MOVIE-0003"]


def test_exhausted_says_where_else_and_leaves_the_voucher(cast: Cast) -> None:
    counter = a_counter(cast)
    pool = pool_with(counter, "MOVIE-0001").pool
    tickets.give(voucher=given(counter.scheme, cast.wang.person), pool=pool, by=cast.wang.actor, at=NOW)
    left = given(counter.scheme, cast.zhang.person)
    no = refused(tickets.give, voucher=left, pool=pool, by=cast.zhang.actor, at=NOW)
    assert str(no) == "“兑换码”的票码现在发完了，您的券没有动。商户补充后再来，或到这些地方用：一店。"
    assert Voucher.objects.get(pk=left.pk).state == VoucherState.ISSUED


@pytest.mark.django_db(transaction=True)
def test_two_holders_at_once_get_two_codes(cast: Cast) -> None:
    counter = a_counter(cast)
    pool = pool_with(counter, "MOVIE-0001", "MOVIE-0002").pool
    held = [(given(counter.scheme, who.person), who.actor) for who in (cast.wang, cast.zhang)]
    deeds = [lambda one=one: tickets.give(voucher=one[0], pool=pool, by=one[1], at=NOW) for one in held]
    assert side_by_side(*deeds) == ["done", "done"]
    assert sorted(TicketCode.objects.values_list("voucher", flat=True)) == sorted(one[0].pk for one in held)


def test_for_others_nothing_is_given(cast: Cast) -> None:
    counter = a_counter(cast)
    pool = pool_with(counter, "MOVIE-0001").pool
    voucher = given(counter.scheme, cast.wang.person)
    assert refused(tickets.give, voucher=voucher, pool=pool, by=cast.zhang.actor, at=NOW).code == "not-yours"


@pytest.mark.parametrize(("content", "code"), [(b"", "file-empty"), (sheet_of(), "tickets-none-read")])
def test_a_sheet_without_codes_is_refused(cast: Cast, content: bytes, code: str) -> None:
    counter = a_counter(cast)
    asked = {"partner": counter.partner, "scheme": counter.scheme, "name": "x", "how_to": "", "last_day": NOW.date()}
    assert refused(tickets.open_pool, **asked, content=content, by=HOUSE, at=NOW).code == code


def test_over_or_ended_it_gives_no_more(cast: Cast) -> None:
    counter = a_counter(cast)
    pool = pool_with(counter, "MOVIE-0001").pool
    voucher = given(counter.scheme, cast.wang.person)
    late = NOW + timedelta(days=31)
    assert refused(tickets.give, voucher=voucher, pool=pool, by=cast.wang.actor, at=late).code == "tickets-over"
    partners.end(partner=counter.partner, on=NOW.date(), reason="合同到期", by=cast.officer.actor, at=NOW)
    assert refused(tickets.give, voucher=voucher, pool=pool, by=cast.wang.actor, at=NOW).code == "tickets-over"
