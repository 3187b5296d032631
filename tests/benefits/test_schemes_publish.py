"""Drafting, publishing, changing and stopping: money is checked before anybody can ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.schemes import (
    AS_THEY_COME,
    CLOSES,
    LAST,
    OPENS,
    PLAN,
    YEAR_TICKET,
    a_draft,
    a_release,
    a_scheme,
    a_voucher,
    claim,
    recognised,
)

from tongxin.benefits.actions import reminders, schemes, vouchers
from tongxin.benefits.models import CatalogueLine, Scheme, Voucher
from tongxin.benefits.states import SchemeKind, SchemeState, VoucherState
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Application
from tongxin.kernel.refused import Refused
from tongxin.rulebook.actions import rules, shipped
from tongxin.rulebook.models import RuleVersion
from tongxin.rules.conditions import Compare
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as found:
        yield
    assert found.value.code == code


def test_published_it_names_its_catalogue_line(cast: Cast) -> None:
    draft = schemes.draft(
        union=cast.yongchuan, plan=PLAN, release=schemes.Release(10, OPENS, CLOSES), by=cast.officer.actor, at=NOW
    )
    with refused("line-missing"):
        schemes.publish(scheme=draft, by=cast.officer.actor, at=NOW)


def test_only_with_the_power_there(cast: Cast) -> None:
    with refused("no-power"):
        schemes.draft(
            union=cast.yongchuan,
            plan=PLAN,
            release=schemes.Release(1, OPENS, CLOSES),
            by=cast.sibling_officer.actor,
            at=NOW,
        )
    with refused("no-power"):
        schemes.publish(scheme=a_draft(cast.yongchuan), by=cast.clerk.actor, at=NOW)


def test_the_budget_must_reach_for_every_place(cast: Cast) -> None:
    draft = a_draft(cast.yongchuan, places=11)
    with refused("budget-below-places"):
        schemes.publish(scheme=draft, by=HOUSE, at=OPENS)


def test_a_draw_after_the_last_day_could_give_nothing(cast: Cast) -> None:
    manner = Manner(result_at=NOW.replace(month=7, day=1))
    with refused("window-after-scheme"):
        schemes.publish(scheme=a_draft(cast.yongchuan, release=a_release(manner=manner)), by=HOUSE, at=OPENS)


def test_one_ticket_above_the_years_limit_is_refused_with_its_clause(cast: Cast) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)
    draft = a_draft(cast.yongchuan, replace(YEAR_TICKET, value=Decimal("200.01"), budget=Decimal(5000)))
    with pytest.raises(Refused, match="每人每年不超过200元") as found:
        schemes.publish(scheme=draft, by=HOUSE, at=OPENS)
    assert found.value.code == "value-over-limit"


def test_a_limit_that_nobody_has_entered_stops_it(cast: Cast) -> None:
    draft = a_draft(cast.yongchuan, replace(PLAN, limit_key="nobody_knows"))
    with refused("limit-unknown"):
        schemes.publish(scheme=draft, by=HOUSE, at=OPENS)


def test_a_rule_with_an_unknown_fact_stops_it(cast: Cast) -> None:
    """Such a version cannot be published any more; one from before is still caught here."""
    rule = rules.add_rule(union=cast.yongchuan, name="谁可以领", by=HOUSE, at=NOW)
    made = rules.publish(
        rule=rule, condition=Compare("age", ">=", 18, "年满18周岁"), valid_from=TODAY, by=HOUSE, at=NOW
    )
    condition = {**made.condition, "fact": "star_sign"}
    with writing():
        RuleVersion.objects.filter(pk=made.pk).update(condition=condition)
    made.refresh_from_db()
    release = schemes.Release(10, OPENS, CLOSES, rule_version=made)
    draft = a_draft(cast.yongchuan, release=release)
    with refused("rule-fact"):
        schemes.publish(scheme=draft, by=HOUSE, at=OPENS)


def test_an_item_says_what_it_is(cast: Cast) -> None:
    with refused("item-missing"):
        a_draft(cast.yongchuan, replace(PLAN, kind=SchemeKind.ITEM))


@pytest.mark.parametrize(
    ("change", "code"),
    [({"value": Decimal(0)}, "scheme_value"), ({"last_day": TODAY - timedelta(days=1)}, "scheme_days"),
     ({"budget": Decimal(-1)}, "scheme_within_budget"), ({"good_days": 0}, "scheme_good_days")],
)  # fmt: skip
def test_the_database_refuses_what_makes_no_sense(cast: Cast, change: dict[str, object], code: str) -> None:
    with refused(code):
        a_draft(cast.yongchuan, replace(PLAN, **change))  # type: ignore[arg-type]


def test_a_budget_cannot_be_cut_below_what_is_issued_and_open(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    a_voucher(scheme, cast.wang.person)
    plan = replace(PLAN, line=scheme.line)
    with pytest.raises(Refused, match="已发出的券占用100元，还开放着9个名额（900元），预算不能少于1000元"):
        schemes.edit(scheme=scheme, plan=replace(plan, budget=Decimal(999)), by=HOUSE, at=NOW)
    schemes.set_release(scheme=scheme, places=1, opens=OPENS, closes=CLOSES, by=HOUSE, at=NOW)
    schemes.edit(scheme=scheme, plan=replace(plan, budget=Decimal(100)), by=HOUSE, at=NOW)
    with refused("budget-below-places"):
        schemes.set_release(scheme=scheme, places=2, opens=OPENS, closes=CLOSES, by=HOUSE, at=NOW)


def test_places_cannot_shrink_below_what_was_given(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    for player in (cast.wang, cast.li):
        a_voucher(scheme, player.person)
    with refused("places-taken"):
        schemes.set_release(scheme=scheme, places=1, opens=OPENS, closes=CLOSES, by=HOUSE, at=NOW)


def test_what_was_promised_stays(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    plan = replace(PLAN, line=scheme.line)
    for change in ({"value": Decimal(50)}, {"last_day": LAST - timedelta(days=1)}, {"limit_key": "other"}):
        with refused("scheme-fixed"):
            schemes.edit(scheme=scheme, plan=replace(plan, **change), by=HOUSE, at=NOW)  # type: ignore[arg-type]
    later = replace(plan, last_day=LAST + timedelta(days=1), about="多一天", budget=Decimal(2000))
    schemes.edit(scheme=scheme, plan=later, by=HOUSE, at=NOW)
    assert Scheme.objects.get(pk=scheme.pk).about == "多一天"


def test_stopped_the_line_is_ended_and_what_was_issued_stays_good(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, places=1)
    voucher = a_voucher(scheme, cast.wang.person)
    waiting = claim(scheme, cast.li.person)
    with refused("why-missing"):
        schemes.withdraw(scheme=scheme, why="", by=HOUSE, at=NOW)
    schemes.withdraw(scheme=scheme, why="景区维修", by=HOUSE, at=NOW)
    assert Application.objects.get(pk=waiting.pk).state == "ended"
    with refused("call-not-published"):
        claim(scheme, cast.zhang.person)
    with refused("vouchers-live"):
        schemes.close(scheme=scheme, by=HOUSE, at=NOW)
    vouchers.spend(voucher=voucher, redemption_ref="r", by=HOUSE, at=NOW)
    assert schemes.close(scheme=scheme, by=HOUSE, at=NOW).state == SchemeState.CLOSED


def test_two_in_one_call_are_ranked_against_each_other(cast: Cast) -> None:
    one = a_draft(cast.yongchuan)
    other = a_draft(cast.yongchuan, beside=one)
    assert (one.call_id == other.call_id, one.pool_id == other.pool_id) == (True, False)
    for scheme in (one, other):
        schemes.publish(scheme=scheme, by=HOUSE, at=OPENS)
    claim(one, cast.wang.person)
    with refused("one-per-call"):
        claim(other, cast.wang.person)
    with refused("beside-published"):
        a_draft(cast.yongchuan, beside=one)


def test_a_window_ends_before_the_first_of_all_that_are_given_together(cast: Cast) -> None:
    """Else whoever is drawn for the other one could be given nothing, and the whole draw would be refused."""
    first = a_draft(cast.yongchuan)
    second = schemes.draft(
        union=cast.yongchuan, plan=replace(PLAN, name="短的", last_day=TODAY + timedelta(days=3), line=first.line),
        release=a_release(), beside=first, by=HOUSE, at=OPENS,
    )  # fmt: skip
    closes = NOW + timedelta(days=4)
    with refused("window-after-scheme"):
        schemes.set_release(scheme=first, places=10, opens=OPENS, closes=closes, by=HOUSE, at=OPENS)
    closes = NOW + timedelta(days=3)
    schemes.set_release(scheme=first, places=10, opens=OPENS, closes=closes, by=HOUSE, at=OPENS)
    second.call.refresh_from_db()
    assert second.call.closes == closes


def test_good_for_some_days_it_ends_with_them_or_with_the_scheme(cast: Cast) -> None:
    days = [
        a_voucher(a_scheme(cast.yongchuan, replace(PLAN, good_days=n)), cast.wang.person).last_day for n in (1, 7, 999)
    ]
    assert days == [TODAY, TODAY + timedelta(days=6), LAST]
    assert set(Voucher.objects.values_list("state", flat=True)) == {VoucherState.ISSUED}


def test_members_of_a_recognised_union_count_for_its_hours(cast: Cast) -> None:
    """A factory's own scheme, open to all of Sichuan by an agreement: riders there are riders here."""
    shipped.load_parameters(by=HOUSE, at=NOW)
    noon = NOW.replace(hour=12)
    release = schemes.Release(10, noon, CLOSES + timedelta(days=1), manner=AS_THEY_COME)
    own, open_to_all = (
        a_draft(cast.jinjiang_shop, replace(PLAN, universal=more), release=release) for more in (False, True)
    )
    assert schemes.publish(scheme=own, by=HOUSE, at=NOW).state == SchemeState.PUBLISHED
    recognised(cast.sichuan, cast.chongqing)
    with refused("busy-hours"):
        schemes.publish(scheme=open_to_all, by=HOUSE, at=NOW)


