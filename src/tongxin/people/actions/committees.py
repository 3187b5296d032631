"""届: a committee is elected, offices are filled and left, the next one takes over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Committee, Officer, Person
from tongxin.people.models.officers import Office
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day
from tongxin.unions.actions.files import Upload, keep
from tongxin.unions.actions.standing import hold_living
from tongxin.unions.models import Level, Union

QUORUM: Final = "《工会基层组织选举工作条例》：会议要有三分之二以上应到会人员到会，选举才有效"
TERMS: Final = "《工会法》（2021年修正）第十六条：基层工会委员会每届任期三年或五年，各级地方总工会和产业工会委员会五年"
SHORTER, LONGER = 3, 5
ONE_EACH: Final = frozenset({Office.CHAIR, Office.AUDIT_CHAIR, Office.WOMEN_CHAIR})


@dataclass(frozen=True, slots=True)
class Seat:
    person: Person
    office: str


@dataclass(frozen=True, slots=True)
class Election:
    """`due` should have been present, `present` were; both as the union's minutes say."""

    number: int
    elected_on: date
    years: int
    due: int | None = None
    present: int | None = None


@atomic
def elect(
    *,
    union: Union,
    election: Election,
    seats: Sequence[Seat],
    reply: Upload | None = None,
    despite: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> Committee:
    """The committee before it, if any, is succeeded that day. `despite` names warnings that the elector has read.

    Refused: "committee-years", "committee-day", "committee-number", "committee-chair", "committee-seat", "committee-present",
    and the warning "election-quorum" unless it is named in `despite`.
    """
    require(by, Power.KEEP_UNION, union)
    union = Union.objects.lock(union.pk)  # one election at a time
    hold_living(union, election.elected_on)
    before = Committee.objects.filter(union=union, succeeded_on=None).first()
    _must_be_an_election(union, election, before, by.on)
    accepted = _accept_quorum(election, despite)
    _must_be_seats(seats)
    _succeed(before, election.elected_on)
    file = keep(union=union, upload=reply, by=by, at=at) if reply is not None else None
    committee = Committee.make(
        federation=union.federation,
        union=union,
        number=election.number,
        elected_on=election.elected_on,
        years=election.years,
        ends=_years_later(election.elected_on, election.years),
        due=election.due,
        present=election.present,
        document=file.document if file else None,
        at=at,
        account=by.account_id,
    )
    Officer.objects.bulk_create([_officer(committee, seat, election.elected_on) for seat in seats])
    journal.write("committee.elected", of=committee, by=by, at=at, number=election.number, despite=accepted)
    return committee


def _accept_quorum(election: Election, despite: Collection[str]) -> str:
    """The warnings that the elector took upon themselves; empty where enough were present."""
    if not short_of_quorum(election):
        return ""
    if "election-quorum" not in despite:
        raise Refused("election-quorum", "到会人数不足应到的三分之二。%(clause)s。请核对人数。", clause=QUORUM)
    return ",".join(sorted(despite))


@atomic
def fill(*, committee: Committee, seat: Seat, starts: date, by: Actor, at: datetime) -> Officer:
    """Someone comes into an office between elections. Refused: "committee-over", "officer-once", "committee-chair"."""
    committee = _locked(committee, by)
    if not committee.elected_on <= starts <= by.on:
        raise Refused("officer-day", "就任日期要在这一届选举之后，也不能晚于今天。")
    _must_be_seats([seat], needs_chair=False)
    held = Officer.objects.filter(committee=committee, ends=None, office=seat.office)
    if seat.office in ONE_EACH and held.exists():
        raise Refused("officer-taken", "这个职务现在有人，请先给原来的人办离任。")
    if held.filter(person=seat.person).exists():
        raise Refused("officer-once", "这个人已经在这个职务上。")
    officer = _officer(committee, seat, starts)
    officer.save(force_insert=True)
    journal.write("officer.filled", of=committee, by=by, at=at, office=seat.office, on=starts.isoformat())
    return officer


@atomic
def leave(*, committee: Committee, person: Person, office: str, ends: date, by: Actor, at: datetime) -> Officer:
    """From that day on the office is empty. Refused: "committee-over", "officer-gone", "officer-day"."""
    committee = _locked(committee, by)
    found = Officer.objects.filter(committee=committee, person=person, office=office, ends=None).first()
    if found is None:
        raise Refused("officer-gone", "这个人现在不在这个职务上，请刷新后再看。")
    if not found.starts <= ends <= by.on:
        raise Refused("officer-day", "离任日期不能早于就任日期%(starts)s，也不能晚于今天。", starts=Day(found.starts))
    officer: Officer = found
    officer.ends = ends
    officer.save(update_fields=["ends"])
    journal.write("officer.left", of=committee, by=by, at=at, office=office, on=ends.isoformat())
    return officer


def short_of_quorum(election: Election) -> bool:
    """Fewer than two thirds of those due came; unknown numbers say nothing."""
    return election.due is not None and election.present is not None and election.present * 3 < election.due * 2


def _must_be_an_election(union: Union, election: Election, before: Committee | None, today: date) -> None:
    allowed = {SHORTER, LONGER} if union.level == Level.GRASSROOTS else {LONGER}
    if election.years not in allowed:
        years = "3年或5年" if len(allowed) > 1 else "5年"
        raise Refused("committee-years", "任期填%(years)s。%(clause)s。", years=years, clause=TERMS)
    if election.elected_on > today:
        raise Refused("committee-day", "选举日期不能晚于今天，请选完再登记。")
    if before is not None and election.elected_on <= before.elected_on:
        raise Refused("committee-day", "选举日期要晚于上一届的%(before)s。", before=Day(before.elected_on))
    last = Committee.objects.filter(union=union).order_by("-number").values_list("number", flat=True).first()
    if election.number < 1 or (last is not None and election.number != last + 1):
        raise Refused("committee-number", "上一届是第%(last)s届，这一届请填下一个数。", last=last or 0)
    if (election.due is not None and election.due < 1) or (election.present is not None and election.present < 0):
        raise Refused("committee-present", "应到至少1人，实到不能小于0。")
    if election.due is not None and election.present is not None and election.present > election.due:
        raise Refused("committee-present", "实到人数不能多于应到人数，请核对。")


def _must_be_seats(seats: Sequence[Seat], *, needs_chair: bool = True) -> None:
    offices = [seat.office for seat in seats]
    if any(office not in Office for office in offices):
        raise Refused("committee-seat", "请选职务。")
    if any(seat.person.merged_into_id is not None for seat in seats):
        raise Refused("committee-seat", "名单里有已经合并的登记，请改选合并后的那一份。")
    if needs_chair and Office.CHAIR not in offices:
        raise Refused("committee-chair", "请填主席。")
    if any(offices.count(office) > 1 for office in ONE_EACH):
        raise Refused("committee-chair", "主席、经费审查委员会主任、女职工委员会主任各填一人。")
    if len({(seat.person.pk, seat.office) for seat in seats}) < len(seats):
        raise Refused("committee-seat", "同一个人在同一个职务里写了两次，请去掉一个。")


def _succeed(before: Committee | None, on: date) -> None:
    if before is None:
        return
    before.succeeded_on = on
    before.save(update_fields=["succeeded_on"])
    Officer.objects.filter(committee=before, ends=None).update(ends=on)


def _officer(committee: Committee, seat: Seat, starts: date) -> Officer:
    return Officer(
        federation=committee.federation, committee=committee, person=seat.person, office=seat.office, starts=starts
    )


def _locked(committee: Committee, by: Actor) -> Committee:
    require(by, Power.KEEP_UNION, committee.union_id)
    locked: Committee = Committee.objects.select_related("union").lock(committee.pk)
    if locked.succeeded_on is not None:
        raise Refused("committee-over", "这一届已经换届，不能再改。")
    return locked


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
