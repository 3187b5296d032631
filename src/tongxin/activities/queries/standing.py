"""How a cohort stands to one person at one moment: one function for list, page, my things and API."""

from dataclasses import dataclass
from datetime import datetime

from tongxin.activities.days import day_of
from tongxin.activities.models import Cohort
from tongxin.activities.states import CohortState, Standing
from tongxin.calls.models import Call, Pool
from tongxin.calls.states import BY_ENTRY, CallState, Policy
from tongxin.people.models.persons import Assurance


@dataclass(frozen=True, slots=True)
class Stands:
    """The state, and the one number or moment that goes with it; `place` 1 is next in line."""

    state: Standing
    opens: datetime | None = None  # with NOT_YET, once the window is set
    closes: datetime | None = None  # with OPEN and FULL: the first moment that is too late
    units: int = 0
    left: int = 0
    waiting: int = 0
    place: int | None = None  # with WAITING
    assurance: int = Assurance.DECLARED  # how surely one must be known to be let in
    policy: str = Policy.ORDER_OF_ARRIVAL  # by what the places are given
    result_at: datetime | None = None  # when it is known who has one, where that is later
    application: str = ""  # the person's, by its public name

    @property
    def is_entered(self) -> bool:
        """The places are given later: whoever comes in time is alike."""
        return self.policy in BY_ENTRY

    @property
    def tone(self) -> str:
        return self.state.tone

    @property
    def needs(self) -> str:
        """The level that is asked for, in words; empty where everybody has it."""
        return str(Assurance(self.assurance).label) if self.assurance > Assurance.DECLARED else ""

    @property
    def can_ask(self) -> bool:
        """For a place (OPEN) or for one in the line (FULL)."""
        return self.state in {Standing.OPEN, Standing.FULL}


@dataclass(frozen=True, slots=True)
class Mine:
    """What the person has of a cohort: a place, a number in the line, or an application that is neither yet."""

    enrolled: bool = False
    place: int | None = None
    pending: Standing | None = None  # ENTERED or OFFERED
    application: str = ""


NOTHING = Mine()


def stands(cohort: Cohort, at: datetime, mine: Mine = NOTHING) -> Stands:
    """`cohort` comes with term, call and pool. No query."""
    pool, call = cohort.pool, cohort.term.call
    state = _state(cohort, at, mine)
    left = pool.left if pool else cohort.units
    window = state in {Standing.OPEN, Standing.FULL} and call is not None
    return Stands(
        state,
        opens=call.opens if state is Standing.NOT_YET and call is not None and at < call.opens else None,
        closes=call.closes if window and call is not None else None,
        units=cohort.units,
        left=left,
        waiting=pool.waiting if pool else 0,
        place=mine.place if state is Standing.WAITING else None,
        policy=call.policy if call is not None else Policy.ORDER_OF_ARRIVAL,
        result_at=call.result_at if call is not None else None,
        application=mine.application,
        assurance=call.assurance if call is not None else Assurance.DECLARED,
    )


def _state(cohort: Cohort, at: datetime, mine: Mine) -> Standing:
    if cohort.state == CohortState.CANCELLED:
        return Standing.CANCELLED
    if cohort.state == CohortState.FINISHED or cohort.last_day < day_of(at):
        return Standing.DONE
    if mine.enrolled or mine.pending is not None:
        return mine.pending or Standing.ENROLLED
    if mine.place is not None:
        return Standing.WAITING
    call, pool = cohort.term.call, cohort.pool
    if cohort.state == CohortState.PLANNED or call is None or pool is None:
        return Standing.NOT_YET
    return _to_others(cohort, call, pool, at)


def _to_others(cohort: Cohort, call: Call, pool: Pool, at: datetime) -> Standing:
    """To someone who is neither enrolled nor waiting."""
    takes = cohort.state == CohortState.OPEN and call.state == CallState.PUBLISHED and pool.closed_at is None
    if takes and at < call.opens:
        return Standing.NOT_YET
    if takes and at < call.closes:
        return Standing.OPEN if pool.left > 0 or call.policy in BY_ENTRY else Standing.FULL
    return Standing.RUNNING if cohort.first_day <= day_of(at) else Standing.CLOSED
