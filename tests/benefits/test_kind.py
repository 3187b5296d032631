"""Vouchers as a kind of the engine: whatever order gave the place, the voucher follows, and goes with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.schemes import CLOSES, PLAN, a_release, a_scheme, a_voucher, claim

from tongxin.benefits.actions import reminders, vouchers
from tongxin.benefits.models import Voucher
from tongxin.benefits.queries.totals import contradictions
from tongxin.benefits.states import VoucherState
from tongxin.calls.actions import allocations, awards, lines, parties
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Application
from tongxin.calls.queries import miscounted
from tongxin.calls.states import ApplicationState, Policy
from tongxin.kernel.refused import Refused
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db


def states() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, state in Voucher.objects.order_by("pk").values_list("person__name", "state"):
        found.setdefault(name, []).append(state)
    return found


def test_a_draw_s_winners_have_vouchers_once_it_is_settled(cast: Cast) -> None:
    manner = Manner(result_at=CLOSES + timedelta(days=1))
    scheme = a_scheme(cast.yongchuan, release=a_release(1, manner=manner))
    entries = [claim(scheme, player.person) for player in (cast.wang, cast.li)]
    assert (Voucher.objects.count(), entries[0].state) == (0, ApplicationState.ENTERED)
    order = [Application.objects.get(pk=entry.pk).ticket for entry in reversed(entries)]
    allocations.settle(call=scheme.call, orders={scheme.pool_id: order}, by=HOUSE, at=CLOSES + timedelta(hours=1))
    assert states() == {"李建国": [VoucherState.ISSUED]}
    assert (contradictions(), miscounted()) == ([], [])


def test_a_place_given_by_an_order_to_someone_out_of_reach_is_withheld_and_passes_on(cast: Cast) -> None:
    """The lane looks at the rule alone, and a membership may have moved since."""
    scheme = a_scheme(cast.factory, places=1)
    first = a_voucher(scheme, cast.wang.person)
    waiting = claim(scheme, cast.li.person)
    with writing():
        row = waiting.applicants.get()
        row.person = cast.gao.person
        row.save(update_fields=["person"])
    vouchers.give_back(voucher=first, by=cast.wang.actor, at=NOW)
    assert states()["高松"] == [VoucherState.WITHHELD]
    assert "不在这项福利的发放范围" in Voucher.objects.get(person=cast.gao.person).moves.get().why
    reminders.pass_on(by=HOUSE, at=NOW)
    assert states()["高松"] == [VoucherState.PASSED]
    assert (contradictions(), miscounted()) == ([], [])


def test_suspended_by_an_objection_and_restored_it_is_a_new_one(cast: Cast) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    assert voucher.award is not None
    award = awards.suspend(award=voucher.award, why="有异议", by=HOUSE, at=NOW)
    assert states() == {"王小华": [VoucherState.RETURNED]}
    awards.restore(award=award, why="异议不成立", by=HOUSE, at=NOW)
    assert states() == {"王小华": [VoucherState.RETURNED, VoucherState.ISSUED]}
    assert (contradictions(), miscounted()) == ([], [])


def test_what_was_used_cannot_be_suspended(cast: Cast) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    vouchers.spend(voucher=voucher, redemption_ref="r", by=HOUSE, at=NOW)
    assert voucher.award is not None
    with pytest.raises(Refused, match="使用过"):
        awards.suspend(award=voucher.award, why="有异议", by=HOUSE, at=NOW)


def test_the_line_moves_up_and_the_next_has_a_voucher(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, replace(PLAN), places=1)
    a_voucher(scheme, cast.wang.person)
    assert claim(scheme, cast.li.person).state == ApplicationState.WAITING
    with writing():
        pool = lines.lock_pool(scheme.pool_id)
        assert lines.fill(pool, by=HOUSE, at=NOW) == []
    assert states() == {"王小华": [VoucherState.ISSUED]}


def test_party_has_a_voucher_each_and_nobody_without_a_record(cast: Cast) -> None:
    manner = Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="够发。", party_most=3)
    scheme = a_scheme(cast.yongchuan, release=a_release(5, manner=manner))
    mine = claim(scheme, cast.wang.person)
    parties.join(application=mine, person=cast.li.person, by=HOUSE, at=NOW)
    assert states() == {"王小华": [VoucherState.ISSUED], "李建国": [VoucherState.ISSUED]}
    with pytest.raises(Refused) as refusal:
        parties.bring(application=mine, companions=1, by=HOUSE, at=NOW)
    assert refusal.value.code == "no-companions"
    parties.leave(application=mine, person=cast.li.person, by=HOUSE, at=NOW)
    assert (states()["李建国"] == [VoucherState.ISSUED], Application.objects.get().size) == (False, 1)
    assert (contradictions(), miscounted()) == ([], [])
