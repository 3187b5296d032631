"""入会申请 at the desk: what is due first, one application with what helps to decide, yes and no."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, TODAY, Cast, Player, an_id
from tests.factories.likenesses import again
from tests.web.conftest import Clock
from tests.web.staff.joining_things import a_picture, applied

from tongxin.people.actions import joining, union_endings
from tongxin.people.likeness import near_numbers
from tongxin.people.models import JoinApplication, Membership
from tongxin.records.actions.documents import path_of
from tongxin.records.models import Document

AsStaff = Callable[[Player], Client]


def text(answer) -> str:
    return answer.content.decode()


def main(answer) -> str:
    return text(answer).split("<main")[1]


def of(made: JoinApplication, what: str = "") -> str:
    return f"/staff/joining/{made.public_id}/{what}"


def test_the_list_masks_names_and_says_until_when_and_who(cast: Cast, as_staff: AsStaff) -> None:
    applied(cast.riders, "王骑手")
    shown = main(as_staff(cast.admin).get("/staff/joining/"))
    words = ("王*手", "外卖配送员", cast.riders.name, "行业的工会", "4月2日", "永川区总工会", "按表格成批入会")
    assert [word for word in words if word not in shown] == []
    assert "王骑手" not in shown
    assert "这里没有申请" in main(as_staff(cast.cadre).get("/staff/joining/"))


def test_what_is_overdue_is_marked_and_has_its_own_list(cast: Cast, as_staff: AsStaff, clock: Clock) -> None:
    made = applied(cast.factory, "李四海")
    client = as_staff(cast.cadre)
    assert "李*海" not in main(client.get("/staff/joining/?show=overdue"))
    clock.now = made.due_at + timedelta(minutes=1)
    shown = main(as_staff(cast.cadre).get("/staff/joining/?show=overdue"))
    assert ("李*海" in shown, "已逾期" in shown) == (True, True)
    assert as_staff(cast.cadre).get("/staff/joining/?show=nonsense").status_code == 200


def test_yes_from_the_page_makes_a_member(cast: Cast, as_staff: AsStaff) -> None:
    made = applied(cast.factory)
    client = as_staff(cast.cadre)
    assert "本人填报" in text(client.get(of(made)))
    assert client.post(of(made, "accept/"))["Location"] == "/staff/joining/"
    assert Membership.objects.get(person=made.person).starts == TODAY
    again = client.post(of(made, "accept/"))
    assert again.status_code == 422
    assert "新骑手" not in main(client.get("/staff/joining/"))
    assert "新*手" in main(client.get("/staff/joining/?show=answered"))


def test_no_asks_for_the_reason_and_finds_where_else(cast: Cast, as_staff: AsStaff) -> None:
    made = applied(cast.factory)
    client = as_staff(cast.cadre)
    assert f"就向申请人推荐：{cast.zhongshan.name}" in text(client.get(of(made)))
    empty = client.post(of(made, "refuse/"), {"why_not": "", "elsewhere": ""})
    assert (empty.status_code, "请填写原因" in text(empty)) == (422, True)
    wrong = client.post(of(made, "refuse/"), {"why_not": "不在本厂", "elsewhere": "没有这个工会"})
    assert (wrong.status_code, "没有找到这个工会" in text(wrong), "不在本厂" in text(wrong)) == (422, True, True)
    same = client.post(of(made, "refuse/"), {"why_not": "不在本厂", "elsewhere": cast.factory.name})
    assert (same.status_code, "请另选一个" in text(same)) == (422, True)
    done = client.post(of(made, "refuse/"), {"why_not": "不在本厂", "elsewhere": cast.riders.name})
    made.refresh_from_db()
    assert (done.status_code, made.state, made.why, made.elsewhere) == (302, "refused", "不在本厂", cast.riders)


def test_a_picture_outlives_an_answer_that_was_rolled_back(cast: Cast) -> None:
    made = applied(cast.factory, photo=a_picture())
    file = path_of(Document.objects.get(pk=made.photo))
    with transaction.atomic():
        joining.accept(application=made, by=cast.cadre.actor, at=NOW)
        transaction.set_rollback(True)
    assert file.is_file()


def test_the_picture_is_for_who_decides_and_gone_with_the_answer(cast: Cast, as_staff: AsStaff) -> None:
    made = applied(cast.factory, photo=a_picture())
    client = as_staff(cast.cadre)
    seen = client.get(of(made, "photo/"))
    assert (seen["Content-Type"], seen.content[:3], "no-store" in seen["Cache-Control"]) == (
        "image/jpeg", b"\xff\xd8\xff", True,
    )  # fmt: skip
    assert as_staff(cast.sibling_cadre).get(of(made, "photo/")).status_code == 404
    client.post(of(made, "accept/"))
    assert client.get(of(made, "photo/")).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("sibling_cadre", 404), ("chief", 200), ("admin", 200)])
def test_an_application_is_seen_by_those_who_may_answer(cast: Cast, as_staff: AsStaff, who: str, status: int) -> None:
    assert as_staff(getattr(cast, who)).get(of(applied(cast.factory))).status_code == status


def test_who_may_be_registered_already_is_said_with_the_reason(cast: Cast, as_staff: AsStaff) -> None:
    assert "可能已经登记过" not in main(as_staff(cast.cadre).get(of(applied(cast.factory, "新人甲"))))
    number = an_id(date(1991, 2, 3))
    again(cast.factory, "新人乙", document=number)
    slipped = next(near for near in near_numbers(number) if near[6:14] == "19910203")
    shown = main(as_staff(cast.cadre).get(of(applied(cast.factory, "新人乙", document=slipped))))
    assert re.search("新\\*乙：身份证号只", shown)
    assert number not in shown


def test_a_union_that_ended_accepts_nobody_and_its_heir_does(cast: Cast, as_staff: AsStaff) -> None:
    made = applied(cast.riders)
    union_endings.merge(predecessors=[cast.riders], successor=cast.factory, on=TODAY, by=cast.admin.actor, at=NOW)
    client = as_staff(cast.admin)
    answer = client.post(of(made, "accept/"))
    assert (answer.status_code, "没办完的申请会转给接手的工会" in text(answer)) == (422, True)
    joining.escalate(application=made, on=TODAY, at=NOW)
    assert "原工会已撤销，转永川同心机械厂工会" in text(client.get(of(made)))
    assert client.post(of(made, "accept/")).status_code == 302
    assert Membership.objects.get(person=made.person).union == cast.factory


def test_the_list_asks_as_often_for_many(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/staff/joining/").status_code == 200
        return len(captured)

    applied(cast.riders, "第一人")
    before = asked()
    for name in ("第二人", "第三人"):
        applied(cast.riders, name)
    assert asked() == before
