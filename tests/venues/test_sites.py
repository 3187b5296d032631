"""Sites and rooms."""

from datetime import date, timedelta

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.venues import a_room, a_site

from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.records.models import JournalEntry
from tongxin.venues.actions import bookings, rooms, sites
from tongxin.venues.actions.bookings import Period
from tongxin.venues.models import Room, Site, SiteKind
from tongxin.venues.queries import rooms_to_use, sites_of


def test_add_rename_and_list_within_reach(cast: Cast) -> None:
    site = sites.add(union=cast.yongchuan, kind=SiteKind.WORKERS_HOME, name=" 之家 ", by=cast.officer.actor, at=NOW)
    site = sites.rename(site=site, name="永川职工之家", by=cast.officer.actor, at=NOW)
    a_room(site)
    rooms.close(room=a_room(site, "旧教室"), on=TODAY, by=HOUSE, at=NOW)
    a_site(cast.jiangjin, "江津的")
    found = sites_of(cast.officer.actor, Power.MANAGE_SITES)
    assert [(s.name, s.room_count) for s in found] == [("永川职工之家", 1)]  # type: ignore[attr-defined]
    assert list(sites_of(cast.cadre.actor, Power.MANAGE_SITES)) == []
    assert JournalEntry.objects.get(verb="site.renamed").data == {"before": "之家", "name": "永川职工之家"}


@pytest.mark.parametrize("who", ["cadre", "teacher", "sibling_officer", "jinjiang_admin"])
def test_without_power_nothing_is_written(cast: Cast, who: str) -> None:
    actor = getattr(cast, who).actor
    site = a_site(cast.yongchuan)
    for deed in (
        lambda: sites.add(union=cast.yongchuan, kind=SiteKind.PARTNER, name="x", by=actor, at=NOW),
        lambda: sites.rename(site=site, name="x", by=actor, at=NOW),
        lambda: sites.close(site=site, on=TODAY, by=actor, at=NOW),
        lambda: rooms.add(site=site, name="x", by=actor, at=NOW),
    ):
        with pytest.raises(Refused) as refusal:
            deed()
        assert refusal.value.code == "no-power"
    assert (Site.objects.count(), Room.objects.count()) == (1, 0)


def test_names_are_given_and_given_once(cast: Cast) -> None:
    site = a_site(cast.yongchuan)
    a_room(site)
    with pytest.raises(Refused, match="已有同名的阵地"):
        a_site(cast.yongchuan)
    with pytest.raises(Refused, match="已有同名的教室"):
        a_room(site)
    with pytest.raises(Refused, match="请填名称"):
        a_room(site, "  ")
    with pytest.raises(Refused, match="座位数至少是1"):
        a_room(site, "302", seats=0)


def test_close_waits_for_what_is_booked(cast: Cast) -> None:
    site = a_site(cast.yongchuan)
    room = a_room(site)
    later = NOW + timedelta(days=3)
    made = bookings.book_many(
        room=room, periods=[Period(later, later + timedelta(hours=1))], purpose="瑜伽", by=HOUSE, at=NOW
    )
    with pytest.raises(Refused) as refusal:
        sites.close(site=site, on=TODAY, by=HOUSE, at=NOW)
    assert str(refusal.value) == "“永川区职工服务中心”从2024年3月28日起还有1个安排，请先调走或取消，再停用。"
    with pytest.raises(Refused, match="还有1个安排"):
        rooms.close(room=room, on=TODAY, by=HOUSE, at=NOW)
    sites.close(site=site, on=date(2024, 4, 1), by=HOUSE, at=NOW)
    with pytest.raises(Refused, match="已在2024年4月1日停用"):
        sites.close(site=site, on=TODAY, by=HOUSE, at=NOW)
    assert list(rooms_to_use(cast.yongchuan, date(2024, 3, 31))) == [room]
    assert list(rooms_to_use(cast.yongchuan, date(2024, 4, 1))) == []
    assert bookings.release(bookings=made, by=HOUSE, at=NOW) == 1


def test_change_of_a_room(cast: Cast) -> None:
    room = rooms.change(room=a_room(a_site(cast.yongchuan)), name="301", seats=None, by=cast.officer.actor, at=NOW)
    assert (room.name, room.seats) == ("301", None)
    with pytest.raises(Refused, match="停用"):
        rooms.close(room=rooms.close(room=room, on=TODAY, by=HOUSE, at=NOW), on=TODAY, by=HOUSE, at=NOW)
