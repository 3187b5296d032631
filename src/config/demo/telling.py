"""Sendings, prices, a budget and people to be told by paper, so that the pages of notices have something to show. All invented."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from config.demo.planting import YONGCHUAN, firm_code
from tongxin.notices import courier
from tongxin.notices.actions import budgets, choices, messages, sendings
from tongxin.notices.actions.sendings import Draft
from tongxin.notices.models import ChannelRule, Price, Sending, Template
from tongxin.notices.states import Audience, Channel
from tongxin.people.authority import Actor, actor_of
from tongxin.people.models import Account, Person
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

SAID: Final = "演示用的合成设定"
PRICE, CAP = Decimal("0.045"), Decimal(300)
BY_PAPER: Final = 4  # members who want no text messages: they are told by a slip
DRAFT: Final = Draft(
    "元旦前后送温暖开始报名",
    "12月20日起，可在同心或就近的工会窗口报名。困难职工优先，材料只交一次。（演示用的合成通知）",
)
ASKED: Final = Draft(
    "年度体检安排",
    "本周五8:30起在职工服务中心体检，请空腹，带身份证。去不了的，请向工会小组说一声。（演示用的合成通知）",
    audience=Audience.HERE,
)
DONE: Final = Draft(
    "车间消防演练", "下周一14:00演练，听到警铃请从最近的出口到操场集合。（演示用的合成通知）", audience=Audience.HERE
)


def tell(*, by: Actor, at: datetime) -> None:
    """What is there already stays. The one that is done was sent yesterday morning, outside quiet hours."""
    if Sending.objects.exists():
        return
    yesterday = (at - timedelta(days=1)).replace(hour=2, minute=0)
    district = Union.objects.get(code=YONGCHUAN)
    firm = Union.objects.get(code=firm_code(YONGCHUAN, 0))
    _settings(district, firm, by, at)
    officer, cadre, admin = (_desk(f"yongchuan.{role}", by.on) for role in ("officer", "cadre", "admin"))
    done = sendings.write(union=firm, draft=DONE, by=cadre, at=yesterday)
    done = sendings.ask(sending=done, by=cadre, at=yesterday)
    sendings.approve(sending=done, by=admin, at=yesterday)
    _send(done, yesterday)
    sendings.write(union=district, draft=DRAFT, by=officer, at=at)
    waits = sendings.write(union=firm, draft=ASKED, by=cadre, at=at)
    sendings.ask(sending=waits, by=cadre, at=at)


def _desk(login: str, on: date) -> Actor:
    return actor_of(Account.objects.get(login=login), on)


@atomic
def _settings(district: Union, firm: Union, by: Actor, at: datetime) -> None:
    """At the district, for it and all below: text messages first, then paper."""
    since = by.on.replace(day=1) - timedelta(days=40)
    Price.make(union=district, channel=Channel.SMS, amount=PRICE, valid_from=since)  # of a past day: no action sets one
    for month in {by.on.replace(day=1), (by.on - timedelta(days=1)).replace(day=1)}:
        budgets.set_cap(union=district, month=month, cap=CAP, by=by, at=at)
    for position, channel in enumerate((Channel.SMS, Channel.SLIP), 1):
        ChannelRule.make(
            union=district, group="sendings", position=position, channel=channel, valid_from=since, source=SAID
        )
    Template.make(
        union=district, channel=Channel.SMS, number="SMS_DEMO", signature="永川工会", names=["title"], valid_from=since,
        text="工会通知：${title}。详情请在同心的“消息”里看。",
    )  # fmt: skip
    members = Person.objects.filter(memberships__union=firm, memberships__ends=None).order_by("pk")[:BY_PAPER]
    for person in members:
        own = Actor(on=by.on, person_id=person.pk)
        choices.choose(person=person, wanted={("sendings", Channel.SMS): False}, by=own, at=at)


def _send(sending: Sending, at: datetime) -> None:
    """As the jobs do, at that moment; the demo's gateway sends nothing."""
    while sendings.queue(sending=sending.pk, at=at).more:
        pass
    while messages.deliver(at=at):
        pass
    courier.carry_all(lambda: at + timedelta(minutes=1))
    courier.look_after(lambda: at + timedelta(minutes=10))
    sendings.finish(sending=sending.pk, at=at + timedelta(minutes=11))
