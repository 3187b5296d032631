"""Classes of 永川 whose places are drawn: one term that takes entries with three wishes, one whose result is out. Invented."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from config.demo import draws
from config.demo.plans import LOCAL, at_hour
from config.demo.planting import YONGCHUAN
from tongxin.activities.actions import cohorts, programmes, terms
from tongxin.activities.actions.cohorts import CohortPlan
from tongxin.activities.models import Cohort, Course, Programme, Term
from tongxin.activities.planning import first_on
from tongxin.calls.actions import applications, calls, entries, offers, publications, rounds
from tongxin.calls.models import Application, Pool
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.authority import Actor
from tongxin.people.models import Membership, Person
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union
from tongxin.venues.models import Site

NAME: Final = "永川职工周末班（示例）"
NOTE: Final = "这个项目的班次、报名和抽签次序全部为合成数据。"
CLASSES: Final = (("声乐入门", 6, 3), ("手机摄影", 7, 4), ("茶艺", 6, 2))  # name, weekday, places
PEOPLE: Final = 14
ENTERED, OVER = 2, 1  # ordinals


@atomic
def plant(*, guest: Person, by: Actor, at: datetime) -> None:
    """What is there already stays. `guest` has an offer to answer."""
    union = Union.objects.get(code=YONGCHUAN)
    if Programme.objects.filter(union=union, name=NAME).exists():
        return
    about = "名额少、想上的人多，所以报名截止后抽签，手慢不吃亏。"
    programme = programmes.start(
        union=union, name=NAME, began_on=by.on - timedelta(days=90), about=about, synthetic=NOTE, by=by, at=at
    )
    people = [*_people(union, by.on), guest]
    over = _term(programme, OVER, at - timedelta(days=6), at_hour(at - timedelta(days=3), 18), by)
    _result(over, people, by, at)
    _enter(
        _term(programme, ENTERED, at - timedelta(days=1), at_hour(at + timedelta(days=5), 18), by), people[3:], by, at
    )


def _people(union: Union, on: date) -> list[Person]:
    """Members of unions below, those whom the demo signs in left out."""
    stays = Membership.objects.filter(union__in=Union.objects.under(union, on=on), ends=None)
    rows = stays.filter(person__account=None, person__merged_into=None).select_related("person").order_by("-pk")
    return [stay.person for stay in rows[:PEOPLE]]


def _term(programme: Programme, ordinal: int, opens: datetime, closes: datetime, by: Actor) -> Term:
    opens = at_hour(opens, 10)
    before = opens - timedelta(hours=1)
    starts = closes.astimezone(LOCAL).date() + timedelta(days=14)
    term = terms.add(
        programme=programme, starts=starts, ends=starts + timedelta(days=90), ordinal=ordinal, by=by, at=before
    )
    manner = calls.Manner(
        policy=Policy.DRAW, choices=3, result_at=closes + timedelta(days=1), accept_hours=72, notice_days=5
    )
    term = terms.set_window(term=term, opens=opens, closes=closes, per_person=1, manner=manner, by=by, at=before)
    site = Site.objects.filter(union=programme.union).order_by("pk").first()
    assert site is not None
    for name, weekday, places in CLASSES:
        plan = CohortPlan(
            course=_course(programme, name, by, before), site=site, weekday=weekday, starts_at=time(14), ends_at=time(16),
            session_count=8, units=places, teacher_name="示例老师", first_day=first_on(weekday, starts),
        )  # fmt: skip
        cohorts.add(term=term, plan=plan, by=by, at=before)
    return terms.publish(term=term, by=by, at=before)


def _course(programme: Programme, name: str, by: Actor, at: datetime) -> Course:
    found = Course.objects.filter(programme=programme, name=name).first()
    return found or programmes.add_course(programme=programme, name=name, topic="周末班", by=by, at=at)


def _pools(term: Term) -> list[Pool]:
    rows = Cohort.objects.filter(term=term).select_related("pool__call").order_by("pk")
    return [cohort.pool for cohort in rows if cohort.pool is not None]


def _enter(term: Term, people: Sequence[Person], by: Actor, at: datetime) -> list[Application]:
    """Everyone wishes all three, each beginning with another one."""
    pools, made = _pools(term), []
    for n, person in enumerate(people):
        wishes = [*pools[n % 3 :], *pools[: n % 3]]
        made.append(entries.enter(call=pools[0].call, wishes=wishes, persons=[person], by=by, at=at, tells=False))
    return made


def _result(term: Term, people: Sequence[Person], by: Actor, at: datetime) -> None:
    """Drawn like any other, so that everyone computes it again. All but the guest take up their places; then people decline
    until the guest has one that waits for a yes.
    """
    call = term.call
    assert call is not None
    assert call.result_at is not None
    made = draws.announce(call, call.result_at, by=by, at=call.opens)
    rows = _enter(term, people, by, call.closes - timedelta(hours=2))
    draws.commit(made, by=by, at=call.closes - timedelta(hours=1))
    rounds.freeze(held=made.round, by=by, at=call.closes + timedelta(minutes=1))
    draws.hold(made, by=by, at=call.result_at + timedelta(minutes=2))
    guest = rows[-1]
    given = (
        Application.objects.filter(call=call, state=ApplicationState.OFFERED).exclude(pk=guest.pk).order_by("ticket")
    )
    winners = list(given)
    for row in winners:
        offers.accept(application=row, by=by, at=at - timedelta(hours=20))
    publications.publish(call=call, by=by, at=at - timedelta(hours=19))
    for row in winners:
        applications.withdraw(application=row, why="（合成）临时出差", by=by, at=at - timedelta(hours=1))
        guest.refresh_from_db()
        if guest.state == ApplicationState.OFFERED:
            return
