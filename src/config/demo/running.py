"""A term that runs now, made by the same actions that a federation uses: sign-ups, waiting lists, marks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from config.demo.past import Stage
from config.demo.plans import CohortPlan, SeatPlan, TermPlan
from tongxin.activities.actions import cohorts, endings, enrolments, openings, terms
from tongxin.activities.actions.attendance import Entry, write_marks
from tongxin.activities.models import Cohort, Enrolment, Term
from tongxin.activities.states import How, Mark
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.rulebook.models import RuleVersion
from tongxin.store.atomic import atomic

PER_PERSON = 3


@atomic
def run_term(
    stage: Stage, plan: TermPlan, *, now: datetime, told: set[int], rule_version: RuleVersion | None = None
) -> Term | None:
    """None when it is there already. `told`: persons for whom staff sign up, so that their inbox has something to show."""
    if stage.programme.terms.filter(ordinal=plan.ordinal).exists():
        return None
    before = plan.opens - timedelta(days=3)
    by = stage.by
    term = terms.add(
        programme=stage.programme, starts=plan.starts, ends=plan.ends, ordinal=plan.ordinal, by=by, at=before
    )
    term = terms.set_window(
        term=term,
        opens=plan.opens,
        closes=plan.closes,
        per_person=PER_PERSON,
        rule_version=rule_version,
        by=by,
        at=before,
    )
    made = {one.key: _add(stage, term, one, before) for one in plan.cohorts if one.state != "planned"}
    term = terms.publish(term=term, by=by, at=before)
    for one in plan.cohorts:
        if one.state == "planned":
            _add(stage, term, one, before)
    _sign_all_up(stage, plan, made, told)
    for one in plan.cohorts:
        if one.key in made:
            _hold(stage, made[one.key], one, now)
    return term


def _add(stage: Stage, term: Term, plan: CohortPlan, at: datetime) -> Cohort:
    """With as many of its lessons as fit into the term, once days off are left out."""
    teacher, person = stage.teacher(plan.teacher)
    wish = cohorts.CohortPlan(
        course=stage.courses[plan.course], site=stage.sites[plan.site], room=stage.rooms[plan.room], name=plan.name,
        teacher=person, teacher_name=teacher.shown, weekday=plan.weekday, starts_at=plan.starts_at, ends_at=plan.ends_at,
        session_count=len(plan.sessions), units=plan.units, fee=Decimal(plan.fee), first_day=plan.first_day,
    )  # fmt: skip
    for count in range(wish.session_count, 1, -1):
        try:
            return cohorts.add(term=term, plan=replace(wish, session_count=count), by=stage.by, at=at)
        except Refused as refusal:
            if refusal.code != "outside-term":
                raise
    return cohorts.add(term=term, plan=replace(wish, session_count=1), by=stage.by, at=at)


def _sign_all_up(stage: Stage, plan: TermPlan, made: dict[int, Cohort], told: set[int]) -> None:
    for at, worker, key in sorted(_wishes(plan)):
        person = stage.people[worker]
        by = stage.by if person.pk in told else _self(person, at.date())
        enrolments.sign_up(cohort=_fresh(made[key]), person=person, by=by, at=at)


def _wishes(plan: TermPlan) -> Iterator[tuple[datetime, int, int]]:
    for cohort in plan.cohorts:
        if cohort.state != "planned":
            yield from ((seat.at, seat.worker, cohort.key) for seat in cohort.seats)
            yield from ((at, worker, cohort.key) for worker, at in cohort.waiting)


def _self(person: Person, on: date) -> Actor:
    """The worker with a phone of their own."""
    return Actor(on=on, person_id=person.pk)


def _fresh(cohort: Cohort) -> Cohort:
    """With its pool, which publishing made."""
    if cohort.pool is None:
        cohort.refresh_from_db(fields=["pool", "state"])
    return cohort


def _hold(stage: Stage, cohort: Cohort, plan: CohortPlan, now: datetime) -> None:
    """The lessons that are over, marked as they ended; then closed or finished as the plan says."""
    rows = {row.person_id: row for row in Enrolment.objects.filter(cohort=cohort)}
    seats = [(rows[stage.people[seat.worker].pk], seat) for seat in plan.seats]
    lessons = list(cohort.sessions.order_by("no"))
    for number, lesson in enumerate(lessons):
        lesson.cohort = cohort
        marks = dict(_marks(seats, number))
        if marks and lesson.ends_at <= now:
            write_marks(cohort, lesson, marks, Entry(How.GRID, stage.by, lesson.ends_at))
    if plan.state in {"closed", "finished"}:
        openings.close_cohort(cohort=cohort, by=stage.by, at=plan.sessions[0].starts - timedelta(hours=1))
    if plan.state == "finished" and lessons[-1].ends_at <= now:
        endings.finish(cohort=cohort, by=stage.by, at=now)


def _marks(seats: list[tuple[Enrolment, SeatPlan]], number: int) -> Iterator[tuple[Enrolment, Mark]]:
    for row, seat in seats:
        if number < len(seat.marks) and (mark := seat.marks[number]):
            yield row, Mark(mark)
