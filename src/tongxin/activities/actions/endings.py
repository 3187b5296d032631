"""How a cohort ends: with its last lesson, earlier, not at all, or in another cohort. Everyone concerned is told.

Those who hold or wait for a place are told by the calls engine, which knows what became of each; teachers, and workers on
a roster that was loaded from a history, are told here.
"""

from datetime import datetime

from django.db.models import OuterRef, Subquery

from tongxin.activities.actions import leave, schedule
from tongxin.activities.actions.openings import check_running, lock
from tongxin.activities.actions.sessions import said
from tongxin.activities.actions.tellings import enrolled_in, teachers_of, tell
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.states import ATTENDED, COHORT_MOVES, EnrolmentState, SessionState
from tongxin.calls.actions import pools
from tongxin.calls.models import Pool
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def finish(*, cohort: Cohort, by: Actor, at: datetime) -> Cohort:
    """After the last lesson. Who is enrolled stays on the roster; who still waits is told that no place came.

    Refused: "no-power", "wrong-state", "sessions-ahead" (see `end_early`).
    """
    cohort = _lock(cohort, by)
    target = COHORT_MOVES.target("finish", cohort.state)
    if cohort.sessions.exclude(state=SessionState.CANCELLED).filter(ends_at__gt=at).exists():
        raise Refused("sessions-ahead", "这个班还有课没上，不能结课。余下的课不上了，请用“提前结课”。")
    _end_line(cohort, "已结课", by=by, at=at)
    cohort.state = target
    cohort.save(update_fields=["state"])
    journal.write("cohort.finished", of=cohort, by=by, at=at)
    return cohort


@atomic
def end_early(*, cohort: Cohort, why: str, by: Actor, at: datetime) -> Cohort:
    """The lessons ahead fall out, their rooms are free; what was attended stays and counts.

    Refused: "no-power", "why-missing", "wrong-state".
    """
    cohort, why = _lock(cohort, by), said(why)
    cohort.state = COHORT_MOVES.target("finish", cohort.state)
    _drop_sessions(cohort, schedule.still_ahead(cohort, at), why, by=by, at=at)
    _end_line(cohort, why, by=by, at=at)
    _close(cohort, why, "cohort.ended-early", by=by, at=at)
    people = {*enrolled_in(cohort), *teachers_of(cohort)}
    tell(people, "cohort.ended-early", of=cohort.public_id, at=at, what=cohort.title, why=why)
    return cohort


@atomic
def cancel(*, cohort: Cohort, why: str, by: Actor, at: datetime) -> Cohort:
    """It does not take place: places are taken back, sessions cancelled, rooms free again.

    Once somebody attended it did take place, and what was served stays served: then it is ended early instead.
    Refused: "no-power", "why-missing", "wrong-state", "cohort-attended".
    """
    cohort, why = _lock(cohort, by), said(why)
    cohort.state = COHORT_MOVES.target("cancel", cohort.state)
    if _attended(cohort):
        raise Refused(
            "cohort-attended", "这个班已经有人上过课，不能取消。请改用“提前结课”：余下的课取消，上过的课照样计入。"
        )
    if cohort.pool is not None:
        cohort.pool = pools.close_pool(pool=cohort.pool, by=by, at=at, why=why)
    loaded = enrolled_in(cohort)  # whoever is still enrolled now came without the engine
    _leave(cohort, EnrolmentState.CANCELLED, at)
    _drop_sessions(cohort, _not_cancelled(cohort), why, by=by, at=at)
    _close(cohort, why, "cohort.cancelled", by=by, at=at)
    tell(loaded, "cohort.cancelled", of=cohort.public_id, at=at, what=cohort.title, why=why)
    tell(teachers_of(cohort), "teaching.cancelled", of=cohort.public_id, at=at, what=cohort.title, why=why)
    return cohort


