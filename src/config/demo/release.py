"""Two releases as the demo shows them: one to come, for which one can take an entry, and one that is over. All invented.

The past one was really entered: its people have numbers, its first ones a voucher each, and every receipt can be checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from config.demo import draws, rules
from config.demo.benefits import SLUG, TRIPS
from config.demo.plans import LOCAL, at_hour
from config.demo.planting import YONGCHUAN
from tongxin.benefits.actions import partners, schemes
from tongxin.benefits.actions.schemes import Plan, Release
from tongxin.benefits.models import Brand, CatalogueLine, Partner, Scheme
from tongxin.benefits.states import Fund, SchemeKind, Theme
from tongxin.calls.actions import lanes, reserves, settling
from tongxin.calls.actions.arrive import Into, arrive
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Call, Lane
from tongxin.calls.states import Policy
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

LEVEL: Final = Manner(
    policy=Policy.LEVEL_START,
    level_minutes=5,
    policy_reason="当天的演出，当天要知道有没有票；前5分钟进来的人抽签（示例）",
)
QUICK: Final = Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多，当天用（示例）")
GAP: Final = 137  # milliseconds between two people of the past one
PLACES: Final = 40
DRAWN_AFTER: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Made:
    """What is told of one of them."""

    name: str
    value: str
    places: int
    opens: datetime
    manner: Manner
    for_gig_workers: int = 0  # so many places are kept for them


@atomic
def plant(*, people: Sequence[Person], by: Actor, at: datetime) -> None:
    """After brand and catalogue. `people` entered the past one in this order; there are more of them than places.

    What is there already stays.
    """
    if Lane.objects.exists():
        return
    brand, line = Brand.objects.get(slug=SLUG), CatalogueLine.objects.get(code=TRIPS)
    union = Union.objects.get(code=YONGCHUAN)
    before = at_hour(at - timedelta(days=10), 10)
    past = Made("文旅周末券50元（示例发放）", "50", PLACES, before, QUICK)
    over = _scheme(union, brand, line, past, by=by, at=before - timedelta(days=3))
    into = Into(over.pool.pk, over.pool.public_id, over.pool.union_id, over.pool.federation)
    first = int(before.timestamp() * 1000) + 212
    persons = [person.pk for person in people]
    arrive(into=into, persons=persons, moments=[first + n * GAP for n in range(len(persons))])
    settling.settle(pool=over.pool, by=by, at=before + timedelta(seconds=20))
    soon = Made(
        "元旦文旅券100元（示例发放）", "100", 2_000, at_hour(at + timedelta(days=3), 10), LEVEL, for_gig_workers=400
    )
    _scheme(union, brand, line, soon, by=by, at=at)


def _scheme(union: Union, brand: Brand, line: CatalogueLine, made: Made, *, by: Actor, at: datetime) -> Scheme:
    """Entered by the lane: made so before it is published. The union's partners take its vouchers."""
    worth, starts = Decimal(made.value), made.opens.astimezone(LOCAL).date()
    plan = Plan(
        name=made.name, kind=SchemeKind.VALUE, value=worth, budget=worth * made.places, starts=starts, fund=Fund.PUBLIC,
        last_day=starts + timedelta(days=90), where="川渝的示例景区和酒店", theme=Theme.OTHER, brand=brand,
        line=line,
    )  # fmt: skip
    release = Release(places=made.places, opens=made.opens, closes=made.opens + timedelta(hours=8), manner=made.manner)
    drafted = schemes.draft(union=union, plan=plan, release=release, by=by, at=at)
    lanes.open_lane(pool=drafted.pool, by=by, at=at)
    if made.for_gig_workers:
        words = "货车司机、网约车司机、快递员和外卖配送员"
        kept = reserves.Plan("新就业形态", words, made.for_gig_workers, rules.gig_workers(by=by, at=at))
        reserves.keep(pool=drafted.pool, plans=[kept], by=by, at=at)
    if made.manner.policy == Policy.LEVEL_START:  # the draw of its first minutes is announced with it; two have sealed
        announced = draws.announce(Call.objects.get(pools=drafted.pool), made.opens + DRAWN_AFTER, by=by, at=at)
        draws.commit(announced, by=by, at=at, first=2)
    published = schemes.publish(scheme=drafted, by=by, at=at)
    for partner in Partner.objects.filter(union=union):
        partners.accept(partner=partner, scheme=published, starts=by.on, by=by, at=at)
    return published
