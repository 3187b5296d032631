"""Rooms of a site."""

from datetime import date, datetime

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day, start_of
from tongxin.venues.actions.sites import clean_name
from tongxin.venues.models import Booking, Room, Site


@atomic
def add(*, site: Site, name: str, seats: int | None = None, by: Actor, at: datetime) -> Room:
    """Refused: "no-power", "name-missing", "site-closed", "room_name_once", "room_seats"."""
    site = Site.objects.select_related("union").lock(site.pk)
    require(by, Power.MANAGE_SITES, site.union)
    if site.closed_on is not None:
        raise Refused("site-closed", "“%(name)s”已停用，请先选别的阵地。", name=site.name)
    room = Room.make(site=site, name=clean_name(name), seats=seats)
    journal.write("room.added", of=room, by=by, at=at, union=site.union_id, seats=seats)
    return room


@atomic
def change(*, room: Room, name: str, seats: int | None, by: Actor, at: datetime) -> Room:
    """Its name and seats. Refused: "no-power", "name-missing", "room_name_once", "room_seats"."""
    room = _lock(room, by)
    before, room.name, room.seats = room.name, clean_name(name), seats
    room.save(update_fields=["name", "seats"])
    journal.write("room.changed", of=room, by=by, at=at, union=room.site.union_id, before=before, name=room.name)
    return room


@atomic
def close(*, room: Room, on: date, by: Actor, at: datetime) -> Room:
    """From that day on nothing new is booked here. Refused: "no-power", "room-closed", "room-booked" (from that day)."""
    room = _lock(room, by)
    if room.closed_on is not None:
        raise Refused("room-closed", "“%(name)s”已从%(on)s起停用，不用再办。", name=room.name, on=Day(room.closed_on))
    later = Booking.objects.filter(room=room, released_at=None, ends_at__gt=start_of(on)).count()
    if later:
        raise Refused(
            "room-booked",
            "“%(name)s”从%(on)s起还有%(later)d个安排，请先调走或取消，再停用。",
            name=room.name,
            on=Day(on),
            later=later,
        )
    room.closed_on = on
    room.save(update_fields=["closed_on"])
    journal.write("room.closed", of=room, by=by, at=at, union=room.site.union_id, on=on.isoformat())
    return room


def _lock(room: Room, by: Actor) -> Room:
    locked: Room = Room.objects.select_related("site__union").lock(room.pk)
    require(by, Power.MANAGE_SITES, locked.site.union)
    return locked
