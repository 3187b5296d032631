"""签到 by code. Two ways; both write the same mark as the grid, 到 or, some minutes after the start, 迟.

*The worker's own code* (the quick way). The worker's phone shows a QR and eight characters, new every 30 seconds and good
for 60 to 90. Teacher or staff scan or type it, and see whose it is. It is bound to one worker and one lesson, and counts
once: a code that was shown before the worker's last mark is used up. A photo sent to a friend is dead after a minute and a
half; within it, the one who scans reads another person's name. Only who may call the roll can use it at all.

*The room's code* (an option). A screen in the room shows a code that changes every 8 seconds; signed-in workers scan it with
their own phones. It stops a photo of the screen from working half a minute later, people who are not on the roster, and
checking in for somebody else without their phone. It does not stop a friend in the room from relaying the code at once to
an enrolled worker at home, nor handing over a phone. A class for which that matters uses the first way. What the teacher
has marked, the room's code does not overrule; leave that the worker asked for, either code does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.activities import codes
from tongxin.activities.actions import attendance
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.queries import check_in as shown
from tongxin.activities.states import ATTENDED, EnrolmentState, How, Mark
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Account, Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What the one who scanned sees."""

    enrolment: Enrolment
    person: Person
    mark: Mark
    at: datetime


@atomic
def by_worker_code(*, session: Session, text: str, by: Actor, at: datetime) -> CheckedIn:
    """`session` is the lesson at whose door the scanner stands; `text` what was scanned or typed.

    Refused: "no-power", "check-in-early", "check-in-over", "code-unread", "code-other-session", "code-expired",
    "code-used", "already-checked-in", "session-cancelled", "not-on-roster".
    """
    cohort, session = attendance.lock_roll(session)
    attendance.require_roll(by, cohort)
    _check_window(session, at)
    enrolment, since = _whose(session, text, at)
    had = Attendance.objects.filter(session=session, enrolment=enrolment).first()
    _check_not_here_yet(had)
    if had is not None and had.how != How.ASKED and since <= had.at:
        raise Refused("code-used", "这个码已经用过，请等手机上换了新码再扫。")
    return _check_in(cohort, session, enrolment, How.WORKER_CODE, by, at)


@atomic
def by_screen_code(*, session: Session, text: str, by: Actor, at: datetime) -> CheckedIn:
    """By the worker's own phone; `session` as named in the code (`shown.session_named_in`).

    Refused: "not-on-roster", "check-in-early", "check-in-over", "code-expired", "already-checked-in",
    "marked-by-teacher", "session-cancelled".
    """
    cohort, session = attendance.lock_roll(session)
    rows = Enrolment.objects.filter(cohort=cohort, person=by.person_id, state=EnrolmentState.ENROLLED)
    enrolment = rows.select_related("person").first()
    if enrolment is None:
        raise Refused("not-on-roster", "您不在这个班的名单里，签不了到。报过名的话，请看看是不是这个班。")
    _check_window(session, at)
    code = shown.code_in(text)
    if (
        codes.shown_since(
            shown.screen_key(), session.public_id, code, at, step=codes.SCREEN_STEP, steps=codes.SCREEN_STEPS
        )
        is None
    ):
        raise Refused("code-expired", "屏幕上的码已经换了，请再扫一次屏幕。")
    had = Attendance.objects.filter(session=session, enrolment=enrolment).first()
    _check_not_here_yet(had)
    if had is not None and had.how != How.ASKED:
        raise Refused(
            "marked-by-teacher", "老师已经把您记为“%(mark)s”。有出入的话，请当面找老师改。", mark=Mark(had.mark).label
        )
    return _check_in(cohort, session, enrolment, How.SCREEN_CODE, by, at)


def _check_in(cohort: Cohort, session: Session, enrolment: Enrolment, how: How, by: Actor, at: datetime) -> CheckedIn:
    late_from = session.starts_at + timedelta(minutes=cohort.term.programme.late_after)
    mark = Mark.LATE if at >= late_from else Mark.PRESENT
    attendance.write_marks(cohort, session, {enrolment: mark}, attendance.Entry(how, by, at))
    journal.write(
        "attendance.checked-in",
        of=session,
        by=by,
        at=at,
        union=cohort.union_id,
        enrolment=enrolment.public_id,
        mark=str(mark),
        how=str(how),
    )
    return CheckedIn(enrolment, enrolment.person, mark, at)


def _check_window(session: Session, at: datetime) -> None:
    window = shown.window_of(session)
    if at < window.opens:
        raise Refused("check-in-early", "还没到签到时间，%(opens)s开始，请到时再扫。", opens=Moment(window.opens))
    if at >= window.closes:
        raise Refused(
            "check-in-over",
            "这节课已在%(closes)s下课，不能再扫码签到。要补记，请老师在点名表上改。",
            closes=Moment(window.closes),
        )


def _whose(session: Session, text: str, at: datetime) -> tuple[Enrolment, datetime]:
    """Whose code it is and since when it was shown."""
    code = shown.code_in(text)
    if len(code) != codes.LENGTH:
        raise Refused("code-unread", "签到码是8个字母和数字，请看着学员手机再输一次。")
    rows = Enrolment.objects.filter(cohort=session.cohort_id, state=EnrolmentState.ENROLLED).select_related("person")
    if shown.is_whole(text):
        if shown.session_named_in(text) != session.public_id:
            raise Refused("code-other-session", "这是另一节课的码。请学员在手机上打开今天这节课的签到码。")
        rows = rows.filter(public_id=shown.enrolment_named_in(text))
    for enrolment in rows:
        subject = shown.worker_subject(enrolment.public_id, session.public_id)
        since = codes.shown_since(
            shown.worker_key(), subject, code, at, step=codes.WORKER_STEP, steps=codes.WORKER_STEPS
        )
        if since is not None:
            return enrolment, since
    raise Refused("code-expired", "这个码已经失效，或不是这节课的。请看学员手机上现在的码，再扫一次。")


def _check_not_here_yet(had: Attendance | None) -> None:
    if had is None or had.mark not in ATTENDED:
        return
    raise Refused(
        "already-checked-in",
        "已经签到过了：%(at)s，由%(who)s登记。不用再扫。",
        at=Moment(had.at),
        who=_name(had.account),
    )


def _name(account: int | None) -> str:
    if account is None:
        return "系统"
    found = Account.objects.filter(pk=account).values_list("person__name", flat=True).first()
    return found or "系统"
