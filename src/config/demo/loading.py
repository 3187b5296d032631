"""The demo's made-up world, loaded in stages. A stage that is there already adds nothing, also after a stop halfway."""

import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from django.db import connection
from django.utils import timezone

from config.demo import (
    accounts,
    benefits,
    catalogue,
    drawing,
    draws,
    english,
    filings,
    joining,
    kept,
    moving,
    partners,
    planting,
    populating,
    release,
    rules,
    sibling,
    telling,
    twice,
    wishing,
)
from config.demo.accounts import Guest
from config.demo.current_term import current_term
from config.demo.history import TERMS, history, next_worker
from config.demo.past import Stage, begin, load_past
from config.demo.plans import LOCAL, CohortPlan, History, TermPlan
from config.demo.running import run_term
from config.demo.workers import worker
from tongxin.people.authority import Actor, system
from tongxin.people.models import Person
from tongxin.people.roles import RoleName
from tongxin.rulebook.actions import shipped
from tongxin.unions.models import Union

Say = Callable[[str], None]
NAME: Final = "惠工之家"
BEGAN: Final = datetime.combine(date.fromisoformat(TERMS[0][0]), time(9), LOCAL)
ABOUT: Final = "职工下班后、周末和午间的免费课程，分期开班。"
NOTE: Final = (
    "学员、老师和排课均为合成数据；26期、60门、469个班次、15,148人次四个数取自2024年3月28日的报道，"
    "分到各期、各班的数为合成。"
)
SIBLING_ABOUT: Final = "锦江区总工会的职工夜校，为演示而虚构。"
SIBLING_NOTE: Final = "这个项目及其学员、老师、排课和数字全部为合成数据。"
ELSEWHERE_BEGINS_AT: Final = 300_000  # members of unions in other counties


@dataclass(slots=True)
class Loading:
    """One run: the moment, who acts, where to say how far it is."""

    now: datetime
    say: Say
    people: dict[int, Person] = field(default_factory=dict)
    began: float = field(default_factory=clock.monotonic)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def by(self) -> Actor:
        return system(self.today)

    @contextmanager
    def stage(self, words: str) -> Iterator[None]:
        begin = clock.monotonic()
        self.say(f"{words} …")
        yield
        self.say(f"  {clock.monotonic() - begin:.1f} s")


def load(say: Say, now: datetime | None = None) -> str:
    """Everything; returns what to tell whoever loaded it: the accounts."""
    run = Loading(now or timezone.now(), say)
    here, there = history(), sibling.plan()
    now_here, now_there = current_term(run.today), sibling.current(run.today)
    guests = choose_guests(now_here, now_there)
    with run.stage("工会组织：川渝各级总工会和示例基层工会"):
        planting.plant_unions()
        shipped.load_parameters(by=run.by, at=run.now)
    with run.stage("职工和会籍（合成）"):
        _people(run, here, there, [now_here], [now_there])
    with run.stage("演示账号和岗位"):
        _accounts(run, now_here, here, guests)
    with run.stage(f"永川区总工会{NAME}：26期的历史"):
        main = _past(run, "500118", NAME, BEGAN, ABOUT, NOTE, here)
    with run.stage(f"永川区总工会{NAME}：正在进行的第{now_here.ordinal}期"):
        rule = rules.plant(by=run.by, at=run.now)
        run_term(main, now_here, now=run.now, told=_told(run, guests), rule_version=rule)
    with run.stage(f"锦江区总工会{sibling.NAME}"):
        began = datetime.combine(sibling.BEGAN, time(9), LOCAL)
        side = _past(run, planting.JINJIANG, sibling.NAME, began, SIBLING_ABOUT, SIBLING_NOTE, there)
        run_term(side, now_there, now=run.now, told=_told(run, guests))
    with run.stage("几份像是重复的登记（合成）"):
        twice.plant((run.people[number] for number in sorted(_workers_of([now_here]))[:4]), at=run.now)
    with run.stage("班子、台账、职工数、建会申请（合成）"):
        kept.keep(by=run.by, at=run.now)
        joining.change_unions(by=run.by, at=run.now)
    with run.stage("入会申请（合成）"):
        joining.apply(by=run.by, at=run.now)
    with run.stage("会籍转接、保留和退休（合成）"):
        moving.move(at=run.now)
    _extras(run, now_here, guests)
    _gather_statistics()
    say(f"演示数据就绪，共 {clock.monotonic() - run.began:.0f} s")
    return accounts.words(guests) + partners.words()


