"""Staff's pages about people: what each role meets there, and what they leave behind."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast, Player, an_id, worker
from tests.factories.activities import at, fresh, school, sign_up

from tongxin.activities.actions import endings
from tongxin.people.models import Disclosure, Membership, Person
from tongxin.unions.actions import agreements

AsStaff = Callable[[Player], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


def body(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, **headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def of(player: Player, what: str = "") -> str:
    return f"/staff/people/{player.person.public_id}/{what}"


def test_the_list_masks_names_and_numbers_and_stays_within_reach(cast: Cast, as_staff: AsStaff) -> None:
    page = body(as_staff(cast.cadre), "/staff/people/")
    number = cast.wang.person.document_text()
    assert "王*华" in page
    assert "王小华" not in page
    assert f"{number[:3]}***********{number[-4:]}" in page
    assert number not in page
    assert "张*" not in page
    assert "共3人" in page


def test_a_class_that_is_over_is_not_one_that_someone_attends(cast: Cast, as_staff: AsStaff) -> None:
    cohort, page = school(cast).cohort(session_count=2), of(cast.wang)
    sign_up(cohort, cast.wang)
    officer = as_staff(cast.officer)
    assert 'dot">在册</span>' in body(officer, page)
    endings.finish(cohort=fresh(cohort), by=HOUSE, at=at(4, 9, 20, 30))
    assert 'dot">在册</span>' not in body(officer, page)
    assert "已结课" in body(officer, page)


def test_the_search_part_equals_the_search_page(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    part = body(client, "/staff/people/?q=wxh", **HTMX)
    page = body(client, "/staff/people/?q=wxh")
    assert "<html" not in part
    table = part[part.index("<table") : part.index("</table>")]
    assert table in page
    assert "王*华" in table


def test_a_text_too_short_is_answered_in_words(cast: Cast, as_staff: AsStaff) -> None:
    answer = as_staff(cast.cadre).get("/staff/people/?q=w")
    assert answer.status_code == 422
    assert "请输入姓名中的一个字以上" in answer.content.decode()


def test_pages_of_the_list_follow_each_other(cast: Cast, as_staff: AsStaff) -> None:
    for number in range(60):
        worker(cast.factory, f"赵{chr(0x4E00 + number)}", phone=False)
    client = as_staff(cast.cadre)
    first = body(client, "/staff/people/")
    after = first.split("after=")[1].split('"')[0]
    second = body(client, f"/staff/people/?after={after}")
    assert first.count("<tr ") == 51
    assert second.count("<tr ") == 14
    assert "回第一页" in second


def test_a_record_is_404_outside_reach_whoever_guesses_its_id(cast: Cast, as_staff: AsStaff) -> None:
    for who in (cast.sibling_cadre, cast.jinjiang_cadre, cast.jinjiang_admin):
        client = as_staff(who)
        for what in ("", "edit/", "move/", "end/"):
            assert client.get(of(cast.wang, what)).status_code == 404, (who.person.name, what)
        assert client.post(of(cast.wang, "reveal/"), {"field": "document", "purpose": "核对登记表"}).status_code == 404
        assert client.post(of(cast.wang, "claim/")).status_code == 404
    assert not Disclosure.objects.exists()


def test_roles_without_the_power_are_turned_away(cast: Cast, as_staff: AsStaff) -> None:
    for who in (cast.teacher, cast.reader, cast.auditor, cast.operator):
        assert as_staff(who).get("/staff/people/").status_code == 403
    client = as_staff(cast.officer)
    assert client.get(of(cast.wang)).status_code == 200
    assert client.get(of(cast.wang, "edit/")).status_code == 403
    assert client.post(of(cast.wang, "reveal/"), {"field": "document", "purpose": "核对登记表"}).status_code == 403


def test_the_record_shows_the_name_and_masks_the_numbers(cast: Cast, as_staff: AsStaff) -> None:
    page = body(as_staff(cast.cadre), of(cast.wang))
    assert "王小华" in page
    assert cast.wang.person.document_text() not in page
    assert "永川同心机械厂" in page
    assert "还没有人看过" in page


def test_reveal_is_a_post_with_a_purpose_and_the_page_says_who_looked(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    assert client.get(of(cast.wang, "reveal/")).status_code == 405
    answer = client.post(of(cast.wang, "reveal/"), {"field": "document", "purpose": ""})
    assert answer.status_code == 422
    assert "请写明查看的用途" in answer.content.decode()
    answer = client.post(of(cast.wang, "reveal/"), {"field": "document", "purpose": "核对入会申请表"})
    assert cast.wang.person.document_text() in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    page = body(client, of(cast.wang))
    assert cast.wang.person.document_text() not in page
    assert "核对入会申请表" in page


def test_reveal_by_htmx_returns_the_part(cast: Cast, as_staff: AsStaff) -> None:
    answer = as_staff(cast.cadre).post(of(cast.wang, "reveal/"), {"field": "phone", "purpose": "通知停课"}, **HTMX)
    text = answer.content.decode()
    assert cast.wang.person.phone_text().removeprefix("+86") in text
    assert "<html" not in text


def test_a_worker_without_phone_is_registered_and_given_a_claim_code(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    assert "永川同心机械厂工会" in body(client, "/staff/people/new/")
    answer = client.post(
        "/staff/people/new/",
        {
            "union": cast.factory.public_id,
            "name": "田禾",
            "document_kind": "resident_id",
            "document": an_id(),
            "phone": "",
            "sex": "",
            "gig_group": "",
            "employer": "",
            "occupation": "",
            "joined_on": "2024-03-01",
        },
    )
    person = Person.objects.get(name="田禾")
    assert answer.headers["Location"] == f"/staff/people/{person.public_id}/"
    page = client.post(f"/staff/people/{person.public_id}/claim/").content.decode()
    assert "认领码" in page
    assert "14天内有效" in page


def test_a_wrong_number_is_said_at_its_field_and_what_was_typed_stays(cast: Cast, as_staff: AsStaff) -> None:
    answer = as_staff(cast.cadre).post(
        "/staff/people/new/",
        {
            "union": cast.factory.public_id,
            "name": "田禾",
            "document_kind": "resident_id",
            "document": "50011819900101001",
            "joined_on": "2024-03-01",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "身份证号只有17位，少1位" in page
    assert 'href="#id_document"' in page
    assert 'value="田禾"' in page
    assert "<title>错误：" in page


def test_a_union_outside_reach_is_not_taken_from_the_form(cast: Cast, as_staff: AsStaff) -> None:
    answer = as_staff(cast.cadre).post(
        "/staff/people/new/",
        {
            "union": cast.riders.public_id,
            "name": "田禾",
            "document_kind": "resident_id",
            "joined_on": "2024-03-01",
        },
    )
    assert answer.status_code == 422
    assert not Person.objects.filter(name="田禾").exists()


def test_an_edit_leaves_numbers_that_were_left_empty(cast: Cast, as_staff: AsStaff) -> None:
    number = cast.wang.person.document_text()
    client = as_staff(cast.cadre)
    assert number not in body(client, of(cast.wang, "edit/"))
    answer = client.post(
        of(cast.wang, "edit/"),
        {
            "name": "王晓华",
            "document_kind": "resident_id",
            "document": "",
            "phone": "",
            "sex": "2",
            "gig_group": "",
            "employer": "永川同心机械厂",
            "occupation": "车工",
        },
    )
    assert answer.status_code == 302
    person = Person.objects.get(pk=cast.wang.person.pk)
    assert (person.name, person.document_text(), person.occupation, person.sex) == ("王晓华", number, "车工", "2")
    assert person.phone is not None


def test_a_membership_moves_and_whoever_let_go_no_longer_sees(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    answer = client.post(of(cast.wang, "move/"), {"to_union": "500118-J2", "on": "2024-03-01", "consented_on": ""})
    assert answer.headers["Location"] == "/staff/people/"
    assert Membership.objects.get(person=cast.wang.person, ends=None).union == cast.riders
    assert client.get(of(cast.wang)).status_code == 404
    page = body(as_staff(cast.admin), of(cast.wang))
    assert "永川区外卖配送行业工会联合会" in page
    assert "2024年2月29日" in page


def test_ending_a_membership_says_why(cast: Cast, as_staff: AsStaff) -> None:
    answer = as_staff(cast.cadre).post(of(cast.li, "end/"), {"on": "2024-03-01", "reason": "left"})
    assert answer.status_code == 302
    row = Membership.objects.get(person=cast.li.person)
    assert (row.starts, str(row.ends), row.end_reason) == (SINCE, "2024-03-01", "left")


def test_a_record_that_is_only_found_has_no_link(cast: Cast, as_staff: AsStaff) -> None:
    """An agreement opens finding, not seeing."""
    offer = agreements.Offer(giver=cast.jinjiang_shop, taker=cast.factory, scope="find", power="find_people")
    agreement = agreements.propose(
        keeper=cast.factory,
        name="协查协议",
        parties=[cast.jinjiang_shop],
        offers=[offer],
        starts=TODAY,
        ends=None,
        by=HOUSE,
        at=NOW,
    )
    for union in (cast.factory, cast.jinjiang_shop):
        agreements.sign(agreement=agreement, union=union, by=HOUSE, at=NOW)
    client = as_staff(cast.cadre)
    page = body(client, "/staff/people/?q=林蓉")
    assert "林*" in page
    assert cast.lin.person.public_id not in page
    assert client.get(of(cast.lin)).status_code == 404


@pytest.mark.parametrize("address", ["/staff/people/", "/staff/people/?q=王"])
def test_lists_take_as_many_queries_for_three_rows_as_for_one(cast: Cast, as_staff: AsStaff, address: str) -> None:
    def queries(client: Client) -> int:
        with CaptureQueriesContext(connection) as seen:
            body(client, address)
        return len(seen)

    client = as_staff(cast.cadre)
    one = queries(client)
    for name in ("王一", "王二", "王三"):
        worker(cast.factory, name)
    assert queries(client) == one
