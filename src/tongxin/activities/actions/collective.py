"""集体报名: a cadre names people of their own union for a class, by a list. Looked at first, then committed.

Matched by name and digits among the open members of one union, within the cadre's reach, and nowhere else. Whoever is
named is told and may decline with one tap until a stated day; then the first in line moves up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from tongxin.activities.actions import enrolments
from tongxin.activities.models import Cohort, GroupSignUp, NamedPlace
from tongxin.activities.queries.naming import Matched, matched
from tongxin.activities.states import Named
from tongxin.calls.actions import applications, lines
from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.windows import check_open
from tongxin.calls.models import Applicant, Pool
from tongxin.calls.states import LIVE, ApplicationState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.models.clocks import ClockName
from tongxin.people.name_lists import MOST, Line
from tongxin.people.powers import Power
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.queries.members import members_among
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@dataclass(frozen=True, slots=True)
class Judged:
    """`person` where it was matched; `refusal` says why not, in words, where that is more than the verdict."""

    line: Line
    named: Named
    person: Person | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What was committed; `left_out` were not (they had got in meanwhile, or something refused them)."""

    group: GroupSignUp
    left_out: int


def judge(*, cohort: Cohort, union: Union, given: Sequence[Line], by: Actor, at: datetime) -> list[Judged]:
    """Row by row what would happen; changes nothing. Refused: "no-power", "cohort-planned", and a window not open."""
    require(by, Power.ACT_FOR_WORKER, union)
    pool = _pool(cohort, at)
    found = matched(given, union)
    people = [one.person for one in found if one.person is not None]
    standing = _standing(pool, people)
    left = set(NamedPlace.objects.filter(cohort=cohort, person__in=people).values_list("person_id", flat=True))
    seen: set[int] = set()
    rows: list[Judged] = []
    free = pool.left
    for one in found:
        row = _judged(one, pool, standing, left, seen, at=at)
        if row.named is Named.PLACE:
            row, free = (row, free - 1) if free > 0 else (Judged(row.line, Named.LINE, row.person), free)
        rows.append(row)
    return rows


@atomic
def sign_up(
    *, cohort: Cohort, union: Union, people: Collection[str], key: str | None = None, by: Actor, at: datetime
) -> Done:
    """`people` are public ids from the list that was looked at; each is judged once more under the pool's lock.

    Refused: "no-power", "names-none", "names-many", "nobody-new" (all are in already), and a window not open.
    """
    require(by, Power.ACT_FOR_WORKER, union)
    _check_number(people)
    if (same := _made_before(key, by)) is not None:
        return Done(same, 0)
    pool = lines.lock_pool(_pool(cohort, at).pk)
    chosen = list(members_among(union, people))
    group = GroupSignUp.make(
        union=union, cohort=cohort, decline_until=_until(union, at), account=by.account_id, key=key, at=at,
        federation=union.federation,
    )  # fmt: skip
    places = [place for person in chosen if (place := _name(group, pool, person, by, at)) is not None]
    if not places:
        raise Refused("nobody-new", "这些人都已经在班里、在候补中或退出过，没有改动任何内容。")
    NamedPlace.objects.bulk_create(places)
    journal.write("collective.signed-up", of=group, by=by, at=at, count=len(places), into=cohort.public_id)
    _tell(group, places, at)
    return Done(group, len(set(people)) - len(places))


@atomic
def decline(*, place: NamedPlace, by: Actor, at: datetime) -> NamedPlace:
    """By the person named. The place goes to the first in line. A second tap changes nothing.

    Refused: "not-yours", "decline-late", "place-gone", "cohort-over".
    """
    place = NamedPlace.objects.select_related("group", "cohort", "application", "person").lock(place.pk)
    if by.person_id != place.person_id:
        raise Refused("not-yours", "这不是替您报的名，不能由您谢绝。")
    if place.declined_at is not None:
        return place
    if at >= place.group.decline_until:
        raise Refused("decline-late", "谢绝的时间已过。不想参加的话，请在课程页面退课，名额照样让给别人。")
    if place.application.state not in LIVE:
        raise Refused("place-gone", "这个报名已经退出或结束，不用再谢绝。")
    enrolments.withdraw(cohort=place.cohort, person=place.person, by=by, at=at)
    place.declined_at = at
    place.save(update_fields=["declined_at"])
    journal.write("collective.declined", of=place, by=by, at=at, union=place.group.union_id)
    return place


