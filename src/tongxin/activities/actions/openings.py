"""Opening and closing one cohort's sign-up, and its number of places. The window itself is the term's."""

from datetime import datetime

from tongxin.activities.models import Cohort
from tongxin.activities.states import COHORT_MOVES, CohortState, TermState
from tongxin.calls.actions import pools
from tongxin.calls.models import Pool
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


def lock(cohort: Cohort) -> Cohort:
    """With what most actions read of it: course, term, programme, call, pool. Cohorts are locked before pools."""
    rows = Cohort.objects.select_related("course", "term__programme", "term__call", "pool", "site", "room", "teacher")
    locked: Cohort = rows.lock(cohort.pk)
    return locked


@atomic
def open_cohort(*, cohort: Cohort, by: Actor, at: datetime) -> Cohort:
    """Takes sign-ups within the term's window: for the first time, or again after it was closed.

    Refused: "no-power", "term-not-published", "wrong-state".
    """
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    if cohort.term.call is None or cohort.term.state != TermState.PUBLISHED:
        raise Refused("term-not-published", "这一期还没有公布，请先设好报名时间并公布。")
    verb = "reopen" if cohort.state == CohortState.CLOSED else "open"
    cohort.state = COHORT_MOVES.target(verb, cohort.state)
    if cohort.pool is None:
        cohort.pool = pools.add_pool(
            call=cohort.term.call, union=cohort.union, units=cohort.units, name=cohort.title, by=by, at=at
        )
    cohort.save(update_fields=["state", "pool"])
    journal.write("cohort.opened", of=cohort, by=by, at=at)
    return cohort


@atomic
def close_cohort(*, cohort: Cohort, by: Actor, at: datetime) -> Cohort:
    """No sign-up from now on; who waits keeps the place in the line and still moves up when someone withdraws."""
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    cohort.state = COHORT_MOVES.target("close", cohort.state)
    if cohort.pool_id is not None:
        Pool.objects.lock(cohort.pool_id)  # whoever is signing up right now is done first, or finds it closed
    cohort.save(update_fields=["state"])
    journal.write("cohort.closed", of=cohort, by=by, at=at)
    return cohort


@atomic
def resize(*, cohort: Cohort, units: int, by: Actor, at: datetime) -> Cohort:
    """More places: the line moves up at once. Refused: "places", "places-taken", "room-small", "cohort-over"."""
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    check_running(cohort)
    before, cohort.units = cohort.units, units
    check_places(cohort)
    if cohort.pool is not None:
        cohort.pool = pools.resize(pool=cohort.pool, units=units, by=by, at=at)
    cohort.save(update_fields=["units"])
    journal.write("cohort.resized", of=cohort, by=by, at=at, before=before, units=units)
    return cohort


def check_running(cohort: Cohort) -> None:
    if cohort.state == CohortState.FINISHED:
        raise Refused("cohort-over", "这个班已经结课，不能再改。")
    if cohort.state == CohortState.CANCELLED:
        raise Refused("cohort-over", "这个班已经取消，不能再改。")


def check_places(cohort: Cohort) -> None:
    if cohort.units < 1:
        raise Refused("places", "名额至少1个，请改正。")
    room = cohort.room
    if room is not None and room.seats is not None and cohort.units > room.seats:
        raise Refused(
            "room-small",
            "“%(room)s”坐%(seats)s人，名额不能是%(units)s个。请减少名额或换教室。",
            room=room.name,
            seats=room.seats,
            units=cohort.units,
        )
