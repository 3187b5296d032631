"""What the demo's unions keep on file: committees, registers, workers counted, a request, a draft. All invented, and says so."""

from datetime import date, datetime, timedelta
from typing import Final

from config.demo.planting import JINJIANG, RIDERS, YONGCHUAN, firm_code, rider_code
from tongxin.people.actions import committees, foundings
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.authority import Actor
from tongxin.people.models import Committee, Membership
from tongxin.people.models.officers import Office
from tongxin.store.atomic import atomic
from tongxin.unions.actions import agreements, registers, workforce
from tongxin.unions.actions.agreements import Offer
from tongxin.unions.actions.founding import Wish
from tongxin.unions.actions.registers import Paper
from tongxin.unions.actions.workforce import Count
from tongxin.unions.founding_rules import CHOICES
from tongxin.unions.models import (
    Agreement,
    Confidence,
    FoundingRequest,
    Parenthood,
    Register,
    RegisterEntry,
    Union,
    WorkforceCount,
    WorkGroup,
)

SAID: Final = "演示用的合成数，不是真的统计"
YEARS: Final = 3
WORKERS: Final = {  # of all, then by group
    YONGCHUAN: (412_000, {"food_delivery_rider": 2_600, "courier": 1_900, "ride_hailing_driver": 3_400, "truck_driver": 5_200}),
    JINJIANG: (538_000, {"food_delivery_rider": 6_800, "courier": 4_100, "ride_hailing_driver": 7_900}),
}  # fmt: skip
_OFFICES: Final = (Office.CHAIR, Office.VICE_CHAIR, Office.MEMBER, Office.AUDIT_CHAIR, Office.WOMEN_CHAIR)
_ELECTED: Final = (  # union, which committee, how many days from now its three years are over
    (firm_code(YONGCHUAN, 0), 4, 45), (firm_code(YONGCHUAN, 1), 3, -20), (firm_code(YONGCHUAN, 2), 2, 700),
    (rider_code("food_delivery_rider"), 1, 500), (firm_code(JINJIANG, 0), 3, 80),
)  # fmt: skip


@atomic
def keep(*, by: Actor, at: datetime) -> None:
    """What is there already stays."""
    codes = {code for code, _, _ in _ELECTED} | {YONGCHUAN, JINJIANG} | {rider_code(group) for group in RIDERS}
    unions = {union.code: union for union in Union.objects.filter(code__in=codes)}
    for code, number, left in _ELECTED:
        _elect(unions[code], number, by.on + timedelta(days=left), by, at)
    for code in (firm_code(YONGCHUAN, 0), firm_code(JINJIANG, 0)):
        _register(unions[code], by, at)
    _count(unions, by, at)
    _ask(unions[firm_code(YONGCHUAN, 0)], by, at)
    _draft(unions[YONGCHUAN], unions[JINJIANG], by, at)


def _elect(union: Union, number: int, ends: date, by: Actor, at: datetime) -> None:
    if Committee.objects.filter(union=union).exists():
        return
    stays = Membership.objects.filter(union=union, ends=None).order_by("pk").select_related("person")[: len(_OFFICES)]
    seats = [Seat(stay.person, office) for stay, office in zip(stays, _OFFICES, strict=False)]
    if seats:
        elected = date(ends.year - YEARS, ends.month, min(ends.day, 28))
        election = Election(number=number, elected_on=elected, years=YEARS, due=96, present=81)
        committees.elect(union=union, election=election, seats=seats, by=by, at=at)


def _register(union: Union, by: Actor, at: datetime) -> None:
    if RegisterEntry.objects.filter(union=union).exists():
        return
    today = by.on

    def enter(register: Register, title: str, signed: int, ends: int | None = None, filed: int | None = None) -> None:
        paper = Paper(
            title=f"{title}（示例）", signed_on=today - timedelta(days=signed), note=SAID,
            filed_on=None if filed is None else today - timedelta(days=filed),
            effective_on=None if filed is None else today - timedelta(days=filed - 15),
            ends_on=None if ends is None else today + timedelta(days=ends),
        )  # fmt: skip
        registers.enter(union=union, register=register, paper=paper, by=by, at=at)

    enter(Register.COLLECTIVE_CONTRACT, "集体合同", 700, 30, filed=694)
    enter(Register.WAGE_AGREEMENT, "工资专项集体合同", 6)
    enter(Register.WOMEN_AGREEMENT, "女职工权益保护专项集体合同", 300, 430, filed=295)
    enter(Register.CONGRESS_RULES, "职工代表大会实施办法", 900)
    enter(Register.CONGRESS_MEETING, "上一年度职代会", 380)


def _count(unions: dict[str, Union], by: Actor, at: datetime) -> None:
    if WorkforceCount.objects.exists():
        return
    as_of = by.on - timedelta(days=90)

    def count(code: str, workers: int, group: str) -> Count:
        return Count(unions[code], workers, SAID, as_of, group, Confidence.UNSURE)

    counts = [count(code, every, WorkGroup.ALL) for code, (every, _) in WORKERS.items()]
    counts += [count(code, n, group) for code, (_, groups) in WORKERS.items() for group, n in groups.items()]
    trades = WORKERS[YONGCHUAN][1].items()
    counts += [count(rider_code(group), n, of) for group, n in trades for of in (group, WorkGroup.ALL)]
    workforce.record(counts=counts, by=by, at=at)


def _ask(union: Union, by: Actor, at: datetime) -> None:
    if FoundingRequest.objects.exists():
        return
    parent = Parenthood.objects.as_of(by.on).select_related("parent").get(child=union).parent
    wish = Wish(
        choice=CHOICES["own"], parent=parent, name="示例新材料二厂工会", sponsor=union.name, workers=64, members=21,
        reason="二厂投产，职工要求建会。（演示用的合成申请）", employer="示例新材料二厂",
        answer="二厂离总厂12公里，附近没有单位可以联合，计划半年内发展到25人以上。",
    )  # fmt: skip
    foundings.ask(union=union, wish=wish, by=by, at=at)


def _draft(here: Union, there: Union, by: Actor, at: datetime) -> None:
    """Signed by one side only: it opens nothing."""
    if Agreement.objects.exists():
        return
    offers = [Offer(one, two, "see", "see_courses") for one, two in ((here, there), (there, here))]
    draft = agreements.propose(
        keeper=here, name="课程互通协议（示例）", parties=[there], offers=offers, starts=by.on,
        ends=by.on + timedelta(days=730), by=by, at=at,
    )  # fmt: skip
    agreements.sign(agreement=draft, union=here, by=by, at=at)
