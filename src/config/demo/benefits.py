"""百万职工游巴蜀 as the demo shows it: what is known of it is said, everything else is invented and says so.

Known (reports of January 2024): from 2024-01-01 dues may buy a Sichuan-Chongqing culture and tourism year ticket of at
most 200 yuan a person and year, and grass-roots unions may hold activities across both provinces.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from config.demo.plans import LOCAL
from config.demo.planting import JINJIANG, YONGCHUAN, firm_code
from tongxin.benefits.actions import brands, recognitions, schemes, vouchers
from tongxin.benefits.actions.schemes import Plan, Release
from tongxin.benefits.models import Brand, CatalogueLine, Recognition, Scheme, Voucher
from tongxin.benefits.states import Fund, SchemeKind, Theme
from tongxin.calls.actions import applications
from tongxin.calls.actions.calls import Manner
from tongxin.calls.states import Policy
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.store.atomic import atomic
from tongxin.unions.actions import agreements
from tongxin.unions.models import Union

SLUG: Final = "you-bashu"
NAME: Final = "百万职工游巴蜀"
CHONGQING, SICHUAN = "500000", "510000"
AGREEMENT: Final = "川渝工会普惠福利互认协议（示例）"
TICKET, TRIPS, FILMS = "chuan-yu-year-ticket", "trips-across", "film-and-parks"
LIMIT: Final = "year_ticket_person_year_most"
ABOUT: Final = "川渝两地工会一起办：年票、线路、演出，和基层工会跨川渝的出行。"
SAID: Final = (
    "从2024年1月1日起，可以用会费为会员买川渝文旅年票，每人每年不超过200元；"
    "基层工会可以跨川渝组织活动。（据2024年1月5日的公开报道，未见原文，文号没有查到）"
)
MADE_UP: Final = (
    "这一页上的每一项福利，它的名称、金额、名额、地点和日期，两地的互认协议，还有领到券的人，都是为演示虚构的。"
)
ENOUGH: Final = Manner(Policy.ORDER_OF_ARRIVAL, "名额够，随时可以领（示例）")
CLAIMS: Final = 24  # of each scheme that is open to the county


@dataclass(frozen=True, slots=True)
class Made:
    """One scheme of the demo. `days`: for how long it is good from today; `manner`: by what order it is given."""

    union: str
    name: str
    theme: Theme
    value: str
    places: int
    line: str
    item: str = ""
    where: str = ""
    about: str = ""
    fund: Fund = Fund.UNION
    limit: str = ""
    least: str = ""
    universal: bool = False
    drawn: bool = False
    days: int = 200
    reach: Sequence[str] = field(default_factory=tuple)


MADE: Final = (
    Made(firm_code(YONGCHUAN, 0), "川渝文旅年票（示例，本单位工会买）", Theme.YEAR_TICKET, "120", 200, TICKET, "年票1张",
         "年票上的川渝景区", "本单位工会用会费买，一人一张。", Fund.DUES, LIMIT),
    Made(YONGCHUAN, "川渝文旅年票（示例，区总工会买）", Theme.YEAR_TICKET, "120", 2000, TICKET, "年票1张",
         "年票上的川渝景区", "单位工会已经买过的，两张合起来超过每人每年200元，领不了。", Fund.DUES, LIMIT),
    Made(SICHUAN, "天府文旅年票（示例）", Theme.YEAR_TICKET, "80", 5000, TICKET, "年票1张", "四川的示例景区",
         "普惠福利，凭互认协议，重庆的会员也能领。", Fund.DUES, LIMIT, universal=True),
    Made(CHONGQING, "春季文旅券100元（示例）", Theme.OTHER, "100", 5000, TRIPS, where="川渝的示例景区和酒店",
         fund=Fund.PUBLIC, least="200", universal=True),
    Made(YONGCHUAN, "大足石刻到安岳石窟一日（示例线路）", Theme.ROUTE, "150", 80, TRIPS, "一日游1位",
         "永川出发，当日往返", "看石刻，走巴蜀古道，中午在安岳吃饭。当日往返。"),
    Made(CHONGQING, "川剧《白蛇传》职工专场（示例）", Theme.SHOW, "60", 40, FILMS, "演出票1张", "重庆的示例剧场",
         "先报名，截止后抽签。", universal=True, drawn=True),
    Made(firm_code(JINJIANG, 0), "成都到永川茶山竹海一日（示例出行）", Theme.OUTING, "130", 45, TRIPS, "出行1位",
         "锦江出发，当日往返", "四川的基层工会到重庆办的活动。"),
    Made(firm_code(YONGCHUAN, 1), "永川到成都锦江一日（示例出行）", Theme.OUTING, "130", 45, TRIPS, "出行1位",
         "永川出发，当日往返", "重庆的基层工会到四川办的活动。"),
)  # fmt: skip


@atomic
def plant(*, people: Sequence[Person], by: Actor, at: datetime) -> None:
    """What is there already stays. `people`: members at 永川 who claim some. After the catalogue, whose lines it names."""
    unions = {
        union.code: union for union in Union.objects.filter(code__in={CHONGQING, SICHUAN, *(one.union for one in MADE)})
    }
    chongqing, sichuan = unions[CHONGQING], unions[SICHUAN]
    if Brand.objects.filter(slug=SLUG).exists():
        return
    _recognise(chongqing, sichuan, by=by, at=at)
    brand = brands.add(union=chongqing, slug=SLUG, name=NAME, about=ABOUT, said=SAID, made_up=MADE_UP, by=by, at=at)
    lines = {line.code: line for line in CatalogueLine.objects.all()}
    for one in MADE:
        scheme = _scheme(one, unions[one.union], brand, lines[one.line], by=by, at=at)
        if one.union == YONGCHUAN and not one.limit:
            _claim(scheme, people[:CLAIMS], by=by, at=at)
        elif one.union == CHONGQING and not one.drawn:
            _claim(scheme, people, by=by, at=at)


def _scheme(one: Made, union: Union, brand: Brand, line: CatalogueLine, *, by: Actor, at: datetime) -> Scheme:
    value = Decimal(one.value)
    plan = Plan(
        name=one.name, kind=SchemeKind.ITEM if one.item else SchemeKind.VALUE, value=value, budget=value * one.places,
        starts=by.on, last_day=by.on + timedelta(days=one.days), item=one.item, about=one.about, where=one.where,
        theme=one.theme, fund=one.fund, universal=one.universal, limit_key=one.limit,
        least_spend=Decimal(one.least) if one.least else None, brand=brand, line=line,
    )  # fmt: skip
    release = _release(one, by.on)
    made = schemes.draft(union=union, plan=plan, release=release, by=by, at=at)
    return schemes.publish(scheme=made, by=by, at=release.opens)


def _release(one: Made, today: date) -> Release:
    given: dict[str, Any] = {"manner": ENOUGH}
    opens, closes = today - timedelta(days=1), today + timedelta(days=60)
    if one.drawn:
        closes = today + timedelta(days=6)
        given = {"manner": Manner(result_at=_at(closes + timedelta(days=1), 10))}
    return Release(places=one.places, opens=_at(opens, 9), closes=_at(closes, 18), **given)


def _claim(scheme: Scheme, people: Sequence[Person], *, by: Actor, at: datetime) -> None:
    """One of them gives it back again."""
    for person in people:
        applications.apply(pool=scheme.pool, person=person, by=by, at=at, tells=False)
    for voucher in Voucher.objects.filter(scheme=scheme).select_related("award__application").order_by("-pk")[:1]:
        vouchers.give_back(voucher=voucher, why="那天要上班（示例）", by=by, at=at)


def _recognise(chongqing: Union, sichuan: Union, *, by: Actor, at: datetime) -> None:
    """Each opens to the other, under a paper that both have signed."""
    if Recognition.objects.exists():
        return
    agreement = agreements.propose(
        keeper=chongqing, name=AGREEMENT, parties=[sichuan], offers=[], starts=by.on, ends=None, by=by, at=at
    )
    for union in (chongqing, sichuan):
        agreements.sign(agreement=agreement, union=union, by=by, at=at)
    for giver, taker in ((chongqing, sichuan), (sichuan, chongqing)):
        recognitions.recognise(
            agreement=agreement, giver=giver, taker=taker, starts=by.on, clause="第二条（示例）", by=by, at=at
        )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LOCAL)
