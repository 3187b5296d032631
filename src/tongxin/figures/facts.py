"""The relations that figures count, as SQL: what is a row, on which day it counts, and where each axis stands in it.

SQL and not Ibis, and why: docs/adr/0003-figures-on-sql.md. Nothing typed by anyone is ever put into these texts; values
travel as parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tongxin.figures.asking import Axis

BEIJING: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Fact:
    """`source` stands after FROM; `joined` is added only where an axis needs it, so that plain totals stay cheap."""

    name: str
    source: str
    columns: Mapping[Axis, str]
    counted: str  # which rows count; its placeholders are filled by `day`
    joined: str = ""
    needs_join: frozenset[Axis] = frozenset()
    quantity: str = (
        ""  # where a row has a quantity, it is summed by person first: a person counts while the sum is above 0
    )
    by_day: bool = True  # the placeholder takes a day; else the moment at which the next day begins in Beijing
    programme: str = ""

    def bound(self, as_of: date) -> date | datetime:
        return as_of if self.by_day else next_midnight(as_of)


def next_midnight(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


_OF_COHORT: Final = {
    Axis.TERM: "c.term_id", Axis.COURSE: "c.course_id", Axis.COHORT: "c.id", Axis.SITE: "c.site_id",
}  # fmt: skip
_SERVED: Final = {
    **_OF_COHORT, Axis.UNION: 's."union"', Axis.PERSON: "s.person",
    Axis.YEAR: "to_char(s.day, 'YYYY')", Axis.MONTH: "to_char(s.day, 'YYYY-MM')",
}  # fmt: skip

COHORTS: Final = Fact(
    name="cohorts",
    source="""
        activities_cohort c
        JOIN activities_term t ON t.id = c.term_id
        JOIN LATERAL (
            SELECT min(l.starts_at) AS at
            FROM activities_session l WHERE l.cohort_id = c.id AND l.state <> 'cancelled'
        ) first ON true""",
    columns={
        **_OF_COHORT, Axis.UNION: "c.union_id",
        Axis.YEAR: "to_char(first.at AT TIME ZONE 'Asia/Shanghai', 'YYYY')",
        Axis.MONTH: "to_char(first.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
    },
    counted="c.state NOT IN ('planned', 'cancelled') AND first.at < %s",
    by_day=False,
    programme="t.programme_id",
)  # fmt: skip

EVENTS: Final = Fact(
    name="events",
    source=COHORTS.source + " JOIN activities_course kind ON kind.id = c.course_id",
    columns=COHORTS.columns,
    counted=f"kind.kind <> 'lessons' AND {COHORTS.counted}",
    by_day=False,
    programme="t.programme_id",
)

PLACES: Final = Fact(
    name="places",
    source=COHORTS.source  # noqa: S608  constants of this file
    + """
        JOIN LATERAL (
            SELECT count(*) AS taken FROM activities_enrolment e
            WHERE e.cohort_id = c.id AND e.at < %s AND (e.ended_at IS NULL OR e.ended_at >= %s)
        ) seats ON true""",
    columns=COHORTS.columns,
    counted=COHORTS.counted,
    by_day=False,
    programme="t.programme_id",
)

PERSON_TIMES: Final = Fact(
    name="person_times",
    source="served_servedrow s",
    joined="""
        LEFT JOIN activities_enrolment e ON e.id = s.source
        LEFT JOIN activities_cohort c ON c.id = e.cohort_id""",
    needs_join=frozenset(_OF_COHORT),
    columns=_SERVED,
    counted="s.measure = 'person_time' AND s.day <= %s",
    quantity="s.quantity",
    programme="s.programme",
)

ATTENDANCES: Final = Fact(
    name="attendances",
    source="served_servedrow s",
    joined="""
        LEFT JOIN activities_attendance a ON a.id = s.source
        LEFT JOIN activities_enrolment e ON e.id = a.enrolment_id
        LEFT JOIN activities_cohort c ON c.id = e.cohort_id""",
    needs_join=frozenset(_OF_COHORT),
    columns=_SERVED,
    counted="s.measure = 'attendance' AND s.day <= %s",
    quantity="s.quantity",
    programme="s.programme",
)
