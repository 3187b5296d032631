"""Review, level by level: the lowest union with someone who may answer says first, the union of the call says last.

Whoever has it may agree (and pass it up), return it to be completed, or refuse it, with reasons that the applicant reads. Silence
goes up by the clock. The last yes gives a place if one is free, else a number in the line: scarcity is no refusal.
"""

from datetime import date, datetime, timedelta
from typing import Final

from tongxin.calls.actions import lines
from tongxin.calls.actions.acting import acts_for_all
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Call, Pool, Preference, Step
from tongxin.calls.places import Counter
from tongxin.calls.queries.reviews import reviewer_above
from tongxin.calls.states import APPLICATION_MOVES, ApplicationState, Stage, Verdict
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require, system
from tongxin.people.powers import Power
from tongxin.people.queries import keepers
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

HOURS: Final = 72  # where the call says nothing, so that nobody waits for ever


@atomic
def begin(application: Application, *, by: Actor, at: datetime) -> None:
    """To the first union of the chain. Refused: "no-reviewer"."""
    _hand_to(application, reviewer_above(application, on=by.on), by, at)


@atomic
def decide(*, application: Application, verdict: Verdict, why: str = "", by: Actor, at: datetime) -> Application:
    """What the union that has it says. AGREE passes up, and is the last yes where nobody stands above.

    Refused: "no-power", "own-application", "wrong-state", "why-missing" (to return or refuse), and what the kind refuses.
    """
    pools, application, people = _lock(application)
    if application.state != ApplicationState.ENTERED or application.reviewer_id is None:
        raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")
    require(by, Power.RUN_CALLS, application.reviewer_id)
    if by.person_id in people:
        raise Refused("own-application", "不能审核本人的申请，请交给同事或上一级。")
    if verdict in {Verdict.RETURN, Verdict.REFUSE} and not why.strip():
        raise Refused("why-missing", "请写一句原因，职工会看到。")
    why = why.strip()[:200]
    if verdict in {Verdict.RETURN, Verdict.REFUSE}:
        return _end(application, people, verdict, pools, why=why, by=by, at=at)
    kind_of(application.call).check(application, Stage.REVIEW)
    higher = reviewer_above(application, on=by.on, above=application.reviewer_id)
    if higher is not None:
        _step(application, Verdict.AGREE, why, by, at)
        _hand_to(application, higher, by, at)
        return application
    _step(application, Verdict.APPROVE, why, by, at)
    _leave_review(application)
    _give(application, pools, people, by=by, at=at)
    return application


@atomic
def mend(*, application: Application, why: str = "", by: Actor, at: datetime) -> Application:
    """What was asked for is there now: it goes on where it stood. Refused: "no-power", "party-lead", "wrong-state"."""
    _, application, people = _lock(application)
    acts_for_all(by, people, application.union_id)
    target = APPLICATION_MOVES.target("mend", application.state)
    kind_of(application.call).check(application, Stage.ENTRY)
    lines.turn([application], ApplicationState(target), "mend", by=by, at=at, why=why.strip()[:200])
    reviewer = application.reviewer or reviewer_above(application, on=by.on)
    _hand_to(application, reviewer, by, at)
    return application


@atomic
def escalate(*, application: Application, on: date, at: datetime) -> Application:
    """Its time is over: to the next union up. On top it stays, overdue and seen."""
    _, application, _people = _lock(application)
    if application.state != ApplicationState.ENTERED or application.due is None or application.due > at:
        return application
    by = system(on)
    higher = reviewer_above(application, on=on, above=application.reviewer_id)
    if higher is None:
        return application
    _step(application, Verdict.ESCALATE, "", by, at)
    _hand_to(application, higher, by, at)
    return application


