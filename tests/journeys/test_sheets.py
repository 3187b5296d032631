"""An office's sheet filled and a class signed up for by a list, in a real browser: at a desk, on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast, Player
from tests.factories.activities import school
from tests.journeys.steps import sound
from tests.records.forms import drawn, opened, saved
from tests.web.conftest import Clock, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]
OCTETS = "application/octet-stream"


def signed_in(page: Page, base: str, player: Player, *, factor: bool) -> Page:
    assert player.account is not None
    client = sign_in(player.account, factor=factor)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return page


def test_a_cadre_hands_in_the_office_s_sheet_and_downloads_it_filled(
    open_page: Callable[..., Page], live_server: object, cast: Cast, clock: Clock, shot: Shot, tmp_path: object
) -> None:
    page = signed_in(open_page(1280), live_server.url, cast.cadre, factor=True)
    page.goto("/staff/sheets/")
    sound(page)
    shot(page, "sheets-list")
    page.click("a:has-text('交一张表')")
    page.set_input_files("[name=file]", {"name": "区里的表.pdf", "mimeType": OCTETS, "buffer": b"%PDF-1.7"})
    page.click("text=交来并检查标记")
    expect(page.locator(".tx-errsum")).to_contain_text("PDF")
    page.set_input_files("[name=file]", {"name": "区里的表.xlsx", "mimeType": OCTETS, "buffer": saved(drawn())})
    page.click("text=交来并检查标记")
    expect(page.locator("h1")).to_have_text("区里的表")
    expect(page.locator("body")).to_contain_text("会写3名会员")
    sound(page)
    shot(page, "sheets-one")
    with page.expect_download() as told:
        page.click("text=填好并下载")
    assert opened(told.value.path().read_bytes())["花名册"]["B2"].value == 3


def test_a_cadre_signs_two_up_by_a_list_and_one_declines(
    open_page: Callable[..., Page], live_server: object, cast: Cast, clock: Clock, shot: Shot
) -> None:
    school(cast).cohort(units=2)
    page = signed_in(open_page(1280), live_server.url, cast.cadre, factor=True)
    page.goto("/staff/collective/")
    sound(page)
    page.click("text=报名单")
    wang, li = (player.person.document_text()[-4:] for player in (cast.wang, cast.li))
    page.fill("[name=names]", f"王小华 {wang}\n李建国 {li}\n无此人 0000")
    page.click("text=核对名单")
    expect(page.locator("button.btn-primary")).to_have_text("报名2人，跳过1行")
    sound(page)
    shot(page, "collective-preview")
    page.click("button.btn-primary")
    expect(page.locator("[role=status]").first).to_contain_text("已报名")
    sound(page)
    phone = signed_in(open_page(390), live_server.url, cast.wang, factor=False)
    from tongxin.activities.models import NamedPlace

    phone.goto(f"/named/{NamedPlace.objects.get(person=cast.wang.person).public_id}/")
    sound(phone)
    shot(phone, "named")
    phone.click("button:has-text('谢绝')")
    expect(phone.locator("body")).to_contain_text("您已谢绝")
    page.reload()
    expect(page.locator("body")).to_contain_text("已谢绝")


def test_a_district_asks_once_and_a_cadre_answers(
    open_page: Callable[..., Page], live_server: object, cast: Cast, clock: Clock, shot: Shot
) -> None:
    page = signed_in(open_page(1280), live_server.url, cast.admin, factor=True)
    page.goto("/staff/requests/new/")
    page.select_option("[name=union]", label=cast.yongchuan.name)
    page.fill("[name=title]", "食堂情况")
    page.fill("[name=why_asked]", "安排送清凉")
    page.fill("[name=due_on]", "2024-04-15")
    page.check("[name=audience][value=grassroots]")
    sound(page)
    page.click("text=保存，接着加问题")
    page.fill("[name=text]", "现有会员人数")
    page.select_option("[name=kind]", "number")
    page.click("form button:has-text('加上')")
    expect(page.locator(".tx-errsum")).to_contain_text("系统里有")
    page.select_option("[name=handling]", "take")
    page.click("form button:has-text('加上')")
    page.fill("[name=text]", "有没有食堂")
    page.select_option("[name=kind]", "yes_no")
    page.click("form button:has-text('加上')")
    sound(page)
    shot(page, "request-draft")
    page.click("button:has-text('下发')")
    expect(page.locator("[role=status]").first).to_contain_text("已下发")
    sound(page)
    shot(page, "request-sent")
    other = signed_in(open_page(1280), live_server.url, cast.cadre, factor=True)
    other.goto("/staff/filings/")
    sound(other)
    other.click("a:has-text('食堂情况')")
    sound(other)
    shot(other, "filing-one")
    other.select_option("form[method=post] select", "是")
    other.click("text=交上 >> visible=true")
    expect(other.locator("[role=status]").first).to_contain_text("已交上")
