"""班次: adding, describing, and changing what is still ahead. Opening and places: `openings`; ending: `endings`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from tongxin.activities.actions import schedule
from tongxin.activities.actions.openings import check_places, check_running, lock
from tongxin.activities.actions.tellings import enrolled_in, place_of, teachers_of, tell
from tongxin.activities.days import day_of, day_words, moment
from tongxin.activities.models import Cohort, Course, Session, Term
from tongxin.activities.planning import PlannedDay, plan_days
from tongxin.activities.states import ActivityKind, CohortState, TermState
from tongxin.calls.actions import pools
from tongxin.kernel.refused import Refused
from tongxin.kernel.workdays import WorkdayCalendar
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.venues.models import Room, Site


@dataclass(frozen=True, slots=True)
class CohortPlan:
    """What staff fill in. Without `first_day` the first such weekday of the term."""

    course: Course
    site: Site
    weekday: int  # 1 Monday … 7 Sunday
    starts_at: time
    ends_at: time
    session_count: int
    units: int
    name: str = ""
    room: Room | None = None
    teacher: Person | None = None
    teacher_name: str = ""
    fee: Decimal = Decimal(0)
    first_day: date | None = None


def plan_of(cohort: Cohort, *, first_day: date | None = None) -> CohortPlan:
    """The same again."""
    return CohortPlan(
        course=cohort.course,
        site=cohort.site,
        weekday=cohort.weekday,
        starts_at=cohort.starts_at,
        ends_at=cohort.ends_at,
        session_count=max(cohort.session_count, 1),
        units=cohort.units,
        name=cohort.name,
        room=cohort.room,
        teacher=cohort.teacher,
        teacher_name=cohort.teacher_name,
        fee=cohort.fee,
        first_day=first_day,
    )


@atomic
def add(*, term: Term, plan: CohortPlan, calendar: WorkdayCalendar | None = None, by: Actor, at: datetime) -> Cohort:
    """A cohort with its sessions, on days that are neither statutory holidays nor (by day) worked weekends.

    Refused: "no-power", "term-finished", "other-programme", "event-once", "cohort-times", "places", "room-small", "room-elsewhere",
    "site-closed", "sessions-count", "sessions-weekday", "outside-term", "cohort-twice", "teacher-busy", "room-taken".
    """
    require(by, Power.RUN_COURSES, term.union_id)
    term = Term.objects.select_related("union").lock(term.pk)
    _check_plan(term, plan)
    days = plan_days(
        first_day=plan.first_day or term.starts,
        weekday=plan.weekday,
        count=plan.session_count,
        starts_at=plan.starts_at,
        calendar=calendar or WorkdayCalendar.shipped(),
    )
    _check_within(term, days[0].day, days[-1].day)
    _check_first_of_its_kind(term, plan)
    cohort = _from_plan(term, plan, days)
    check_places(cohort)
    cohort.save(force_insert=True)
    schedule.write(cohort, days, by=by, at=at)
    journal.write("cohort.added", of=cohort, by=by, at=at, term=term.public_id, sessions=len(days))
    return cohort


@atomic
def edit(*, cohort: Cohort, name: str, fee: Decimal, by: Actor, at: datetime) -> Cohort:
    """How it is called and what it costs. Hours, room and teacher: `change`."""
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    check_running(cohort)
    if fee < 0:
        raise Refused("fee", "费用不能小于0元，请改正。")
    cohort.name, cohort.fee = name.strip(), fee
    cohort.save(update_fields=["name", "fee"])
    if cohort.pool is not None:
        pools.rename(pool=cohort.pool, name=cohort.title, by=by, at=at)
    journal.write("cohort.edited", of=cohort, by=by, at=at)
    return cohort


@atomic
def change(
    *,
    cohort: Cohort,
    room: Room | None,
    teacher: Person | None,
    teacher_name: str,
    starts_at: time,
    ends_at: time,
    by: Actor,
    at: datetime,
) -> Cohort:
    """Room, teacher and hours of the lessons still ahead; those that were stay as they were. Everyone enrolled is told.

    Refused: "no-power", "cohort-over", "cohort-times", "room-small", "room-elsewhere", "teacher-busy", "room-taken".
    """
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    check_running(cohort)
    former = teachers_of(cohort)
    seen_before = _seen(cohort)
    _check_times(starts_at, ends_at)
    _check_room(cohort.site, room)
    cohort.room, cohort.teacher, cohort.teacher_name = room, teacher, teacher_name.strip()
    cohort.starts_at, cohort.ends_at = starts_at, ends_at
    check_places(cohort)
    cohort.save(update_fields=["room", "teacher", "teacher_name", "starts_at", "ends_at"])
    ahead = schedule.still_ahead(cohort, at)
    _move_sessions(cohort, ahead, by=by, at=at)
    journal.write("cohort.changed", of=cohort, by=by, at=at, sessions=len(ahead))
    if _seen(cohort) != seen_before and ahead:
        people = {*enrolled_in(cohort), *former, *teachers_of(cohort)}
        tell(people, "cohort.changed", of=cohort.public_id, at=at, **_facts(cohort, ahead[0]))
    return cohort


def _move_sessions(cohort: Cohort, ahead: list[Session], *, by: Actor, at: datetime) -> None:
    schedule.release(ahead, by=by, at=at)
    for session in ahead:
        day = day_of(session.starts_at)
        session.starts_at, session.ends_at = moment(day, cohort.starts_at), moment(day, cohort.ends_at)
        session.room = cohort.room
    schedule.check_teacher_free(cohort.teacher, [(s.starts_at, s.ends_at) for s in ahead], apart_from=cohort)
    schedule.book(cohort, ahead, by=by, at=at)
    if ahead:
        Session.objects.bulk_update(ahead, ["starts_at", "ends_at", "room", "booking"])


def _seen(cohort: Cohort) -> tuple[object, ...]:
    """What a worker would notice."""
    return cohort.room_id, cohort.teacher_name, cohort.starts_at, cohort.ends_at


def _facts(cohort: Cohort, first: Session) -> dict[str, str]:
    return {
        "what": cohort.title,
        "starts": first.starts_at.isoformat(),
        "place": place_of(cohort, cohort.room),
        "hours": f"{cohort.starts_at:%H:%M}—{cohort.ends_at:%H:%M}",
        "teacher": cohort.teacher_name or "—",
    }


def _check_plan(term: Term, plan: CohortPlan) -> None:
    if term.state == TermState.FINISHED:
        raise Refused("term-finished", "这一期已经结束，不能再改。")
    if plan.course.programme_id != term.programme_id:
        raise Refused("other-programme", "这门课属于另一个项目，请先在本项目里添加这门课程。")
    if plan.site.closed_on is not None and plan.site.closed_on <= term.starts:
        raise Refused("site-closed", "“%(site)s”已经停用，请换一个地点。", site=plan.site.name)
    if ActivityKind(plan.course.kind).traits.event and plan.session_count != 1:
        raise Refused(
            "event-once",
            "“%(course)s”是活动，一个班次只办一场，次数请填1。要办几场，就添加几个班次。",
            course=plan.course.name,
        )
    _check_times(plan.starts_at, plan.ends_at)
    _check_room(plan.site, plan.room)


def _check_first_of_its_kind(term: Term, plan: CohortPlan) -> None:
    """The term's row is locked: a form that was sent twice makes one cohort."""
    same = Cohort.objects.filter(
        term=term,
        course=plan.course,
        name=plan.name.strip(),
        weekday=plan.weekday,
        starts_at=plan.starts_at,
        site=plan.site,
        room=plan.room,
    )
    if same.exclude(state=CohortState.CANCELLED).exists():
        raise Refused("cohort-twice", "这一期在同一时间、同一地点已经有这个班。要再开一个，请写上不同的班名。")


