"""A union's own pages by form: founding, committee, registers, files, workforce, changes, agreements."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, TODAY, Cast, Player

from tongxin.people.actions import committees
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.models import Committee, Membership
from tongxin.records.sheets.reading import read_sheets
from tongxin.records.sheets.writing import write_workbook
from tongxin.unions.models import Agreement, FoundingRequest, RegisterEntry, Union, UnionFile, WorkforceCount
from tongxin.web.staff.workforce_sheet import COLUMNS

AsStaff = Callable[[Player], Client]


def of(union: Union, what: str = "") -> str:
    return f"/staff/unions/{union.public_id}/{what}"


def text(answer) -> str:
    return answer.content.decode()


def asking(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "union": cast.factory.public_id, "parent": cast.zhongshan.public_id, "kind": "own", "name": "永川新厂工会",
        "sponsor": "永川新厂", "employer": "", "workers": "80", "members": "20", "reason": "职工要求", "answer": "",
    } | changes  # fmt: skip


def test_a_cadre_asks_answers_the_remark_and_the_admin_founds(cast: Cast, as_staff: AsStaff) -> None:
    cadre = as_staff(cast.cadre)
    answer = cadre.post("/staff/foundings/new/", asking(cast))
    assert answer.status_code == 422
    assert "会员不足25人" in text(answer)
    assert "《工会法》（2021年修正）第十一条" in text(answer)
    assert 'value="永川新厂工会"' in text(answer)
    assert cadre.post("/staff/foundings/new/", asking(cast, answer="没有单位可以联合")).status_code == 302
    made = FoundingRequest.objects.get()
    address = f"/staff/foundings/{made.public_id}/"
    assert "批准并建立" not in text(cadre.get(address))
    admin = as_staff(cast.admin)
    assert "500118001-N01" in text(admin.get(address))
    late = admin.post(
        f"{address}approve/", {"reply_number": "永工发7号", "founded_on": "2024-03-29", "code": "500118001-N01"}
    )
    assert (late.status_code, "成立日期不能晚于今天" in text(late)) == (422, True)
    admin.post(f"{address}approve/", {"reply_number": "永工发7号", "founded_on": "2024-03-20", "code": "500118001-N01"})
    made.refresh_from_db()
    assert (made.state, made.founded and made.founded.code) == ("approved", "500118001-N01")
    again = admin.post(f"{address}refuse/", {"why_not": "晚了"})
    assert again.status_code == 422
    assert "没有批准。原因" not in text(admin.get(address))


def test_a_committee_is_entered_by_names_and_a_short_meeting_is_asked_about(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    given = {
        "number": "3", "elected_on": "2024-03-20", "years": "3", "due": "60", "present": "39", "chair": "王小华",
        "vice_chair": "李建国\n查无此人", "member": "", "audit_chair": "", "women_chair": "",
    }  # fmt: skip
    answer = client.post(of(cast.factory, "committee/new/"), given)
    assert (answer.status_code, "没有找到“查无此人”" in text(answer)) == (422, True)
    given["vice_chair"] = "李建国"
    answer = client.post(of(cast.factory, "committee/new/"), given)
    assert (answer.status_code, "人数已经核对" in text(answer)) == (422, True)
    assert client.post(of(cast.factory, "committee/new/"), given | {"knowing": "on"}).status_code == 302
    page = text(client.get(of(cast.factory, "committee/")))
    assert [word for word in ("第3届", "王小华", "李建国") if word not in page] == []
    committee = Committee.objects.get()
    leave = of(cast.factory, f"committee/{committee.public_id}/leave/")
    gone = {"officer": f"{cast.wang.person.public_id}:chair", "on": "2024-03-25"}
    assert client.post(leave, gone).status_code == 302
    filled = {"person": "李建国", "office": "chair", "on": "2024-03-25"}
    assert client.post(of(cast.factory, f"committee/{committee.public_id}/fill/"), filled).status_code == 302
    assert client.post(leave, gone).status_code == 422


def test_elections_are_listed_for_help(cast: Cast, as_staff: AsStaff) -> None:
    election = Election(number=1, elected_on=date(2021, 3, 1), years=3)
    committees.elect(union=cast.factory, election=election, seats=[Seat(cast.wang.person, "chair")], by=HOUSE, at=NOW)
    client = as_staff(cast.admin)
    assert cast.factory.name in text(client.get("/staff/elections/"))
    assert cast.riders.name in text(client.get("/staff/elections/?show=none"))
    assert cast.factory.name not in text(client.get("/staff/elections/?show=due")).split("<main")[1]


def test_registers_and_files_by_form(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.cadre)
    upload = SimpleUploadedFile("合同<1>.pdf", b"%PDF-1.7 x", content_type="text/html")
    assert client.post(of(cast.factory, "files/"), {"title": "", "file": upload}).status_code == 302
    bad = client.post(of(cast.factory, "files/"), {"file": SimpleUploadedFile("x.html", b"<script>")})
    assert (bad.status_code, "只收PDF" in text(bad)) == (422, True)
    file = UnionFile.objects.get()
    given = client.get(of(cast.factory, f"files/{file.public_id}/"))
    assert given.content == b"%PDF-1.7 x"
    assert given["Content-Disposition"].startswith("attachment;")
    assert (given["Content-Type"], given["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    entered = {
        "register": "collective_contract", "title": "集体合同", "signed_on": "2024-03-01", "filed_on": "", "effective_on": "",
        "ends_on": "2024-02-01", "remind_days": "60", "note": "", "file": file.public_id,
    }  # fmt: skip
    wrong = client.post(of(cast.factory, "registers/new/"), entered)
    assert (wrong.status_code, "到期日要晚于签订日期" in text(wrong)) == (422, True)
    assert client.post(of(cast.factory, "registers/new/"), entered | {"ends_on": "2026-03-01"}).status_code == 302
    entry = RegisterEntry.objects.get()
    address = of(cast.factory, f"registers/{entry.public_id}/")
    assert "应在签订后10日内报送人社部门，已经过期" in text(client.get(of(cast.factory, "registers/")))
    fixed = {key: value for key, value in entered.items() if key != "register"}
    client.post(f"{address}correct/", fixed | {"ends_on": "2026-03-01", "filed_on": "2024-03-08"})
    assert "报送日期：空改为2024-03-08" in text(client.get(address))
    client.post(of(cast.factory, f"files/{file.public_id}/take-back/"))
    assert client.get(of(cast.factory, f"files/{file.public_id}/")).status_code == 422
    client.post(f"{address}close/", {"on": "2024-03-28", "why_ended": "登记错了"})
    assert "登记错了" in text(client.get(address))


def test_workforce_is_said_and_the_share_shows_its_source(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    said = {
        "group": "food_delivery_rider",
        "workers": "40",
        "source": "平台座谈",
        "as_of": "2024-03-01",
        "confidence": "unsure",
    }
    assert client.post(of(cast.riders, "workforce/new/"), said).status_code == 302
    assert client.post(of(cast.riders, "workforce/new/"), said | {"as_of": "2024-04-01"}).status_code == 422
    page = text(client.get(of(cast.riders, "coverage/")))
    shown = ("2.5%（1/40人）", "平台座谈", "截至2024年3月1日", "没有职工数，算不出")
    assert [word for word in shown if word not in page] == []
    assert re.findall(r'href="\?group=(\w+)"', page) == [
        "food_delivery_rider", "courier", "ride_hailing_driver", "truck_driver", "all",
    ]  # fmt: skip
    book = client.get(of(cast.riders, "coverage/sheet/"))
    rows = read_sheets(book.content).sheets[0].rows
    assert rows[1][1:6] == [cast.riders.name, "外卖配送员", 1.0, 40.0, "2.5%（1/40人）"]
    reader = as_staff(cast.reader)
    assert "登记职工数</a>" not in text(reader.get(of(cast.riders, "coverage/")))
    assert reader.get("/staff/coverage/")["Location"] == of(cast.yongchuan, "coverage/")


def test_unions_that_sleep_are_listed_by_code_with_the_last_day_of_each_reason(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    shown = text(client.get("/staff/sleeping/")).split("<main")[1]
    assert [name in shown for name in (cast.factory.name, cast.riders.name, cast.jiangjin_mill.name)] == [
        True, True, False,
    ]  # fmt: skip
    assert shown.index(cast.factory.name) < shown.index(cast.riders.name)
    assert ("不打分、不排名" in shown, shown.count("没有记录")) == (True, 6)
    election = Election(number=1, elected_on=date(2021, 1, 1), years=3)
    committees.elect(union=cast.factory, election=election, seats=[Seat(cast.wang.person, "chair")], by=HOUSE, at=NOW)
    shown = text(client.get("/staff/sleeping/")).split("<main")[1]
    assert (cast.factory.name in shown, cast.riders.name in shown) == (False, True)
    assert cast.factory.name in text(client.get("/staff/sleeping/?reason=roster")).split("<main")[1]
    assert as_staff(cast.clerk).get("/staff/sleeping/").status_code == 403


def test_a_sheet_of_counts_goes_in_whole_or_not_at_all(cast: Cast, as_staff: AsStaff) -> None:
    client, address = as_staff(cast.admin), of(cast.yongchuan, "workforce/sheet/")

    def sent(*rows: list[object]):
        body = write_workbook(COLUMNS, rows, title="职工数")  # type: ignore[arg-type]
        return client.post(address, {"file": SimpleUploadedFile("职工数.xlsx", body)})

    good = ["500118-J1", "", "全部职工", 80, "盘点", TODAY, "确定"]
    answer = sent(good, ["500116-J1", "", "全部职工", 9, "盘点", TODAY, ""])
    assert (answer.status_code, "第3行：没有找到这个工会代码" in text(answer)) == (422, True)
    assert "第3行：职工数请填" in text(sent(good, ["500118-J2", "", "快递员", 1.5, "盘点", TODAY, ""]))
    assert not WorkforceCount.objects.exists()
    assert sent(good, ["500118-J2", "", "外卖配送员", "1,200", "盘点", "2024年3月1日", ""]).status_code == 302
    assert sorted(WorkforceCount.objects.values_list("workers", flat=True)) == [80, 1200]
    template = read_sheets(client.get(of(cast.yongchuan, "workforce/template/")).content).sheets[0]
    assert [row[0] for row in template.rows[1:]] == ["500118", "500118001", "500118-J1", "500118-J2"]


def test_a_merger_shows_what_stands_there_and_moves_all(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    page = text(client.get(of(cast.riders, "merge/")))
    assert [word for word in ("2人", "会员的会籍转到并入的工会") if word not in page] == []
    given = {"successor": cast.factory.public_id, "on": "2024-03-20", "source": "永工发9号"}
    assert client.post(of(cast.riders, "merge/"), given).status_code == 422  # not sure yet
    refused = client.post(of(cast.riders, "dissolve/"), {"on": "2024-03-20", "sure": "on"})
    assert (refused.status_code, "还有2名会员" in text(refused)) == (422, True)
    assert client.post(of(cast.riders, "merge/"), given | {"sure": "on"}).status_code == 302
    assert Membership.objects.filter(union=cast.factory, ends=None, starts=date(2024, 3, 20)).count() == 2
    assert (
        client.post(of(cast.factory, "recode/"), {"code": "500118009", "system": "2", "on": "2024-03-20"}).status_code
        == 302
    )


def test_an_agreement_is_drafted_signed_by_each_and_ended(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    given = {"keeper": cast.yongchuan.public_id, "other": "锦江区总工会", "name": "互认课程", "starts": "2024-03-28", "ends": "",
             "ours": ["see_courses"], "theirs": [], "below": "on"}  # fmt: skip
    assert client.post("/staff/agreements/new/", given | {"ends": "2024-03-28"}).status_code == 422
    assert client.post("/staff/agreements/new/", given).status_code == 302
    made = Agreement.objects.get()
    address = f"/staff/agreements/{made.public_id}/"
    assert client.post(f"{address}sign/", {"union": cast.jinjiang.public_id}).status_code == 422
    assert client.post(f"{address}sign/", {"union": cast.yongchuan.public_id}).status_code == 302
    other = as_staff(cast.jinjiang_admin)
    assert "等锦江区总工会签" in text(other.get("/staff/agreements/"))
    other.post(f"{address}sign/", {"union": cast.jinjiang.public_id})
    assert made.parties.filter(signed_on=None).count() == 0
    assert as_staff(cast.chief).get(address).status_code == 200  # 重庆 reaches 永川
    other.post(f"{address}end/", {"union": cast.jinjiang.public_id})
    made.refresh_from_db()
    assert made.ended_early_on == TODAY


@pytest.mark.parametrize(
    "address", ["/staff/foundings/", "/staff/agreements/", "/staff/elections/?show=none", "/staff/sleeping/"]
)
def test_lists_ask_as_often_for_many_rows(cast: Cast, as_staff: AsStaff, address: str) -> None:
    client = as_staff(cast.admin)

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    cadre = as_staff(cast.cadre)
    for name in ("一", "二", "三"):
        if name == "二":
            before = asked()
        cadre.post("/staff/foundings/new/", asking(cast, name=f"新{name}工会", members="30"))
        client.post("/staff/agreements/new/", {
            "keeper": cast.yongchuan.public_id, "other": "锦江区总工会", "name": name, "starts": "2024-03-28", "ends": "",
        })  # fmt: skip
    assert asked() == before
