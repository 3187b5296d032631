"""等您办的事 on the staff's first page: what waits for this reader, counted in one short statement each."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.likenesses import twice
from tests.web.conftest import Clock
from tests.web.staff.joining_things import applied
from tests.web.staff.union_things import union_things

from tongxin.people.actions import committees
from tongxin.people.actions.committees import Election, Seat

AsStaff = Callable[[Player], Client]


def due(client: Client) -> dict[str, str]:
    html = client.get("/staff/").content.decode()
    _before, found, box = html.partition('id="h-due"')
    rows = re.findall(r'<a href="([^"]+)">([^<]+)</a><span class="tx-tag[^"]*">(\d+\+?)', box.split("</ul>")[0])
    assert bool(found) == bool(rows)
    return {label: f"{count} {href}" for href, label, count in rows}


def test_what_waits_is_counted_for_who_may_do_it(cast: Cast, as_staff: AsStaff, clock: Clock) -> None:
    assert due(as_staff(cast.admin)) == {}
    late = applied(cast.factory, "早来的")
    clock.now = late.due_at + timedelta(minutes=1)
    applied(cast.riders, "晚来的")
    twice(cast)
    union_things(cast.factory, cast.zhongshan, cast.wang, cast.admin.actor)
    election = Election(number=1, elected_on=date(2021, 3, 1), years=3)
    committees.elect(union=cast.riders, election=election, seats=[Seat(cast.zhang.person, "chair")], by=HOUSE, at=NOW)
    assert due(as_staff(cast.admin)) == {
        "逾期的入会申请": "2 /staff/joining/?show=overdue", "入会申请": "2 /staff/joining/", "建会申请": "1 /staff/foundings/",
        "像是重复的登记": "1 /staff/likenesses/", "任期届满的工会": "1 /staff/elections/",
    }  # fmt: skip
    assert due(as_staff(cast.cadre)) == {
        "逾期的入会申请": "1 /staff/joining/?show=overdue", "入会申请": "1 /staff/joining/",
        "像是重复的登记": "1 /staff/likenesses/",
    }  # fmt: skip
    assert due(as_staff(cast.clerk)) == {}
    assert due(as_staff(cast.jinjiang_admin)) == {}


def test_the_page_asks_as_often_for_many(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/staff/").status_code == 200
        return len(captured)

    applied(cast.riders, "第一人")
    before = asked()
    for name in ("第二人", "第三人"):
        applied(cast.riders, name)
    assert asked() == before
