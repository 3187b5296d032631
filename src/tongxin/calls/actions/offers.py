"""A place that waits for its yes: taken up, declined, or lapsed and offered on. The state decides, not the clock."""

from datetime import datetime

from tongxin.calls.actions import lines
from tongxin.calls.actions.acting import acts_for_all
from tongxin.calls.actions.tellings import Told
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Award, Pool
from tongxin.calls.states import APPLICATION_MOVES, ApplicationState, AwardState, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def accept(*, application: Application, by: Actor, at: datetime) -> Application:
    """The place is taken up; the kind hears of it. A second tap changes nothing.

    Refused: "no-power", "party-lead", "offer-lapsed" (the time is over, or it went on already), "wrong-state".
    """
    pool, application = _lock(application, by)
    if application.state == ApplicationState.GRANTED:
        return application
    awards = _offered(application)
    if application.state == ApplicationState.LAPSED or any(
        a.accept_by is not None and a.accept_by <= at for a in awards
    ):
        raise Refused(
            "offer-lapsed", "确认的时间已经过了，名额会给候补的下一位。还想参加的话，请看看别的，或联系主办的工会。"
        )
    target = ApplicationState(APPLICATION_MOVES.target("accept", application.state))
    Award.objects.filter(pk__in=[award.pk for award in awards]).update(state=AwardState.HELD, accept_by=None)
    for award in awards:
        award.state, award.accept_by, award.pool, award.application = AwardState.HELD, None, pool, application
    lines.turn([application], target, "accept", by=by, at=at)
    kind_of(pool.call).granted(awards, by=by, at=at)
    journal.write_many("award.accepted", of=awards, by=by, at=at, pool=pool.public_id, union=pool.union_id)
    return application


@atomic
def decline(*, application: Application, by: Actor, at: datetime) -> Application:
    """Given on to the next in line at once. Refused: "no-power", "party-lead", "wrong-state"."""
    pool, application = _lock(application, by)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    target = ApplicationState(APPLICATION_MOVES.target("decline", application.state))
    lines.release(pool, [application.pk], why=Why.WITHDRAWN, by=by, at=at)
    lines.count(pool)
    lines.leave([application.pk])
    lines.turn([application], target, "decline", by=by, at=at)
    journal.write("application.declined", of=application, by=by, at=at, pool=pool.public_id)
    lines.fill(pool, by=by, at=at)
    return application


@atomic
def lapse(*, pool: Pool, by: Actor, at: datetime) -> int:
    """Offers of this pool whose time is over: each is told, and their places are offered on. How many lapsed."""
    pool = lines.lock_pool(pool.pk)
    over = Award.objects.filter(pool=pool, state=AwardState.OFFERED, accept_by__lte=at)
    pks = sorted(set(over.values_list("application_id", flat=True)))
    if not pks:
        return 0
    awards = lines.release(pool, pks, why=Why.WITHDRAWN, by=by, at=at, state=AwardState.EXPIRED)
    lines.count(pool)
    lines.leave(pks)
    rows = list({award.application_id: award.application for award in awards}.values())
    lines.turn(rows, ApplicationState.LAPSED, "lapse", by=by, at=at)
    for award in awards:
        award.accept_by = None
    lines.tell_awards(Told.LAPSED, awards, at=at)
    lines.fill(pool, by=by, at=at)
    return len(pks)


@atomic
def let_go(*, pool: Pool, by: Actor, at: datetime) -> None:
    """Sign-up is over: what no group took of its reserves goes on as they say, and the line moves."""
    pool = lines.lock_pool(pool.pk)
    if lines.is_over(pool.call, at):
        lines.spill(pool)
        lines.fill(pool, by=by, at=at)
        journal.write("pool.let-go", of=pool, by=by, at=at)


def _lock(application: Application, by: Actor) -> tuple[Pool, Application]:
    """The pool that it was offered a place in, then itself."""
    held = Award.objects.filter(application=application).order_by("-pk").values_list("pool_id", flat=True).first()
    if held is None:
        raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")
    pool = lines.lock_pool(held)
    row: Application = Application.objects.lock(application.pk)
    row.call = pool.call
    people = Applicant.objects.filter(application=row).order_by("pk").values_list("person_id", flat=True)
    acts_for_all(by, list(people), row.union_id)
    return pool, row


def _offered(application: Application) -> list[Award]:
    rows = Award.objects.filter(application=application, state=AwardState.OFFERED).select_related("person")
    return list(rows.order_by("pk"))
