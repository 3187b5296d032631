"""Entering a party for people, marking groups in the list, looking at chances before they are written."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player, worker
from tests.factories.activities import OPENS

from tongxin.calls.actions import allocations, applications, calls, entries, pools, reserves
from tongxin.calls.models import Applicant, Application, Call, Pool
from tongxin.calls.states import Policy
from tongxin.people.models import Person
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]
CLOSES = NOW + timedelta(days=9)
FAMILIES = calls.Manner(policy=Policy.DRAW, party_most=3, chances=3, choices=2, result_at=CLOSES)


@pytest.fixture(autouse=True)
def quiet(settings: object) -> None:
    settings.CALL_KINDS = {"quiet": "tests.factories.calls.QuietKind"}  # type: ignore[attr-defined]


def a_call(union: Union, manner: calls.Manner = FAMILIES) -> tuple[Call, Pool]:
    call = calls.open_call(union=union, kind="quiet", opens=OPENS, closes=CLOSES, manner=manner, by=HOUSE, at=NOW)
    pool = pools.add_pool(call=call, union=union, units=5, name="仙女山一日游", by=HOUSE, at=NOW)
    reserves.keep(pool=pool, plans=[reserves.Plan("劳模", "劳动模范", 1)], by=HOUSE, at=NOW)
    return calls.publish(call=call, by=HOUSE, at=NOW), pool


def two_more(cast: Cast) -> list[Person]:
    return [worker(cast.factory, name).person for name in ("王大伟", "王小妹")]


def enter(call: Call, pool: Pool, *persons: Person) -> Application:
    return entries.enter(call=call, wishes=[pool], persons=persons, by=HOUSE, at=NOW)


def test_party_is_found_gathered_and_entered(cast: Cast, as_staff: As) -> None:
    (call, pool), others, client = a_call(cast.yongchuan), two_more(cast), as_staff(cast.officer)
    address = f"/staff/calls/{call.public_id}/enter/"
    assert "替职工报名" in client.get(f"/staff/calls/{call.public_id}/").content.decode()
    found = client.get(address, {"q": "王大伟"}).content.decode()
    assert f"with={others[0].public_id}" in found
    both = [one.public_id for one in others]
    page = client.get(address, {"with": both, "q": "王小妹"}).content.decode()
    assert ("2人，最多3人" in page, "已加入" in page) == (True, True)
    said = {"with": both, "wish0": pool.public_id, "wish1": "", "key": "k1"}
    assert client.post(address, said).status_code == 302
    assert client.post(address, said).status_code == 302  # sent once more
    made = Application.objects.get()
    assert (made.size, [row.person for row in made.applicants.order_by("pk")]) == (2, others)
    assert "王*伟、王*妹" in client.get(f"/staff/calls/{call.public_id}/entries/").content.decode()


def test_party_that_cannot_be_is_refused_and_nothing_typed_is_lost(cast: Cast, as_staff: As) -> None:
    (call, pool), others, client = a_call(cast.yongchuan), two_more(cast), as_staff(cast.officer)
    enter(call, pool, others[0])
    address, ids = f"/staff/calls/{call.public_id}/enter/", [one.public_id for one in [*others, cast.wang.person]]
    taken = client.post(address, {"with": ids, "wish0": pool.public_id})
    assert (taken.status_code, "王*伟在这一次里已经报过" in taken.content.decode()) == (422, True)
    assert all(f'name="with" value="{one}"' in taken.content.decode() for one in ids)
    many = client.post(
        address, {"with": [*ids[1:], cast.li.person.public_id, cast.zhang.person.public_id], "wish0": pool.public_id}
    )
    assert (many.status_code, "最多3人一起报" in many.content.decode()) == (422, True)
    nobody = client.post(address, {"wish0": pool.public_id})
    assert (nobody.status_code, "请写明谁来参加" in nobody.content.decode()) == (422, True)
    short = client.get(address, {"q": "1"})
    assert (short.status_code, "请输入姓名中的一个字以上" in short.content.decode()) == (422, True)
    assert Application.objects.count() == 1


def test_whom_one_does_not_act_for_is_not_entered(cast: Cast, as_staff: As) -> None:
    (call, pool), client = a_call(cast.yongchuan), as_staff(cast.officer)
    answer = client.post(
        f"/staff/calls/{call.public_id}/enter/", {"with": [cast.lin.person.public_id], "wish0": pool.public_id}
    )
    assert answer.status_code == 422
    assert Applicant.objects.count() == 0
    assert as_staff(cast.sibling_officer).get(f"/staff/calls/{call.public_id}/enter/").status_code == 404


def test_party_by_arrival_is_entered_whole_or_not_at_all(cast: Cast, as_staff: As) -> None:
    quick = calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多。", party_most=3)
    call, pool = a_call(cast.yongchuan, quick)
    with writing():
        Pool.objects.filter(pk=pool.pk).update(units=3)  # one of them is kept
    others, client = two_more(cast), as_staff(cast.officer)
    address, ids = f"/staff/calls/{call.public_id}/enter/", [one.public_id for one in [*others, cast.wang.person]]
    full = client.post(address, {"with": ids, "wish0": pool.public_id})
    assert (full.status_code, "只剩0个名额" in full.content.decode()) == (422, True)
    assert Application.objects.count() == 0
    assert client.post(address, {"with": ids[:2], "wish0": pool.public_id}).status_code == 302
    assert (Application.objects.get().state, Pool.objects.get().taken) == ("granted", 2)


def test_groups_are_marked_one_by_one_and_for_many(cast: Cast, as_staff: As) -> None:
    (call, pool), client = a_call(cast.yongchuan), as_staff(cast.officer)
    rows = [enter(call, pool, person) for person in two_more(cast)]
    one = f"/staff/calls/{call.public_id}/entries/{rows[0].public_id}/mark/"
    missing = client.post(one, {"groups": ["劳模"], "reason": ""})
    assert (missing.status_code, 'value="劳模"' in missing.content.decode()) == (422, True)
    assert client.post(one, {"groups": ["劳模"], "reason": "凭证书"}).status_code == 302
    many = f"/staff/calls/{call.public_id}/entries/mark/"
    said = {"application": [row.public_id for row in rows], "group": "劳模", "into": "in", "why": ""}
    kept = client.post(many, said).content.decode()
    assert ("请写凭什么标" in kept, kept.count("checked")) == (True, 2)
    assert client.post(many, said | {"why": "凭证书"}, follow=True).content.decode().count("已标上1份") == 1
    assert set(Application.objects.values_list("groups", flat=True)) == {"劳模"}
    assert client.post(many, said | {"why": "弄错了", "into": "out"}).status_code == 302
    assert set(Application.objects.values_list("groups", flat=True)) == {""}
    assert as_staff(cast.sibling_officer).post(many, said).status_code == 404


def test_frozen_list_takes_no_marks_and_shows_no_boxes(cast: Cast, as_staff: As) -> None:
    (call, pool), client = a_call(cast.yongchuan), as_staff(cast.officer)
    mine = enter(call, pool, cast.wang.person)
    listed = f"/staff/calls/{call.public_id}/entries/"
    assert "checkbox" in client.get(listed).content.decode()
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    assert "checkbox" not in client.get(listed).content.decode()
    late = client.post(f"{listed}{mine.public_id}/mark/", {"groups": ["劳模"], "reason": "凭证书"})
    assert (late.status_code, "名单已经封存" in late.content.decode()) == (422, True)


def test_chances_are_shown_before_they_are_written(cast: Cast, as_staff: As) -> None:
    before, pool = a_call(cast.yongchuan)
    lost, won = enter(before, pool, cast.wang.person), enter(before, pool, *two_more(cast), cast.li.person)
    with writing():
        Pool.objects.filter(pk=pool.pk).update(units=3)
    allocations.settle(call=before, orders={pool.pk: [str(won.ticket), str(lost.ticket)]}, by=HOUSE, at=CLOSES)
    with writing():
        Call.objects.filter(pk=before.pk).update(settled_at=NOW - timedelta(days=1))
    call, other = a_call(cast.yongchuan)
    mine, client = enter(call, other, cast.wang.person), as_staff(cast.officer)
    new = enter(call, other, cast.li.person)
    address = f"/staff/calls/{call.public_id}/weights/"
    looked = client.get(address).content.decode()
    assert ("1份报名的机会数会变" in looked, "看了1次以前的抽签" in looked) == (True, True)
    assert Application.objects.get(pk=mine.pk).weight == 1
    assert client.post(address).status_code == 302
    assert Application.objects.get(pk=mine.pk).weight == 2
    assert "和办法一致" in client.get(address).content.decode()
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    late = client.post(address)
    assert (late.status_code, "已经封存" in late.content.decode()) == (422, True)
    allocations.settle(call=call, orders={other.pk: [str(mine.ticket), str(new.ticket)]}, by=HOUSE, at=CLOSES)
    after = client.get(address).content.decode()  # what was published stands, though nobody waits for a result
    assert (f"{mine.ticket}"[:12] in after, "2次机会" in after, "没有人在以前" in after) == (True, True, False)


def test_offer_is_named_as_staff_read_it(cast: Cast, as_staff: As) -> None:
    slow = calls.Manner(policy=Policy.DRAW, result_at=CLOSES, accept_hours=24)
    (call, pool), client = a_call(cast.yongchuan, slow), as_staff(cast.officer)
    mine = enter(call, pool, cast.wang.person)
    allocations.settle(call=call, orders={pool.pk: [str(mine.ticket)]}, by=HOUSE, at=CLOSES)
    page = client.get(f"/staff/calls/{call.public_id}/entries/").content.decode()
    assert ("等本人确认" in page, "等您确认" in page) == (True, False)


def test_reserves_are_fixed_once_somebody_came_by_order_of_arrival(cast: Cast, as_staff: As) -> None:
    quick = calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多。")
    (call, pool), client = a_call(cast.yongchuan, quick), as_staff(cast.officer)
    address = f"/staff/calls/{call.public_id}/"
    before = client.get(address).content.decode()
    assert ("预留给一组" in before, "不再预留" in before, "等结果的报名" in before) == (True, True, False)
    applications.apply(pool=pool, person=cast.wang.person, by=HOUSE, at=NOW)
    after = client.get(address).content.decode()
    assert ("预留给一组" in after, "不再预留" in after) == (False, False)


def test_list_takes_as_many_queries_for_three_as_for_one(cast: Cast, as_staff: As) -> None:
    (call, pool), client, counts = a_call(cast.yongchuan), as_staff(cast.officer), []
    for person in [cast.wang.person, *two_more(cast)]:
        enter(call, pool, person)
        for page in ("entries", "weights", "enter"):
            address = f"/staff/calls/{call.public_id}/{page}/"
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append((page, len(captured)))
    assert counts[:3] == counts[-3:]
