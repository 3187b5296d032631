"""Claiming: a voucher for an award, within budget and within the year's limit across all unions."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import people
from tests.factories.racing import side_by_side
from tests.factories.schemes import YEAR_TICKET, a_scheme, a_voucher, claim

from tongxin.benefits.actions import vouchers
from tongxin.benefits.actions.vouchers import Given
from tongxin.benefits.models import Scheme, Voucher, VoucherMove
from tongxin.benefits.queries.totals import contradictions
from tongxin.benefits.states import VoucherState
from tongxin.calls.actions import applications
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db


def bound(scheme: Scheme) -> Decimal:
    return Scheme.objects.get(pk=scheme.pk).bound


def test_a_claim_becomes_a_voucher_with_money_bound_and_both_journals(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    voucher = a_voucher(scheme, cast.wang.person, by=cast.wang.actor)
    assert (voucher.value, voucher.state, voucher.year) == (Decimal("100.00"), VoucherState.ISSUED, 2024)
    assert voucher.last_day == scheme.last_day
    assert bound(scheme) == Decimal("100.00")
    assert list(VoucherMove.objects.values_list("verb", "account")) == [("issue", cast.wang.actor.account_id)]
    entry = JournalEntry.objects.get(verb="voucher.issued")
    assert (entry.of_id, entry.union) == (voucher.public_id, cast.yongchuan.pk)
    assert contradictions() == []


def test_a_second_tap_is_the_same_voucher(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    assert a_voucher(scheme, cast.wang.person) == a_voucher(scheme, cast.wang.person)
    assert bound(scheme) == Decimal("100.00")


def test_two_tickets_of_120_in_one_year_are_refused_whoever_pays(cast: Cast) -> None:
    """200 yuan a person a year: the factory's union gave one, its federation cannot give the second."""
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    second = a_scheme(cast.yongchuan, YEAR_TICKET)
    with pytest.raises(Refused) as refused:
        claim(second, cast.wang.person)
    assert refused.value.code == "year-limit"
    assert "每人每年不超过200元" in str(refused.value)
    assert "已经给您120元，还可以80元，这一张是120元" in str(refused.value)
    assert bound(second) == Decimal(0)


def test_an_eighty_beside_a_hundred_and_twenty_just_fits(cast: Cast) -> None:
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    fits = replace(YEAR_TICKET, value=Decimal("80.00"))
    assert a_voucher(a_scheme(cast.yongchuan, fits), cast.wang.person).state == VoucherState.ISSUED
    one_more = replace(YEAR_TICKET, value=Decimal("0.01"))
    with pytest.raises(Refused, match="还可以0元"):
        claim(a_scheme(cast.yongchuan, one_more), cast.wang.person)


def test_what_was_given_back_makes_room_in_the_year(cast: Cast) -> None:
    first = a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    vouchers.give_back(voucher=first, by=cast.wang.actor, at=NOW)
    assert a_voucher(a_scheme(cast.yongchuan, YEAR_TICKET), cast.wang.person).state == VoucherState.ISSUED


def test_other_money_does_not_count_for_the_ticket(cast: Cast) -> None:
    a_voucher(a_scheme(cast.factory), cast.wang.person)
    assert a_voucher(a_scheme(cast.yongchuan, YEAR_TICKET), cast.wang.person).state == VoucherState.ISSUED


def test_many_at_once_withhold_from_who_is_over_the_limit(cast: Cast) -> None:
    """As a draw or a lane gives: one statement; nobody else's voucher suffers."""
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET)
    issued = vouchers.issue(
        scheme=scheme,
        given=[Given(person.pk) for person in (cast.wang.person, cast.li.person, cast.zhang.person)],
        by=HOUSE,
        at=NOW,
    )
    assert (len(issued.vouchers), len(issued.withheld)) == (2, 1)
    assert Voucher.objects.get(pk=issued.withheld[0]).person == cast.wang.person
    assert bound(scheme) == Decimal("240.00")
    assert contradictions() == []


def test_one_person_twice_in_one_batch_counts_twice(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET)
    issued = vouchers.issue(scheme=scheme, given=[Given(cast.li.person.pk)] * 2, by=HOUSE, at=NOW)
    assert (len(issued.vouchers), len(issued.withheld)) == (1, 1)


def test_the_budget_is_never_exceeded(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    crowd = people(cast.factory, 11)
    with pytest.raises(Refused) as refused:
        vouchers.issue(scheme=scheme, given=[Given(person.pk) for person in crowd], by=HOUSE, at=NOW)
    assert refused.value.code == "budget-short"
    assert Voucher.objects.count() == 0
    vouchers.issue(scheme=scheme, given=[Given(person.pk) for person in crowd[:10]], by=HOUSE, at=NOW)
    assert bound(scheme) == scheme.budget


def test_a_hundred_take_as_many_statements_as_three(cast: Cast, django_assert_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (3, 100):
        scheme = a_scheme(cast.yongchuan, replace(YEAR_TICKET, budget=Decimal(12000)), places=many)
        crowd = [Given(person.pk) for person in people(cast.factory, many)]
        with CaptureQueriesContext(connection) as captured:
            vouchers.issue(scheme=scheme, given=crowd, by=HOUSE, at=NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_claim_for_someone_else_is_refused(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    with pytest.raises(Refused) as refused:
        applications.apply(pool=scheme.pool, person=cast.li.person, by=cast.wang.actor, at=NOW)
    assert refused.value.code == "no-power"
    assert Voucher.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_unions_at_once_one_is_refused(cast: Cast) -> None:
    one, other = a_scheme(cast.factory, YEAR_TICKET), a_scheme(cast.yongchuan, YEAR_TICKET)
    answers = side_by_side(lambda: claim(one, cast.wang.person), lambda: claim(other, cast.wang.person))
    assert sorted(answers) == ["done", "year-limit"]
    assert Voucher.objects.filter(state=VoucherState.ISSUED).count() == 1
    assert contradictions() == []


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_give_each_person_one(cast: Cast) -> None:
    """In opposite orders: no ring of waiting."""
    one, other = a_scheme(cast.factory, YEAR_TICKET), a_scheme(cast.yongchuan, YEAR_TICKET)
    crowd = [Given(person.pk) for person in people(cast.factory, 10)]
    answers = side_by_side(
        lambda: vouchers.issue(scheme=one, given=crowd, by=HOUSE, at=NOW),
        lambda: vouchers.issue(scheme=other, given=crowd[::-1], by=HOUSE, at=NOW),
    )
    assert answers == ["done", "done"]
    states = list(Voucher.objects.order_by("state").values_list("state", flat=True))
    assert states == [VoucherState.ISSUED] * 10 + [VoucherState.WITHHELD] * 10
    assert contradictions() == []