def _extras(run: Loading, now_here: TermPlan, guests: list[Guest]) -> None:
    """What stands beside classes and memberships."""
    with run.stage("群发、渠道价格、预算、要打印的通知单（合成）"):
        telling.tell(by=run.by, at=run.now)
    with run.stage("上级表和填报（合成）"):
        filings.plant(by=run.by, at=run.now)
    with run.stage("共同服务目录（签署为虚构）"):
        catalogue.plant(by=run.by, at=run.now)
    with run.stage("文体和亲子活动，会员想要什么（合成）"):
        wishing.plant(by=run.by, at=run.now)
    with run.stage("抽签的周末班（合成）"):
        drawing.plant(guest=run.people[guests[2].number], by=run.by, at=run.now)
    with run.stage(f"{benefits.NAME}：品牌、福利、互认（除出处外都是合成）"):
        numbers = sorted(_workers_of([now_here]))[: benefits.CLAIMS]
        benefits.plant(people=[run.people[number] for number in numbers], by=run.by, at=run.now)
    with run.stage("一次抽出的抽签、一次正在报名的（合成）"):
        numbers = sorted(_workers_of([now_here]))[: draws.ENTRIES]
        asked = [run.people[guest.number] for guest in guests[:3]]
        draws.plant(people=[run.people[number] for number in numbers], guests=asked, by=run.by, at=run.now)
    with run.stage("合作商户、柜台和票码（合成）"):
        partners.plant(by=run.by, at=run.now)
    with run.stage("两次发放：一次将要开始，一次已经结束（合成）"):
        got, missed, *_others = (guest.number for guest in guests)
        between = [number for number in sorted(_workers_of([now_here])) if number not in {got, missed}]
        crowd = [got, *between[: release.PLACES + 20], missed]
        release.plant(people=[run.people[number] for number in crowd], by=run.by, at=run.now)
    with run.stage("英文"):
        english.plant(by=run.by, at=run.now)


def choose_guests(here: TermPlan, there: TermPlan) -> list[Guest]:
    """One with a place in a full class, one first in its line, a rider without a class, one in 成都."""
    full = next(cohort for cohort in here.cohorts if cohort.waiting)
    busy = _workers_of([here])
    rider = next(n for n in range(next_worker()) if n not in busy and worker(n).gig_group == "food_delivery_rider")
    line = next(cohort for cohort in there.cohorts if cohort.waiting)
    return [
        Guest(full.seats[0].worker, "在一个满员的班里有名额"),
        Guest(full.waiting[0][0], "在同一个班排候补第1位"),
        Guest(rider, "外卖配送员，这一期还没有报名；在抽签的周末班里有一个等确认的名额"),
        Guest(line.waiting[0][0], "成都市锦江区，排候补第1位"),
    ]


def _people(run: Loading, here: History, there: History, now_here: list[TermPlan], now_there: list[TermPlan]) -> None:
    yongchuan = _workers_of([*here.terms, *now_here]) | {teacher.worker for teacher in here.teachers}
    jinjiang = _workers_of([*there.terms, *now_there]) | {teacher.worker for teacher in there.teachers}
    for desk in accounts.DESKS:
        (jinjiang if desk.in_sichuan else yongchuan).add(desk.number)
    yongchuan |= {guest.number for guest in choose_guests(*now_here, *now_there)} - jinjiang
    run.people |= populating.populate(yongchuan, populating.home_in_yongchuan, at=run.now)
    run.people |= populating.populate(jinjiang, populating.home_in_jinjiang, at=run.now)
    _elsewhere(run)


def _elsewhere(run: Loading) -> None:
    """A few members in every other county, one county after the other."""
    codes = list(
        Union.objects.filter(synthetic=True, code__endswith="-J01").order_by("code").values_list("code", flat=True)
    )
    numbers = range(ELSEWHERE_BEGINS_AT, ELSEWHERE_BEGINS_AT + 2 * len(codes))
    homes = {worker(number): codes[place % len(codes)] for place, number in enumerate(numbers)}
    populating.populate(numbers, homes.__getitem__, at=run.now)


def _workers_of(terms: list[TermPlan]) -> set[int]:
    return {number for term in terms for cohort in term.cohorts for number in _workers(cohort)}


def _workers(cohort: CohortPlan) -> Iterator[int]:
    yield from (seat.worker for seat in cohort.seats)
    yield from (number for number, _ in cohort.waiting)


def _accounts(run: Loading, term: TermPlan, here: History, guests: list[Guest]) -> None:
    unions = {union.code: union for union in Union.objects.filter(code__in={desk.union for desk in accounts.DESKS})}
    for desk in accounts.DESKS:
        accounts.open_staff(desk.login, run.people[desk.number], desk.role, unions[desk.union], by=run.by, at=run.now)
    teachers = {teacher.key: run.people[teacher.worker] for teacher in here.teachers}
    today = next((one for one in term.cohorts if one.first_day <= run.today and one.state == "closed"), term.cohorts[0])
    teacher = teachers[today.teacher]
    accounts.open_staff(accounts.TEACHER, teacher, RoleName.TEACHER, unions["500118"], by=run.by, at=run.now)
    accounts.open_guests(guests, run.people, at=run.now)


def _past(run: Loading, code: str, name: str, began: datetime, about: str, note: str, plan: History) -> Stage:
    union = Union.objects.get(code=code)
    programme = begin(union, name, began, about, note, by=run.by, at=run.now)
    stage = Stage(programme, plan, run.people, by=run.by, at=run.now)
    for done, term in enumerate(plan.terms, 1):
        load_past(stage, term)
        if done % 5 == 0:
            run.say(f"  {done}/{len(plan.terms)}")
    return stage


def _told(run: Loading, guests: list[Guest]) -> set[int]:
    return {run.people[guest.number].pk for guest in guests}


def _gather_statistics() -> None:
    """The planner should know of the new rows before the first page asks."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
