"""A scheme released through the lane, from the catalogue line to the partner's drawer: who may, came, has; and what it adds up to.

Everything is the house's own: the lane's application takes the claims, its job gives the places, benefits makes the vouchers.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, TODAY, Cast, Player, worker
from tests.factories.calls import a_group, as_couriers
from tests.factories.counters import Counter, a_counter, shown, text_of
from tests.factories.lanes import QUICK, come
from tests.factories.racing import side_by_side
from tests.factories.schemes import LAST, YEAR_TICKET, a_draft, a_release, a_scheme, a_voucher
from tests.web.conftest import Clock, as_worker, clock
from tests.web.lane_caller import Ask, ask, passes

from tongxin.benefits.actions import redemptions, schemes, settlements, shifts, vouchers
from tongxin.benefits.actions.schemes import Plan
from tongxin.benefits.jobs import expire, pass_on
from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.queries.tills import drawer_of
from tongxin.benefits.queries.totals import contradictions, totals
from tongxin.benefits.states import VoucherState
from tongxin.calls.actions import lanes, settling
from tongxin.calls.jobs import settle_lanes
from tongxin.calls.models import Arrival, Award
from tongxin.calls.queries import miscounted
from tongxin.figures.vouchers import sheet
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.records.models import JournalEntry, OutboxRow

pytestmark = pytest.mark.django_db
SEEN_BY_OTHERS = pytest.mark.django_db(transaction=True)
__all__ = ["as_worker", "clock"]
DAYS_BEFORE = NOW - timedelta(days=3)
COURIERS = "快递员"


class Rush:
    """永川's year ticket for couriers: five places at NOW, each 120 yuan of dues, and not a yuan more."""

    def __init__(self, cast: Cast, clock: Clock, places: int = 5) -> None:
        self.cast, self.clock = cast, clock
        rule = a_group(cast.yongchuan, "courier", COURIERS)
        plan = replace(YEAR_TICKET, budget=Decimal(120 * places))
        release = a_release(places, opens=NOW, closes=NOW + timedelta(hours=2), manner=QUICK, rule_version=rule)
        scheme = a_draft(cast.yongchuan, plan, release=release)
        scheme = schemes.open_lane(scheme=scheme, by=cast.admin.actor, at=DAYS_BEFORE)
        a_scheme(cast.factory, YEAR_TICKET)  # loads the year's limit: two of 120 yuan are over it
        self.scheme = schemes.publish(scheme=scheme, by=cast.admin.actor, at=DAYS_BEFORE)
        self.pool = self.scheme.pool
        self.crowd = couriers(cast, 8)

    def let_in(self, players: Sequence[Player]) -> None:
        """Days before, each for themselves."""
        for player in players:
            lanes.let_in(pool=self.pool, person=player.person, by=player.actor, at=DAYS_BEFORE)

    def enter(self, players: Sequence[Player]) -> list[int]:
        """All at once through the lane; their numbers."""
        answers = ask(*(Ask(f"/lane/{self.pool.public_id}", passes(self.pool, player.person.pk)) for player in players))
        assert {answer.status for answer in answers} == {200}
        return [answer.told["no"] for answer in answers]

    def come(self) -> None:
        """What a batch of the lane writes."""
        come(self.pool, [player.person for player in self.crowd])

    def settle(self, most: int = settling.MOST) -> int:
        return settling.settle(pool=self.pool, by=HOUSE, at=self.clock.now, most=most)

    def elsewhere(self, player: Player) -> None:
        """Another union gives the same person a ticket meanwhile."""
        other = Scheme.objects.exclude(pk=self.scheme.pk).get(name=YEAR_TICKET.name)
        a_voucher(other, player.person)

    def states(self) -> dict[str, str]:
        rows = Voucher.objects.filter(scheme=self.scheme).order_by("pk")
        return dict(rows.values_list("person__name", "state"))

    def resize(self, places: int) -> str:
        """ "done", or why not."""
        call = self.scheme.call
        try:
            schemes.set_release(
                scheme=self.scheme, places=places, opens=call.opens, closes=call.closes, by=self.cast.admin.actor,
                at=self.clock.now,
            )  # fmt: skip
        except Refused as refusal:
            return refusal.code
        return "done"

    def adds_up(self) -> None:
        scheme = Scheme.objects.get(pk=self.scheme.pk)
        found = totals([scheme.pk])[scheme.pk]
        ends = (VoucherState.REDEEMED, VoucherState.EXPIRED, VoucherState.RETURNED, VoucherState.REFUNDED)
        assert found.issued == sum(found.count(state) for state in ends) + found.live
        assert scheme.bound == 120 * (found.live + found.count(VoucherState.REDEEMED)) <= scheme.budget
        assert (contradictions(), miscounted()) == ([], [])


