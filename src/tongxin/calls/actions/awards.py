"""What may happen to an award because someone objected: suspended, then restored or taken back and offered on."""

from datetime import datetime

from tongxin.calls.actions import lines
from tongxin.calls.actions.tellings import Told
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Application, Award, Pool
from tongxin.calls.states import AWARD_MOVES, KNOWN, ApplicationState, AwardState, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def suspend(*, award: Award, why: str, by: Actor, at: datetime) -> Award:
    """The place stays taken, and is nobody's until it is decided. Refused: "no-power", "why-missing", "wrong-state"."""
    pool, award = _lock(award, by, why)
    target = AWARD_MOVES.target("suspend", award.state)
    known = award.state in KNOWN
    award.state, award.accept_by = AwardState(target), None
    award.save(update_fields=["state", "accept_by"])
    if known:
        kind_of(pool.call).released([award], why=Why.SUSPENDED, by=by, at=at)
    _note("award.suspended", award, why, Told.SUSPENDED, by, at)
    return award


@atomic
def restore(*, award: Award, why: str, by: Actor, at: datetime) -> Award:
    """It holds again. Refused: "no-power", "why-missing", "wrong-state"."""
    pool, award = _lock(award, by, why)
    award.state = AwardState(AWARD_MOVES.target("restore", award.state))
    award.save(update_fields=["state"])
    if award.application.state == ApplicationState.OFFERED:
        lines.turn([award.application], ApplicationState.GRANTED, "accept", by=by, at=at, why=why)
    kind_of(pool.call).granted([award], by=by, at=at)
    _note("award.restored", award, why, Told.RESTORED, by, at)
    return award


@atomic
def revoke(*, award: Award, why: str, by: Actor, at: datetime) -> Award:
    """Taken back for good, with all that its application has; the first in line is next.

    Refused: "no-power", "why-missing", "wrong-state".
    """
    pool, award = _lock(award, by, why)
    AWARD_MOVES.target("give_back", award.state)
    application: Application = award.application
    people = lines.release(pool, [application.pk], why=Why.REVOKED, by=by, at=at)
    lines.count(pool)
    lines.leave([application.pk])
    lines.turn([application], ApplicationState.REFUSED, "refuse", by=by, at=at, why=why[:200])
    for one in people:
        _note("award.revoked", one, why, Told.REVOKED, by, at)
    lines.fill(pool, by=by, at=at)
    award.refresh_from_db()
    return award


def _lock(award: Award, by: Actor, why: str) -> tuple[Pool, Award]:
    pool = lines.lock_pool(award.pool_id)
    require(by, Power.RUN_CALLS, pool.union_id)
    if not why.strip():
        raise Refused("why-missing", "请写一句原因，职工会看到。")
    row: Award = Award.objects.select_related("application", "person").lock(award.pk)
    row.pool = pool
    return pool, row


def _note(verb: str, award: Award, why: str, told: Told, by: Actor, at: datetime) -> None:
    journal.write(verb, of=award, by=by, at=at, union=award.pool.union_id, why=why)
    lines.tell_awards(told, [award], at=at, why=why[:200])
