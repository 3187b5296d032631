"""会籍保留, 退休, and the long way to 视为自动退会: a union's word, a reminder, time to answer, and a person who decides.

Nothing lapses by itself. Whoever took part in anything since, or is excused from dues, cannot be reminded.
"""

from datetime import date, datetime

from django.db.models import Sum
from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.actions import memberships, passports
from tongxin.people.authority import Actor
from tongxin.people.membership_rules import rule
from tongxin.people.models import Membership
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.memberships import EndReason, RetainReason
from tongxin.people.powers import Power
from tongxin.people.queries import keepers
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.states import MembershipState
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.served.models import ServedRow
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day, start_of


@atomic
def retain(*, membership: Membership, on: date, why: str, by: Actor, at: datetime) -> Membership:
    """The membership stays, without dues and votes, while there is no work or none with a union.

    Refused: "reason-unknown", "state-already", "day-to-come", "move-before-start", and what `memberships.held` refuses.
    """
    stay = memberships.held(membership, by)
    if why not in RetainReason.values:
        raise Refused("reason-unknown", "请选保留会籍的原因。")
    if stay.state != MembershipState.MEMBER:
        raise Refused("state-already", "这段会籍已经是“%(state)s”，不用再办。", state=stay.state.label)
    memberships.must_lie_within(stay, on, by)
    _put(stay, retained=True, retained_on=on, retained_why=why, idle_since=None, reminded_on=None)
    passports.end_all(person=stay.person_id, why="会籍状态变了", at=at)
    journal.write("membership.retained", of=stay, by=by, at=at, on=on.isoformat(), reason=RetainReason(why).label)
    _tell(stay, "membership.retained", at, what=stay.union.name)
    return stay


@atomic
def retire(*, membership: Membership, on: date, by: Actor, at: datetime) -> Membership:
    """A retired member stays one, without dues. Refused: "state-already", "day-to-come", "move-before-start"."""
    stay = memberships.held(membership, by)
    if stay.state == MembershipState.RETIRED:
        raise Refused("state-already", "这段会籍已经是“%(state)s”，不用再办。", state=stay.state.label)
    memberships.must_lie_within(stay, on, by)
    _put(stay, retired_on=on, idle_since=None, reminded_on=None)
    passports.end_all(person=stay.person_id, why="会籍状态变了", at=at)
    journal.write("membership.retired", of=stay, by=by, at=at, on=on.isoformat())
    _tell(stay, "membership.retired", at, what=stay.union.name)
    return stay


@atomic
def resume(*, membership: Membership, by: Actor, at: datetime) -> Membership:
    """Back at work here, or noted by mistake. Refused: "state-already"."""
    stay = memberships.held(membership, by)
    if stay.state == MembershipState.MEMBER:
        raise Refused("state-already", "这段会籍没有保留，也没有退休，不用恢复。")
    _put(stay, retained=False, retained_on=None, retained_why="", retired_on=None)
    passports.end_all(person=stay.person_id, why="会籍状态变了", at=at)
    journal.write("membership.resumed", of=stay, by=by, at=at)
    _tell(stay, "membership.resumed", at, what=stay.union.name)
    return stay


@atomic
def remind(*, membership: Membership, idle_since: date, by: Actor, at: datetime) -> Membership:
    """The union says that nobody has seen dues or the member since that day; the member is told, and has time to answer.

    Refused: "lapse-exempt" (retained or retired), "idle-too-short", "took-part", "reminded-already".
    """
    stay = memberships.held(membership, by)
    if not rule(stay.state, by.on).dues:
        raise Refused("lapse-exempt", "会籍保留和退休的会员不交会费，不适用自动退会。")
    if stay.reminded_on is not None:
        raise Refused("reminded-already", "已经提醒过，正在等本人答复。")
    memberships.must_lie_within(stay, idle_since, by)
    months = clock(ClockName.LAPSE_REMINDER, stay.union, by.on)
    if months is None or due_at(months, start_of(idle_since)) > at:
        raise Refused(
            "idle-too-short",
            "从%(day)s起还不满%(n)s个月，到期后再提醒。",
            day=Day(idle_since),
            n=months.amount if months else 6,
        )
    _must_have_taken_no_part(stay, idle_since)
    _put(stay, idle_since=idle_since, reminded_on=by.on)
    journal.write("membership.reminded", of=stay, by=by, at=at, since=idle_since.isoformat())
    _tell(
        stay,
        "membership.reminded",
        at,
        what=stay.union.name,
        since=idle_since.isoformat(),
        due=answer_by(stay).isoformat(),
    )
    return stay


@atomic
def stay_on(*, membership: Membership, by: Actor, at: datetime) -> Membership:
    """The member answers, or the union takes the reminder back. Refused: "no-power", "not-reminded"."""
    stay = memberships.held(membership, by, own=True)
    if stay.reminded_on is None:
        raise Refused("not-reminded", "没有等答复的提醒，会籍照常。")
    _put(stay, idle_since=None, reminded_on=None)
    journal.write("membership.stays", of=stay, by=by, at=at)
    if by.person_id == stay.person_id:
        _tell_keepers(stay, by.on, at)
    return stay


@atomic
def lapse(*, membership: Membership, by: Actor, at: datetime) -> Membership:
    """视为自动退会, decided by a person after the reminder's time. Refused: "not-reminded", "too-early", "took-part"."""
    stay = memberships.held(membership, by)
    if stay.reminded_on is None or stay.idle_since is None:
        raise Refused("not-reminded", "要先提醒本人，到期没有答复才能办自动退会。")
    if answer_by(stay) > at:
        raise Refused("too-early", "还在等本人答复，%(day)s以后才能办。", day=Day(timezone.localdate(answer_by(stay))))
    _must_have_taken_no_part(stay, stay.idle_since)
    memberships.close(stay, by.on, EndReason.LAPSED)
    journal.write("membership.ended", of=stay, by=by, at=at, on=by.on.isoformat(), reason=EndReason.LAPSED.label)
    _tell(stay, "membership.lapsed", at, what=stay.union.name)
    return stay


def answer_by(stay: Membership) -> datetime:
    """Until when a reminded member may answer."""
    assert stay.reminded_on is not None
    days = clock(ClockName.LAPSE_ANSWER, stay.union, stay.reminded_on)
    assert days is not None  # one is shipped
    return due_at(days, start_of(stay.reminded_on))


def _must_have_taken_no_part(stay: Membership, since: date) -> None:
    counted = ServedRow.objects.filter(person=stay.person_id, day__gte=since).values("source", "measure")
    if counted.annotate(n=Sum("quantity")).filter(n__gt=0).exists():
        raise Refused("took-part", "从%(day)s起这个人参加过工会的活动，不能按自动退会办。", day=Day(since))


def _put(stay: Membership, **values: object) -> None:
    for name, value in values.items():
        setattr(stay, name, value)
    stay.save(update_fields=sorted(values))


def _tell(stay: Membership, kind: str, at: datetime, **data: str) -> None:
    key = f"{kind}:{stay.public_id}:{at.isoformat()}"
    outbox.put([Telling(key, kind, stay.person_id, stay.federation, data)], at=at)


def _tell_keepers(stay: Membership, on: date, at: datetime) -> None:
    people = keepers.nearest(Power.MANAGE_PEOPLE, [stay.union_id], on=on).get(stay.union_id, [])
    key, data = f"membership.stays:{stay.public_id}:{at.isoformat()}", {"name": names.mask(stay.person.name)}
    outbox.put([Telling(f"{key}:{pk}", "membership.stays", pk, kept, data) for pk, kept in people], at=at)
