"""What staff do with calls: see who entered, keep places, review, publish, answer objections."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import CLOSES, OPENS, school
from tests.factories.calls import people
from tests.web.conftest import Clock
from tests.web.staff.call_things import call_things

from tongxin.calls.actions import calls, entries, pools
from tongxin.calls.models import Application, Call, Objection, Pool, Publication, Reserve
from tongxin.calls.states import Policy

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


def test_lists_take_as_many_queries_for_three_rows_as_for_one(cast: Cast, as_staff: As) -> None:
    client, counts = as_staff(cast.officer), []
    call = calls.publish(
        call=calls.open_call(
            union=cast.yongchuan, kind="class_place", opens=OPENS, closes=CLOSES,
            manner=calls.Manner(policy=Policy.REVIEW), by=HOUSE, at=NOW,
        ),
        by=HOUSE, at=NOW,
    )  # fmt: skip
    pool = pools.add_pool(call=call, union=cast.yongchuan, units=2, name="夏令营", by=HOUSE, at=NOW)
    for person in people(cast.factory, 3):
        entries.enter(call=call, wishes=[pool], persons=[person], by=HOUSE, at=NOW)
        for address in ("/staff/calls/", f"/staff/calls/{call.public_id}/entries/", "/staff/reviews/"):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append((address, len(captured)))
    assert counts[:3] == counts[-3:]


def test_reserve_is_kept_and_given_up_before_anyone_enters(cast: Cast, as_staff: As) -> None:
    client = as_staff(cast.officer)
    call = calls.open_call(union=cast.yongchuan, kind="class_place", opens=OPENS, closes=CLOSES, by=HOUSE, at=NOW)
    pool = pools.add_pool(call=call, union=cast.yongchuan, units=2, name="夏令营", by=HOUSE, at=NOW)
    address = f"/staff/calls/{call.public_id}/pools/{pool.public_id}"
    said = {"words": "快递小哥", "name": "快递员", "units": "3", "when": "first", "spill": "open"}
    refused = client.post(f"{address}/reserve/", said)
    assert (refused.status_code, "超过了总数" in refused.content.decode()) == (422, True)
    assert client.post(f"{address}/reserve/", said | {"units": "1"}).status_code == 302
    assert client.post(f"{address}/reserve/", said | {"units": "1"}).status_code == 422  # the name is there already
    reserve = Reserve.objects.get()
    assert client.post(f"{address}/{reserve.public_id}/drop/").status_code == 302
    assert (Reserve.objects.count(), Pool.objects.get(pk=pool.pk).reserved) == (0, False)


def test_review_is_answered_and_a_return_needs_its_reason(cast: Cast, as_staff: As) -> None:
    things = call_things(cast.yongchuan, cast.wang)
    client, address = as_staff(cast.cadre), f"/staff/reviews/{things['application_id']}/"
    assert client.post(address, {"verdict": "return", "reason": ""}).status_code == 422
    assert client.post(address, {"verdict": "return", "reason": "缺证明"}).status_code == 302
    assert Application.objects.get(public_id=things["application_id"]).state == "returned"
    assert client.get(address).status_code == 404


def test_outcome_is_not_offered_for_publishing_while_it_is_published(cast: Cast, as_staff: As, clock: Clock) -> None:
    things = call_things(cast.yongchuan, cast.wang)
    published = Publication.objects.get(public_id=things["publication_id"])
    client, address = as_staff(cast.officer), f"/staff/calls/{published.call.public_id}/"
    during = client.get(address).content.decode()
    assert ("公示现在的结果" in during, "正在公示" in during) == (False, True)
    assert client.post(f"{address}publish/").status_code == 422  # from a page that was open before
    clock.tick(seconds=(published.until - clock.now).total_seconds())
    later = as_staff(cast.officer).get(address).content.decode()
    assert ("公示现在的结果" in later, "正在公示" in later) == (True, False)


def test_objection_is_answered_in_public(cast: Cast, as_staff: As) -> None:
    things = call_things(cast.yongchuan, cast.wang)
    client, address = as_staff(cast.officer), f"/staff/objections/{things['objection_id']}/"
    assert client.post(address, {"upheld": "no", "words": ""}).status_code == 422
    assert client.post(address, {"upheld": "no", "words": "已核对，没有遗漏"}).status_code == 302
    assert Objection.objects.get().state == "rejected"
    assert "已核对，没有遗漏" in Client().get(f"/outcomes/{things['publication_id']}/").content.decode()
    assert as_staff(cast.jinjiang_cadre).get(address).status_code == 404


def test_term_is_drawn_unless_a_reason_says_otherwise(cast: Cast, as_staff: As) -> None:
    made = school(cast)
    client, address = as_staff(made.officer), f"/staff/programmes/terms/{made.term.public_id}/window/"
    said = {
        "opens": "2024-03-27T09:00", "closes": "2024-03-30T18:00", "per_person": "1", "choices": "3",
        "accept_hours": "24", "notice_days": "3",
    }  # fmt: skip
    quick = client.post(address, said | {"policy": "order_of_arrival", "choices": "1"})
    assert (quick.status_code, "要写明理由" in quick.content.decode()) == (422, True)
    drawn = client.post(address, said | {"policy": "draw", "result_at": "2024-03-31T10:00"})
    assert drawn.status_code == 302
    call = Call.objects.latest("pk")
    assert (call.policy, call.choices, call.accept_hours, call.notice_days) == ("draw", 3, 24, 3)
