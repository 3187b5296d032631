"""What people do in the browser, step by step: for the tests that walk long ways. `sound` looks at a page from all sides."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.cast import PASSWORD
from tests.journeys.conftest import faults, width_of
from tests.web.conftest import Clock

from tongxin.kernel import one_time_codes

WIDTHS = {390: 844, 1280: 800}
NARROW = 320  # the least that a page must fit


def sound(page: Page) -> None:
    """Nothing wrong at a phone's and a desk's width; nothing sticks out at 320 px. Without scripts nobody can look."""
    size = page.viewport_size
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        wrong = faults(page)
        assert wrong == [], f"{page.url} at {width} px: {wrong}"
    page.set_viewport_size({"width": NARROW, "height": 640})
    wide = width_of(page)
    assert wide <= NARROW, f"{page.url} is {wide} px wide at {NARROW}"
    page.set_viewport_size(size)


class Staff:
    """At a desk: password, then a one-time code that is set up at the first sign-in."""

    def __init__(self, page: Page, clock: Clock, look: Callable[[Page], None]) -> None:
        self.page, self.clock, self.look = page, clock, look
        self.secret = ""

    def sign_in(self, login: str) -> None:
        page = self.page
        page.goto("/sign-in/staff/")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("text=下一步")
        if not self.secret:
            self.secret = page.inner_text(".tx-secret").replace(" ", "")
            page.fill("[name=code]", one_time_codes.code_at(self.secret, one_time_codes.step_at(self.clock.now)))
            page.click("text=设好并登录")
            page.click("text=已经保存")
        else:
            page.fill("[name=code]", one_time_codes.code_at(self.secret, one_time_codes.step_at(self.clock.now)))
            page.click("form:has([name=code]) button.btn-primary")
        expect(page).to_have_url(re.compile("/staff/$"))
        self.look(page)

    def sign_out(self) -> None:
        self.page.context.clear_cookies()

    def imports(self, content: bytes) -> None:
        page = self.page
        page.goto("/staff/imports/new")
        page.set_input_files(
            "[name=file]", {"name": "花名册.xlsx", "mimeType": "application/octet-stream", "buffer": content}
        )
        page.click("text=上传并核对")
        expect(page.locator("#import-bar button")).to_be_visible()
        self.look(page)
        page.click("#import-bar button")
        expect(page.locator("[role=status]").first).to_contain_text("导入完成")

    def makes_a_term(self, ordinal: int, starts: str, ends: str) -> None:
        """From the programme's page, with its sign-up window."""
        page = self.page
        page.goto("/staff/programmes/")
        page.click("a:has-text('惠工之家')")
        self.look(page)
        page.click("text=新建一期")
        self.look(page)
        page.fill("[name=ordinal]", str(ordinal))
        page.fill("[name=starts]", starts)
        page.fill("[name=ends]", ends)
        page.click("text=保存")
        page.click("a:has-text('报名时间')")
        page.fill("[name=opens]", "2024-03-25T09:00")
        page.fill("[name=closes]", "2024-04-01T18:00")
        page.select_option("[name=policy]", "order_of_arrival")
        page.fill("[name=policy_reason]", "这一期场地大，名额够用")
        self.look(page)
        page.click("text=保存")
        expect(page.locator("h1")).to_contain_text(f"第{ordinal}期")

    def adds_a_cohort(self, course: str, units: int) -> None:
        """Tuesdays at seven in the evening, ten lessons; the days are looked at first."""
        page = self.page
        page.click("a:has-text('添加班次')")
        page.select_option("[name=course]", label=course)
        page.select_option("[name=weekday]", "2")
        page.fill("[name=starts_at]", "19:00")
        page.fill("[name=ends_at]", "20:30")
        page.select_option("[name=place]", label="舞蹈室（40座）")
        page.fill("[name=units]", str(units))
        page.click("text=看看上课日期")
        expect(page.locator("#preview")).to_contain_text("4月2日")
        self.look(page)
        page.click("text=添加这个班")
        expect(page.locator("h1")).to_contain_text(course)
        self.look(page)

    def publishes(self) -> None:
        page = self.page
        page.goto(self._term())
        self.look(page)
        page.click("summary:has-text('公布这一期')")
        page.click("button:has-text('确定公布')")
        expect(page.locator("body")).to_contain_text("已公布")

    def _term(self) -> str:
        self.page.goto("/staff/programmes/")
        self.page.click("a:has-text('惠工之家')")
        return str(self.page.locator("th a:has-text('期')").first.get_attribute("href"))

    def figures(self) -> dict[str, int]:
        """The board's numbers by their names."""
        page = self.page
        page.goto("/staff/figures/")
        found = page.locator(".s-kpi").evaluate_all(
            "cards => cards.map(c => [c.querySelector('.l').innerText.trim(), c.querySelector('.v').innerText])"
        )
        return {
            name: int(number) for name, text in found if (number := re.sub(r"\D.*$", "", text.replace(",", "").strip()))
        }


class Worker:
    """On a phone."""

    def __init__(self, page: Page, look: Callable[[Page], None]) -> None:
        self.page, self.look = page, look

    def opens_the_class(self, name: str) -> None:
        self.page.goto("/classes/")
        self.look(self.page)
        self.page.click(f".w-class:has-text('{name}'), a:has-text('{name}')")
        expect(self.page.locator("h1")).to_have_text(name)

    def signs_in(self, phone: str) -> None:
        """From the class, by phone number and the code out of the demo's inbox."""
        page = self.page
        page.click("text=登录后报名")
        page.fill("[name=phone]", phone)
        page.click("text=获取验证码")
        text = page.request.get("/demo/inbox/").text()
        shown = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        after = text[max(text.find(phone), text.find(shown)) :]
        page.fill("[name=code]", re.findall(r"验证码是(\d{6})", after)[0])
        page.click("form:has([name=code]) button.btn-primary")

    def claims(self, name: str, number: str) -> None:
        page = self.page
        expect(page.locator("h1")).to_have_text("您是哪一位")
        self.look(page)
        page.fill("[name=document-name]", name)
        page.fill("[name=document-number]", number)
        page.click("form:has([name=document-number]) button")
        expect(page.locator("h1")).not_to_have_text("您是哪一位")

    def presses_sign_up(self, then: str) -> None:
        self.page.click(".w-act button")
        expect(self.page.locator("main")).to_contain_text(then)

    def withdraws(self) -> None:
        self.page.click("summary:has-text('退课')")
        self.page.click("button:has-text('确定退课')")
        expect(self.page.locator("body")).to_contain_text("已退出")
