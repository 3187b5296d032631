"""What the demo's members wish for, and events of 永川 for culture, sports and families. All of it is invented."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from config.demo.plans import LOCAL
from config.demo.planting import YONGCHUAN
from tongxin.activities.actions import cohorts, families, polls, programmes, terms
from tongxin.activities.actions.cohorts import CohortPlan
from tongxin.activities.actions.polls import Asked
from tongxin.activities.models import Poll, Programme, Term
from tongxin.activities.planning import first_on
from tongxin.activities.states import ActivityKind
from tongxin.people.authority import Actor
from tongxin.people.models import Membership, Person
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union
from tongxin.venues.models import Site

NAME: Final = "永川职工文体活动（示例）"
NOTE: Final = "这个项目的活动、时间和报名全部为合成数据。"
ANSWERERS: Final = 36
SEED: Final = 2024
CHOICES: Final = (
    ("川剧变脸", ActivityKind.LESSONS), ("短视频剪辑", ActivityKind.LESSONS), ("面点制作", ActivityKind.LESSONS),
    ("职工羽毛球赛", ActivityKind.SPORTS), ("周末亲子采摘", ActivityKind.FAMILY), ("露天电影", ActivityKind.CULTURE),
)  # fmt: skip
WEIGHTS: Final = (9, 12, 7, 5, 11, 1)
PARTY: Final = 5  # the most who come by one sign-up
CHILDREN: Final = ((1, 1), (0, 2), (1, 0), (0, 1), (2, 1), (1, 2), (0, 3))  # of each family: under six, older
WORDS: Final = ("想晚上八点以后上课，白天送单没空。", "孩子放假的时候多办一点。", "")
EVENTS: Final = (
    ("亲子手工月饼", ActivityKind.FAMILY, "孩子和大人一起做，材料备好。", 6, time(9, 30), time(11, 30), 20),
    ("职工羽毛球友谊赛", ActivityKind.SPORTS, "双打，不分单位，现场配对。", 7, time(14), time(17), 32),
    ("茶山歌会", ActivityKind.CULTURE, "唱的、听的都欢迎。", 5, time(19), time(20, 30), 80),
)  # fmt: skip


@atomic
def plant(*, by: Actor, at: datetime) -> None:
    """What is there already stays."""
    union = Union.objects.get(code=YONGCHUAN)
    if Programme.objects.filter(union=union, name=NAME).exists():
        return
    began = by.on - timedelta(days=60)
    programme = programmes.start(
        union=union,
        name=NAME,
        began_on=began,
        about="一次一场的活动，带家人来的看“亲子活动”。",
        synthetic=NOTE,
        by=by,
        at=at,
    )
    _events(programme, by, at)
    asked = Asked(
        "下一期您想学什么、玩什么",
        CHOICES,
        at - timedelta(days=20),
        at + timedelta(days=20),
        about="选的人多的先排。（合成）",
    )
    over = polls.ask(programme=programme, asked=asked, by=by, at=at - timedelta(days=20))
    _answer(over, by, at)
    polls.close(poll=over, by=by, at=at - timedelta(days=1))
    now = Asked(
        "午休时间您想做点什么", CHOICES[1:5], at - timedelta(days=2), at + timedelta(days=12), most=2, about="（合成）"
    )
    polls.ask(programme=programme, asked=now, by=by, at=at)


def _events(programme: Programme, by: Actor, at: datetime) -> None:
    """One term that takes sign-ups now, and one that is still a draft, for what was wished for."""
    first = by.on + timedelta(days=10)
    term = terms.add(programme=programme, starts=first, ends=first + timedelta(days=27), by=by, at=at)
    site = Site.objects.filter(union=programme.union, closed_on=None).earliest("pk")
    for name, kind, about, weekday, starts_at, ends_at, units in EVENTS:
        course = programmes.add_course(
            programme=programme, name=name, topic=kind.label, kind=kind, about=about, by=by, at=at
        )
        plan = CohortPlan(
            course=course, site=site, weekday=weekday, starts_at=starts_at, ends_at=ends_at, session_count=1, units=units,
            first_day=first_on(weekday, first),
        )  # fmt: skip
        cohorts.add(term=term, plan=plan, by=by, at=at)
    closes = datetime.combine(first - timedelta(days=1), time(18), LOCAL)
    opens = datetime.combine(at.astimezone(LOCAL).date() - timedelta(days=1), time(10), LOCAL)
    manner = replace(terms.QUICK, party_most=PARTY)
    term = terms.set_window(term=term, opens=opens, closes=closes, manner=manner, by=by, at=at)
    term = terms.publish(term=term, by=by, at=opens)
    _families(term, by, at)
    terms.add(programme=programme, starts=first + timedelta(days=28), ends=first + timedelta(days=90), by=by, at=at)


def _families(term: Term, by: Actor, at: datetime) -> None:
    """Each of a family takes a place of the event; the last one waits, since too few are left for all of them."""
    cohort = term.cohorts.get(course__kind=ActivityKind.FAMILY)
    below = Union.objects.under(term.union_id, on=by.on)
    stays = Membership.objects.filter(union__in=below, ends=None).select_related("person").order_by("-pk")
    for stay, (younger, older) in zip(stays[: len(CHILDREN)], CHILDREN, strict=True):
        children = families.Children(under_6=younger, from_6_to_11=older)
        families.sign_up(cohort=cohort, person=stay.person, children=children, consents=True, by=by, at=at)


def _answer(poll: Poll, by: Actor, at: datetime) -> None:
    random = Random(SEED)  # noqa: S311  it must be the same each time
    below = Union.objects.under(poll.union_id, on=by.on)
    stays = Membership.objects.filter(union__in=below, ends=None).select_related("person").order_by("pk")[:ANSWERERS]
    for stay in stays:
        chosen = set(random.choices(range(1, len(CHOICES) + 1), WEIGHTS, k=2))
        person: Person = stay.person
        actor = Actor(on=by.on, person_id=person.pk)
        polls.answer(
            poll=poll, person=person, chosen=chosen, words=random.choice(WORDS), by=actor, at=at - timedelta(days=5)
        )
