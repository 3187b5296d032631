"""Before a term or a paper of a union runs out, its own staff and those above are told: once for each end."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import DateField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone

from tongxin.people.models import Clock, Committee
from tongxin.people.models.clocks import ClockName, ClockUnit
from tongxin.people.powers import Power
from tongxin.people.queries.clocks import clock, due_at, shipped
from tongxin.people.queries.keepers import Keepers, nearest
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.store.moments import start_of
from tongxin.unions.actions import registers
from tongxin.unions.models import RegisterEntry, Union

BATCH: Final = 500
LONGEST: Final = {ClockUnit.DAYS: 1, ClockUnit.WORKING_DAYS: 3, ClockUnit.MONTHS: 31}  # in days
NOT_YET_TOLD: Final = Q(reminded_for=None)


@atomic
def remind_of_elections(*, at: datetime) -> int:
    """Up to BATCH at a time; returns how many committees were told of. A later end is a new one and is told of again."""
    today = timezone.localdate(at)
    rows = Committee.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("union")
    near = rows.filter(
        NOT_YET_TOLD | ~Q(reminded_for=F("ends")),
        succeeded_on=None,
        union__dissolved_on=None,
        ends__lte=today + _farthest(),
    )
    due = [committee for committee in near.order_by("ends", "pk") if _is_near(committee, at)][:BATCH]
    keepers = _keepers({committee.union_id for committee in due}, today)
    tellings: list[Telling] = []
    for committee in due:
        last = (committee.ends - timedelta(days=1)).isoformat()
        data = {"what": committee.union.name, "number": committee.number, "last": last, "id": committee.union.public_id}
        key = f"election.due:{committee.pk}:{committee.ends}"
        tellings += _tellings(key, "election.due", data, committee.union, keepers)
        committee.reminded_for = committee.ends
    Committee.objects.bulk_update(due, ["reminded_for"])
    outbox.put(tellings, at=at)
    return len(due)


@atomic
def remind_of_papers(*, at: datetime) -> int:
    """Entries of registers whose days before the end have begun; up to BATCH at a time."""
    today = timezone.localdate(at)
    rows = RegisterEntry.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("union")
    due = list(
        rows.filter(
            NOT_YET_TOLD | ~Q(reminded_for=F("ends_on")), closed_on=None, union__dissolved_on=None,
            ends_on__gt=today, ends_on__lte=_days_after(today, "remind_days"),
        ).order_by("ends_on", "pk")[:BATCH]
    )  # fmt: skip
    keepers = _keepers({entry.union_id for entry in due}, today)
    tellings: list[Telling] = []
    for entry in due:
        ends = entry.ends_on.isoformat() if entry.ends_on else ""
        data = {"what": entry.union.name, "title": entry.title, "ends": ends, "id": entry.union.public_id}
        key = f"register.ending:{entry.pk}:{ends}"
        tellings += _tellings(key, "register.ending", data, entry.union, keepers)
    registers.reminded(due)
    outbox.put(tellings, at=at)
    return len(due)


def _days_after(today: date, column: str) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(Cast(Value(today), DateField()) + F(column), output_field=DateField())


def _is_near(committee: Committee, at: datetime) -> bool:
    found = clock(ClockName.ELECTION_REMINDER, committee.union_id, timezone.localdate(at))
    return found is not None and start_of(committee.ends) <= due_at(found, at)


def _farthest() -> timedelta:
    """No clock reaches further: so few committees are looked at, one by one."""
    name = ClockName.ELECTION_REMINDER
    rows = [*Clock.objects.filter(name=name), *filter(None, [shipped().get(name)])]
    return timedelta(days=max((row.amount * LONGEST[ClockUnit(row.unit)] for row in rows), default=0))


def _keepers(unions: Iterable[int], today: date) -> list[Keepers]:
    """Those who keep the union, and those who manage it from above."""
    unions = list(unions)
    return [
        nearest(Power.KEEP_UNION, unions, on=today),
        nearest(Power.MANAGE_UNIONS, unions, on=today, above=True),
    ]


def _tellings(key: str, kind: str, data: dict[str, object], union: Union, keepers: list[Keepers]) -> Iterable[Telling]:
    people = dict(person for found in keepers for person in found.get(union.pk, []))
    return [Telling(f"{key}:{person}", kind, person, federation, data) for person, federation in people.items()]
