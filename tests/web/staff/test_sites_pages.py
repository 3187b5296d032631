"""阵地与教室 through the pages."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player
from tests.factories.activities import School, school
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import done, refused, text, value_of

from tongxin.venues.models import Room, Site

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


@pytest.fixture
def desk(ours: School, as_staff: As) -> Client:
    return as_staff(ours.cast.officer)


def test_site_is_added_renamed_and_closed(ours: School, desk: Client) -> None:
    sent = {
        "union": ours.union.public_id,
        "kind": "rest_station",
        "name": "骑手驿站",
        "address": "中山路1号",
        "phone": "",
    }
    made = desk.post("/staff/sites/new/", sent)
    site = Site.objects.get(name="骑手驿站")
    here = f"/staff/sites/{site.public_id}/"
    done(made, here)
    html = refused(desk.post("/staff/sites/new/", sent), "这个工会已有同名的阵地，请换个名称。")
    assert value_of(html, "address") == "中山路1号"
    done(desk.post(f"{here}rename/", {"name": "新驿站"}), here)
    done(desk.post(f"{here}contact/", {"address": "中山路2号", "phone": "023-1"}), here)
    refused(desk.post(f"{here}close/", {"on": "2024-02-30"}), "2024年2月没有30日")
    done(desk.post(f"{here}close/", {"on": "2024-05-01"}), here)
    assert "2024年5月1日起停用" in text(desk, here)
    refused(desk.post(f"{here}close/", {"on": "2024-05-01"}), "停用，不用再办。")


def test_room_is_added_changed_and_closed_when_free(ours: School, desk: Client) -> None:
    here = f"/staff/sites/{ours.site.public_id}/"
    done(desk.post(f"{here}rooms/new/", {"name": "书画室", "seats": ""}), here)
    room = Room.objects.get(name="书画室")
    refused(desk.post(f"{here}rooms/new/", {"name": "书画室", "seats": "0"}), "请填1到9999之间的整数。")
    refused(desk.post(f"{here}rooms/new/", {"name": "书画室", "seats": "5"}), "这个阵地已有同名的教室，请换个名称。")
    done(desk.post(f"/staff/sites/rooms/{room.public_id}/change/", {"name": "国画室", "seats": "24"}), here)
    ours.planned(room=ours.room)
    refused(
        desk.post(f"/staff/sites/rooms/{ours.room.public_id}/close/", {"on": "2024-04-01"}), "请先调走或取消，再停用。"
    )
    done(desk.post(f"/staff/sites/rooms/{room.public_id}/close/", {"on": "2024-04-01"}), here)


def test_plan_shows_a_week_of_the_room(ours: School, desk: Client) -> None:
    ours.planned(room=ours.room)
    plan = f"/staff/sites/rooms/{ours.room.public_id}/plan/"
    html = text(desk, plan, week="2024-04-03")
    assert "19:00—20:30</b>瑜伽入门" in html
    assert "1个安排" in html
    assert "0个安排" in text(desk, plan, week="2024-02-30")


def test_list_asks_as_much_for_one_site_as_for_three(ours: School, desk: Client) -> None:
    counts = []
    for number in range(3):
        ours.new_site(f"驿站{number}")
        with CaptureQueriesContext(connection) as queries:
            text(desk, "/staff/sites/")
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_others_do_not_get_in(ours: School, as_staff: As) -> None:
    here = f"/staff/sites/{ours.site.public_id}/"
    for player, status in ((ours.cast.cadre, 403), (ours.cast.teacher, 403), (ours.cast.sibling_officer, 404)):
        client = as_staff(player)
        assert client.get(here).status_code == status
        assert client.post(f"{here}rename/", {"name": "改了"}).status_code == status
        assert client.get(f"/staff/sites/rooms/{ours.room.public_id}/plan/").status_code == status
    assert Site.objects.get().name == "职工服务中心"
