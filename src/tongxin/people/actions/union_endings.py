"""A union ends or goes into another one, with its members: the tree alone does not know that people stand on it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Appointment, Membership, Person
from tongxin.people.models.memberships import EndReason
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.actions import founding, tree
from tongxin.unions.actions.closure import hold_tree
from tongxin.unions.models import FoundingRequest, Union

BATCH: Final = 5_000
HAND_ON_JOB: Final = "people.hand_on_applications"


@atomic
def dissolve(*, union: Union, on: date, by: Actor, at: datetime) -> Union:
    """Refused while anybody is a member there or holds a post; what was asked to be founded under it is refused.

    Refused: "union-has-members", "union-has-posts", what settings.UNION_ENDINGS refuse, and what `tree.dissolve` refuses.
    """
    require(by, Power.MANAGE_UNIONS, union)
    hold_tree()
    union = Union.objects.lock(union.pk)  # whoever joins meanwhile waits, then finds that it is gone
    members = Membership.objects.filter(union=union, ends=None).count()
    if members:
        raise Refused(
            "union-has-members",
            "还有%(n)s名会员在这个工会。请先办会籍转接，或改办“合并”，会员会一起转过去。",
            n=members,
        )
    _must_have_finished([union], on)
    _must_have_no_posts([union], on)
    _close_foundings([union], by, at)
    ended = tree.dissolve(union=union, on=on, by=by, at=at)
    _hand_on_applications()
    return ended


@atomic
def merge(
    *, predecessors: Sequence[Union], successor: Union, on: date, by: Actor, at: datetime, source: str = ""
) -> int:
    """All go on in the successor from that day: unions below, and members, whose stays have no gap. Returns how many members.

    Everything or nothing. Refused: "day-to-come", "merge-across", "merge-later-members", what settings.UNION_ENDINGS
    refuse, and what `tree.merge` refuses.
    """
    for union in (successor, *predecessors):
        require(by, Power.MANAGE_UNIONS, union)
        require(by, Power.MANAGE_PEOPLE, union)
    if on > by.on:
        raise Refused("day-to-come", "日期不能晚于今天，请到那天再办。")
    if any(union.federation != successor.federation for union in predecessors):
        raise Refused("merge-across", "跨省（市）不能合并工会，会籍转接要本人同意。")
    hold_tree()
    Union.objects.lock_rows([successor.pk, *(union.pk for union in predecessors)])
    ending = [union for union in predecessors if union.pk != successor.pk]
    _must_have_finished(ending, on)
    _must_have_no_posts(predecessors, on)
    _close_foundings(predecessors, by, at)
    moved = sum(_move_members(union, successor, on, by, at) for union in predecessors if union.pk != successor.pk)
    tree.merge(predecessors=predecessors, successor=successor, on=on, by=by, at=at, source=source)
    _hand_on_applications()
    return moved


def _move_members(union: Union, successor: Union, on: date, by: Actor, at: datetime) -> int:
    """In the order of their keys, as everyone who changes stays locks people."""
    later = Membership.objects.filter(union=union, ends=None, starts__gt=on).count()
    if later:
        raise Refused(
            "merge-later-members", "有%(n)s名会员是在这一天以后入会的，请把合并日期改到他们入会以后。", n=later
        )
    people = list(Membership.objects.filter(union=union, ends=None).order_by("person").values_list("person", flat=True))
    for start in range(0, len(people), BATCH):
        some = people[start : start + BATCH]
        Person.objects.lock_rows(some)
        _move_some(union, successor, on, some)
    if people:
        journal.write(
            "union.members-moved", of=successor, by=by, at=at, union=successor.pk, source=union.pk, count=len(people)
        )
    return len(people)


def _move_some(union: Union, successor: Union, on: date, people: Sequence[int]) -> None:
    stays = list(Membership.objects.filter(union=union, ends=None, person__in=people).order_by("person"))
    Membership.objects.filter(pk__in=[stay.pk for stay in stays]).update(ends=on, end_reason=EndReason.TRANSFERRED)
    Membership.objects.bulk_create(
        [
            Membership(
                federation=stay.federation, person_id=stay.person_id, union=successor, starts=on, previous=stay,
                post=stay.post, retained=stay.retained, retired_on=stay.retired_on,
            )
            for stay in stays
        ]
    )  # fmt: skip


def _must_have_finished(unions: Sequence[Union], on: date) -> None:
    """What other rooms run in a union's name: settings.UNION_ENDINGS names who refuses."""
    for path in settings.UNION_ENDINGS:
        import_string(path)(unions, on)


def _must_have_no_posts(unions: Sequence[Union], on: date) -> None:
    """Powers do not outlive their union, and nobody loses them unasked."""
    posts = Appointment.objects.filter(union__in=unions, ends__gt=on).count()
    if posts:
        raise Refused("union-has-posts", "这个工会还有%(n)s个岗位没有结束，请先在“岗位任命”里结束。", n=posts)


def _hand_on_applications() -> None:
    """Right after this commits, not in it: whoever accepts holds the application and waits for the union, and we hold
    the union. An ending on a later day is met by the job that comes every quarter of an hour.
    """
    app.configure_task(HAND_ON_JOB).defer()


def _close_foundings(unions: Sequence[Union], by: Actor, at: datetime) -> None:
    for request in FoundingRequest.objects.filter(parent__in=unions, state="waiting").order_by("pk"):
        founding.refuse(request=request, why="上级工会撤销或合并，请向新的上级重新申请。", by=by, at=at)
