"""A cadre's roster in a real browser: uploaded, corrected, asked about, imported. At a desk, on a phone, without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from tests.cast import Cast
from tests.factories.rosters import document, members, number, phone, row, sheet
from tests.journeys.conftest import faults
from tests.web.conftest import sign_in

from tongxin.people.models import Person, RosterUpload

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


def signed_in(page: Page, base: str, cast: Cast) -> Page:
    assert cast.cadre.account is not None
    client = sign_in(cast.cadre.account, factor=True)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return page


def roster(cast: Cast) -> bytes:
    return sheet(
        *members(6),
        row("周正", number(901)[:-1], phone(1), "合成工厂3"),
        row("王大华", document(cast.wang), phone(2), "永川同心机械厂"),
        row("李建国", document(cast.li), phone(3), "永川同心机械厂", "", "", "钳工"),
        row("钱程", number(902), "1380013220", "合成工厂3"),
        row("孙阳", number(903), phone(4), "合成工厂1"),
        row("孙洋", number(903), phone(5), "合成工厂1"),
        row("林蓉", document(cast.lin), "", "合成工厂1"),
        row("赵飞", number(904), phone(6), "", "外卖骑手", "2021年3月5日"),
    )


def upload(page: Page, content: bytes, name: str = "会员花名册（3月）.xlsx") -> None:
    page.goto("/staff/imports/new")
    page.set_input_files("[name=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.click("text=上传并核对")


@pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (390, True), (1280, False)], ids=["desk", "phone", "no-scripts"]
)
def test_cadre_imports_a_roster(
    open_page: Callable[..., Page], live_server: object, cast: Cast, shot: Shot, width: int, scripts: bool
) -> None:
    page = signed_in(open_page(width, java_script_enabled=scripts), live_server.url, cast)
    page.goto("/staff/imports/")
    look(page, shot, "imports-empty", scripts)
    page.goto("/staff/imports/new")
    look(page, shot, "imports-new", scripts)
    upload(page, b"%PDF-1.7 not a roster")
    expect(page.locator(".tx-errsum")).to_contain_text("PDF")
    look(page, shot, "imports-refused", scripts)
    upload(page, roster(cast))
    expect(page.locator("#import-bar button")).to_have_text("导入8行，跳过6行")
    look(page, shot, "imports-preview", scripts)

    wrong = page.locator("#row-8")
    wrong.locator("input[name=id_number]").fill(number(901)[:-2])
    wrong.locator("input[name=id_number]").press("Enter")
    expect(page.locator("#row-8")).to_contain_text("身份证号只有16位，少2位。")
    expect(page.locator("#row-8 input[name=id_number]")).to_have_value(number(901)[:-2])
    if scripts:
        expect(page.locator("#row-8 input[name=id_number]")).to_be_focused()
    page.locator("#row-8 input[name=id_number]").fill(number(901))
    page.locator("#row-8").get_by_text("改好这一行").click()
    expect(page.locator("#row-8 .res")).to_contain_text("新增")
    expect(page.locator("#import-bar button")).to_have_text("导入9行，跳过5行")

    page.locator("#row-9").get_by_text("保留原来的姓名").click()
    expect(page.locator("#row-9 .res")).to_contain_text("更新")
    page.locator("#row-12").get_by_text("用这一行").click()
    expect(page.locator("#row-12 .res")).to_contain_text("新增")
    expect(page.locator("#row-13")).to_contain_text("已选用那一行")
    expect(page.locator("#import-bar button")).to_have_text("导入11行，跳过3行")
    look(page, shot, "imports-corrected", scripts)

    page.click("#import-bar button")
    expect(page.locator(".tx-note-ok")).to_contain_text("新增9人，更新2人")
    look(page, shot, "imports-done", scripts)
    assert Person.objects.filter(name="孙阳").exists()
    with page.expect_download() as told:
        page.click("text=下载没导入的行")
    assert told.value.suggested_filename == "会员花名册（3月）-没导入的行.xlsx"


def look(page: Page, shot: Shot, name: str, scripts: bool) -> None:
    if scripts:
        assert faults(page) == []
        shot(page, name)


def test_large_file_goes_on_where_the_connection_broke(
    open_page: Callable[..., Page], live_server: object, cast: Cast
) -> None:
    page = signed_in(open_page(390, broken="net::ERR_FAILED"), live_server.url, cast)
    rows = [",".join(map(str, one)) for one in members(30_000)]
    content = ("姓名,身份证号,手机,单位,空,入会时间,岗位\n" + "\n".join(rows)).encode()
    assert len(content) > 2 << 20
    tried: list[int] = []
    whole = [True]

    def carry(route: Route) -> None:
        tried.append(int(route.request.url.partition("?from=")[2]))
        whole[0] = whole[0] and len(tried) != 2  # the line breaks at the second piece, until it is mended
        if whole[0]:
            route.continue_()
        else:
            route.abort()

    page.route("**/imports/pieces/*/?from=*", carry)
    page.goto("/staff/imports/new")
    page.set_input_files("[name=file]", {"name": "大名册.csv", "mimeType": "text/csv", "buffer": content})
    page.click("text=上传并核对")
    expect(page.locator("#pieces")).to_contain_text("正在等它恢复")
    whole[0] = True
    expect(page.locator("#progress")).to_contain_text("正在读这份名册")
    upload = RosterUpload.objects.get()
    assert (upload.arrived, upload.batch.file_name) == (len(content), "大名册.csv")
    assert (tried[0], set(tried[1:-1]), tried[-1]) == (0, {1 << 20}, 2 << 20)  # the second piece, until it came through
    assert len(tried) > 3
    assert faults(page) == []
