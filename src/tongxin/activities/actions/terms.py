"""Terms (期): their days, their sign-up window, and what was offered last time offered again."""

from datetime import date, datetime

from django.db.models import Max

from tongxin.activities.actions import cohorts, openings
from tongxin.activities.models import Cohort, Programme, Term
from tongxin.activities.planning import first_on
from tongxin.activities.states import RUNNING, TERM_MOVES, CohortState, TermState
from tongxin.calls.actions import calls
from tongxin.calls.models import Call
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.models import RuleVersion
from tongxin.store.atomic import atomic

KIND = "class_place"
PER_PERSON = 2
QUICK = calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额按报名先后给，满了排候补。")


@atomic
def add(*, programme: Programme, starts: date, ends: date, ordinal: int | None = None, by: Actor, at: datetime) -> Term:
    """Without `ordinal`: the next one. Refused: "no-power", "term_days", "term_ordinal_once", "term-ordinal"."""
    require(by, Power.RUN_COURSES, programme.union_id)
    programme = Programme.objects.lock(programme.pk)
    if ordinal is None:
        ordinal = (_last_ordinal(programme) or 0) + 1
    if not 1 <= ordinal <= 9999:
        raise Refused("term-ordinal", "期数从第1期起，请改正。")
    term = Term.make(
        federation=programme.federation,
        programme=programme,
        union_id=programme.union_id,
        ordinal=ordinal,
        starts=starts,
        ends=ends,
    )
    journal.write("term.added", of=term, by=by, at=at, ordinal=ordinal)
    return term


@atomic
def edit(*, term: Term, starts: date, ends: date, by: Actor, at: datetime) -> Term:
    """Refused when a cohort meets outside the new days: "cohort-outside-term"."""
    require(by, Power.RUN_COURSES, term.union_id)
    term = _lock(term)
    _not_finished(term)
    outside = term.cohorts.filter(state__in=RUNNING).exclude(first_day__gte=starts, last_day__lte=ends)
    if (cohort := outside.select_related("course").first()) is not None:
        raise Refused(
            "cohort-outside-term",
            "“%(cohort)s”的课不在这些日期以内，请先改那个班，或把本期日期放宽。",
            cohort=cohort.title,
        )
    term.starts, term.ends = starts, ends
    term.save(update_fields=["starts", "ends"])
    journal.write("term.edited", of=term, by=by, at=at, starts=starts.isoformat(), ends=ends.isoformat())
    return term


@atomic
def set_window(  # noqa: PLR0913 - one of each thing that sign-up states
    *,
    term: Term,
    opens: datetime,
    closes: datetime,
    per_person: int = PER_PERSON,
    rule_version: RuleVersion | None = None,
    assurance: int | None = None,
    manner: calls.Manner | None = None,
    by: Actor,
    at: datetime,
) -> Term:
    """When all of the term's cohorts take sign-ups, how many of them one worker may take, how surely the worker must
    be known, and by what the places are given (None: as before).

    After publishing the window and the level can still be changed; the rule and the number per person stay as they were published.
    Refused: "no-power", "window-order", "per-person", "window-after-term", "window-fixed".
    """
    require(by, Power.RUN_COURSES, term.union_id)
    term = _lock(term)
    _not_finished(term)
    if term.call is not None and _same_terms(term.call, per_person, rule_version):
        term.call = calls.set_window(call=term.call, opens=opens, closes=closes, by=by, at=at)
        return _settled(term, assurance, manner, by, at)
    if term.state != TermState.DRAFT:
        raise Refused("window-fixed", "公布以后，每人可报的数量和报名条件不能再改；报名时间可以改。")
    term.call = calls.open_call(  # a draft that it replaces has no pools, since they are made at publishing
        union=term.union,
        kind=KIND,
        opens=opens,
        closes=closes,
        rule_version=rule_version,
        per_person=per_person,
        manner=manner or QUICK,
        by=by,
        at=at,
    )
    term.save(update_fields=["call"])
    return _settled(term, assurance, None, by, at)


def _settled(term: Term, assurance: int | None, manner: calls.Manner | None, by: Actor, at: datetime) -> Term:
    """What is said anew of the call that stands; None: as before."""
    if manner is not None and term.call is not None and manner != calls.manner_of(term.call):
        term.call = calls.set_manner(call=term.call, manner=manner, by=by, at=at)
    if assurance is not None and term.call is not None:
        term.call = calls.ask_assurance(call=term.call, assurance=assurance, by=by, at=at)
    return term


