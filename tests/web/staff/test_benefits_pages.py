"""Running benefits at a desk: drafting, publishing, money, names, a refund, a slip of paper, a file."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from tests.benefits.lines import TwoSides
from tests.cast import HOUSE, NOW, TODAY, Cast, Player
from tests.factories.schemes import PLAN, a_draft, a_line, a_scheme, a_voucher, an_agreement, recognised
from tests.web.conftest import Clock

from tongxin.benefits.actions import brands, vouchers
from tongxin.benefits.models import Recognition, Scheme, Voucher
from tongxin.benefits.states import SchemeState, VoucherState
from tongxin.records.models import JournalEntry
from tongxin.rulebook.actions import shipped

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


@pytest.fixture(autouse=True)
def at_now(clock: Clock) -> None:
    clock.now = NOW


def body(cast: Cast, **given: str) -> dict[str, str]:
    day, later = f"{TODAY:%Y-%m-%d}", f"{TODAY + timedelta(days=60):%Y-%m-%d}"
    return {
        "union": cast.yongchuan.public_id, "name": "春季文旅券", "kind": "value", "value": "100", "budget": "1000.00",
        "fund": "union", "theme": "other", "starts": day, "last_day": later, "places": "10", "per_person": "1",
        "opens": f"{day}T11:00", "closes": f"{later}T18:00", "policy": "order_of_arrival", "policy_reason": "名额够",
        "accept_hours": "0", "assurance": "1", **given,
    }  # fmt: skip


def test_drafted_published_and_stopped_by_pages(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.officer)
    answer = client.post("/staff/benefits/new/", body(cast, line=a_line(cast.yongchuan).public_id))
    scheme = Scheme.objects.get()
    assert answer["Location"] == f"/staff/benefits/{scheme.public_id}/"
    assert client.post(f"/staff/benefits/{scheme.public_id}/publish/").status_code == 302
    assert "春季文旅券" in client.get("/staff/benefits/").content.decode()
    assert client.post(f"/staff/benefits/{scheme.public_id}/withdraw/", {"why_": "景区维修"}).status_code == 302
    scheme.refresh_from_db()
    assert (scheme.state, scheme.why) == (SchemeState.WITHDRAWN, "景区维修")


def test_what_riders_may_claim_opens_at_no_meal_not_even_by_the_lane(cast: Cast, as_staff: AsStaff) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)
    client, noon = as_staff(cast.officer), f"{TODAY:%Y-%m-%d}T12:00"
    client.post("/staff/benefits/new/", body(cast, line=a_line(cast.yongchuan).public_id, opens=noon))
    at = f"/staff/benefits/{Scheme.objects.get().public_id}/"
    words = "请把开始时间改到2024年3月28日 13:00或者更晚"
    assert words in client.get(at).content.decode()
    assert client.post(f"{at}lane/").status_code == 302
    answer = client.post(f"{at}publish/")
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    later = {
        "places": "10",
        "opens": noon.replace("12", "13"),
        "closes": f"{TODAY + timedelta(days=60):%Y-%m-%d}T18:00",
    }
    assert client.post(f"{at}window/", later).status_code == 302
    assert client.post(f"{at}publish/").status_code == 302
    answer = client.post(f"{at}window/", {**later, "opens": noon})
    assert (answer.status_code, 'id="id_opens_error"' in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"value": "-3"}, "请填金额"), ({"value": "1.234"}, "请填金额"), ({"budget": "abc"}, "请填金额"),
     ({"kind": "item"}, "请写明发的是什么"), ({"policy_reason": ""}, "理由"), ({"last_day": "2024-02-30"}, "日期")],
)  # fmt: skip
def test_wrong_input_keeps_what_was_typed(cast: Cast, as_staff: AsStaff, wrong: dict[str, str], words: str) -> None:
    answer = as_staff(cast.officer).post("/staff/benefits/new/", body(cast, about="很长的说明", **wrong))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "很长的说明" in page
    assert Scheme.objects.count() == 0


def test_a_budget_below_what_is_issued_is_refused_on_the_page(cast: Cast, as_staff: AsStaff) -> None:
    scheme = a_scheme(cast.yongchuan)
    a_voucher(scheme, cast.wang.person)
    given = body(
        cast, budget="50", line=scheme.line.public_id if scheme.line else "", starts=f"{scheme.starts}",
        last_day=f"{scheme.last_day}",
    )  # fmt: skip
    answer = as_staff(cast.officer).post(f"/staff/benefits/{scheme.public_id}/edit/", given)
    assert answer.status_code == 422
    assert "预算不能少于1000元" in answer.content.decode()


def test_the_page_adds_up_and_leads_to_the_rows(cast: Cast, as_staff: AsStaff) -> None:
    scheme = a_scheme(cast.yongchuan)
    vouchers.spend(voucher=a_voucher(scheme, cast.wang.person), redemption_ref="r", by=HOUSE, at=NOW)
    a_voucher(scheme, cast.li.person)
    client = as_staff(cast.officer)
    page = client.get(f"/staff/benefits/{scheme.public_id}/").content.decode()
    assert "预算1,000元，占用200元" in page
    rows = client.get(f"/staff/benefits/{scheme.public_id}/vouchers/?state=redeemed").content.decode()
    assert "王*华" in rows
    assert "李*国" not in rows
    figures = client.get("/staff/figures/vouchers/").content.decode()
    assert "各种去向相加等于已发放" in figures


def test_a_list_costs_the_same_for_one_and_for_three(cast: Cast, as_staff: AsStaff) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_staff(cast.officer)
    counts: list[list[int]] = []
    for more in (1, 2):
        for _ in range(more):
            scheme = a_scheme(cast.yongchuan)
            a_voucher(scheme, cast.wang.person)
            a_voucher(scheme, cast.li.person)
        found = []
        for address in ("/staff/benefits/", f"/staff/benefits/{scheme.public_id}/vouchers/"):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            found.append(len(captured))
        counts.append(found)
    assert counts[0] == counts[1]


def test_a_file_of_names_is_journalled_and_money_in_it_is_exact(cast: Cast, as_staff: AsStaff) -> None:
    scheme = a_scheme(cast.yongchuan)
    a_voucher(scheme, cast.wang.person)
    answer = as_staff(cast.officer).post(f"/staff/benefits/{scheme.public_id}/vouchers/export/")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    row = [cell.value for cell in sheet[2]]
    assert (row[0], row[4], row[5]) == (1, 100, "未使用")
    assert JournalEntry.objects.get(verb="scheme.exported").data["rows"] == 1


def test_a_slip_for_the_day_and_giving_back_for_someone(cast: Cast, as_staff: AsStaff) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.li.person)
    client = as_staff(cast.admin)
    page = client.post(f"/staff/vouchers/{voucher.public_id}/show/", follow=True).content.decode()
    assert "当日纸条" in page
    code = Voucher.objects.get().code or ""
    assert f"{code[:3]} {code[3:]}" in page
    assert client.post(f"/staff/vouchers/{voucher.public_id}/give-back/", {"why_": ""}).status_code == 422
    client.post(f"/staff/vouchers/{voucher.public_id}/give-back/", {"why_": "本人不去了"})
    assert Voucher.objects.get().state == VoucherState.RETURNED


def test_a_workers_own_code_is_not_shown_to_staff(cast: Cast, as_staff: AsStaff) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    vouchers.show(voucher=voucher, by=cast.wang.actor, at=NOW)
    page = as_staff(cast.officer).get(f"/staff/vouchers/{voucher.public_id}/").content.decode()
    assert "w-digits" not in page
    assert "tx-qr" not in page


def test_another_districts_benefits_are_not_there(cast: Cast, as_staff: AsStaff) -> None:
    scheme = a_scheme(cast.yongchuan)
    voucher = a_voucher(scheme, cast.wang.person)
    client = as_staff(cast.sibling_officer)
    assert "春季文旅券" not in client.get("/staff/benefits/").content.decode()
    assert client.get(f"/staff/benefits/{scheme.public_id}/").status_code == 404
    assert client.get(f"/staff/vouchers/{voucher.public_id}/").status_code == 404


def test_recognition_is_registered_and_ended_by_the_giver(cast: Cast, as_staff: AsStaff) -> None:
    agreement = an_agreement(cast.chongqing, cast.sichuan)
    client = as_staff(cast.chief)
    given = {
        "agreement": agreement.public_id, "giver": cast.chongqing.public_id, "taker": cast.sichuan.public_id,
        "clause": "第二条", "starts": f"{TODAY}",
    }  # fmt: skip
    assert client.post("/staff/recognitions/new/", given).status_code == 302
    row = Recognition.objects.get()
    assert "互认中" in client.get("/staff/recognitions/").content.decode()
    client.post(f"/staff/recognitions/{row.public_id}/end/", {"on": f"{TODAY + timedelta(days=1)}"})
    row.refresh_from_db()
    assert row.ends == TODAY + timedelta(days=1)


def test_only_who_may_act_for_the_worker_sees_what_can_be_spent(cast: Cast, as_staff: AsStaff, clock: Clock) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    address = f"/staff/vouchers/{voucher.public_id}/"
    as_staff(cast.admin).post(f"{address}show/")
    assert "tx-qr" in as_staff(cast.admin).get(address).content.decode()
    assert "tx-qr" not in as_staff(cast.auditor).get(address).content.decode()
    clock.tick(hours=13, minutes=55)
    vouchers.show(
        voucher=voucher, by=cast.wang.actor, at=NOW + timedelta(hours=13, minutes=55)
    )  # by himself, past midnight
    assert "tx-qr" not in as_staff(cast.admin).get(address).content.decode()


def test_brands_are_listed_with_what_they_came_to(cast: Cast, as_staff: AsStaff) -> None:
    brand = brands.add(union=cast.chongqing, slug="you-bashu", name="百万职工游巴蜀", by=HOUSE, at=NOW)
    for union, people in ((cast.yongchuan, (cast.wang, cast.li)), (cast.factory, (cast.wang,))):
        scheme = a_scheme(union, replace(PLAN, brand=brand))
        for who in people:
            a_voucher(scheme, who.person)
    vouchers.spend(
        voucher=Voucher.objects.order_by("pk")[0], amount=Decimal("88.50"), redemption_ref="r", by=HOUSE, at=NOW
    )
    a_scheme(cast.yongchuan, replace(PLAN, name="别的"))
    chief = as_staff(cast.chief)
    page = chief.get("/staff/brands/").content.decode()
    row = re.sub(r"<[^>]+>|\s+", " ", page[page.index("<tbody") : page.index("</tbody>")]).split()
    assert row == ["百万职工游巴蜀", "重庆市总工会", "2", "，2家工会", "3", "1", "88.50", "改", "英文"]
    listed = chief.get("/staff/benefits/?brand=you-bashu").content.decode()
    assert [listed.count(name) for name in ("春季文旅券", "别的", "福利：百万职工游巴蜀")] == [2, 0, 1]


def test_whoever_publishes_reads_who_has_not_signed_the_line_since_when(cast: Cast, as_staff: AsStaff) -> None:
    sides = TwoSides(cast)
    line = sides.drafted("川渝文旅年票")
    scheme = a_draft(cast.yongchuan, replace(PLAN, line=line))
    client, at = as_staff(cast.officer), f"/staff/benefits/{scheme.public_id}/"
    waiting = "重庆市总工会、四川省总工会还没有签，2024年3月28日起等签"
    page = client.get(at).content.decode()
    assert f"目录项“川渝文旅年票”：{waiting}。" in page
    assert "目录项还没有各方签齐。公布以后" in page
    assert client.post(f"{at}publish/").status_code == 302
    assert waiting in client.get(at).content.decode()
    assert JournalEntry.objects.get(verb="scheme.published").data["unsigned"] == "重庆市总工会、四川省总工会"
    assert "<dt>两地共同目录</dt>" not in worker_reads(scheme)
    assert "川渝文旅年票（等两地总工会签署，签齐以前不是两地共同目录的一项）" in worker_reads(scheme)
    sides.sign_both(line.versions.get())
    page = client.get(at).content.decode()
    assert "还没有签" not in page
    assert "川渝文旅年票（各方已签，第1版，2024年1月1日起）" in page
    assert f'<dt>两地共同目录</dt><dd><a href="/catalogue/{line.public_id}/">川渝文旅年票</a></dd>' in worker_reads(
        scheme
    )


def test_an_agreement_names_what_it_recognises(cast: Cast, as_staff: AsStaff) -> None:
    agreement = an_agreement(cast.chongqing, cast.sichuan)
    client, at = as_staff(cast.chief), f"/staff/agreements/{agreement.public_id}/"
    assert "这份协议没有开放什么。" in client.get(at).content.decode()
    recognised(cast.chongqing, cast.sichuan, agreement=agreement)
    page = client.get(at).content.decode()
    assert "重庆市总工会向四川省总工会的会员开放普惠福利" in page
    assert "这份协议没有开放什么。" not in page


def worker_reads(scheme: Scheme) -> str:
    return Client().get(f"/benefits/{scheme.public_id}/").content.decode()