def _check_times(starts_at: time, ends_at: time) -> None:
    if ends_at <= starts_at:
        raise Refused("cohort-times", "下课时间要晚于上课时间，请改其中一个。")


def _check_room(site: Site, room: Room | None) -> None:
    if room is not None and room.site_id != site.pk:
        raise Refused("room-elsewhere", "“%(room)s”不在“%(site)s”，请重选教室。", room=room.name, site=site.name)


def _check_within(term: Term, first: date, last: date) -> None:
    if first < term.starts:
        raise Refused(
            "outside-term",
            "第一次课在%(first)s，早于本期开始的%(starts)s。请改第一次课的日期。",
            first=day_words(first),
            starts=day_words(term.starts),
        )
    if last > term.ends:
        raise Refused(
            "outside-term",
            "跳过节假日后，最后一次课到%(last)s，晚于本期结束的%(ends)s。请减少课次，或延后本期的结束日期。",
            last=day_words(last),
            ends=day_words(term.ends),
        )


def _from_plan(term: Term, plan: CohortPlan, days: Sequence[PlannedDay]) -> Cohort:
    return Cohort(
        federation=term.federation,
        term=term,
        course=plan.course,
        union=term.union,
        name=plan.name.strip(),
        site=plan.site,
        room=plan.room,
        teacher=plan.teacher,
        teacher_name=plan.teacher_name.strip(),
        weekday=plan.weekday,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        first_day=days[0].day,
        last_day=days[-1].day,
        session_count=len(days),
        units=plan.units,
        fee=plan.fee,
    )
