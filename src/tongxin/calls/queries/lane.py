"""A release as one sees it: where it stands, where one stands in it, and the receipt again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, QuerySet, When
from django.utils.timezone import localdate

from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Arrival, Entry, Lane, Pool, Preference, Round, Step
from tongxin.calls.places import groups_in
from tongxin.calls.queries.groups import groups_of
from tongxin.calls.states import LIVE, ApplicationState, CallState, Policy
from tongxin.kernel import receipts
from tongxin.people.models import Account, Person
from tongxin.store.signing import signing_ring


class Stage(StrEnum):
    BEFORE = "before"
    LEVEL = "level"  # who comes now counts as simultaneous
    OPEN = "open"
    OVER = "over"  # closed, or nothing left and the line has been gone through


class Stand(StrEnum):
    """Of one person."""

    OUT = "out"  # did not come, or not yet
    IN_LINE = "in-line"
    GIVEN = "given"
    MISSED = "missed"  # everything is given, and not to them
    BACK = "back"  # had one, and gave it back
    TAKEN = "taken"  # had one, and someone else took it back: the house, or staff with a reason


@dataclass(frozen=True, slots=True)
class Release:
    lane: Lane
    pool: Pool
    at: datetime

    @property
    def arrived(self) -> int:
        return int(self.pool.intake.arrived)

    @property
    def level_ends(self) -> datetime | None:
        minutes = self.pool.call.level_minutes
        return self.pool.call.opens + timedelta(minutes=minutes) if minutes else None

    @property
    def stage(self) -> Stage:
        call = self.pool.call
        if self.at < call.opens:
            return Stage.BEFORE
        if self.pool.closed_at is not None or self.at >= call.closes or self.all_given:
            return Stage.OVER
        return Stage.LEVEL if self.level_ends is not None and self.at < self.level_ends else Stage.OPEN

    @property
    def all_given(self) -> bool:
        return self.pool.left <= 0

    @property
    def drawn(self) -> bool:
        """Whether the order of the first minutes stands, where there is such an order at all."""
        return self.pool.call.policy != Policy.LEVEL_START or self.pool.call.settled_at is not None


@dataclass(frozen=True, slots=True)
class Mine:
    """One person in a release. `why`: a place was taken back from them for this reason."""

    stand: Stand
    entry: Entry | None
    arrival: Arrival | None
    application: Application | None
    receipt: str
    why: str = ""
    late: bool = False  # of a level start: came when its minutes were over
    drawn_no: int | None = None  # of a level start that is drawn: the place in its order
    groups: frozenset[str] = (
        frozenset()
    )  # for which places are kept: as they stand in the list, before it opens as of now


def releases() -> "QuerySet[Lane]":
    """Published ones; the newest first."""
    found: QuerySet[Lane] = Lane.objects.filter(pool__call__state=CallState.PUBLISHED)
    return found.select_related("pool__call", "pool__union", "pool__intake").order_by("-pool__call__opens", "-pk")


def closed_last(at: datetime) -> "QuerySet[Lane]":
    """What is open or to come, the nearest first; then what is over, the latest first."""
    over = Q(pool__call__closes__lte=at)
    rows = releases().annotate(
        over=ExpressionWrapper(over, output_field=BooleanField()),
        next=Case(When(over, then=None), default=F("pool__call__opens")),
    )
    return rows.order_by("over", F("next").asc(nulls_last=True), "-pool__call__opens", "-pk")


def release_of(lane: Lane, at: datetime) -> Release:
    return Release(lane, lane.pool, at)


def mine(release: Release, person: int, at: datetime) -> Mine:
    pool = release.pool
    arrival = Arrival.objects.filter(pool=pool, person=person).first()
    applications = Application.objects.filter(applicants__person=person, call=pool.call_id)
    application = applications.order_by("-pk").first()
    entry = Entry.objects.filter(pool=pool, person=person, ends_at__gt=at).first()
    text = receipt(release.lane, arrival, at) if arrival is not None else ""
    stand = _stand(release, arrival, application)
    why = _taken_why(application, person) if application is not None and stand is Stand.BACK else ""
    late = arrival is not None and release.level_ends is not None and arrival.at >= release.level_ends
    no = _drawn_no(release, application)
    groups = _groups(release, application, person)
    return Mine(Stand.TAKEN if why else stand, entry, arrival, application, text, why, late, no, groups)


def round_of(release: Release) -> Round | None:
    """Of a level start: the draw of its first minutes, the newest if one was repeated."""
    if release.level_ends is None:
        return None
    found: Round | None = Round.objects.filter(call=release.pool.call_id).order_by("-number").first()
    return found


def _groups(release: Release, application: Application | None, person: int) -> frozenset[str]:
    """Not asked while everybody comes: the list says it afterwards."""
    if not release.pool.reserved:
        return frozenset()
    if application is not None:
        return frozenset(groups_in(application.groups))
    if release.stage is not Stage.BEFORE:
        return frozenset()
    return frozenset(groups_in(groups_of([release.pool.pk], Person.objects.get(pk=person), at=release.at)))


def _drawn_no(release: Release, application: Application | None) -> int | None:
    if release.level_ends is None or not release.drawn or application is None or application.ticket is None:
        return None
    return Preference.objects.filter(application=application).values_list("no", flat=True).first()


def receipt(lane: Lane, arrival: Arrival, at: datetime) -> str:
    """It says what the first one said, signed once more: the row is what was promised."""
    key = signing_ring(localdate(at)).on(localdate(at))
    name = holder(bytes(lane.salt), arrival.person_id)
    moment = round(arrival.at.timestamp() * 1000)
    (text,) = receipts.write([receipts.statement(key.id, lane.pool.public_id, arrival.no, moment, name)], key)
    return text


def _taken_why(application: Application, person: int) -> str:
    """What whoever ended it said; empty: they gave it back themselves."""
    last = Step.objects.filter(application=application).exclude(why="").order_by("-pk").first()
    if last is None or Account.objects.filter(pk=last.account or 0, person=person).exists():
        return ""
    return str(last.why)


def _stand(release: Release, arrival: Arrival | None, application: Application | None) -> Stand:
    if application is not None and application.state == ApplicationState.GRANTED:
        return Stand.GIVEN
    if application is not None and application.state not in LIVE:
        return Stand.BACK
    if arrival is None:
        return Stand.OUT
    return Stand.MISSED if release.stage is Stage.OVER and release.drawn else Stand.IN_LINE
