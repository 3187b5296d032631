"""请假 ahead of a lesson. The mark stands on the grid at once; whoever comes after all is checked in over it.

Until the lesson starts, and until then it can be taken back. Asking makes no lesson held, counts nothing and frees no place:
the place is the worker's for all lessons. A lesson that moves to another day, or a worker who leaves the class, ends it.
"""

from datetime import datetime
from typing import Any

from tongxin.activities.actions.attendance import may_call_roll
from tongxin.activities.actions.openings import lock
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.states import EnrolmentState, How, Mark, SessionState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment


@atomic
def ask_leave(*, enrolment: Enrolment, session: Session, by: Actor, at: datetime) -> Attendance:
    """By the worker, or by who calls the roll and was told by phone. A second tap changes nothing.

    Refused: "no-power", "not-on-roster", "session-cancelled", "leave-late", "marked-by-teacher".
    """
    cohort, session, had = _locked(enrolment, session, by, at)
    if had is not None:
        if had.mark != Mark.LEAVE:
            raise _marked(had)
        return had
    asked = Attendance.make(
        federation=session.federation,
        session=session,
        enrolment=enrolment,
        mark=Mark.LEAVE,
        how=How.ASKED,
        account=by.account_id,
        at=at,
    )
    _note("attendance.leave-asked", cohort, enrolment, session, by, at)
    return asked


@atomic
def take_back(*, enrolment: Enrolment, session: Session, by: Actor, at: datetime) -> None:
    """The worker comes after all. A second tap changes nothing; what the teacher marked stays the teacher's.

    Refused: as `ask_leave`.
    """
    cohort, session, had = _locked(enrolment, session, by, at)
    if had is None:
        return
    if had.how != How.ASKED:
        raise _marked(had)
    had.delete()
    _note("attendance.leave-taken-back", cohort, enrolment, session, by, at)


def lapse(*, at: datetime, **which: Any) -> None:
    """Forgets what was asked for lessons still to come (`which`: of Attendance). Inside an action that says why."""
    Attendance.objects.filter(how=How.ASKED, session__starts_at__gt=at, **which).delete()


def _locked(
    enrolment: Enrolment, session: Session, by: Actor, at: datetime
) -> tuple[Cohort, Session, Attendance | None]:
    cohort = lock(Cohort(pk=session.cohort_id))
    fresh: Session = Session.objects.get(pk=session.pk)
    mine = Enrolment.objects.get(pk=enrolment.pk)
    if mine.person_id != by.person_id and not may_call_roll(by, cohort):
        raise Refused("no-power", "只能给自己请假，或请任课老师办理。")
    if mine.cohort_id != cohort.pk or mine.state != EnrolmentState.ENROLLED:
        raise Refused("not-on-roster", "这个班的名单里没有您，不用请假。")
    if fresh.state == SessionState.CANCELLED:
        raise Refused("session-cancelled", "这节课已经取消，不用请假。")
    if at >= fresh.starts_at:
        raise Refused(
            "leave-late",
            "这节课%(starts)s已经开始，不能再请假或撤回。有变化，请直接告诉老师。",
            starts=Moment(fresh.starts_at),
        )
    return cohort, fresh, Attendance.objects.filter(session=fresh, enrolment=mine).first()


def _marked(had: Attendance) -> Refused:
    return Refused(
        "marked-by-teacher", "老师已经把您记为“%(mark)s”。有出入的话，请当面找老师改。", mark=Mark(had.mark).label
    )


def _note(verb: str, cohort: Cohort, enrolment: Enrolment, session: Session, by: Actor, at: datetime) -> None:
    journal.write(verb, of=session, by=by, at=at, union=cohort.union_id, enrolment=enrolment.public_id)
