"""重复登记 and 窗口核验 as staff see them."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, a_phone
from tests.factories.likenesses import again, pair_of, twice

from tongxin.people.models import Account, Likeness, Merge, Person
from tongxin.people.powers import Power

SENT: list[str] = []


class Gateway:
    def send(self, phone: str, text: str, *, at: datetime) -> None:  # noqa: ARG002
        SENT.append(text)


def text(answer) -> str:
    return answer.content.decode()


def test_the_list_masks_names_and_says_why(cast: Cast, as_staff) -> None:
    _other, pair = twice(cast)
    shown = text(as_staff(cast.cadre).get("/staff/likenesses/"))
    assert "王*华 和 王*华" in shown
    assert "出示了另一份登记的证件" in shown
    assert f"/staff/likenesses/{pair.public_id}/" in shown
    assert "没有待判断的登记" in text(as_staff(cast.sibling_cadre).get("/staff/likenesses/"))


def test_both_stand_side_by_side_masked_and_become_one(cast: Cast, as_staff) -> None:
    other, pair = twice(cast)
    desk = as_staff(cast.cadre)
    address = f"/staff/likenesses/{pair.public_id}/"
    shown = text(desk.get(address))
    assert cast.wang.person.document_text() not in shown
    assert "哪一个会籍继续有效" in shown
    missing = desk.post(address, {"kept": cast.wang.person.public_id})
    assert missing.status_code == 422
    answer = desk.post(
        address,
        {
            "kept": cast.wang.person.public_id,
            "membership": cast.wang.person.memberships.get().public_id,
            "account": cast.wang.account.pk,
        },
    )
    merge = Merge.objects.get()
    assert answer["Location"] == f"/staff/merges/{merge.public_id}/"
    assert Person.objects.get(pk=other.person.pk).merged_into_id == cast.wang.person.pk
    assert "合并过的登记" in text(desk.get(f"/staff/people/{cast.wang.person.public_id}/"))
    assert desk.get(f"/staff/people/{other.person.public_id}/").status_code == 404
    assert desk.post(answer["Location"], {"why": ""}).status_code == 422
    assert "已撤销" in text(desk.post(answer["Location"], {"why": "看错了"}))
    assert Person.objects.get(pk=other.person.pk).merged_into_id is None


def test_different_is_remembered_and_the_next_decider_reads_so(cast: Cast, as_staff) -> None:
    _other, pair = twice(cast)
    desk = as_staff(cast.cadre)
    assert desk.post(f"/staff/likenesses/{pair.public_id}/different/", {"why": "堂兄弟"}).status_code == 302
    assert Likeness.objects.get(pk=pair.pk).state == "different"
    assert "已经判断过" in text(desk.get(f"/staff/likenesses/{pair.public_id}/"))


@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("sibling_cadre", 404), ("admin", 200)])
def test_a_pair_is_seen_by_those_who_decide_about_it(cast: Cast, as_staff, who: str, status: int) -> None:
    _other, pair = twice(cast)
    assert as_staff(getattr(cast, who)).get(f"/staff/likenesses/{pair.public_id}/").status_code == status


def test_the_window_finds_by_name_and_number_and_verifies(cast: Cast, as_staff) -> None:
    desk = as_staff(cast.clerk)
    person = cast.wang.person
    assert desk.post("/staff/window/", {"name": "王小华", "number": a_phone()}).status_code == 422
    found = desk.post("/staff/window/", {"name": "王小华", "number": person.document_text()})
    address = f"/staff/people/{person.public_id}/check/"
    assert found["Location"] == address
    typed = {"way": "paper", "name": "王小华", "kind": "resident_id", "number": person.document_text()}
    wrong = desk.post(address, typed | {"name": "王大华"})
    assert (wrong.status_code, "不一样" in text(wrong)) == (422, True)
    assert desk.post(address, typed).status_code == 302
    assert Person.objects.get(pk=person.pk).assurance == 3
    assert "窗口对照证件录入核验" in text(desk.get(address))


def test_the_window_serves_a_declared_person_of_its_province_and_nobody_of_another_county(cast: Cast, as_staff) -> None:
    desk = as_staff(cast.clerk)
    loose = again(cast.factory, "周海", phone="19933330000")
    Person.objects.get(pk=loose.person.pk).memberships.all()
    from tongxin.people.actions import memberships

    memberships.end(
        membership=loose.person.memberships.get(), on=cast.admin.actor.on, reason="left", by=cast.admin.actor, at=_now()
    )
    found = desk.post("/staff/window/", {"name": "周海", "number": "19933330000"})
    assert found["Location"] == f"/staff/people/{loose.person.public_id}/check/"
    gao = cast.gao.person
    assert desk.post("/staff/window/", {"name": "高松", "number": gao.document_text()}).status_code == 422
    assert desk.get(f"/staff/people/{gao.public_id}/check/").status_code == 404
    assert not Person.objects.within(cast.clerk.actor, Power.VERIFY_PEOPLE).filter(pk=gao.pk).exists()


def _now() -> datetime:
    from tests.cast import NOW

    return NOW


def test_the_window_gives_a_lost_number_back(cast: Cast, as_staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.web.staff.window.sender", Gateway)
    desk: Client = as_staff(cast.clerk)
    person = cast.li.person
    address = f"/staff/people/{person.public_id}/phone/"
    typed = {"name": "李建国", "kind": "resident_id", "number": person.document_text(), "phone": a_phone()}
    assert desk.post(address, typed | {"step": "change", "code": "123456"}).status_code == 422
    assert "请本人读给您听" in text(desk.post(address, typed | {"step": "send"}))
    code = re.search(r"验证码(\d{6})", SENT[-1])[1]
    assert desk.post(address, typed | {"step": "change", "code": code}).status_code == 302
    assert Account.objects.get(person=person).phone.open() == f"+86{typed['phone']}"


def test_both_histories_stay_readable_through_merge_and_undo(cast: Cast, as_staff) -> None:
    other, pair = twice(cast)
    clerk = as_staff(cast.clerk)
    typed = {"way": "paper", "name": "王小华", "kind": "resident_id", "number": cast.wang.person.document_text()}
    assert clerk.post(f"/staff/people/{cast.wang.person.public_id}/check/", typed).status_code == 302
    desk = as_staff(cast.cadre)
    body = {
        "kept": other.person.public_id, "membership": other.person.memberships.get().public_id, "account": other.account.pk,
    }  # fmt: skip
    address = desk.post(f"/staff/likenesses/{pair.public_id}/", body)["Location"]

    def boxes() -> list[list[str]]:
        found = text(desk.get(address)).split('<section class="s-box">')
        return [re.findall(r'<li class="mb-1">([^<]+)</li>', box) for box in found[1:3]]

    stay = f"2018年1月1日起，{cast.factory.name}会员"
    kept, gone = [stay, "2024年3月28日，登记"], [stay, "2024年3月28日，登记", "2024年3月28日，窗口对照证件录入核验"]
    assert boxes() == [kept, gone]
    desk.post(address, {"why": "看错了"})
    assert boxes() == [kept, gone]


def test_lists_ask_as_often_for_many_pairs(cast: Cast, as_staff) -> None:
    desk = as_staff(cast.admin)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get("/staff/likenesses/").status_code == 200
        return len(captured)

    def one_more(name: str) -> None:
        pair_of(again(cast.factory, name).person, again(cast.factory, name).person)

    one_more("甲一")
    before = asked()
    one_more("乙二")
    one_more("丙三")
    assert asked() == before