def _same_terms(call: Call, per_person: int, rule_version: RuleVersion | None) -> bool:
    return call.per_person == per_person and call.rule_version_id == (rule_version.pk if rule_version else None)


@atomic
def copy_last(
    *, programme: Programme, starts: date, ends: date, source: Term | None = None, by: Actor, at: datetime
) -> Term:
    """The next term with last term's cohorts: same course, teacher, room, weekday, time and places.

    Each begins on the first such weekday of the new term and keeps its number of sessions. Cancelled cohorts stay out.
    `source` is the term that whoever asks takes for the last: pressed twice, it is copied once.
    Refused: "no-term-yet", "copied-already", and whatever refuses a cohort, with the cohort's name before it.
    """
    require(by, Power.RUN_COURSES, programme.union_id)
    programme = Programme.objects.lock(programme.pk)
    last = programme.terms.order_by("-ordinal").first()
    if last is None:
        raise Refused("no-term-yet", "这个项目还没有往期可以复制，请先新建一期。")
    if source is not None and source.pk != last.pk:
        raise Refused("copied-already", "刚才已经新建了第%(ordinal)s期，没有再复制一次。", ordinal=last.ordinal)
    term = add(programme=programme, starts=starts, ends=ends, by=by, at=at)
    rows = last.cohorts.exclude(state=CohortState.CANCELLED).select_related("course", "site", "room", "teacher")
    for cohort in rows.order_by("pk"):
        _copy(cohort, term, by=by, at=at)
    journal.write("term.copied", of=term, by=by, at=at, source=last.public_id, cohorts=len(rows))
    return term


def _copy(cohort: Cohort, term: Term, *, by: Actor, at: datetime) -> None:
    plan = cohorts.plan_of(cohort, first_day=first_on(cohort.weekday, term.starts))
    try:
        cohorts.add(term=term, plan=plan, by=by, at=at)
    except Refused as refusal:
        raise Refused(refusal.code, "“%(cohort)s”：%(why)s", cohort=cohort.title, why=str(refusal)) from refusal


@atomic
def publish(*, term: Term, by: Actor, at: datetime) -> Term:
    """Workers see the term; its planned cohorts take sign-ups within the window.

    Refused: "no-power", "window-missing", "cohorts-missing", "wrong-state".
    """
    require(by, Power.RUN_COURSES, term.union_id)
    term = _lock(term)
    target = TERM_MOVES.target("publish", term.state)
    if term.call is None:
        raise Refused("window-missing", "还没有设报名时间，请先设好再公布。")
    planned = list(term.cohorts.filter(state=CohortState.PLANNED).order_by("pk"))
    if not planned:
        raise Refused("cohorts-missing", "这一期还没有班次，请先加上班次再公布。")
    term.call = calls.publish(call=term.call, by=by, at=at)
    term.state = target
    term.save(update_fields=["state"])
    for cohort in planned:
        openings.open_cohort(cohort=cohort, by=by, at=at)
    journal.write("term.published", of=term, by=by, at=at, cohorts=len(planned))
    return term


@atomic
def finish(*, term: Term, by: Actor, at: datetime) -> Term:
    """Refused while a cohort still runs: "cohorts-running"."""
    require(by, Power.RUN_COURSES, term.union_id)
    term = _lock(term)
    target = TERM_MOVES.target("finish", term.state)
    running = term.cohorts.filter(state__in=RUNNING).count()
    if running:
        raise Refused("cohorts-running", "还有%(count)s个班没有结课，请先结课或取消。", count=running)
    term.state = target
    term.save(update_fields=["state"])
    journal.write("term.finished", of=term, by=by, at=at)
    return term


def _lock(term: Term) -> Term:
    locked: Term = Term.objects.select_related("call", "union").lock(term.pk)
    return locked


def _last_ordinal(programme: Programme) -> int | None:
    last: int | None = programme.terms.aggregate(last=Max("ordinal"))["last"]
    return last


def _not_finished(term: Term) -> None:
    if term.state == TermState.FINISHED:
        raise Refused("term-finished", "这一期已经结束，不能再改。")
