"""Getting on a roster and off it. Places, the line and the words to the worker are the calls engine's."""

from datetime import datetime

from tongxin.activities.actions import leave
from tongxin.activities.actions.openings import lock
from tongxin.activities.actions.sessions import said
from tongxin.activities.actions.tellings import teachers_of, tell
from tongxin.activities.models import Cohort, Enrolment, Family
from tongxin.activities.states import CohortState, EnrolmentState
from tongxin.calls.actions import applications
from tongxin.calls.models import Applicant, Application
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


def sign_up(
    *, cohort: Cohort, person: Person, by: Actor, at: datetime, key: str | None = None, companions: int = 0
) -> Application:
    """A place, or a number in the line: `.state` says which (GRANTED or WAITING). `cohort` may come with its pool loaded.

    `companions`: who come along without a record, where the kind of activity has such and the call counts them.
    By the worker, or for the worker by staff. Two taps, or a retry with the same `key`, give the same application.
    Refused: "no-power", "not-open-yet", "closed-already", "cohort-planned" (or -closed, -finished, -cancelled),
    "not-eligible", "one-per-call" and what else `applications.apply` refuses.
    """
    if cohort.pool is None:
        raise Refused("cohort-planned", "这个班还没有开放报名，请过几天再看。")
    return applications.apply(pool=cohort.pool, person=person, by=by, at=at, key=key, companions=companions)


@atomic
def withdraw(*, cohort: Cohort, person: Person, why: str = "", by: Actor, at: datetime) -> None:
    """Off the roster, or out of the line; the first in line moves up and is told. A second tap changes nothing.

    What was attended stays and counts. Refused: "no-power", "cohort-over", "not-enrolled", "why-missing" (to staff).
    """
    cohort = lock(cohort)
    if cohort.state == CohortState.FINISHED:
        raise Refused("cohort-over", "这个班已经结课，不用再退。")
    Family.objects.filter(cohort=cohort, person=person).delete()  # said for this event alone
    application = _application(cohort, person)
    if application is not None:
        applications.withdraw(application=application, why=why, by=by, at=at)
        return
    require(by, Power.RUN_COURSES, cohort.union_id)  # a row loaded from a history: staff mend it by hand
    rows = Enrolment.objects.filter(cohort=cohort, person=person, state=EnrolmentState.ENROLLED)
    leave.lapse(enrolment__in=rows, at=at)
    if not rows.update(state=EnrolmentState.WITHDRAWN, ended_at=at):
        raise Refused("not-enrolled", "名单里没有这位职工，可能已经退了，请刷新后再看。")
    journal.write("enrolment.withdrawn", of=cohort, by=by, at=at)


@atomic
def move(*, enrolment: Enrolment, into: Cohort, why: str, by: Actor, at: datetime) -> Enrolment:
    """Staff move a worker to another cohort of the term. What was attended stays where it was attended.

    The worker is told by the engine, both teachers here. Returns the new row. Refused: "no-power", "why-missing",
    "other-term", "cohort-over", "not-open-yet", "pool-full", "already-there", "not-enrolled", "loaded-row".
    """
    why = said(why)
    cohorts = {one.pk: one for one in _lock_two(enrolment.cohort_id, into.pk)}
    source, into = cohorts[enrolment.cohort_id], cohorts[into.pk]
    _check_move(source, into, by)
    enrolment = Enrolment.objects.select_related("award__application").lock(enrolment.pk)
    if enrolment.state != EnrolmentState.ENROLLED:
        raise Refused("not-enrolled", "这位职工已经不在这个班的名单里，请刷新后再看。")
    if enrolment.award is None or into.pool is None:
        raise Refused("loaded-row", "这一行是补录的，没有经过报名，不能转班。")
    applications.move(application=enrolment.award.application, into=into.pool, why=why, by=by, at=at)
    moved: Enrolment = Enrolment.objects.get(cohort=into, person=enrolment.person_id)
    Enrolment.objects.filter(pk=enrolment.pk).update(moved_to=moved)
    journal.write("enrolment.moved", of=enrolment, by=by, at=at, union=source.union_id, into=into.public_id)
    tell(
        teachers_of(source, into),
        "teaching.worker-moved",
        of=enrolment.public_id,
        at=at,
        before=source.title,
        what=into.title,
    )
    return moved


def _application(cohort: Cohort, person: Person) -> Application | None:
    """The live one, else the last one, which may be withdrawn already."""
    rows = Applicant.objects.filter(person=person, application__preferences__pool=cohort.pool_id)
    row = rows.select_related("application").order_by("-live", "-pk").first() if cohort.pool_id else None
    return row.application if row else None


def _lock_two(first: int, second: int) -> list[Cohort]:
    return [lock(Cohort(pk=pk)) for pk in sorted({first, second})]


def _check_move(source: Cohort, into: Cohort, by: Actor) -> None:
    require(by, Power.RUN_COURSES, source.union_id)
    require(by, Power.RUN_COURSES, into.union_id)
    if source.pk == into.pk:
        raise Refused("same-cohort", "已经在这个班里，请另选一个班。")
    if source.term_id != into.term_id:
        raise Refused("other-term", "只能转到同一期的班，请另选一个班。")
    if into.state in {CohortState.FINISHED, CohortState.CANCELLED}:
        raise Refused("cohort-over", "“%(cohort)s”已经结束，请另选一个班。", cohort=into.title)
    if into.pool is None:
        raise Refused("not-open-yet", "“%(cohort)s”还没有开放报名，请先开放。", cohort=into.title)
