"""Which sites there are, and who has which room when."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.store.moments import start_of
from tongxin.unions.models import Union
from tongxin.venues.models import Booking, Room, Site


def sites_of(actor: Actor, power: Power) -> QuerySet[Site]:
    """With the number of open rooms as `room_count`, by name."""
    rows: QuerySet[Site] = Site.objects.within(actor, power).select_related("union")
    return rows.annotate(room_count=Count("rooms", filter=Q(rooms__closed_on=None))).order_by("name", "pk")


def rooms_to_use(union: Union, on: date) -> QuerySet[Room]:
    """Rooms of the union's own sites that are open on that day, by site and name."""
    open_then = Q(closed_on=None) | Q(closed_on__gt=on)
    site_open = Q(site__closed_on=None) | Q(site__closed_on__gt=on)
    rows: QuerySet[Room] = Room.objects.filter(open_then, site_open, site__union=union)
    return rows.select_related("site").order_by("site__name", "name")


def places_to_use(union: Union, on: date) -> QuerySet[Site]:
    """The union's own sites that are open on that day, by name; each with its `open_rooms`. Two queries."""
    open_then = Q(closed_on=None) | Q(closed_on__gt=on)
    rooms = Prefetch("rooms", Room.objects.filter(open_then).order_by("name"), to_attr="open_rooms")
    rows: QuerySet[Site] = Site.objects.filter(open_then, union=union).order_by("name", "pk")
    return rows.prefetch_related(rooms)


def in_the_way(room: Room, periods: Iterable[tuple[datetime, datetime]]) -> QuerySet[Booking]:
    """Bookings that overlap any of these half-open periods, first one first."""
    overlap = Q(pk__in=[])
    for starts, ends in periods:
        overlap |= Q(starts_at__lt=ends, ends_at__gt=starts)
    rows: QuerySet[Booking] = Booking.objects.filter(overlap, room=room, released_at=None)
    return rows.order_by("starts_at")


def plan_of(room: Room, first: date, days: int = 7) -> QuerySet[Booking]:
    """The door's plan: what is booked from a day on, for some days."""
    return in_the_way(room, [(start_of(first), start_of(first + timedelta(days=days)))])
