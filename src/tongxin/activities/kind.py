"""Places in a class, as a kind of the calls engine: one call a term, one pool a cohort."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from tongxin.activities.actions import leave
from tongxin.activities.models import Enrolment
from tongxin.activities.states import ActivityKind, CohortState, EnrolmentState
from tongxin.calls.models import Applicant, Application, Award, Call
from tongxin.calls.states import Stage, Why
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.rulebook.models import RuleVersion
from tongxin.store.atomic import must_be_writing
from tongxin.store.prepared import Prepared

_REFUSALS = {
    CohortState.PLANNED: "这个班还没有开放报名，请过几天再看。",
    CohortState.CLOSED: "这个班的报名已经截止，请看看别的班。",
    CohortState.FINISHED: "这个班已经结课，请看看别的班。",
    CohortState.CANCELLED: "这个班已经取消，请看看别的班。",
}
_ENDED = {
    Why.WITHDRAWN: EnrolmentState.WITHDRAWN,
    Why.MOVED: EnrolmentState.MOVED,
    Why.CLOSED: EnrolmentState.CANCELLED,
}
# One statement however many were granted. Whoever was in the cohort before takes up the same row again.
_ENROL: Final = Prepared("""
INSERT INTO activities_enrolment (federation, public_id, cohort_id, person_id, award_id, state, at)
SELECT cohort.federation, given.public_id, cohort.id, given.person, given.award, %(enrolled)s, %(at)s
FROM unnest(%(pools)s::bigint[], %(persons)s::bigint[], %(awards)s::bigint[], %(public_ids)s::text[])
     AS given (pool, person, award, public_id)
JOIN activities_cohort cohort ON cohort.pool_id = given.pool
ON CONFLICT (cohort_id, person_id) DO UPDATE
SET state = excluded.state, award_id = excluded.award_id, at = excluded.at, ended_at = NULL, moved_to_id = NULL
""")
_ASKED: Final = Prepared("""
SELECT DISTINCT cohort.state, course.kind FROM calls_preference preference
JOIN activities_cohort cohort ON cohort.pool_id = preference.pool_id
JOIN activities_course course ON course.id = cohort.course_id WHERE preference.application_id = %(application)s
""")


class ClassPlaces:
    """Implements tongxin.calls.kinds.Kind."""

    def conditions(self, call: Call) -> RuleVersion | None:
        return call.rule_version

    def audience(self, call: Call, on: date) -> Collection[int]:  # noqa: ARG002  whatever the day
        """The union's own people, though others may come."""
        return [call.union_id]

    def check(self, application: Application, stage: Stage) -> None:  # noqa: ARG002  the same at every stage
        """The cohort itself takes sign-ups: the window alone does not say so; who has no record comes to events for families."""
        alone = True  # asked of the database only where more came than one
        if application.size > 1:
            alone = Applicant.objects.filter(application=application, live=True).count() == application.size
        for state, kind in _ASKED.rows(application=application.pk):
            if state != CohortState.OPEN:
                raise Refused(f"cohort-{state}", _REFUSALS[CohortState(state)])
            if not alone and not ActivityKind(kind).traits.families:
                raise Refused(
                    "no-families", "选的里面有不带孩子的班，孩子不能占那里的名额。请只选亲子活动，或不带孩子报。"
                )

    def granted(self, awards: Sequence[Award], *, by: Actor, at: datetime) -> None:  # noqa: ARG002  the engine journals who
        """Onto the roster. Telling and journal are the engine's."""
        must_be_writing("enrolment")
        _ENROL.run(
            enrolled=EnrolmentState.ENROLLED.value,
            at=at,
            pools=[award.pool_id for award in awards],
            persons=[award.person_id for award in awards],
            awards=[award.pk for award in awards],
            public_ids=[new_public_id() for _ in awards],
        )

    def released(self, awards: Sequence[Award], *, why: Why, by: Actor, at: datetime) -> None:  # noqa: ARG002  as above
        """Off the roster; what was attended stays, what was asked for later lessons goes."""
        rows = Enrolment.objects.filter(award__in=[award.pk for award in awards], state=EnrolmentState.ENROLLED)
        leave.lapse(enrolment__in=rows, at=at)
        rows.update(state=_ENDED[why], ended_at=at)