def test_what_is_published_beside_another_brings_its_reach(cast: Cast) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)
    one = a_draft(cast.factory, release=a_release(opens=NOW.replace(hour=12), closes=CLOSES + timedelta(days=1)))
    other = a_draft(cast.factory, beside=one, reach=[cast.riders])
    for scheme in (one, other):
        with refused("busy-hours"):
            schemes.publish(scheme=scheme, by=HOUSE, at=NOW)


def test_more_days_are_also_for_what_people_hold_already(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    held, back = a_voucher(scheme, cast.wang.person), a_voucher(scheme, cast.li.person)
    vouchers.give_back(voucher=back, why="不用", by=HOUSE, at=NOW)
    later = replace(PLAN, line=scheme.line, last_day=LAST + timedelta(days=31))
    schemes.edit(scheme=scheme, plan=later, by=HOUSE, at=NOW)
    assert Voucher.objects.get(pk=held.pk).last_day == LAST + timedelta(days=31)
    assert Voucher.objects.get(pk=back.pk).last_day == LAST


def test_a_budget_reaches_for_places_that_are_withheld_and_will_go_on(cast: Cast) -> None:
    """王's is withheld by the year's limit; the next in line gets it, and the money must be there."""
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET, places=1)
    first = a_voucher(scheme, cast.li.person)
    claim(scheme, cast.wang.person)
    claim(scheme, cast.zhang.person)
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    vouchers.give_back(voucher=first, why="不用", by=HOUSE, at=NOW)
    with refused("budget-below-issued"):
        schemes.edit(scheme=scheme, plan=replace(YEAR_TICKET, line=scheme.line, budget=Decimal(119)), by=HOUSE, at=NOW)
    schemes.edit(scheme=scheme, plan=replace(YEAR_TICKET, line=scheme.line, budget=Decimal(120)), by=HOUSE, at=NOW)
    assert reminders.pass_on(by=HOUSE, at=NOW) == 1
    assert Voucher.objects.get(scheme=scheme, person=cast.zhang.person).state == VoucherState.ISSUED


def test_a_line_that_was_ended_is_nothing_to_refer_to(cast: Cast) -> None:
    draft = a_draft(cast.yongchuan)
    with writing():
        CatalogueLine.objects.filter(pk=draft.line_id).update(ended_on=TODAY, ended_why="并入另一项")
    with refused("line-ended"):
        schemes.publish(scheme=draft, by=HOUSE, at=NOW)
