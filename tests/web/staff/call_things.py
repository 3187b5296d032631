"""What stands behind the addresses of entering, reviewing, publishing and objecting."""

from datetime import timedelta

from tests.cast import HOUSE, NOW, Player

from tongxin.calls.actions import allocations, calls, entries, pools, publications, reserves
from tongxin.calls.models import Call, Pool
from tongxin.calls.states import Policy
from tongxin.unions.models import Union

CLOSES = NOW + timedelta(days=9)


def call_things(union: Union, pupil: Player) -> dict[str, object]:
    """An application of the pupil that waits for a review, and an outcome to which the pupil objected."""
    review, pool = _call(union, calls.Manner(policy=Policy.REVIEW, choices=2, party_most=3), "夏令营", CLOSES)
    plan = reserves.Plan("新会员", "新入会的", 1)
    [reserve] = reserves.keep(pool=pool, plans=[plan], by=HOUSE, at=NOW)
    mine = entries.enter(call=review, wishes=[pool], persons=[pupil.person], by=pupil.actor, at=NOW)
    return {
        "application_id": mine.public_id,
        "call_id": review.public_id,
        "pool_id": pool.public_id,
        "reserve_id": reserve.public_id,
        **_published(union, pupil),
    }


def _published(union: Union, pupil: Player) -> dict[str, object]:
    drawn, pool = _call(union, calls.Manner(result_at=NOW, notice_days=30), "春游", NOW)
    won = entries.enter(
        call=drawn, wishes=[pool], persons=[pupil.person], by=HOUSE, at=NOW - timedelta(hours=1), tells=False
    )
    allocations.settle(call=drawn, orders={pool.pk: [str(won.ticket)]}, by=HOUSE, at=NOW)
    publication = publications.publish(call=drawn, by=HOUSE, at=NOW)
    objection = publications.object_to(publication=publication, words="少了一人", by=pupil.actor, at=NOW)
    return {"publication_id": publication.public_id, "objection_id": objection.public_id}


def _call(union: Union, manner: calls.Manner, name: str, closes: object) -> tuple[Call, Pool]:
    call = calls.open_call(
        union=union, kind="class_place", opens=NOW - timedelta(days=2), closes=closes, manner=manner, by=HOUSE, at=NOW
    )  # type: ignore[arg-type]
    call = calls.publish(call=call, by=HOUSE, at=NOW)
    return call, pools.add_pool(call=call, union=union, units=3, name=name, by=HOUSE, at=NOW)
