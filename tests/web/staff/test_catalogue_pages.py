"""Staff draft, sign for their own federation, supersede and end; what was typed is never lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.benefits.lines import TwoSides
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.schemes import PLAN, a_draft, a_scheme

from tongxin.benefits.models import CatalogueLine, CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import VersionState
from tongxin.benefits.shipped_lines import shipped
from tongxin.rulebook.actions.shipped import load_parameters
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]
TERMS = {
    "promise": "may_give", "measure": "ceiling", "amount": "200", "unit": "person_year", "confidence": "fairly",
    "document": "通知", "clause": "不超过200元",
}  # fmt: skip


def wording(place: int = 0, **changed: object) -> dict[str, object]:
    blank = {f"t{n}_measure": "unknown" for n in range(3)} | {f"t{n}_confidence": "unsure" for n in range(3)}
    return {
        "who": "工会会员", "valid_from": "2024-01-01", "note": "", "condition": "", **blank,
        **{f"t{place}_{name}": value for name, value in TERMS.items()}, **changed,
    }  # fmt: skip


def first(cast: Cast, **changed: object) -> dict[str, object]:
    return {
        "keeper": cast.chongqing.public_id, "other": "四川省总工会", "name": "川渝文旅年票", "kind": "universal",
        **wording(place=2), **changed,
    }  # fmt: skip


def test_draft_sign_by_each_side_and_publish(sides: TwoSides, cast: Cast, as_staff: AsStaff) -> None:
    chief, other = as_staff(cast.chief), as_staff(sides.sichuan_chief)
    assert chief.post("/staff/catalogue/new/", first(cast)).status_code == 302
    line = CatalogueLine.objects.get()
    assert line.versions.get().terms.get().region == cast.nation
    address = f"/staff/catalogue/{line.public_id}/"
    assert "代表重庆市总工会签署" in chief.get(address).content.decode()
    assert "代表四川省总工会签署" not in chief.get(address).content.decode()
    wrong = chief.post(f"{address}sign/", {"number": 1, "union": cast.sichuan.public_id})
    assert (wrong.status_code, "您的岗位不能在这个工会办理" in wrong.content.decode()) == (422, True)
    assert chief.post(f"{address}sign/", {"number": 1, "union": cast.chongqing.public_id}).status_code == 302
    assert other.post(f"{address}sign/", {"number": 1, "union": cast.sichuan.public_id}).status_code == 302
    assert CatalogueVersion.objects.get().state == VersionState.JOINT
    assert "川签" in chief.get(address).content.decode()
    assert "川渝文旅年票" in Client().get("/catalogue/").content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"t2_promise": "apply"}, "金额是上限的，只能写“工会可以给”"),
        ({"t2_amount": ""}, "写“最多”或“标准”时要填大于0的金额和单位"),
        ({"t2_promise": ""}, "至少要写一个地区的规定"),
        ({"name": ""}, "请填写叫什么"),
        ({"other": "永川第一工厂工会"}, "没有找到这个工会"),
        ({"valid_from": "2024-02-30"}, "2024-02-30"),
    ],
)
def test_what_is_wrong_comes_back_with_all_that_was_typed(
    cast: Cast, as_staff: AsStaff, changed: dict[str, object], words: str
) -> None:
    answer = as_staff(cast.chief).post("/staff/catalogue/new/", first(cast, **changed))
    text = answer.content.decode()
    assert (answer.status_code, CatalogueLine.objects.count()) == (422, 0)
    assert words in text
    assert 'value="不超过200元"' in text


def test_next_version_begins_with_the_last_one(sides: TwoSides, cast: Cast, as_staff: AsStaff) -> None:
    line = sides.signed()
    client = as_staff(sides.sichuan_chief)
    text = client.get(f"/staff/catalogue/{line.public_id}/next/").content.decode()
    for piece in ('value="2200.00"', "沿用上一版的条件", 'value="工会会员"', "四川省总工会"):
        assert piece in text
    body = wording(place=1, condition="keep", changed="上限改到200元")
    same_day = client.post(f"/staff/catalogue/{line.public_id}/next/", body)
    assert (same_day.status_code, "已有从2024年1月1日起的版本" in same_day.content.decode()) == (422, True)
    assert (
        client.post(f"/staff/catalogue/{line.public_id}/next/", {**body, "valid_from": "2025-01-01"}).status_code == 302
    )
    second = line.versions.get(number=2)
    assert (second.condition, second.terms.get().region) == (line.versions.get(number=1).condition, cast.sichuan)


def test_end_asks_why(sides: TwoSides, cast: Cast, as_staff: AsStaff) -> None:
    line = sides.signed()
    client, address = as_staff(cast.chief), f"/staff/catalogue/{line.public_id}/end/"
    body = {"union": cast.chongqing.public_id, "on": "2024-03-28", "why_ended": ""}
    assert client.post(address, body).status_code == 422
    past = client.post(address, {**body, "on": "2024-03-27", "why_ended": "并入"})
    assert (past.status_code, 'value="并入"' in past.content.decode()) == (422, True)
    assert client.post(address, {**body, "why_ended": "并入"}).status_code == 302


def test_shipped_lines_are_drafted_once(sides: TwoSides, cast: Cast, as_staff: AsStaff) -> None:
    client, body = as_staff(cast.chief), {"union": cast.chongqing.public_id}
    for _again in range(2):
        assert client.post("/staff/catalogue/shipped/", body).status_code == 302
    assert CatalogueLine.objects.count() == len(shipped()) >= 15
    assert CatalogueVersion.objects.exclude(state=VersionState.DRAFT).count() == 0
    assert "还没有签" in client.get("/staff/catalogue/").content.decode()
    refused = as_staff(cast.admin).post("/staff/catalogue/shipped/", {"union": cast.yongchuan.public_id})
    assert refused.status_code == 422


def test_amount_that_differs_from_the_rulebook_is_said(sides: TwoSides, cast: Cast, as_staff: AsStaff) -> None:
    load_parameters(by=HOUSE, at=NOW)
    client = as_staff(cast.chief)
    client.post("/staff/catalogue/shipped/", {"union": cast.chongqing.public_id})
    line = CatalogueLine.objects.get(code="birthday")
    assert "请核对哪一个对" not in client.get(f"/staff/catalogue/{line.public_id}/").content.decode()
    with writing():
        CatalogueTerms.objects.filter(version__line=line, region=cast.sichuan).update(amount=Decimal(700))
    text = client.get(f"/staff/catalogue/{line.public_id}/").content.decode()
    assert "四川省总工会：这里写最多700元/人·年，参数“生日慰问每人每年上限”现在是500元/人/年。请核对哪一个对。" in text


def test_what_is_in_use_and_not_signed_stands_first_and_leads_to_who_uses_it(
    sides: TwoSides, cast: Cast, as_staff: AsStaff
) -> None:
    signed, idle, waits = sides.signed(), sides.drafted("生日慰问"), sides.drafted("川渝文旅年票")
    for line in (signed, waits):
        a_scheme(cast.yongchuan, replace(PLAN, name=f"{line.name}券", line=line))
    a_draft(cast.yongchuan, replace(PLAN, line=idle))  # names it, and is given to nobody yet
    client = as_staff(cast.chief)
    page = client.get("/staff/catalogue/").content.decode()
    assert "有1项已经有福利在用，还没有各方签齐，排在最前面。" in page
    assert page.count("在用，未签齐") == 1
    assert sorted((signed.name, idle.name, waits.name), key=page.index) == [waits.name, signed.name, idle.name]
    assert re.findall(r'#used">(\d+)</a>', page) == ["1", "1"]
    page = client.get(f"/staff/catalogue/{waits.public_id}/").content.decode()
    assert "有1项福利在用这一项：重庆市总工会、四川省总工会还没有签，2024年3月28日起等签。" in page
    assert "川渝文旅年票券" in page
    sides.sign_both(waits.versions.get())
    assert "未签齐" not in client.get("/staff/catalogue/").content.decode()
    assert "等签" not in client.get(f"/staff/catalogue/{waits.public_id}/").content.decode()


def test_the_list_of_lines_in_use_costs_the_same_for_one_and_for_three(
    sides: TwoSides, cast: Cast, as_staff: AsStaff
) -> None:
    client, counts = as_staff(cast.chief), []
    for names in (("一",), ("二", "三")):
        for name in names:
            a_scheme(cast.yongchuan, replace(PLAN, line=sides.drafted(name)))
        client.get("/staff/catalogue/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/staff/catalogue/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
