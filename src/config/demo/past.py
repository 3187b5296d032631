"""The history's 26 terms, written at once: what the newspaper counted, from rows."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from config.demo.plans import CohortPlan, CoursePlan, History, SitePlan, TeacherPlan, TermPlan
from tongxin.activities.actions import history as books
from tongxin.activities.actions import programmes
from tongxin.activities.models import Course, Programme, Term
from tongxin.activities.states import CohortState, EnrolmentState, Mark, SessionState
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union
from tongxin.venues.actions import rooms, sites
from tongxin.venues.models import Room, Site, SiteKind

People = Mapping[int, Person]


class Stage:
    """Where the courses are held and by whom, by the plan's keys."""

    def __init__(self, programme: Programme, plan: History, people: People, *, by: Actor, at: datetime) -> None:
        self.programme, self.people, self.by, self.at = programme, people, by, at
        self.teachers = {teacher.key: teacher for teacher in plan.teachers}
        self.sites, self.rooms = _places(programme.union, plan.sites, by, at)
        self.courses = {one.key: _course(programme, one, by, at) for one in plan.courses}

    def teacher(self, key: int) -> tuple[TeacherPlan, Person]:
        plan = self.teachers[key]
        return plan, self.people[plan.worker]


@atomic
def begin(
    union: Union, name: str, began: datetime, about: str, synthetic: str, *, by: Actor, at: datetime
) -> Programme:
    """The programme with what is synthetic in it; the one that is there already stays."""
    found: Programme | None = Programme.objects.filter(union=union, name=name).first()
    if found is not None:
        return found
    programme = programmes.start(union=union, name=name, began_on=began.date(), about=about, by=by, at=at)
    programme.synthetic = synthetic
    programme.save(update_fields=["synthetic"])
    return programme


def load_past(stage: Stage, term: TermPlan) -> Term | None:
    """None when this term is there already."""
    if stage.programme.terms.filter(ordinal=term.ordinal).exists():
        return None
    places = {cohort.key: place for place, cohort in enumerate(term.cohorts)}
    plan = books.PastTerm(
        ordinal=term.ordinal, starts=term.starts, ends=term.ends,
        cohorts=[_cohort(stage, cohort, places) for cohort in term.cohorts],
    )  # fmt: skip
    return books.load_term(programme=stage.programme, plan=plan, by=stage.by, at=stage.at)


def _cohort(stage: Stage, plan: CohortPlan, places: Mapping[int, int]) -> books.PastCohort:
    teacher, person = stage.teacher(plan.teacher)
    cancelled = plan.state == "cancelled"
    state = SessionState.CANCELLED if cancelled else SessionState.HELD
    return books.PastCohort(
        course=stage.courses[plan.course], site=stage.sites[plan.site], room=stage.rooms[plan.room], name=plan.name,
        teacher=person, teacher_name=teacher.shown, weekday=plan.weekday, starts_at=plan.starts_at, ends_at=plan.ends_at,
        units=plan.units, fee=Decimal(plan.fee), state=CohortState(plan.state),
        sessions=[books.PastSession(one.starts, one.ends, one.note, state) for one in plan.sessions],
        seats=[
            books.PastSeat(
                person=stage.people[seat.worker].pk, at=seat.at, state=EnrolmentState(seat.state), ended_at=seat.ended_at,
                marks=[Mark(mark) if mark else None for mark in seat.marks],
                moved_to=None if seat.moved_to is None else places[seat.moved_to],
            )
            for seat in plan.seats
        ],
    )  # fmt: skip


def _places(
    union: Union, plans: tuple[SitePlan, ...], by: Actor, at: datetime
) -> tuple[dict[int, Site], dict[int, Room]]:
    found: dict[int, Site] = {}
    halls: dict[int, Room] = {}
    for plan in plans:
        site = Site.objects.filter(union=union, name=plan.name).first() or sites.add(
            union=union, kind=SiteKind(plan.kind), name=plan.name, address=plan.address, area_code=union.code[:6],
            synthetic=plan.invented, by=by, at=at,
        )  # fmt: skip
        found[plan.key] = site
        for room in plan.rooms:
            halls[room.key] = Room.objects.filter(site=site, name=room.name).first() or rooms.add(
                site=site, name=room.name, seats=room.seats, by=by, at=at
            )
    return found, halls


def _course(programme: Programme, plan: CoursePlan, by: Actor, at: datetime) -> Course:
    found = Course.objects.filter(programme=programme, name=plan.name).first()
    return found or programmes.add_course(
        programme=programme, name=plan.name, topic=plan.topic, about=plan.about, by=by, at=at
    )
