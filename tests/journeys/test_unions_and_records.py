"""Three long ways at a desk: a union from its request to the reminder of its election, two records that were one person,
and a lost phone.
"""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast, a_phone
from tests.factories.likenesses import twice
from tests.journeys.conftest import faults
from tests.web.conftest import Clock, sign_in

from tongxin.notices.actions import messages
from tongxin.people.actions import union_reminders
from tongxin.people.models import Account, Person
from tongxin.store.keys import ring
from tongxin.unions.models import Union

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]
SENT: list[tuple[str, str]] = []


class Gateway:
    def send(self, phone: str, text: str, *, at: datetime) -> None:  # noqa: ARG002
        SENT.append((phone, text))


@pytest.fixture
def as_(open_page: Callable[..., Page], live_server: object) -> Callable[..., Page]:
    """`as_(cast.admin)` at a desk, `as_(cast.wang, width=390, factor=False)` on a phone: a page that is signed in."""

    def opened(who: object, *, width: int = 1280, factor: bool = True) -> Page:
        page = open_page(width)
        session = sign_in(who.account, factor=factor).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return page

    return opened


def sound(page: Page, shot: Shot, name: str) -> None:
    shot(page, name)
    assert faults(page) == [], name


def test_a_union_from_the_request_to_the_reminder(
    cast: Cast, clock: Clock, as_: Callable[..., Page], shot: Shot
) -> None:
    desk = as_(cast.cadre)
    desk.goto("/staff/foundings/")
    desk.click("text=申请建会")
    sound(desk, shot, "founding-new")
    desk.select_option("[name=parent]", label=cast.zhongshan.name)
    desk.check("text=单独建立基层工会")
    for field, value in {
        "name": "永川新厂工会", "sponsor": "永川新厂", "workers": "60", "members": "20", "reason": "职工要求",
    }.items():  # fmt: skip
        desk.fill(f"[name={field}]", value)
    desk.click("button:has-text('提交申请')")
    expect(desk.locator("main")).to_contain_text("会员不足25人")
    sound(desk, shot, "founding-remark")
    desk.fill("[name=answer]", "附近没有单位可以联合")
    desk.click("button:has-text('提交申请')")
    expect(desk.locator("main")).to_contain_text("等批复")

    boss = as_(cast.admin)
    boss.goto("/staff/foundings/")
    boss.click("a:has-text('永川新厂工会')")
    sound(boss, shot, "founding-one")
    boss.fill("[name=reply_number]", "永工发〔2024〕7号")
    boss.click("button:has-text('批准并建立')")
    expect(boss.locator("main")).to_contain_text("接着登记班子和任期")
    boss.click("a:has-text('打开永川新厂工会')")
    sound(boss, shot, "union-new")
    boss.click("a:has-text('班子和任期')")
    boss.click("main >> a:has-text('登记换届') >> nth=0")
    sound(boss, shot, "union-elect")
    for field, value in {
        "number": "1",
        "elected_on": "2024-03-28",
        "due": "20",
        "present": "12",
        "chair": "王小华",
    }.items():
        boss.fill(f"[name={field}]", value)
    boss.check("input[name=years][value='3']")
    boss.click("form button:has-text('登记')")
    expect(boss.locator("main")).to_contain_text("到会人数不足应到的三分之二")
    boss.fill("[name=present]", "18")
    boss.click("form button:has-text('登记')")
    expect(boss.locator("main")).to_contain_text("第1届")
    expect(boss.locator("main")).to_contain_text("王小华")
    sound(boss, shot, "union-committee")

    assert Union.objects.get(name="永川新厂工会").founded_on == clock.now.date()

    desk.goto(f"/staff/unions/{cast.factory.public_id}/committee/new/")
    for field, value in {"number": "4", "elected_on": "2021-04-20", "chair": "李建国"}.items():
        desk.fill(f"[name={field}]", value)
    desk.check("input[name=years][value='3']")
    desk.click("form button:has-text('登记')")
    expect(desk.locator("main")).to_contain_text("还有23天任期届满，请准备换届。")
    assert union_reminders.remind_of_elections(at=clock.now) == 1
    assert messages.deliver(at=clock.now) >= 1
    desk.goto("/inbox/")
    expect(desk.locator("main")).to_contain_text("第4届")
    desk.click(".w-list button >> nth=0")
    expect(desk).to_have_url(re.compile(f"/staff/unions/{cast.factory.public_id}/committee/"))


def test_two_records_become_one_and_two_again(cast: Cast, clock: Clock, as_: Callable[..., Page], shot: Shot) -> None:
    other, _pair = twice(cast)
    desk = as_(cast.cadre)
    desk.goto("/staff/likenesses/")
    sound(desk, shot, "likenesses")
    desk.click("a:has-text('王*华 和 王*华')")
    sound(desk, shot, "likeness")
    desk.click("button:has-text('合并成一份')")
    expect(desk.locator("main")).to_contain_text("请选择哪一个会籍继续有效")
    sound(desk, shot, "likeness-asked")
    desk.check("[name=membership] >> nth=0")
    desk.check("[name=account] >> nth=0")
    desk.click("button:has-text('合并成一份')")
    expect(desk.locator("main")).to_contain_text("两份登记已合并")
    expect(desk.locator("main")).to_contain_text("合并以前的经过")
    sound(desk, shot, "merge")
    assert Person.objects.exclude(merged_into=None).count() == 1
    desk.fill("[name=why]", "看错了，是两个人")
    desk.click("button:has-text('撤销合并')")
    expect(desk.locator("h1")).to_contain_text("已撤销")
    sound(desk, shot, "merge-undone")
    assert not Person.objects.exclude(merged_into=None).exists()
    assert Account.objects.get(pk=other.account.pk).person == other.person


def test_a_lost_phone_is_given_back_at_a_window(
    cast: Cast, clock: Clock, as_: Callable[..., Page], shot: Shot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.web.staff.window.sender", Gateway)
    old, new, wang = a_phone(), a_phone(), cast.wang
    digest = ring().digest(f"+86{old}", purpose="account.phone")
    Account.objects.filter(pk=wang.account.pk).update(
        phone=f"+86{old}", phone_digest=digest, phone_verified_at=clock.now
    )
    finder = as_(wang, width=390, factor=False)  # whoever found the phone is still signed in
    finder.goto("/me/record/")
    expect(finder.locator("main")).to_contain_text("王小华")
    desk = as_(cast.clerk)
    desk.goto("/staff/window/")
    desk.fill("[name=name]", "王小华")
    desk.fill("[name=number]", wang.person.document_text())
    desk.click("button:has-text('找到登记')")
    sound(desk, shot, "window-check")
    desk.click("a:has-text('更换手机号')")
    desk.fill("[name=name]", "王小华")
    desk.fill("[name=number]", wang.person.document_text())
    desk.fill("[name=phone]", new)
    desk.click("button:has-text('发验证码')")
    expect(desk.locator("main")).to_contain_text("请本人读给您听")
    sound(desk, shot, "window-phone")
    assert SENT[-1][0] == f"+86{new}"
    desk.fill("[name=code]", re.search(r"验证码(\d{6})", SENT[-1][1])[1])
    desk.click("button[value=change]")
    expect(desk.locator("main")).to_contain_text("已更换登录手机号")
    finder.goto("/me/record/")
    expect(finder).to_have_url(re.compile("/sign-in/"))
    assert Account.objects.get(pk=wang.account.pk).phone.open() == f"+86{new}"
