"""What happens by itself when its time comes. A job loads and calls one action; the house acts, nobody is signed in."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import structlog
from django.db.models import F, Model, Q
from django.utils.timezone import localdate, now
from procrastinate.contrib.django import app

from tongxin.calls.actions import leveling, offers, reviews, rounds, settling
from tongxin.calls.actions.rounds_told import tell_seals
from tongxin.calls.models import Award, Lane, Pool
from tongxin.calls.models.windows import GRACE
from tongxin.calls.queries import draws
from tongxin.calls.queries.reviews import overdue
from tongxin.calls.states import BY_SPEED, AwardState, CallState, Policy, Spill
from tongxin.kernel.refused import Refused
from tongxin.people.authority import system

BATCH = 500
M = TypeVar("M", bound=Model)
log = structlog.get_logger("tongxin.calls")


@app.periodic(cron="* * * * *")
@app.task(name="calls.lapse_offers", queueing_lock="calls.lapse_offers", lock="calls.lapse_offers")
def lapse_offers(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    at = now()
    over = Award.objects.filter(state=AwardState.OFFERED, accept_by__lte=at).values("pool")
    _each(Pool.objects.filter(pk__in=over), lambda pool: offers.lapse(pool=pool, by=system(localdate(at)), at=at))


@app.periodic(cron="*/5 * * * *")
@app.task(name="calls.let_go", queueing_lock="calls.let_go", lock="calls.let_go")
def let_reserves_go(timestamp: int) -> None:  # noqa: ARG001 - as above
    """Sign-up is over, and some reserve still keeps what it should hand on."""
    at = now()
    _each(unspilled(at), lambda pool: offers.let_go(pool=pool, by=system(localdate(at)), at=at))


@app.periodic(cron="3-59/10 * * * *")
@app.task(name="calls.escalate_reviews", queueing_lock="calls.escalate_reviews", lock="calls.escalate_reviews")
def escalate_reviews(timestamp: int) -> None:  # noqa: ARG001 - as above
    at = now()
    on = localdate(at)
    _each(overdue(at, limit=BATCH), lambda application: reviews.escalate(application=application, on=on, at=at))


@app.periodic(cron="* * * * * */5")
@app.task(name="calls.settle_lanes", queueing_lock="calls.settle_lanes", lock="calls.settle_lanes")
def settle_lanes(timestamp: int) -> None:  # noqa: ARG001 - as above
    """Places for whoever came, while there are some. Twelve looks a minute; each is one statement where nothing is to be done."""
    _each(unsettled(), _settle)


def _settle(lane: Lane) -> None:
    by = system(localdate())
    while leveling.level(pool=lane.pool, by=by, at=now()):
        pass
    _each(draws.to_freeze(now(), call=lane.pool.call_id), lambda held: rounds.freeze(held=held, by=by, at=now()))
    while leveling.follow(pool=lane.pool, by=by, at=now()) or settling.settle(pool=lane.pool, by=by, at=now()):
        pass


def unsettled() -> list[Lane]:
    rows = Lane.objects.filter(
        Q(pool__taken__lt=F("pool__units")) | Q(pool__reserved=True),
        pool__call__state=CallState.PUBLISHED, pool__closed_at=None,
    ).filter(
        Q(pool__intake__arrived__gt=F("settled"))
        | Q(pool__call__policy=Policy.LEVEL_START, pool__call__settled_at=None, pool__call__opens__lt=now())
    )  # fmt: skip
    return list(rows.select_related("pool").order_by("pk"))


def unspilled(at: datetime) -> list[Pool]:
    rows = Pool.objects.filter(call__policy__in=BY_SPEED, call__closes__lte=at, closed_at=None, reserved=True)
    rows = rows.exclude(call__policy=Policy.LEVEL_START, call__settled_at=None).filter(
        Q(call__by_lane=False) | Q(call__closes__lte=at - GRACE, intake__arrived=F("lane__settled"))  # as lines.is_over
    )
    left = rows.filter(reserves__units__gt=F("reserves__taken") + F("reserves__let_go") - F("reserves__handed"))
    return list(left.exclude(reserves__spill=Spill.NONE).distinct()[:BATCH])


@app.periodic(cron="* * * * *")
@app.task(name="calls.draws", queueing_lock="calls.draws", lock="calls.draws")
def look_after_draws(timestamp: int) -> None:  # noqa: ARG001 - as above
    """Lists are frozen at closing, holders are asked, and a round of which nothing is missing is drawn."""
    at = now()
    by = system(localdate(at))
    _each(draws.to_freeze(at), lambda held: rounds.freeze(held=held, by=by, at=at))
    tell_seals("seal.reminded", draws.to_remind(at), at=at)
    tell_seals("seal.to-open", draws.to_open(at), at=at)
    _each(draws.to_draw(at), lambda held: rounds.draw(held=held, by=by, at=at))


def _each(rows: Iterable[M], deed: Callable[[M], object]) -> None:
    """What cannot be done for one does not hold up the others: neither a refusal nor what nobody thought of, which is
    raised once the others were looked after, so that the operator sees it.
    """
    broken: Exception | None = None
    for row in rows:
        of = f"{row._meta.model_name} {row.pk}"
        try:
            deed(row)
        except Refused as refusal:
            log.warning("left standing", of=of, code=refusal.code)
        except Exception as problem:  # noqa: BLE001 - raised again below
            log.warning("broke off", of=of, problem=type(problem).__name__)
            broken = broken or problem
    if broken is not None:
        raise broken