def couriers(cast: Cast, many: int) -> list[Player]:
    players = [worker(cast.factory, f"甲{n}", login=f"courier{n}", phone=False) for n in range(1, many + 1)]
    as_couriers([player.person for player in players])
    return [Player(Person.objects.get(pk=player.person.pk), player.account) for player in players]


@pytest.fixture
def rush(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Rush:
    """The lane goes by the machine's own clock, jobs by theirs: all of them at NOW."""
    began = time.monotonic_ns()
    monkeypatch.setattr(time, "time_ns", lambda: int(clock.now.timestamp() * 1e9) + time.monotonic_ns() - began)
    monkeypatch.setattr("tongxin.calls.jobs.now", lambda: clock.now)
    monkeypatch.setattr("tongxin.benefits.jobs.now", lambda: clock.now)
    return Rush(cast, clock)


def page_of(rush: Rush, client: Client) -> str:
    return client.get(f"/releases/{rush.pool.public_id}/").content.decode()


def reads(rush: Rush, client: Client) -> str:
    """The heading of the release's page for this worker."""
    return page_of(rush, client).partition('<h1 class="w-h1">')[2].partition("</h1>")[0]


def redeemed(counter: Counter, voucher: Voucher, at: datetime) -> None:
    opened = shown(voucher, at=at)
    redemptions.redeem(shift=counter.shift, text=text_of(opened), request=opened.public_id, at=at)


@SEEN_BY_OTHERS
def test_from_the_rule_to_the_partner_s_drawer_everything_adds_up(
    cast: Cast, clock: Clock, rush: Rush, as_worker: Callable[[Player], Client]
) -> None:
    """Eight for five: one is over the year's limit, one gives back, one uses it, the rest expire."""
    first, second, third, *others = rush.crowd
    rush.let_in(rush.crowd)
    assert rush.enter(rush.crowd) == list(range(1, 9))
    rush.elsewhere(second)  # entered with room in the year, and has none by now
    settle_lanes(0)
    assert rush.states() == {"甲1": "issued", "甲2": "withheld", "甲3": "issued", "甲4": "issued", "甲5": "issued"}
    pass_on(0)
    settle_lanes(0)
    assert rush.states()["甲6"] == "issued"
    vouchers.give_back(voucher=Voucher.objects.get(person=third.person), by=third.actor, at=clock.now)
    settle_lanes(0)
    assert rush.states() == {
        "甲1": "issued", "甲2": "passed", "甲3": "returned", "甲4": "issued", "甲5": "issued", "甲6": "issued",
        "甲7": "issued",
    }  # fmt: skip
    rush.adds_up()

    seen = [reads(rush, as_worker(player)) for player in (first, second, third, others[-1])]
    assert seen == ["领到了", "名额已收回", "您已退回", "这次没领到"]

    counter = a_counter(cast, scheme=rush.scheme)
    redeemed(counter, Voucher.objects.get(person=first.person), clock.now)
    shifts.close_shift(shift=counter.shift, counted=Decimal("120.00"), at=clock.now)
    tomorrow = NOW + timedelta(days=1)
    made = settlements.draw_up(partner=counter.partner, last=TODAY, by=cast.officer.on(tomorrow.date()), at=tomorrow)
    assert made.total == drawer_of(counter.shift).total == Decimal("120.00")

    clock.now = datetime.combine(LAST, NOW.timetz()) + timedelta(days=1)
    expire(0)
    found = sheet(cast.reader.actor, LAST + timedelta(days=1))
    (row,) = [one for one in found.rows if one.union == cast.yongchuan]
    assert row.ends == {"redeemed": 1, "refunded": 0, "expired": 4, "returned": 1, "live": 0}
    assert (row.issued, found.adds_up) == (6, True)
    rush.adds_up()
    settle_lanes(0)
    assert Arrival.objects.filter(pool=rush.pool).count() == 8


def test_who_may_not_has_no_entry_and_reads_why(cast: Cast, rush: Rush) -> None:
    """The rule, the reach and the year are asked days before; nobody stands in the line for nothing."""
    used = rush.crowd[0]
    rush.elsewhere(used)
    as_couriers([cast.gao.person])
    codes = []
    for player in (cast.zhang, cast.wang, cast.gao, used):
        with pytest.raises(Refused) as refused:
            rush.let_in([Player(Person.objects.get(pk=player.person.pk), player.account)])
        codes.append(refused.value.code)
    assert codes == ["not-eligible", "eligibility-unknown", "not-in-reach", "year-limit"]
    assert not Arrival.objects.exists()


def test_whose_year_is_used_up_meanwhile_reads_it_and_the_place_goes_on(
    rush: Rush, as_worker: Callable[[Player], Client]
) -> None:
    """Two of 120 yuan in one year are not given, though the entry of days before was right."""
    second = rush.crowd[1]
    rush.come()
    rush.elsewhere(second)
    rush.settle()
    assert reads(rush, as_worker(second)) == "轮到您了，暂时不能给您"
    assert "今年各级工会给您的已到每人每年的上限" in page_of(rush, as_worker(second))
    assert (rush.settle(), Scheme.objects.get(pk=rush.scheme.pk).bound) == (0, Decimal(480))
    pass_on(0)
    rush.settle()
    assert reads(rush, as_worker(second)) == "名额已收回"
    assert "已到每人每年的上限，名额让给了下一位" in page_of(rush, as_worker(second))
    assert OutboxRow.objects.get(kind="place.withdrawn").person == second.person.pk
    assert JournalEntry.objects.filter(verb="voucher.withheld").count() == 1
    assert OutboxRow.objects.get(kind="place.moved-up").person == rush.crowd[5].person.pk
    assert list(rush.states()) == ["甲1", "甲2", "甲3", "甲4", "甲5", "甲6"]
    rush.adds_up()


def test_a_pool_shrunk_in_the_middle_gives_what_is_left_and_takes_nothing_away(rush: Rush) -> None:
    rush.come()
    assert rush.settle(most=3) == 3
    assert [rush.resize(places) for places in (2, 4)] == ["places-taken", "done"]
    assert (rush.settle(), rush.settle()) == (1, 0)
    assert list(rush.states()) == ["甲1", "甲2", "甲3", "甲4"]
    assert JournalEntry.objects.filter(verb="scheme.release-set").count() == 1
    rush.adds_up()


def test_more_places_than_the_money_reaches_for_are_refused(rush: Rush) -> None:
    """When the budget is exhausted the line stands; with more money, and places for it, it goes on."""
    rush.come()
    rush.settle()
    assert (rush.resize(6), rush.settle()) == ("budget-below-places", 0)
    scheme = Scheme.objects.get(pk=rush.scheme.pk)
    assert scheme.bound == scheme.budget
    plan = Plan(**{field.name: getattr(scheme, field.name) for field in fields(Plan)} | {"budget": Decimal(720)})
    schemes.edit(scheme=scheme, plan=plan, by=rush.cast.admin.actor, at=NOW)
    assert (rush.resize(6), rush.settle()) == ("done", 1)
    assert list(rush.states())[-1] == "甲6"
    rush.adds_up()


@SEEN_BY_OTHERS
def test_shrinking_beside_the_giving_never_gives_one_too_many(rush: Rush) -> None:
    rush.come()

    def give() -> None:
        while rush.settle(most=1):
            pass

    side_by_side(give, lambda: rush.resize(3), give)
    places = Scheme.objects.get(pk=rush.scheme.pk).pool.units
    assert Award.objects.filter(pool=rush.pool).count() == places
    assert list(rush.states()) == [f"甲{n}" for n in range(1, places + 1)]
    rush.adds_up()


def test_the_day_after_its_last_day_nobody_waits_and_no_other_release_is_held_up(rush: Rush) -> None:
    """A place that comes back too late can be given to nobody: the line ends, and says so."""
    rush.come()
    rush.elsewhere(rush.crowd[0])
    rush.settle()
    rush.clock.now = datetime.combine(LAST, NOW.timetz()) + timedelta(days=1)
    pass_on(0)  # the place is free, and may be nobody's any more
    settle_lanes(0)
    assert rush.states()["甲1"] == "passed"
    assert "甲6" not in rush.states()
    expire(0)
    assert JournalEntry.objects.get(verb="pool.line-ended").of_id == rush.pool.public_id
    assert set(rush.states().values()) == {"passed", "expired"}
    rush.adds_up()
