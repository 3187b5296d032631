"""Money for notices: the nearest budget, never above its cap, and told once."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.cast import BEIJING, HOUSE, NOW, Cast, Player, worker
from tests.factories.notices import SMS, WINDOW, budget, of, price, rule, states, tell, template
from tests.factories.racing import side_by_side
from tests.notices.conftest import Gateways

from tongxin.kernel.refused import Refused
from tongxin.notices import courier
from tongxin.notices.actions import budgets, messages
from tongxin.notices.actions.filling import parts_of
from tongxin.notices.models import Budget, Delivery, Message, Price
from tongxin.people.actions import memberships
from tongxin.people.models import Membership

LATER = NOW + timedelta(minutes=1)


def carry(at: datetime = LATER) -> None:
    courier.carry_all(lambda: at)


def spent(budget_of: Budget) -> Decimal:
    return Budget.objects.get(pk=budget_of.pk).spent


def test_each_message_is_paid_before_it_leaves(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.045")
    purse = budget(cast.yongchuan, "10")
    tell(cast.wang, "a", "b")
    carry()
    assert spent(purse) == Decimal("0.09")
    assert set(Delivery.objects.filter(channel=SMS).values_list("state", "price", "budget")) == {
        ("accepted", Decimal("0.045"), purse.pk),
    }  # fmt: skip


def test_without_a_budget_nothing_that_costs_is_sent_and_the_next_channel_is(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.045")
    budget(cast.jiangjin, "100")
    rule(None, "results", (SMS, 0), (WINDOW, 0))
    tell(cast.wang, "a")
    carry()
    assert states() == [("sms", "skipped", "no_budget"), ("window", "waiting", "")]
    assert gateways[SMS].got == []


def test_what_costs_nothing_asks_for_no_budget(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0")
    tell(cast.wang, "a")
    carry()
    assert of(SMS).state == "accepted"


def test_nearest_at_or_above_pays(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "1")
    above, own = budget(cast.chongqing, "10"), budget(cast.factory, "10")
    tell(cast.wang, "a")
    tell(cast.zhang, "b")
    carry()
    assert (spent(own), spent(above)) == (1, 1)


def test_own_budget_that_is_used_up_does_not_fall_back_on_the_one_above(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "1")
    above, own = budget(cast.chongqing, "10"), budget(cast.factory, "1")
    tell(cast.wang, "a", "b")
    carry()
    assert (spent(own), spent(above)) == (1, 0)
    assert sorted(Delivery.objects.filter(channel=SMS).values_list("state", "why")) == [
        ("accepted", ""),
        ("skipped", "cap"),
    ]


def test_budget_is_of_its_month(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "1")
    march = budget(cast.yongchuan, "1")
    tell(cast.wang, "a", "b")
    carry()
    april = budget(cast.yongchuan, "5", at=datetime(2024, 4, 1, 9, tzinfo=BEIJING))
    tell(cast.wang, "c", at=datetime(2024, 4, 1, 9, tzinfo=BEIJING))
    carry(datetime(2024, 4, 1, 10, tzinfo=BEIJING))
    assert (spent(march), spent(april)) == (1, 1)


def test_cap_is_reached_exactly_and_told_once(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.05")
    purse = budget(cast.yongchuan, "0.10")
    tell(cast.wang, *"abcd")
    carry()
    tell(cast.zhang, "e")
    carry()
    assert spent(purse) == Decimal("0.10")
    assert Delivery.objects.filter(channel=SMS, why="cap").count() == 3
    messages.deliver(at=LATER)
    told = Message.objects.filter(kind="budget.reached")
    assert [row.person_id for row in told] == [cast.admin.person.pk]
    assert told[0].data == {"union": "永川区总工会", "cap": "0.10"}


def test_raised_cap_goes_on_and_is_told_again_when_it_is_reached(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "1")
    budget(cast.yongchuan, "0")
    tell(cast.wang, "a")
    carry()
    purse = budget(cast.yongchuan, "1")
    tell(cast.wang, "b", "c")
    carry()
    messages.deliver(at=LATER)
    assert (spent(purse), Message.objects.filter(kind="budget.reached").count()) == (1, 2)


def test_cap_below_what_is_spent_stops_and_takes_nothing_back(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "1")
    purse = budget(cast.yongchuan, "5")
    tell(cast.wang, "a", "b")
    carry()
    budget(cast.yongchuan, "1")
    tell(cast.wang, "c")
    carry()
    assert (spent(purse), Delivery.objects.get(key="c:sms").why) == (2, "cap")


@pytest.mark.parametrize(
    ("length", "signature", "expected"),
    [
        (1, "", 1),
        (70, "", 1),
        (71, "", 2),
        (62, "永川区总工会", 1),
        (63, "永川区总工会", 2),
        (134, "", 2),
        (135, "", 3),
    ],
)
def test_long_text_is_charged_as_several(length: int, signature: str, expected: int) -> None:
    assert parts_of("字" * length, signature) == expected


def test_long_text_costs_several_times_the_price(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(SMS, by_template=True)
    template(None, SMS, text="字" * 60 + "${title}", names=["title"])
    price(None, SMS, "0.05")
    purse = budget(cast.yongchuan, "1")
    tell(cast.wang, "a")
    carry()
    assert spent(purse) == Decimal("0.10")


def test_price_of_the_day_and_the_nearest_union_counts(cast: Cast, gateways: Gateways) -> None:
    purse = budget(cast.yongchuan, "100")
    price(None, SMS, "9")
    budgets.set_price(union=cast.chongqing, channel=SMS, amount=Decimal(3), valid_from=NOW.date(), by=HOUSE, at=NOW)
    budgets.set_price(
        union=cast.chongqing, channel=SMS, amount=Decimal(5), valid_from=date(2024, 3, 30), by=HOUSE, at=NOW
    )
    tell(cast.wang, "a")
    carry()
    assert spent(purse) == 3
    tell(cast.wang, "b", at=NOW.replace(day=30))
    carry(NOW.replace(day=30, minute=1))
    assert spent(purse) == 8
    assert list(Price.objects.filter(union=cast.chongqing).order_by("valid_from").values_list("valid_from", "valid_to")) == [
        (date(2024, 3, 28), date(2024, 3, 30)), (date(2024, 3, 30), None),
    ]  # fmt: skip


def test_money_is_the_planned_union_s_although_the_worker_moved_since(cast: Cast, gateways: Gateways) -> None:
    price(cast.chongqing, SMS, "1")
    ours, theirs = budget(cast.yongchuan, "5"), budget(cast.jiangjin, "5")
    tell(cast.wang, "a")
    stay = Membership.objects.get(person=cast.wang.person)
    memberships.move(membership=stay, to_union=cast.jiangjin_mill, on=NOW.date(), by=HOUSE, at=NOW)
    carry()
    assert (spent(ours), spent(theirs)) == (1, 0)


def test_past_prices_cannot_be_changed(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        budgets.set_price(
            union=cast.yongchuan, channel=SMS, amount=Decimal(1), valid_from=date(2024, 3, 27), by=HOUSE, at=NOW
        )
    assert refusal.value.code == "price-past"


@pytest.mark.parametrize("who", ["officer", "clerk", "cadre", "auditor", "wang"])
def test_only_who_may_approve_sets_money(cast: Cast, who: str) -> None:
    player: Player = getattr(cast, who)
    for deed in (
        lambda: budgets.set_cap(union=cast.factory, month=NOW.date(), cap=Decimal(1), by=player.actor, at=NOW),
        lambda: budgets.set_price(
            union=cast.factory, channel=SMS, amount=Decimal(1), valid_from=NOW.date(), by=player.actor, at=NOW
        ),
    ):
        with pytest.raises(Refused):
            deed()


def test_amounts_below_nothing_are_refused(cast: Cast) -> None:
    for code, deed in (
        ("budget_cap", lambda: budgets.set_cap(union=cast.factory, month=NOW.date(), cap=Decimal(-1), by=HOUSE, at=NOW)),
        ("price_amount", lambda: budgets.set_price(
            union=cast.factory, channel=SMS, amount=Decimal(-1), valid_from=NOW.date(), by=HOUSE, at=NOW)),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            deed()
        assert refusal.value.code == code


@pytest.mark.django_db(transaction=True)
def test_couriers_at_once_never_spend_more_than_the_cap(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.05")
    purse = budget(cast.yongchuan, "2.00")
    people = [cast.wang, cast.zhang, *(worker(cast.factory, f"工友{n}") for n in range(8))]
    for player in people:
        tell(player, *(f"{player.person.pk}-{n}" for n in range(10)))
    gateways[SMS].batch = 7
    assert side_by_side(*[lambda: courier.carry_much(SMS, lambda: LATER)] * 4) == ["done"] * 4
    serials = [parcel.serial for parcel in gateways[SMS].got]
    assert (len(serials), len(set(serials)), spent(purse)) == (40, 40, Decimal("2.00"))
    assert Delivery.objects.filter(channel=SMS, why="cap").count() == 60
    messages.deliver(at=LATER)
    assert Message.objects.filter(kind="budget.reached").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_set_a_cap_at_once_leave_one_budget(cast: Cast) -> None:
    assert side_by_side(*[lambda: budget(cast.yongchuan, "1")] * 4) == ["done"] * 4
    assert Budget.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_set_a_price_at_once_leave_one_that_holds(cast: Cast) -> None:
    def deed() -> None:
        budgets.set_price(union=cast.yongchuan, channel=SMS, amount=Decimal(1), valid_from=NOW.date(), by=HOUSE, at=NOW)

    assert side_by_side(*[deed] * 4) == ["done"] * 4
    assert Price.objects.count() == 1
