"""One arrival is one statement.

A single application looks whether it may be, writes five tables and counts two numbers. One by one that is nine
statements under the pool's lock, and the lock is what bounds the rate of sign-ups (docs/performance.md). Whoever adds a
column to one of these tables adds it here; a column without a value fails the first test.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tongxin.calls.actions.lines import reserves_of
from tongxin.calls.models import Application, Award, Pool
from tongxin.calls.places import Counter
from tongxin.calls.states import ApplicationState, AwardState
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.store.atomic import must_be_writing
from tongxin.store.prepared import Prepared

_ARRIVAL: Final = Prepared("""
WITH free AS (
    SELECT min(slot) AS slot FROM generate_series(1, %(per_person)s) AS slot
    WHERE slot NOT IN (SELECT slot FROM calls_applicant WHERE person_id = %(person)s AND call_id = %(call)s AND live)
), ids AS (
    SELECT nextval('calls_application_id_seq') AS application, slot FROM free
    WHERE slot IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM calls_application WHERE account = %(account)s AND key = %(key)s)
    AND NOT EXISTS (
        SELECT 1 FROM calls_applicant JOIN calls_preference USING (application_id)
        WHERE person_id = %(person)s AND call_id = %(call)s AND live AND pool_id = %(pool)s
    )
), applicant AS (
    INSERT INTO calls_applicant (federation, application_id, call_id, person_id, slot, live)
    SELECT %(federation)s, ids.application, %(call)s, %(person)s, ids.slot, true FROM ids
    ON CONFLICT (person_id, call_id, slot) WHERE live DO NOTHING
    RETURNING application_id
), application AS (
    INSERT INTO calls_application (id, federation, public_id, call_id, union_id, state, at, account, key, groups, size)
    SELECT application_id, %(federation)s, %(public_id)s, %(call)s, %(union)s, %(state)s, %(at)s, %(account)s, %(key)s,
           %(groups)s, %(size)s
    FROM applicant
), counted AS (
    UPDATE calls_pool
    SET next_no = next_no + 1, taken = taken + %(units)s, waiting = waiting + %(waits)s
    FROM applicant WHERE calls_pool.id = %(pool)s
    RETURNING next_no - 1 AS no
), reserved AS (
    UPDATE calls_reserve SET taken = taken + %(units)s FROM applicant WHERE calls_reserve.id = %(reserve)s
), preference AS (
    INSERT INTO calls_preference (federation, application_id, pool_id, rank, no, waits)
    SELECT %(federation)s, application_id, %(pool)s, 1, counted.no, %(waits)s = 1 FROM applicant, counted
), step AS (
    INSERT INTO calls_step (federation, application_id, verb, account, at, why)
    SELECT %(federation)s, application_id, %(verb)s, %(account)s, %(at)s, '' FROM applicant
), award AS (
    INSERT INTO calls_award (federation, public_id, application_id, pool_id, person_id, units, state, at, reserve_id)
    SELECT %(federation)s, %(award)s, application_id, %(pool)s, %(person)s, %(units)s, %(held)s, %(at)s, %(reserve)s
    FROM applicant WHERE %(waits)s = 0
    RETURNING id
)
SELECT applicant.application_id, (SELECT id FROM award) FROM applicant
""")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one statement wrote; `award` is None for one who waits."""

    application: Application
    award: Award | None


def write(
    *, pool: Pool, person: Person, by: Actor, at: datetime, key: str | None, groups: str = "", size: int = 1
) -> Arrival | None:
    """None, and nothing written, when this person stands in the pool already, has no slot left, or sent the key before.

    `size`: the person and how many they bring along; who comes later takes what is too little for them.
    `pool` is locked and brought up to date; what is left, of the reserves too, decides between a place and the line. Where another
    transaction takes the same slot meanwhile, the unique constraint makes this one wait and then answer None as well.
    """
    must_be_writing("arrival")
    place = Counter(pool, reserves_of(pool)).give(0, size, groups)
    units = 0 if place is None else size
    application = Application(
        federation=pool.call.federation,
        call=pool.call,
        union_id=pool.call.union_id,
        at=at,
        account=by.account_id,
        key=key,
        groups=groups,
        size=size,
        state=ApplicationState.GRANTED if units else ApplicationState.WAITING,
    )
    award = Award(
        federation=application.federation, application=application, pool=pool, person=person, units=size, at=at
    )
    award.reserve = place.reserve if place is not None else None
    row = _ARRIVAL.row(**_values(application, award, units))
    if row is None:
        return None
    pool.taken, pool.waiting, pool.next_no = pool.taken + units, pool.waiting + (not units), pool.next_no + 1
    application.pk, award.pk = row
    application._state.adding = award._state.adding = False
    award.application = application
    return Arrival(application, award if units else None)


def _values(application: Application, award: Award, units: int) -> dict[str, Any]:
    return {
        "federation": application.federation,
        "call": application.call_id,
        "union": application.union_id,
        "person": award.person_id,
        "pool": award.pool_id,
        "units": units,
        "waits": 0 if units else 1,
        "size": application.size,
        "per_person": application.call.per_person,
        "public_id": application.public_id,
        "award": award.public_id,
        "held": AwardState.HELD.value,
        "state": ApplicationState(application.state).value,
        "verb": "grant" if units else "wait",
        "at": application.at,
        "account": application.account,
        "key": application.key,
        "groups": application.groups,
        "reserve": award.reserve_id,
    }
