"""Staff's pages about unions, posts, reasons and the journal."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, TODAY, Cast, Player

from tongxin.people.actions import disclosures
from tongxin.people.models import Appointment
from tongxin.people.powers import Power
from tongxin.people.roles import RoleName, matrix
from tongxin.unions import queries
from tongxin.unions.actions import names, tree
from tongxin.unions.models import Union

AsStaff = Callable[[Player], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}
EVERYONE = ["admin", "officer", "teacher", "cadre", "reader", "auditor", "operator"]


def body(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, **headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def of(union: Union, what: str = "") -> str:
    return f"/staff/unions/{union.public_id}/{what}"


@pytest.mark.parametrize("who", ["admin", "officer", "cadre", "reader", "auditor", "operator"])
def test_the_tree_begins_at_the_actors_own_posts(cast: Cast, as_staff: AsStaff, who: str) -> None:
    player = getattr(cast, who)
    post = Appointment.objects.get(person=player.person)
    page = body(as_staff(player), "/staff/unions/")
    assert post.union.name in page.split("<main")[1]


def test_a_branch_opens_with_its_children_of_the_day(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.chief)
    tree.move(union=cast.zhongshan, parent=cast.jiangjin, on=TODAY, by=HOUSE, at=NOW)
    today = body(client, of(cast.yongchuan, "children/"), **HTMX)
    before = body(client, of(cast.yongchuan, "children/?on=2024-03-27"), **HTMX)
    assert "中山路街道总工会" not in today
    assert "中山路街道总工会" in before
    assert "<html" not in today
    assert "中山路街道总工会" in body(client, of(cast.yongchuan, "?on=2024-03-27"))


def test_a_unions_page_tells_its_history(cast: Cast, as_staff: AsStaff) -> None:
    names.rename(union=cast.factory, name="永川同心智造工会", on=TODAY, by=HOUSE, at=NOW, source="永工发〔2024〕1号")
    client = as_staff(cast.cadre)
    page = body(client, of(cast.factory))
    assert '<h1 class="s-h1">永川同心智造工会' in page
    assert "永川同心机械厂工会" in page
    assert "永工发〔2024〕1号" in page
    assert '<h1 class="s-h1">永川同心机械厂工会' in body(client, of(cast.factory, "?on=2024-03-27"))
    assert "这一天还没有成立" in body(client, of(cast.factory, "?on=2010-01-01"))


def test_unions_out_of_reach_are_404(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    for union in (cast.jiangjin, cast.chongqing, cast.jinjiang, cast.jinjiang_shop):
        for what in ("", "children/", "found/", "rename/", "move/"):
            assert client.get(of(union, what)).status_code == 404, (union.name, what)
    assert as_staff(cast.officer).get(of(cast.factory, "rename/")).status_code == 403


def test_a_union_is_founded_renamed_and_moved_by_form(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    given = {
        "name": "永川新厂工会",
        "kind": "grassroots_union",
        "level": "6",
        "code": "500118-J9",
        "uscc": "",
        "founded_on": "2024-03-01",
    }
    assert client.post(of(cast.zhongshan, "found/"), {**given, "code": "500118"}).status_code == 422
    assert client.post(of(cast.zhongshan, "found/"), given).status_code == 302
    new = Union.objects.get(code="500118-J9")
    assert (
        client.post(of(new, "rename/"), {"name": "永川新新厂工会", "on": "2024-03-02", "source": ""}).status_code == 302
    )
    moved = client.post(of(new, "move/"), {"parent": cast.riders.public_id, "on": "2024-03-03", "source": ""})
    assert moved.status_code == 302
    assert queries.name_on(new, TODAY) == "永川新新厂工会"
    assert queries.parent_on(new, TODAY) == cast.riders
    answer = client.post(of(cast.riders, "move/"), {"parent": new.public_id, "on": "2024-03-04", "source": ""})
    assert answer.status_code == 422
    assert "新上级是它自己或它的下级" in answer.content.decode()


def test_search_finds_unions_in_reach_only(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    assert "永川同心机械厂工会" in body(client, "/staff/unions/?q=机械")
    assert "没有找到" in body(client, "/staff/unions/?q=江津")


def test_appointments_are_listed_made_and_ended(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    page = body(client, "/staff/appointments/")
    assert "郑惠" in page
    assert "江枫" not in page
    new = f"/staff/appointments/new/?person={cast.wang.person.public_id}"
    assert "王小华" in body(client, new)
    given = {"union": cast.factory.public_id, "role": "cadre", "starts": "2024-03-28", "last": "2025-03-27"}
    assert client.post(new, {**given, "last": "2024-03-01"}).status_code == 422
    assert client.post(new, given).status_code == 302
    post = Appointment.objects.get(person=cast.wang.person)
    assert (post.role, str(post.ends)) == ("cadre", "2025-03-28")
    assert client.post(f"/staff/appointments/{post.public_id}/end/").status_code == 302
    assert "王小华" in body(client, "/staff/appointments/?when=past")


def test_appointments_of_others_are_404_and_oneself_is_refused(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    post = Appointment.objects.get(person=cast.sibling_officer.person)
    assert client.post(f"/staff/appointments/{post.public_id}/end/").status_code == 404
    assert client.get(f"/staff/appointments/new/?person={cast.lin.person.public_id}").status_code == 404
    mine = f"/staff/appointments/new/?person={cast.admin.person.public_id}"
    answer = client.post(
        mine, {"union": cast.yongchuan.public_id, "role": "auditor", "starts": "2024-03-28", "last": "2025-01-01"}
    )
    assert answer.status_code == 422
    assert "不能任命自己" in answer.content.decode()


@pytest.mark.parametrize("who", EVERYONE)
def test_the_matrix_of_roles_is_the_table_of_the_checks(cast: Cast, as_staff: AsStaff, who: str) -> None:
    page = body(as_staff(getattr(cast, who)), "/staff/roles/")
    for power in Power:
        assert power.label in page
    cells = re.findall(r'<td class="tx-nw"[^>]*>本', page)
    assert len(cells) == len(matrix())
    assert all(role.label in page for role in RoleName)


def test_why_names_everyone_with_the_power_and_their_reasons(cast: Cast, as_staff: AsStaff) -> None:
    page = body(as_staff(cast.auditor), f"/staff/why/?union={cast.factory.public_id}&power=see_people")
    for name in ("周永", "郑惠", "罗勤", "陈渝"):
        assert name in page, name
    for name in ("孟书", "江枫", "蒋锦", "何明"):
        assert name not in page, name
    assert "是永川区总工会的项目干事" in page
    assert "从永川区总工会算起" in page


def test_why_answers_for_a_day_and_for_one_person(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.auditor)
    later = TODAY + timedelta(days=400)
    assert "这一天没有人有这项权限" in body(client, f"/staff/why/?union=500118-J1&power=see_people&on={later}")
    page = body(client, f"/staff/why/?union=500118-J1&power=see_people&person={cast.officer.person.public_id}")
    assert "郑惠在永川同心机械厂工会" in page
    assert page.count("tx-tag-ok") == len([1 for role, _, _ in matrix() if role == "programme_officer"])


def test_why_stays_within_the_auditors_reach(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.auditor)
    assert "没有找到这个工会" in body(client, f"/staff/why/?union={cast.jiangjin.public_id}")
    stranger = cast.jinjiang_cadre.person
    assert stranger.name not in body(client, f"/staff/why/?union=500118&person={stranger.public_id}")
    assert as_staff(cast.officer).get("/staff/why/").status_code == 403


def test_the_journal_reads_as_sentences_and_stays_within_reach(cast: Cast, as_staff: AsStaff) -> None:
    disclosures.reveal(person=cast.wang.person, field="phone", purpose="通知停课", by=cast.cadre.actor, at=NOW)
    disclosures.reveal(person=cast.gao.person, field="phone", purpose="通知停课", by=cast.sibling_cadre.actor, at=NOW)
    client = as_staff(cast.auditor)
    page = body(client, "/staff/journal/?kind=person")
    assert "罗勤查看了完整号码" in page
    assert "吴江" not in page
    assert "字段：phone" in page
    assert "通知停课" not in page
    assert as_staff(cast.admin).get("/staff/journal/").status_code == 200
    assert as_staff(cast.cadre).get("/staff/journal/").status_code == 403


def test_the_journal_is_filtered_and_paged(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.auditor)
    first = body(client, "/staff/journal/?kind=person&union=500118")
    assert "登记了职工" in first
    assert "没有记录" in body(client, "/staff/journal/?kind=person&day=2020-01-01")
    assert "没有记录" in body(client, "/staff/journal/?kind=person&before=1")
    assert "没有找到这个工会" in body(client, "/staff/journal/?union=500116")
