"""How long something may take at a union on a day: the nearest row at or above it, else the one that is shipped."""

import csv
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.kernel.workdays import SATURDAY, WorkdayCalendar
from tongxin.people.models import Clock
from tongxin.people.models.clocks import ClockName, ClockUnit
from tongxin.unions.models import Closure, Union


def clock(name: ClockName, union: Union | int, on: date) -> Clock | None:
    """None where nothing is known: nobody is held to a time then."""
    up = Closure.objects.as_of(on).filter(descendant=union, ancestor=OuterRef("union"))
    rows = Clock.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), name=name, valid_from__lte=on)
    near = rows.annotate(depth=Subquery(up.values("depth")[:1])).filter(Q(union=None) | Q(depth__isnull=False))
    found: Clock | None = near.order_by("depth", "-valid_from").first()  # no union: no depth, and so the last
    return found or shipped().get(ClockName(name))


def due_at(clock: Clock, at: datetime) -> datetime:
    """When its time is over: the end of the last day. The day itself does not count (民法典第201条).

    Beyond the years whose holidays are known, working days are counted as weekdays: that is the earlier day of the two.
    """
    day = timezone.localdate(at)
    last = {
        ClockUnit.DAYS: lambda: day + timedelta(days=clock.amount),
        ClockUnit.MONTHS: lambda: _months(day, clock.amount),
        ClockUnit.WORKING_DAYS: lambda: _working_days(day, clock.amount),
    }[ClockUnit(clock.unit)]()
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


@cache
def shipped() -> dict[ClockName, Clock]:
    """What holds everywhere unless a row says otherwise; not rows of the database."""
    with (files("tongxin.people") / "data" / "clocks.csv").open(encoding="utf-8") as lines:
        return {ClockName(row["name"]): Clock(**row | _typed(row)) for row in csv.DictReader(lines)}


def _typed(row: dict[str, str]) -> dict[str, object]:
    return {"amount": int(row["amount"]), "valid_from": date.fromisoformat(row["valid_from"])}


def _months(day: date, n: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _working_days(day: date, n: int) -> date:
    try:
        return WorkdayCalendar.shipped().add_working_days(day, n)
    except Refused:
        left = n
        while left:
            day += timedelta(days=1)
            left -= day.isoweekday() < SATURDAY
        return day
