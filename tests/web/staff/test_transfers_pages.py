"""会籍转接 at a desk: both sides see it, each answers for itself, and a wrong paper tells nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, worker

from tongxin.people.actions import transfers
from tongxin.people.models import Membership, Transfer


def text(answer) -> str:
    return answer.content.decode()


def ask(cast: Cast, **more: object) -> Transfer:
    person = more.pop("person", cast.wang.person)
    return transfers.ask(person=person, to_union=cast.jiangjin_mill, by=cast.wang.actor, at=NOW, **more)


def test_each_side_answers_on_its_own_page_and_the_move_is_made(cast: Cast, as_staff) -> None:
    made = ask(cast, reason="换了单位")
    address, old, new = f"/staff/transfers/{made.public_id}/", as_staff(cast.cadre), as_staff(cast.sibling_cadre)
    shown = text(old.get(address))
    assert "同意转出" in shown
    assert "同意转入" not in shown
    assert cast.wang.person.document_text() not in shown
    assert "同意转入" in text(new.get(address))
    assert old.post(f"{address}answer/", {"side": "old", "yes": "1"})["Location"] == address
    assert new.post(f"{address}answer/", {"side": "new", "yes": "1"})["Location"] == address
    stay = Membership.objects.get(person=cast.wang.person, ends=None)
    assert (stay.union, stay.starts) == (cast.jiangjin_mill, NOW.date())
    shown = text(new.get(address))
    assert "完成转接" in shown
    assert "<dd>1次</dd>" in shown


def test_a_no_without_a_reason_is_refused(cast: Cast, as_staff) -> None:
    made = ask(cast)
    desk, address = as_staff(cast.sibling_cadre), f"/staff/transfers/{made.public_id}/answer/"
    answer = desk.post(address, {"side": "new", "yes": "0", "why": " "})
    assert (answer.status_code, "请写明不同意的原因" in text(answer)) == (422, True)
    assert desk.post(address, {"side": "new", "yes": "0", "why": "还没有到岗"}).status_code == 302
    assert "还没有到岗" in text(desk.get(f"/staff/transfers/{made.public_id}/"))
    assert desk.post(address, {"side": "middle", "yes": "1"}).status_code == 422


def test_whoever_stands_on_neither_side_finds_nothing(cast: Cast, as_staff) -> None:
    made = ask(cast)
    desk = as_staff(cast.jinjiang_cadre)
    assert desk.get(f"/staff/transfers/{made.public_id}/").status_code == 404
    assert desk.post(f"/staff/transfers/{made.public_id}/answer/", {"side": "new", "yes": "1"}).status_code == 404
    assert made.public_id not in text(desk.get("/staff/transfers/"))


def test_a_union_asks_by_the_paper_that_it_was_shown(cast: Cast, as_staff) -> None:
    desk = as_staff(cast.sibling_cadre)
    paper = {
        "name": "王小华",
        "number": cast.wang.person.document_text(),
        "to_union": "江津米业公司工会",
        "reason": "到岗",
    }
    made = desk.post("/staff/transfers/new/", paper)
    one = Transfer.objects.get()
    assert (made["Location"], one.asker, one.new_answer) == (f"/staff/transfers/{one.public_id}/", "new_union", "yes")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "李建国", "没有找到姓名和证件号码都一致的登记"),
        ("number", "510229199001019999", "没有找到姓名和证件号码都一致的登记"),
        ("to_union", "没有的工会", "没有找到转入的工会"),
        ("to_union", "永川同心机械厂工会", "会籍已经在这个工会"),
    ],
)
def test_someone_else_s_number_is_refused_and_what_was_typed_stays(
    cast: Cast, as_staff, field: str, typed: str, said: str
) -> None:
    paper = {"name": "王小华", "number": cast.wang.person.document_text(), "to_union": "江津米业公司工会"}
    answer = as_staff(cast.sibling_cadre).post("/staff/transfers/new/", paper | {field: typed})
    assert (answer.status_code, said in text(answer), typed in text(answer)) == (422, True, True)
    assert Transfer.objects.count() == 0


def test_two_unions_claim_one_worker_and_the_second_reads_why_not(cast: Cast, as_staff) -> None:
    paper = {"name": "王小华", "number": cast.wang.person.document_text()}
    first = as_staff(cast.sibling_cadre).post("/staff/transfers/new/", paper | {"to_union": "江津米业公司工会"})
    second = as_staff(cast.jinjiang_cadre).post("/staff/transfers/new/", paper | {"to_union": "锦江百货商场工会"})
    assert (first.status_code, second.status_code) == (302, 422)
    assert "已经有一份转到江津米业公司工会的申请在办理" in text(second)


def test_who_asked_takes_it_back(cast: Cast, as_staff) -> None:
    made = transfers.ask(person=cast.wang.person, to_union=cast.jiangjin_mill, by=cast.sibling_cadre.actor, at=NOW)
    address = f"/staff/transfers/{made.public_id}/withdraw/"
    assert as_staff(cast.cadre).post(address).status_code == 422
    assert as_staff(cast.sibling_cadre).post(address).status_code == 302
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_the_list_asks_the_database_no_more_for_three_than_for_one(cast: Cast, as_staff) -> None:
    ask(cast)
    desk = as_staff(cast.sibling_cadre)
    desk.get("/staff/transfers/")
    counts = []
    for more in (0, 2):
        for number in range(more):
            one = worker(cast.factory, f"转接{number}", login=f"mover-{number}")
            transfers.ask(person=one.person, to_union=cast.jiangjin_mill, by=one.actor, at=NOW)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown = text(desk.get("/staff/transfers/"))
        counts.append((len(queries), shown.count("/staff/transfers/") - shown.count("/staff/transfers/new/")))
    assert counts[0][0] == counts[1][0]
    assert counts[1][1] - counts[0][1] == 2
