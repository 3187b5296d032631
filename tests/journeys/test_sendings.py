"""A large sending in the browser: one writes and sees what it would do, another approves, it arrives; another is stopped."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import NOW, Cast
from tests.factories.sendings import CONNECTED, deliver_all, order, priced, queue_all, queue_some, running, sms_template
from tests.factories.slips import by_hand
from tests.journeys.conftest import faults
from tests.journeys.test_joining import signed_in
from tests.web.conftest import Clock

from tongxin.notices.actions import sendings
from tongxin.notices.models import Sending
from tongxin.notices.states import Channel
from tongxin.people.names import mask

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


def test_one_writes_another_approves_and_it_arrives(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot, settings: object
) -> None:
    settings.NOTICE_GATEWAYS = CONNECTED  # type: ignore[attr-defined]
    order("sendings", Channel.SMS)
    sms_template()
    priced(cast, cap="0.05")
    desk = signed_in(open_page(1280), cast.officer.account, live_server, factor=True)
    desk.goto("/staff/sendings/")
    desk.click("main >> text=写一条 >> nth=0")
    assert faults(desk) == []
    desk.select_option("[name=union]", label=cast.yongchuan.name)
    desk.fill("[name=title]", "高温天送清凉")
    desk.click("text=存草稿，看样例")
    expect(desk.locator("body")).to_contain_text("请填写正文。")
    shot(desk, "sending-form")
    desk.fill("[name=body]", "6月1日起，可到职工服务中心领取防暑用品。")
    desk.click("text=存草稿，看样例")
    row = Sending.objects.get()
    expect(desk.locator("h1")).to_contain_text("草稿")
    expect(desk.locator("body")).to_contain_text("预算不够")
    expect(desk.locator(".tx-sample")).to_have_count(5)
    assert faults(desk) == []
    shot(desk, "sending-draft")
    desk.click("button:has-text('送批')")
    expect(desk.locator("body")).to_contain_text("已送批")
    expect(desk.locator(f"form[action$='{row.public_id}/approve/']")).to_have_count(0)

    other = signed_in(open_page(1280), cast.admin.account, live_server, factor=True)
    other.goto("/staff/sendings/?show=asked")
    other.click("table a")
    expect(other.locator("body")).to_contain_text("人，费用最多")
    assert faults(other) == []
    shot(other, "sending-asked")
    other.click("form[action$='/approve/'] button")
    expect(other.locator("h1")).to_contain_text("正在发")
    queue_all(row)
    deliver_all()

    phone = signed_in(open_page(390), cast.wang.account, live_server, factor=False)
    phone.goto("/inbox/")
    expect(phone.locator("body")).to_contain_text("高温天送清凉")
    expect(phone.locator("body")).to_contain_text(f"领取防暑用品。　—{cast.yongchuan.name}")


def test_writer_cannot_approve_and_a_stop_half_way_holds_back_the_rest(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot
) -> None:
    own = sendings.write(union=cast.yongchuan, draft=sendings.Draft("自己写的", "正文"), by=cast.admin.actor, at=NOW)
    desk = signed_in(open_page(1280), cast.admin.account, live_server, factor=True)
    desk.goto(f"/staff/sendings/{own.public_id}/")
    desk.click("button:has-text('送批')")
    expect(desk.locator("body")).to_contain_text("要由另一个人批准，您自己不能批准")
    expect(desk.locator("form[action$='/approve/']")).to_have_count(0)

    row = running(cast, union=cast.zhongshan)
    queue_some(row)
    deliver_all()
    desk.goto(f"/staff/sendings/{row.public_id}/")
    desk.click("summary:has-text('停止')")
    desk.click("button:has-text('确定停止')")
    expect(desk.locator("h1")).to_contain_text("已停止")
    expect(desk.locator("#progress")).to_contain_text("停止未发")
    expect(desk.locator("#progress")).to_contain_text("2人")
    assert faults(desk) == []
    shot(desk, "sending-stopped")
    assert queue_all(row) == []


def test_paper_is_printed_and_read_on_any_phone(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot
) -> None:
    for player in (cast.li, cast.zhao):
        by_hand(player)
    desk = signed_in(open_page(1280), cast.clerk.account, live_server, factor=True)
    desk.goto("/staff/slips/")
    expect(desk.locator("table")).to_contain_text(mask("李建国"))
    assert faults(desk) == []
    shot(desk, "slips")
    desk.click("text=打印勾选的")
    expect(desk.locator(".tx-paper")).to_have_count(2)
    assert faults(desk) == []
    shot(desk, "slips-print")
    code = desk.locator(".tx-paper", has_text="李建国").locator(".letters").inner_text()

    phone = open_page(390, java_script_enabled=False)
    phone.goto(f"/n/?c={code.replace('-', '')}")
    shot(phone, "slip")
    phone.click("text=打开通知")
    expect(phone.locator("h1")).to_have_text("已替您报上名")
    shot(phone, "slip-read")


def test_worker_chooses_on_the_phone(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot, settings: object
) -> None:
    letters = {"email": "tongxin.notices.gateways.demo.DemoMail"}
    settings.NOTICE_GATEWAYS = CONNECTED | letters  # type: ignore[attr-defined]
    phone = signed_in(open_page(390), cast.wang.account, live_server, factor=False)
    phone.goto("/me/")
    phone.click("text=通知设置")
    assert faults(phone) == []
    shot(phone, "notices")
    phone.uncheck("[value='results:sms']")
    phone.click("text=保存选择")
    expect(phone.locator("body")).to_contain_text("已保存。")
    assert not phone.is_checked("[value='results:sms']")
    phone.check("[name=quiet][value=own]")
    phone.click("text=保存时间")
    expect(phone.locator("body")).to_contain_text("请填从几点到几点")
    phone.click("text=电子邮件 >> nth=0")
    phone.fill("[name=address]", "wang@example.cn")
    phone.click("text=发确认码")
    expect(phone.locator("body")).to_contain_text("w***@example.cn")
    assert faults(phone) == []
    shot(phone, "notices-mail")
    phone.goto("/me/notices/official/")
    assert faults(phone) == []
    shot(phone, "notices-official")
