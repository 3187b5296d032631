"""会籍 begins, moves and ends. The stays of one person never overlap, and a move leaves no day between two stays."""

from datetime import date, datetime

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Membership, Person
from tongxin.people.models.memberships import EndReason
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions.standing import hold_living
from tongxin.unions.models import Union


@atomic
def join(
    *,
    person: Person,
    union: Union,
    starts: date,
    by: Actor,
    at: datetime,
    post: str = "",
    retained: bool = False,
    consented_on: date | None = None,
) -> Membership:
    """A first stay, or one after an end.

    Refused: "membership-open", "membership-overlap", "day-to-come", "union-not-there", "consent-needed", "person-merged".
    """
    require(by, Power.MANAGE_PEOPLE, union)
    _not_to_come(starts, by)
    hold_living(union, starts)  # before any person is locked, as merging unions does
    person = Person.objects.lock(person.pk)
    others = Membership.objects.filter(person=person)
    if others.filter(ends=None).exists():
        raise Refused("membership-open", "这个人已经有会籍，请办转接，不要重复登记。")
    if others.filter(ends__gt=starts).exists():
        raise Refused("membership-overlap", "这一天这个人还在另一个工会，请把入会日期改到那段会籍结束以后。")
    _consented(person, union, consented_on, by)
    membership = Membership.make(
        person=person, union=union, starts=starts, post=post, retained=retained, federation=person.federation
    )
    journal.write("membership.joined", of=membership, by=by, at=at, on=starts.isoformat())
    return membership


@atomic
def move(
    *, membership: Membership, to_union: Union, on: date, by: Actor, at: datetime, consented_on: date | None = None
) -> Membership:
    """From that day in another union: the old stay ends on the day on which the new one begins.

    The union that lets go does it. Into another province, personal data change hands: the worker's own consent is asked.
    Refused: "membership-ended", "move-same-union", "day-to-come", "move-before-start", "consent-needed".
    """
    _not_to_come(on, by)
    hold_living(to_union, on)
    membership = held(membership, by)
    if to_union.pk == membership.union_id:
        raise Refused("move-same-union", "会籍已经在这个工会，不用转接。")
    if on < membership.starts:
        raise Refused(
            "move-before-start", "转接日期不能早于入会日期%(starts)s，请核对。", starts=membership.starts.isoformat()
        )
    _consented(membership.person, to_union, consented_on, by)
    close(membership, on, EndReason.TRANSFERRED)
    new = Membership.make(
        person=membership.person, union=to_union, starts=on, previous=membership, federation=membership.federation
    )
    journal.write(
        "membership.moved",
        of=new,
        by=by,
        at=at,
        on=on.isoformat(),
        source=membership.union_id,
        consented=consented_on.isoformat() if consented_on else "",
    )
    return new


@atomic
def end(*, membership: Membership, on: date, reason: str, by: Actor, at: datetime) -> Membership:
    """The stay ends on that day, the first on which the person is no member. Its row stays readable.

    Not by lapsing: that needs a reminder first (`membership_states.lapse`).
    """
    membership = held(membership, by)
    _not_to_come(on, by)
    if reason not in set(EndReason) - {EndReason.TRANSFERRED, EndReason.LAPSED}:
        raise Refused("reason-unknown", "请选结束会籍的原因。")
    if on < membership.starts:
        raise Refused(
            "move-before-start", "结束日期不能早于入会日期%(starts)s，请核对。", starts=membership.starts.isoformat()
        )
    close(membership, on, reason)
    journal.write("membership.ended", of=membership, by=by, at=at, on=on.isoformat(), reason=reason)
    return membership


def held(membership: Membership, by: Actor, *, own: bool = False) -> Membership:
    """The person's row locked first, as everyone who changes stays does; then the open stay as it is now.

    `own`: its holder may too. Refused: "no-power", "membership-ended".
    """
    Person.objects.lock(membership.person_id)
    membership = Membership.objects.select_related("person", "union").get(pk=membership.pk)
    if not (own and by.person_id == membership.person_id):
        require(by, Power.MANAGE_PEOPLE, membership.union_id)
    if membership.ends is not None:
        raise Refused("membership-ended", "这段会籍已经结束，请刷新后再看。")
    return membership


def must_lie_within(membership: Membership, day: date, by: Actor) -> None:
    """A day of the stay, and none to come."""
    _not_to_come(day, by)
    if day < membership.starts:
        raise Refused(
            "move-before-start", "日期不能早于入会日期%(starts)s，请核对。", starts=membership.starts.isoformat()
        )


def close(membership: Membership, on: date, reason: str) -> None:
    membership.ends = on
    membership.end_reason = reason
    membership.save(update_fields=["ends", "end_reason"])


def _not_to_come(day: date, by: Actor) -> None:
    if day > by.on:
        raise Refused("day-to-come", "日期不能晚于今天，请到那天再办。")


def _consented(person: Person, union: Union, consented_on: date | None, by: Actor) -> None:
    if person.federation != union.federation and (consented_on is None or consented_on > by.on):
        raise Refused("consent-needed", "跨省（市）转接要把个人信息交给对方工会，请先取得本人单独同意，再填同意日期。")
