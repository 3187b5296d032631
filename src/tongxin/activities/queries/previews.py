"""What would come of a plan, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from tongxin.activities.models import Cohort, Programme, Term
from tongxin.activities.planning import PlannedDay, first_on, plan_days
from tongxin.activities.states import CohortState
from tongxin.kernel.workdays import WorkdayCalendar


@dataclass(frozen=True, slots=True)
class Preview:
    """The days on which a cohort would meet; `outside` are those not within the term."""

    days: Sequence[PlannedDay]
    outside: int


@dataclass(frozen=True, slots=True)
class Copied:
    """A cohort of last term and its days in the new one."""

    cohort: Cohort
    preview: Preview

    @property
    def first(self) -> date:
        return self.preview.days[0].day

    @property
    def last(self) -> date:
        return self.preview.days[-1].day

    @property
    def notes(self) -> list[str]:
        """Each once: a year without a calendar says the same of every day."""
        return list(dict.fromkeys(one.note for one in self.preview.days if one.note))


def preview(*, starts: date, ends: date, first_day: date, weekday: int, count: int, starts_at: time) -> Preview:
    """Refused: "sessions-count", "sessions-weekday"."""
    days = plan_days(
        first_day=first_day, weekday=weekday, count=count, starts_at=starts_at, calendar=WorkdayCalendar.shipped()
    )
    return Preview(days, sum(not starts <= one.day <= ends for one in days))


def last_term(programme: Programme) -> Term | None:
    term: Term | None = programme.terms.order_by("-ordinal").first()
    return term


def copy_preview(term: Term, *, starts: date, ends: date) -> list[Copied]:
    """What copying this term into those days would make: the same cohorts that `terms.copy_last` takes. One query."""
    rows = term.cohorts.exclude(state=CohortState.CANCELLED).select_related("course", "site", "room")
    return [
        Copied(
            cohort,
            preview(
                starts=starts,
                ends=ends,
                first_day=first_on(cohort.weekday, starts),
                weekday=cohort.weekday,
                count=max(cohort.session_count, 1),
                starts_at=cohort.starts_at,
            ),
        )
        for cohort in rows.order_by("weekday", "starts_at", "pk")
    ]
