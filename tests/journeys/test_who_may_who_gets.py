"""Three short ways in a browser: a rule rewritten and read, wishes and an offer, a benefit opened, shown and given back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import CLOSES, OPENS, at, school
from tests.factories.schemes import OPENS as YESTERDAY
from tests.factories.schemes import a_line, a_release, a_scheme
from tests.journeys.conftest import width_of
from tests.journeys.test_joining import signed_in
from tests.web.conftest import Clock

from tongxin.activities.actions import terms
from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.states import VoucherState
from tongxin.calls.actions import allocations, applications, calls, entries
from tongxin.calls.models import Application, Objection
from tongxin.calls.states import ApplicationState, Policy
from tongxin.rulebook.actions import rules
from tongxin.rulebook.models import Acceptance, Rule, RuleVersion
from tongxin.rules.conditions import any_of, compare

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WIDTHS = ((390, 844), (1280, 800))
MEMBER = compare("is_member", "=", value=True, words="是工会会员", clause="示例办法第三条")


@dataclass
class Ways:
    """Who walks: staff at a desk, workers on phones, each with a session of their own."""

    cast: Cast
    clock: Clock
    open_page: Callable[..., Page]
    live_server: object
    shot: Callable[[Page, str], None]

    def desk(self, player: Player) -> Page:
        return self._opened(1280, player, factor=True)

    def phone(self, player: Player) -> Page:
        return self._opened(390, player, factor=False)

    def look(self, page: Page, name: str) -> None:
        """At both widths, where pictures are kept; and at no width does anything stick out."""
        usual = page.viewport_size
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            wide = width_of(page)
            assert wide <= width, f"{page.url} is {wide} px wide at {width}"
            self.shot(page, name)
        page.set_viewport_size(usual)

    def _opened(self, width: int, player: Player, *, factor: bool) -> Page:
        return signed_in(self.open_page(width), player.account, self.live_server, factor=factor)


def says(page: Page, words: str) -> None:
    expect(page.locator("body")).to_contain_text(words)


@pytest.fixture
def ways(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Callable[[Page, str], None]
) -> Ways:
    return Ways(cast, clock, open_page, live_server, shot)


def test_a_rule_is_rewritten_rehearsed_accepted_by_name_and_read_by_those_it_concerns(ways: Ways) -> None:
    cast = ways.cast
    rule = rules.add_rule(union=cast.yongchuan, name="文旅券条件", by=HOUSE, at=NOW)
    first = rules.publish(rule=rule, condition=any_of(MEMBER), valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    scheme = a_scheme(cast.yongchuan, release=a_release(rule_version=first))
    applications.apply(pool=scheme.pool, person=cast.wang.person, by=HOUSE, at=YESTERDAY)
    desk = ways.desk(cast.admin)
    writes_a_condition(ways, desk, rule)
    desk.click("a:has-text('试算')")
    says(desk, "会不再符合")
    says(desk, "共1件会不一样")
    ways.look(desk, "rule-rehearsal")
    desk.click("tr:has-text('会不再符合') a")
    says(desk, "王小华")
    ways.look(desk, "rule-names")
    desk.go_back()
    desk.fill("[name=remark]", "这一批只给外卖配送员")
    desk.click("text=确认，接受1件不一样")
    says(desk, "周永在")
    desk.click("summary:has-text('发布')")
    ways.look(desk, "rule-accepted")
    desk.click("button:has-text('确定发布')")
    says(desk, "第2版已发布")
    ways.look(desk, "rule-published")
    accepted = Acceptance.objects.get()
    assert (accepted.differing, accepted.remark) == (1, "这一批只给外卖配送员")
    reads_why(ways, RuleVersion.objects.get(number=2))


def writes_a_condition(ways: Ways, desk: Page, rule: Rule) -> None:
    desk.goto(f"/staff/rules/{rule.public_id}/")
    ways.look(desk, "rule")
    desk.click("text=改规则（写新的一版）")
    desk.click("text=改成都要符合")
    desk.click("a:has-text('加条件')")
    desk.select_option("[name=fact]", "gig_group")
    desk.select_option("[name=op]", "=")
    desk.fill("[name=value]", "外卖配送")
    desk.fill("[name=words]", "是外卖配送员")
    desk.click("form button:has-text('加上')")
    says(desk, "可以填：")
    ways.look(desk, "rule-leaf-refused")
    desk.fill("[name=value]", "外卖配送员")
    desk.click("form button:has-text('加上')")
    says(desk, "还没有写依据")
    desk.click("section:has-text('日期和金额') >> text=改")
    desk.fill("[name=amount]", "120")
    desk.click("form button:has-text('保存')")
    ways.look(desk, "rule-draft")


def reads_why(ways: Ways, version: RuleVersion) -> None:
    scheme = a_scheme(ways.cast.yongchuan, release=a_release(rule_version=version))
    told = {}
    for player, name in ((ways.cast.zhang, "may"), (ways.cast.wang, "may-not")):
        phone = ways.phone(player)
        phone.goto(f"/benefits/{scheme.public_id}/")
        ways.look(phone, f"benefit-{name}")
        told[name] = phone.inner_text("main")
    assert "是外卖配送员" in told["may"]
    assert told["may"] != told["may-not"]


def test_three_wishes_an_offer_taken_one_declined_and_an_objection_answered(ways: Ways) -> None:
    cast, made = ways.cast, school(ways.cast)
    manner = calls.Manner(policy=Policy.DRAW, choices=3, result_at=CLOSES, accept_hours=24, notice_days=3)
    terms.set_window(term=made.term, opens=OPENS, closes=CLOSES, per_person=1, manner=manner, by=made.by, at=NOW)
    classes = [made.cohort(name=name, weekday=day, units=1) for name, day in (("早班", 2), ("午班", 3), ("晚班", 4))]
    mine = wishes(ways, classes)
    pools = [one.pool for one in classes]
    others = [
        entries.enter(call=mine.call, wishes=[pools[0]], persons=[one.person], by=HOUSE, at=NOW)
        for one in (cast.zhang, cast.li)
    ]
    tickets = [str(row.ticket) for row in (others[0], mine, others[1])]
    allocations.settle(
        call=mine.call, orders={pool.pk: tickets if pool == pools[0] else [str(mine.ticket)] for pool in pools},
        by=HOUSE, at=CLOSES,
    )  # fmt: skip
    ways.clock.now = at(4, 8, 20)
    answers(ways, mine, others)
    objects(ways, mine)


def wishes(ways: Ways, classes: list) -> Application:
    phone = ways.phone(ways.cast.wang)
    phone.goto(f"/classes/{classes[0].public_id}/")
    phone.click(".w-act button")
    says(phone, "您的票号")
    phone.click("a:has-text('加志愿')")
    for place, one in enumerate(classes):
        phone.select_option(f"[name=wish{place}]", one.pool.public_id)
    ways.look(phone, "wishes")
    phone.click("text=保存志愿")
    says(phone, "志愿已改好。")
    ways.look(phone, "application-entered")
    mine = Application.objects.select_related("call").get()
    assert mine.preferences.count() == 3
    return mine


def answers(ways: Ways, mine: Application, others: list[Application]) -> None:
    """王 has his second wish and takes it; 张 declines the first, which goes on to the next in line."""
    phone = ways.phone(ways.cast.wang)
    phone.goto(f"/applications/{mine.public_id}/")
    says(phone, "有一个名额留给您")
    ways.look(phone, "application-offered")
    phone.click("text=我参加")
    says(phone, "名额是您的")
    says(phone, "名额取到第1位")
    says(phone, "已经有排在前面的志愿，这一个就不用了")
    ways.look(phone, "application-granted")
    other = ways.phone(ways.cast.zhang)
    other.goto(f"/applications/{others[0].public_id}/")
    other.click("summary:has-text('谢绝')")
    ways.look(other, "application-declining")
    other.click("button:has-text('确定谢绝')")
    says(other, "已谢绝，名额会给候补的下一位")
    ways.look(other, "application-declined")
    states = [Application.objects.get(pk=row.pk).state for row in (mine, *others)]
    assert states == [ApplicationState.GRANTED, ApplicationState.WITHDRAWN, ApplicationState.OFFERED]


def objects(ways: Ways, mine: Application) -> None:
    desk = ways.desk(ways.cast.admin)
    desk.goto(f"/staff/calls/{mine.call.public_id}/")
    ways.look(desk, "call")
    desk.click("text=公示现在的结果")
    expect(desk.locator("h1")).to_have_text("结果公示")
    phone = ways.phone(ways.cast.zhang)
    phone.goto(desk.url)
    ways.look(phone, "outcome")
    phone.click("a.btn:has-text('提异议')")
    phone.fill("[name=words]", "我谢绝以后，名额给了谁？")
    ways.look(phone, "objection-new")
    phone.click("text=提交异议")
    says(phone, "还有1条在核对")
    desk.goto("/staff/objections/")
    ways.look(desk, "objections")
    desk.click("a:has-text('我谢绝以后')")
    desk.check("[name=upheld][value=no]")
    desk.fill("[name=words]", "给了候补第1位，次序在公布的名单里。")
    ways.look(desk, "objection")
    desk.click("text=公开答复")
    says(desk, "给了候补第1位")
    phone.reload()
    says(phone, "给了候补第1位")
    ways.look(phone, "outcome-answered")
    assert Objection.objects.get().answer == "给了候补第1位，次序在公布的名单里。"


def test_a_benefit_is_opened_claimed_shown_and_given_back(ways: Ways) -> None:
    line = a_line(ways.cast.yongchuan)
    desk = ways.desk(ways.cast.admin)
    drafts_a_benefit(ways, desk, str(line.public_id))
    desk.click("summary:has-text('公布')")
    desk.click("button:has-text('确定公布')")
    says(desk, "已公布")
    ways.look(desk, "scheme-published")
    scheme = Scheme.objects.get()
    assert scheme.line == line

    phone = ways.phone(ways.cast.wang)
    phone.goto("/benefits/")
    ways.look(phone, "benefits")
    phone.click("a:has-text('职工观影券')")
    ways.look(phone, "benefit")
    phone.click(".w-act button")
    phone.click("text=打开这张券")
    ways.look(phone, "voucher")
    phone.click("text=出示给商家")
    expect(phone.locator(".w-digits")).to_be_visible()
    ways.look(phone, "voucher-shown")
    voucher = Voucher.objects.get()
    assert phone.inner_text(".w-digits").replace(" ", "") == voucher.code
    phone.click("summary:has-text('退回这张券')")
    phone.click("button:has-text('确定退回')")
    says(phone, "已退回")
    ways.look(phone, "voucher-back")
    assert Voucher.objects.get().state == VoucherState.RETURNED
    assert Scheme.objects.get().bound == 0


def drafts_a_benefit(ways: Ways, desk: Page, line: str) -> None:
    desk.goto("/staff/benefits/new/")
    ways.look(desk, "scheme-new")
    desk.select_option("[name=union]", label=ways.cast.yongchuan.name)
    desk.fill("[name=name]", "职工观影券")
    desk.check("[name=kind][value=value]")
    for name, typed in (("value", "50"), ("budget", "400"), ("places", "10"), ("starts", "2024-03-28"),
                        ("last_day", "2024-06-30"), ("opens", "2024-03-28T09:00"), ("closes", "2024-04-20T18:00"),
                        ("policy_reason", "够发，随时可以领")):  # fmt: skip
        desk.fill(f"[name={name}]", typed)
    desk.select_option("[name=line]", line)
    desk.select_option("[name=policy]", "order_of_arrival")
    desk.click("form button.btn-primary")
    says(desk, "已起草")
    ways.look(desk, "scheme-draft")
    desk.click("summary:has-text('公布')")
    desk.click("button:has-text('确定公布')")
    says(desk, "10个名额要500元，预算只有400元")
    ways.look(desk, "scheme-refused")
    desk.click("a:has-text('改内容')")
    desk.fill("[name=budget]", "500")
    desk.click("form button.btn-primary")
