"""Opening a pool for the lane, and letting people in ahead of it: whoever may enter is known days before."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.reserves import check_lane
from tongxin.calls.actions.windows import check_not_closed
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Call, Entry, Intake, Lane, Pool, Preference, Reserve
from tongxin.calls.states import BY_SPEED, ApplicationState, CallState, Stage
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment

_ENTERED: Final = ApplicationState.ENTERED
COUNTS: Final = timedelta(days=14)  # how long a verdict is believed; a longer release asks again


@atomic
def open_lane(*, pool: Pool, by: Actor, at: datetime) -> Lane:
    """From now on this pool is entered by the lane alone. Power is checked by the room that calls this, as for every pool.

    Refused: "lane-one-pool" (a call by the lane has one pool: in two lines at once nobody could be told one place),
    "lane-by-speed" (a draw or a review needs no lane: nobody hurries), "lane-too-late" (it has opened already),
    "pool-closed", and of its reserves what `reserves.check_lane` refuses.
    """
    call = Call.objects.lock(pool.call_id)
    pool = Pool.objects.lock(pool.pk)
    check_not_closed(pool)
    standing: Lane | None = Lane.objects.filter(pool=pool).first()
    if standing is not None:
        return standing
    if call.pools.count() != 1:
        raise Refused("lane-one-pool", "快速通道一次只放一种名额，请把其他名额另开一次。")
    check_manner(call)
    if call.state == CallState.PUBLISHED and call.opens <= at:
        raise Refused("lane-too-late", "已经开始报名，不能再改成快速通道。")
    Intake.make(federation=pool.federation, pool=pool)
    lane = Lane.make(federation=pool.federation, pool=pool)
    call.by_lane = True
    call.save(update_fields=["by_lane"])
    journal.write("lane.opened", of=pool, by=by, at=at)
    return lane


@atomic
def let_in(*, pool: Pool, person: Person, by: Actor, at: datetime) -> Entry:
    """The entry of a person that may enter: for oneself, ahead of the moment. Asked for again, the same one or a newer.

    Refused: "not-yours", "no-lane", "call-not-published", "closed-already", "pool-closed", and what eligibility refuses.
    """
    if not by.system and by.person_id != person.pk:
        raise Refused("not-yours", "入场凭证只能本人领取，请用自己的账号登录。")
    pool = Pool.objects.select_related("call").get(pk=pool.pk)
    _check_takes(pool, at)
    check_eligible(pool.call, person, at=at)
    _ask_kind(pool, person, at)
    ends = min(pool.call.closes, at + COUNTS)
    standing: Entry | None = Entry.objects.filter(pool=pool, person=person).first()
    if standing is not None and standing.ends_at >= ends and standing.assurance >= person.assurance:
        return standing
    values = {
        "rule_version": pool.call.rule_version, "assurance": person.assurance, "issued_at": at, "ends_at": ends,
    }  # fmt: skip
    entry: Entry
    entry, _ = Entry.objects.update_or_create(
        pool=pool, person=person, defaults=values, create_defaults=values | {"federation": person.federation}
    )
    journal.write("lane.let-in", of=pool, by=by, at=at)
    return entry


def check_manner(call: Call) -> None:
    """Whether the lane can do what the call states. Refused: "lane-by-speed", and as `reserves.check_lane`."""
    if call.policy not in BY_SPEED or call.accept_hours or call.party_most > 1 or call.per_person > 1:
        raise Refused(
            "lane-by-speed", "快速通道只用于先到先得或同时起步，每人一份，发出即得。其他办法不用赶时间，请直接报名。"
        )
    check_lane(call, Reserve.objects.filter(pool__call=call).select_related("rule_version__rule").order_by("order"))


def _check_takes(pool: Pool, at: datetime) -> None:
    if not Lane.objects.filter(pool=pool).exists():
        raise Refused("no-lane", "这里不走快速通道，请直接报名。")
    if pool.call.state != CallState.PUBLISHED:
        raise Refused("call-not-published", "这里现在不接受报名，请看看别的。")
    if at >= pool.call.closes:
        raise Refused("closed-already", "报名已在%(closes)s截止，请留意下一次。", closes=Moment(pool.call.closes))
    check_not_closed(pool)


class _Asked(Exception):
    """Nothing was refused; and nothing stays."""


def _ask_kind(pool: Pool, person: Person, at: datetime) -> None:
    """Whether the substance is complete for this person, asked as if they applied now, and taken back at once."""
    call, kept = pool.call, pool.federation
    with suppress(_Asked), transaction.atomic():
        application = Application.make(federation=kept, call=call, union_id=call.union_id, state=_ENTERED, at=at)
        Applicant.make(
            federation=kept, application=application, call=call, person=person, slot=call.per_person, live=False
        )
        Preference.make(federation=kept, application=application, pool=pool)
        kind_of(call).check(application, Stage.ENTRY)
        raise _Asked