@atomic
def merge(*, cohort: Cohort, into: Cohort, why: str, by: Actor, at: datetime) -> Cohort:
    """Everyone goes over into another cohort of the same term; who waits joins the end of that line.

    What was attended here stays here. Refused: "no-power", "why-missing", "wrong-state", "same-cohort", "other-term",
    "cohort-over", "not-open-yet", "merge-full" (more are enrolled here than there are places left there).
    """
    why = said(why)
    cohort, into = _lock_two(cohort, into, by)
    _check_room_for_all(cohort, into)
    verb = "finish" if _attended(cohort) else "cancel"
    cohort.state = COHORT_MOVES.target(verb, cohort.state)
    cohort.pool = pools.close_pool(pool=_pool(cohort), into=_pool(into), by=by, at=at, why=why)
    _link_moved(cohort, into)
    ahead = schedule.still_ahead(cohort, at) if verb == "finish" else _not_cancelled(cohort)
    _drop_sessions(cohort, ahead, why, by=by, at=at)
    cohort.merged_into = into
    cohort.save(update_fields=["merged_into"])
    _close(cohort, why, "cohort.merged", by=by, at=at)
    tell(
        teachers_of(cohort, into),
        "teaching.merged",
        of=cohort.public_id,
        at=at,
        before=cohort.title,
        what=into.title,
        why=why,
    )
    return cohort


def _lock(cohort: Cohort, by: Actor) -> Cohort:
    require(by, Power.RUN_COURSES, cohort.union_id)
    return lock(cohort)


def _lock_two(cohort: Cohort, into: Cohort, by: Actor) -> tuple[Cohort, Cohort]:
    if cohort.pk == into.pk:
        raise Refused("same-cohort", "不能并到自己，请另选一个班。")
    for one in (cohort, into):
        require(by, Power.RUN_COURSES, one.union_id)
    locked = {one.pk: lock(one) for one in sorted((cohort, into), key=lambda one: one.pk)}
    cohort, into = locked[cohort.pk], locked[into.pk]
    if cohort.term_id != into.term_id:
        raise Refused("other-term", "只能并到同一期的班，请另选一个班。")
    check_running(cohort)
    check_running(into)
    return cohort, into


def _pool(cohort: Cohort) -> Pool:
    if cohort.pool is None:
        raise Refused("not-open-yet", "“%(cohort)s”还没有开放报名，请先开放。", cohort=cohort.title)
    return cohort.pool


def _check_room_for_all(cohort: Cohort, into: Cohort) -> None:
    pools_now = {pool.pk: pool for pool in Pool.objects.lock_rows([_pool(cohort).pk, _pool(into).pk])}
    coming, left = pools_now[_pool(cohort).pk].taken, pools_now[_pool(into).pk].left
    if coming > left:
        raise Refused(
            "merge-full",
            "这个班有%(coming)s人，“%(into)s”还剩%(left)s个名额。请先给它加名额。",
            coming=coming,
            into=into.title,
            left=left,
        )


def _link_moved(cohort: Cohort, into: Cohort) -> None:
    """Each row that went over knows the row that it became."""
    became = Enrolment.objects.filter(cohort=into, person=OuterRef("person"), state=EnrolmentState.ENROLLED)
    gone = Enrolment.objects.filter(cohort=cohort, state=EnrolmentState.MOVED, moved_to=None)
    gone.update(moved_to=Subquery(became.values("pk")[:1]))


def _attended(cohort: Cohort) -> bool:
    return Attendance.objects.filter(session__cohort=cohort, mark__in=ATTENDED).exists()


def _not_cancelled(cohort: Cohort) -> list[Session]:
    return list(cohort.sessions.exclude(state=SessionState.CANCELLED).select_related("booking", "room"))


def _drop_sessions(cohort: Cohort, sessions: list[Session], why: str, *, by: Actor, at: datetime) -> None:
    leave.lapse(session__in=sessions, at=at)
    schedule.release(sessions, by=by, at=at)
    for session in sessions:
        session.state, session.note = SessionState.CANCELLED, why
    if sessions:
        Session.objects.bulk_update(sessions, ["state", "note", "booking"])
        schedule.refresh_days(cohort)


def _leave(cohort: Cohort, state: EnrolmentState, at: datetime) -> None:
    Enrolment.objects.filter(cohort=cohort, state=EnrolmentState.ENROLLED).update(state=state, ended_at=at)


def _end_line(cohort: Cohort, why: str, *, by: Actor, at: datetime) -> None:
    if cohort.pool is not None and cohort.pool.closed_at is None:
        cohort.pool = pools.end_line(pool=cohort.pool, by=by, at=at, why=why)


def _close(cohort: Cohort, why: str, verb: str, *, by: Actor, at: datetime) -> None:
    cohort.ended_why = why
    cohort.save(update_fields=["state", "ended_why"])
    into = cohort.merged_into.public_id if cohort.merged_into else ""
    journal.write(verb, of=cohort, by=by, at=at, into=into)
