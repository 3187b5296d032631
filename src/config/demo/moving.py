"""Memberships on the move in each state, and a few that are retained, retired or asked whether they go on. All synthetic."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from config.demo.planting import JINJIANG, YONGCHUAN, firm_code
from tongxin.people.actions import membership_states, transfers
from tongxin.people.actions.transfers import NEW, OLD
from tongxin.people.authority import Actor, system
from tongxin.people.models import Appointment, Membership, Transfer
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

LONG: Final = timedelta(days=24)  # ten working days and a holiday are over
PEOPLE: Final = 7


@atomic
def move(*, at: datetime) -> int:
    """Returns how many transfers are new; loaded before, none."""
    if Transfer.objects.filter(person__synthetic=True).exists():
        return 0
    firm, second, far = (
        Union.objects.get(code=firm_code(*one)) for one in ((YONGCHUAN, 0), (YONGCHUAN, 1), (JINJIANG, 0))
    )
    stays = _members(firm)
    if len(stays) < PEOPLE:
        return 0
    _waiting_far(stays[0], far, at)
    _overdue(stays[1], second, at)
    _refused(stays[2], second, at)
    _withdrawn(stays[3], second, at)
    _states(stays[4:], at)
    return 4


def _members(union: Union) -> list[Membership]:
    """Without a post: a cadre's own membership stays where it is."""
    posts = Appointment.objects.filter(union=union).values("person")
    rows = Membership.objects.filter(union=union, ends=None, person__synthetic=True).exclude(person__in=posts)
    return list(rows.select_related("person").order_by("pk")[:PEOPLE])


def _ask(stay: Membership, to_union: Union, at: datetime, ago: timedelta, reason: str) -> Transfer:
    """Some time ago, by today's posts: those of the demo begin today."""
    worker = Actor(on=_day(at), person_id=stay.person_id)
    return transfers.ask(person=stay.person, to_union=to_union, by=worker, at=at - ago, reason=reason)


def _waiting_far(stay: Membership, to_union: Union, at: datetime) -> None:
    """Both unions have said yes; across the border it waits for the worker's own."""
    made = _ask(stay, to_union, at, timedelta(days=3), "到成都上班")
    for side in (OLD, NEW):
        transfers.answer(transfer=made, side=side, yes=True, by=system(_day(at)), at=at - timedelta(days=1))


def _overdue(stay: Membership, to_union: Union, at: datetime) -> None:
    made = _ask(stay, to_union, at, LONG, "换了单位")
    transfers.escalate(transfer=made, on=_day(at), at=at)


def _refused(stay: Membership, to_union: Union, at: datetime) -> None:
    made = _ask(stay, to_union, at, timedelta(days=9), "换了单位")
    transfers.answer(
        transfer=made, side=NEW, yes=False, by=system(_day(at)), at=at - timedelta(days=7),
        why="还没有到本单位上班，请上班后再提出。",
    )  # fmt: skip


def _withdrawn(stay: Membership, to_union: Union, at: datetime) -> None:
    made = _ask(stay, to_union, at, timedelta(days=5), "")
    transfers.withdraw(transfer=made, by=Actor(on=_day(at), person_id=stay.person_id), at=at - timedelta(days=4))


def _states(stays: list[Membership], at: datetime) -> None:
    by, on = system(_day(at)), _day(at)
    membership_states.retain(
        membership=stays[0], on=max(stays[0].starts, on - timedelta(days=40)), why="unemployed", by=by, at=at
    )
    membership_states.retire(membership=stays[1], on=max(stays[1].starts, on - timedelta(days=70)), by=by, at=at)


def _day(at: datetime) -> date:
    return timezone.localdate(at)