def _lock(application: Application) -> tuple[dict[int, Pool], Application, list[int]]:
    wished = Preference.objects.filter(application=application).order_by("rank").values_list("pool_id", flat=True)
    pools = lines.lock_pools(list(wished))
    row: Application = Application.objects.select_related("reviewer").lock(application.pk)
    row.call = next(iter(pools.values())).call
    people = Applicant.objects.filter(application=row).order_by("pk").values_list("person_id", flat=True)
    return {pk: pools[pk] for pk in wished}, row, list(people)


def _hand_to(application: Application, reviewer: Union | None, by: Actor, at: datetime) -> None:
    if reviewer is None:
        raise Refused("no-reviewer", "现在没有人能审核，请联系主办的工会。")
    hours = application.call.review_hours or HOURS
    application.reviewer, application.due = reviewer, at + timedelta(hours=hours)
    application.save(update_fields=["reviewer", "due"])
    journal.write("review.handed", of=application, by=by, at=at, union=reviewer.pk)
    people = keepers.nearest(Power.RUN_CALLS, [reviewer.pk], on=by.on).get(reviewer.pk, [])
    data = {"what": _name(application.call), "due": application.due.isoformat()}
    key = f"review.to-answer:{application.public_id}:{reviewer.pk}:{at.timestamp():.0f}"
    outbox.put([Telling(f"{key}:{pk}", "review.to-answer", pk, kept, data) for pk, kept in people], at=at)


def _end(
    application: Application,
    people: list[int],
    verdict: Verdict,
    pools: dict[int, Pool],
    *,
    why: str,
    by: Actor,
    at: datetime,
) -> Application:
    """Returned or refused: with the reason, which the applicants read."""
    state = ApplicationState(APPLICATION_MOVES.target(verdict, application.state))
    _step(application, verdict, why, by, at)
    if verdict == Verdict.REFUSE:
        _leave_review(application)
        lines.leave([application.pk])
    else:
        application.due = None
    application.state = state
    application.save(update_fields=["state", "due"])
    journal.write(f"review.{verdict}", of=application, by=by, at=at, union=application.union_id)
    told = Told.REFUSED if verdict == Verdict.REFUSE else Told.RETURNED
    pool = next(iter(pools.values()))
    tell(told, [(person, application) for person in people], pool=pool, at=at, why=why)
    return application


def _give(application: Application, pools: dict[int, Pool], people: list[int], *, by: Actor, at: datetime) -> None:
    """The first wish that has room; else all its lines."""
    offered = application.call.accept_hours > 0
    for pool in pools.values():
        reserves = lines.reserves_of(pool)
        place = (
            None
            if pool.closed_at
            else Counter(pool, reserves).give(application.pk, application.size, application.groups)
        )
        if place is None:
            continue
        lines.keep_reserves(reserves)
        awards = lines.give(pool, [place], offered=offered, by=by, at=at)
        lines.count(pool)
        Preference.objects.filter(application=application, pool=pool).update(no=pool.next_no)
        Pool.objects.filter(pk=pool.pk).update(next_no=pool.next_no + 1)
        lines.tell_awards(Told.OFFERED if offered else Told.GIVEN, awards, at=at)
        return
    for pool in pools.values():
        Preference.objects.filter(application=application, pool=pool).update(no=pool.next_no, waits=True)
        pool.next_no, pool.waiting = pool.next_no + 1, pool.waiting + 1
        lines.count(pool)
    lines.turn([application], ApplicationState.WAITING, "wait", by=by, at=at)
    first = next(iter(pools.values()))
    tell(Told.IN_LINE, [(person, application) for person in people], pool=first, at=at)


def _leave_review(application: Application) -> None:
    application.reviewer, application.due = None, None
    application.save(update_fields=["reviewer", "due"])


def _step(application: Application, verdict: Verdict, why: str, by: Actor, at: datetime) -> None:
    Step.make(
        federation=application.federation,
        application=application,
        verb="review",
        verdict=verdict,
        union=application.reviewer,
        account=by.account_id,
        at=at,
        why=why,
    )


def _name(call: Call) -> str:
    return str(Pool.objects.filter(call=call).order_by("pk").values_list("name", flat=True).first() or "")
