"""Files with names that leave the house: who took which, and how many rows."""

from datetime import datetime

from tongxin.activities.models import Cohort, Enrolment
from tongxin.activities.queries.lists import RosterFilters, people_of
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def roster(*, cohort: Cohort, filters: RosterFilters, by: Actor, at: datetime) -> list[Enrolment]:
    """The rows that the filters leave, to be written into a workbook. A teacher prints; a file is the officers'.

    Refused: "no-power".
    """
    require(by, Power.RUN_COURSES, cohort.union_id)
    rows = list(people_of(cohort, filters))
    journal.write(
        "roster.exported",
        of=cohort,
        by=by,
        at=at,
        rows=len(rows),
        left=filters.left,
        searched=bool(filters.text.strip()),
    )
    return rows
