"""阵地: adding, changing and closing sites."""

from datetime import date, datetime

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day, start_of
from tongxin.unions.models import Union
from tongxin.venues.models import Booking, Site, SiteKind


@atomic
def add(  # noqa: PLR0913 - the columns of a site
    *,
    union: Union,
    kind: SiteKind,
    name: str,
    address: str = "",
    area_code: str = "",
    phone: str = "",
    synthetic: bool = False,
    by: Actor,
    at: datetime,
) -> Site:
    """Refused: "no-power", "name-missing", "site_name_once"."""
    require(by, Power.MANAGE_SITES, union)
    site = Site.make(
        federation=union.federation,
        union=union,
        kind=kind,
        name=clean_name(name),
        address=address.strip(),
        area_code=area_code,
        phone=phone.strip(),
        synthetic=synthetic,
    )
    journal.write("site.added", of=site, by=by, at=at, kind=str(kind))
    return site


@atomic
def rename(*, site: Site, name: str, by: Actor, at: datetime) -> Site:
    """Refused: "no-power", "name-missing", "site_name_once"."""
    site = _lock(site, by)
    before, site.name = site.name, clean_name(name)
    site.save(update_fields=["name"])
    journal.write("site.renamed", of=site, by=by, at=at, before=before, name=site.name)
    return site


@atomic
def set_contact(*, site: Site, address: str, phone: str, by: Actor, at: datetime) -> Site:
    site = _lock(site, by)
    site.address, site.phone = address.strip(), phone.strip()
    site.save(update_fields=["address", "phone"])
    journal.write("site.contact-set", of=site, by=by, at=at)
    return site


@atomic
def close(*, site: Site, on: date, by: Actor, at: datetime) -> Site:
    """From that day on nothing new is booked here. Refused: "no-power", "site-closed", "site-booked" (from that day)."""
    site = _lock(site, by)
    if site.closed_on is not None:
        raise Refused("site-closed", "“%(name)s”已在%(on)s停用，不用再办。", name=site.name, on=Day(site.closed_on))
    later = Booking.objects.filter(room__site=site, released_at=None, ends_at__gt=start_of(on)).count()
    if later:
        raise Refused(
            "site-booked",
            "“%(name)s”从%(on)s起还有%(later)d个安排，请先调走或取消，再停用。",
            name=site.name,
            on=Day(on),
            later=later,
        )
    site.closed_on = on
    site.save(update_fields=["closed_on"])
    journal.write("site.closed", of=site, by=by, at=at, on=on.isoformat())
    return site


def clean_name(name: str) -> str:
    if not (clean := name.strip()):
        raise Refused("name-missing", "请填名称。")
    return clean


def _lock(site: Site, by: Actor) -> Site:
    locked: Site = Site.objects.select_related("union").lock(site.pk)
    require(by, Power.MANAGE_SITES, locked.union)
    return locked
