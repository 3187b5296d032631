"""A site with a room."""

from tests.cast import HOUSE, NOW

from tongxin.unions.models import Union
from tongxin.venues.actions import rooms, sites
from tongxin.venues.models import Room, Site, SiteKind


def a_site(union: Union, name: str = "永川区职工服务中心") -> Site:
    return sites.add(union=union, kind=SiteKind.WORKER_SERVICE_CENTER, name=name, synthetic=True, by=HOUSE, at=NOW)


def a_room(site: Site, name: str = "301教室", seats: int | None = 40) -> Room:
    return rooms.add(site=site, name=name, seats=seats, by=HOUSE, at=NOW)