def last_day(group: GroupSignUp) -> date:
    """The last on which one may decline."""
    return localdate(group.decline_until - timedelta(microseconds=1))


def _pool(cohort: Cohort, at: datetime) -> Pool:
    if cohort.pool is None:
        raise Refused("cohort-planned", "这个班还没有开放报名，请过几天再看。")
    check_open(cohort.pool, at)
    return cohort.pool


def _standing(pool: Pool, people: Collection[Person]) -> dict[int, set[int]]:
    """Of each person who is in the call already: the pools where they have a place or wait."""
    rows = Applicant.objects.filter(call=pool.call_id, person__in=people, live=True)
    found: dict[int, set[int]] = {}
    for person, at_pool in rows.values_list("person_id", "application__preferences__pool_id"):
        found.setdefault(person, set()).add(at_pool)
    return found


def _judged(
    one: Matched, pool: Pool, standing: dict[int, set[int]], left: set[int], seen: set[int], *, at: datetime
) -> Judged:
    person = one.person
    if person is None:
        return Judged(one.line, one.named, refusal=one.refusal)
    held = standing.get(person.pk, set())
    known = {Named.TWICE: person.pk in seen, Named.ALREADY: pool.pk in held, Named.LEFT: person.pk in left}
    seen.add(person.pk)
    if (already := next((named for named, holds in known.items() if holds), None)) is not None:
        return Judged(one.line, already, person)
    if len(held) >= pool.call.per_person:
        said = Refused("one-per-call", "这一期已报了别的班，要换请本人先退出原来的。")
        return Judged(one.line, Named.REFUSED, person, said)
    try:
        check_eligible(pool.call, person, at=at)
    except Refused as refusal:
        return Judged(one.line, Named.REFUSED, person, refusal)
    return Judged(one.line, Named.PLACE, person)


def _name(group: GroupSignUp, pool: Pool, person: Person, by: Actor, at: datetime) -> NamedPlace | None:
    """None for one who is in already, was named before, or is refused now."""
    there = Applicant.objects.filter(application__preferences__pool=pool, person=person, live=True)
    if there.exists() or NamedPlace.objects.filter(cohort=group.cohort_id, person=person).exists():
        return None
    try:
        with transaction.atomic():
            made = applications.apply(pool=pool, person=person, by=by, at=at, tells=False)
    except Refused:
        return None
    return NamedPlace(
        federation=person.federation, group=group, cohort_id=group.cohort_id, person=person, application=made
    )


def _check_number(people: Collection[str]) -> None:
    if not people:
        raise Refused("names-none", "还没有选人，请至少勾选一位。")
    if len(people) > MOST:
        raise Refused("names-many", "一次最多报%(most)d人，这里有%(n)d人。请分成几次。", most=MOST, n=len(people))


def _made_before(key: str | None, by: Actor) -> GroupSignUp | None:
    if key is None or by.account_id is None:
        return None
    found: GroupSignUp | None = GroupSignUp.objects.filter(account=by.account_id, key=key).first()
    return found


def _until(union: Union, at: datetime) -> datetime:
    limit = clock(ClockName.NAMED_DECLINE, union, localdate(at))
    return at if limit is None else due_at(limit, at)


def _tell(group: GroupSignUp, places: Sequence[NamedPlace], at: datetime) -> None:
    """Each person once; whoever names themselves is told too, for the day until which one may decline."""
    words = {"what": group.cohort.title, "union": group.union.name, "until": last_day(group).isoformat()}
    rows = [(_KIND[ApplicationState(place.application.state)], place) for place in places]
    outbox.put(
        [
            Telling(f"{kind}:{one.public_id}", kind, one.person_id, one.federation, {**words, "id": one.public_id})
            for kind, one in rows
        ],
        at=at,
    )


_KIND = {ApplicationState.GRANTED: "place.named", ApplicationState.WAITING: "place.named-waiting"}
