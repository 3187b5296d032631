"""The journal as an auditor reads it: what was done at the unions in reach, newest first, page after page by entry."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from tongxin.people.authority import Actor
from tongxin.people.models import Account, Appointment, Person
from tongxin.people.powers import Power
from tongxin.people.scoping import reached
from tongxin.records.models import JournalEntry
from tongxin.unions.models import Closure, Union

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with who acted and where, by name. `who` None: the house itself."""

    entry: JournalEntry
    who: Person | None
    is_staff: bool  # has, or had, a post
    union: Union | None


@dataclass(frozen=True, slots=True)
class Lines:
    rows: list[Line]
    before: int | None  # the entry before which the next page begins; None on the last


def lines(
    actor: Actor,
    *,
    union: Union | None = None,
    kind: str = "",
    day: date | None = None,
    before: int | None = None,
    size: int = SIZE,
) -> Lines:
    """`kind` is the first part of verbs: "membership" for all that happened to memberships."""
    rows = _within(actor, union)
    if kind:
        rows = rows.filter(verb__startswith=f"{kind}.")
    if day is not None:
        begins = timezone.make_aware(datetime.combine(day, time.min))
        rows = rows.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    last = found[size - 1].pk if len(found) > size else None
    return Lines(rows=_named(found[:size]), before=last)


def _within(actor: Actor, union: Union | None) -> QuerySet[JournalEntry]:
    rows: QuerySet[JournalEntry] = JournalEntry.objects.filter(reached(actor.roots(Power.READ_JOURNAL), "union", actor))
    if union is not None:
        rows = rows.filter(union__in=Closure.objects.as_of(actor.on).filter(ancestor=union).values("descendant"))
    return rows


def _named(entries: list[JournalEntry]) -> list[Line]:
    """Three queries for any number of entries."""
    accounts = Account.objects.select_related("person").in_bulk({entry.account for entry in entries if entry.account})
    people = {account.person_id for account in accounts.values()}
    staff = set(Appointment.objects.filter(person__in=people).values_list("person_id", flat=True))
    unions = Union.objects.in_bulk({entry.union for entry in entries if entry.union})
    return [
        Line(
            entry=entry,
            who=who,
            is_staff=who is not None and who.pk in staff,
            union=unions.get(entry.union or 0),
        )
        for entry in entries
        for who in [getattr(accounts.get(entry.account or 0), "person", None)]
    ]
