"""Which pages the side navigation and the tabs lead to. Data; a page that does not exist yet is left out."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from tongxin.people.authority import Actor
from tongxin.people.powers import Power


@dataclass(frozen=True, slots=True)
class Entry:
    """`power` None: for all staff (or, among the tabs, for everyone)."""

    label: str
    icon: str
    name: str  # of the address: "staff:people"
    power: Power | None = None


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    icon: str
    href: str
    current: bool
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: list[Item]


STAFF: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "办事",
        (
            Entry("工作台", "layout-dashboard", "staff:home"),
            Entry("扫码签到", "qrcode", "staff:checkin", Power.CALL_ROLL),
        ),
    ),
    (
        "惠工之家",
        (
            Entry("项目与课程", "school", "staff:programmes", Power.RUN_COURSES),
            Entry("班次", "calendar", "staff:cohorts", Power.SEE_COURSES),
            Entry("所思所盼", "message-heart", "staff:polls", Power.SEE_COURSES),
            Entry("报名与录取", "list-check", "staff:calls", Power.RUN_CALLS),
            Entry("集体报名", "list-check", "staff:collective", Power.ACT_FOR_WORKER),
            Entry("抽签", "arrows-shuffle", "staff:draws", Power.HOLD_DRAWS),
            Entry("阵地与教室", "building-community", "staff:sites", Power.MANAGE_SITES),
        ),
    ),
    (
        "福利",
        (
            Entry("福利", "ticket", "staff:benefits", Power.SEE_BENEFITS),
            Entry("券的去向", "chart-histogram", "staff:figures-vouchers", Power.READ_FIGURES),
            Entry("品牌", "star", "staff:brands", Power.RUN_BENEFITS),
            Entry("发放", "ticket", "staff:releases", Power.RUN_BENEFITS),
            Entry("福利互认", "heart-handshake", "staff:recognitions", Power.MANAGE_UNIONS),
            Entry("合作商户", "building-community", "staff:partners", Power.MANAGE_PARTNERS),
        ),
    ),
    (
        "职工与工会",
        (
            Entry("职工", "users", "staff:people", Power.FIND_PEOPLE),
            Entry("入会申请", "user-plus", "staff:joining", Power.REVIEW_JOINING),
            Entry("会籍转接", "arrows-exchange", "staff:transfers", Power.REVIEW_JOINING),
            Entry("窗口核验", "user-check", "staff:window", Power.VERIFY_PEOPLE),
            Entry("核验会籍凭证", "id-badge-2", "staff:check-card", Power.VERIFY_PEOPLE),
            Entry("重复登记", "users-group", "staff:likenesses", Power.MERGE_PEOPLE),
            Entry("花名册导入", "table-import", "staff:imports", Power.IMPORT_ROSTER),
            Entry("上级表", "file-spreadsheet", "staff:sheets", Power.KEEP_UNION),
            Entry("填报", "clipboard-check", "staff:filings", Power.KEEP_UNION),
            Entry("下发填报", "send", "staff:requests", Power.MANAGE_FORMS),
            Entry("工会组织", "sitemap", "staff:unions", Power.SEE_PEOPLE),
            Entry("建会申请", "writing-sign", "staff:foundings", Power.KEEP_UNION),
            Entry("换届", "calendar-time", "staff:elections", Power.KEEP_UNION),
            Entry("工会间协议", "heart-handshake", "staff:agreements", Power.MANAGE_UNIONS),
            Entry("共同目录", "clipboard-check", "staff:catalogue", Power.MANAGE_CATALOGUE),
            Entry("岗位任命", "id-badge-2", "staff:appointments", Power.APPOINT),
            Entry("工作账号", "key", "staff:accounts", Power.APPOINT),
        ),
    ),
    (
        "规则",
        (
            Entry("规则", "scale", "staff:rules", Power.MANAGE_RULES),
            Entry("参数", "list-numbers", "staff:parameters", Power.MANAGE_RULES),
        ),
    ),
    (
        "通知",
        (
            Entry("群发通知", "speakerphone", "staff:sendings", Power.SEND_NOTICES),
            Entry("渠道和费用", "coin", "staff:channels", Power.APPROVE_SENDINGS),
            Entry("纸条和当面告知", "printer", "staff:slips", Power.ACT_FOR_WORKER),
        ),
    ),
    (
        "数据与记录",
        (
            Entry("数据", "chart-histogram", "staff:figures", Power.READ_FIGURES),
            Entry("覆盖面", "target", "staff:coverage", Power.READ_FIGURES),
            Entry("操作记录", "history", "staff:journal", Power.READ_JOURNAL),
            Entry("权限缘由", "help-circle", "staff:why", Power.EXPLAIN_ACCESS),
            Entry("运行维护", "settings", "staff:operate", Power.OPERATE),
            Entry("接口密钥", "key", "staff:tokens"),
        ),
    ),
)

WORKER: tuple[Entry, ...] = (
    Entry("首页", "home", "worker:home"),
    Entry("课程", "school", "worker:classes"),
    Entry("消息", "inbox", "worker:inbox"),
    Entry("我的", "user", "worker:me"),
)


def address(name: str, *args: object) -> str:
    """Empty where no such page exists."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def staff_groups(request: HttpRequest) -> list[Group]:
    actor: Actor | None = getattr(request, "actor", None)
    groups = [Group(gettext(label), _items(request, _open_to(actor, entries))) for label, entries in STAFF]
    return [group for group in groups if group.items]


def worker_tabs(request: HttpRequest) -> list[Item]:
    return _items(request, WORKER)


def _open_to(actor: Actor | None, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    if actor is None or not actor.is_staff:
        return ()
    return tuple(entry for entry in entries if entry.power is None or actor.holds(entry.power))


def _items(request: HttpRequest, entries: tuple[Entry, ...]) -> list[Item]:
    found = [(entry, href) for entry in entries if (href := address(entry.name))]
    here = _here(request.path, [href for _, href in found])
    return [Item(gettext(entry.label), entry.icon, href, href == here, entry.name) for entry, href in found]


def _here(path: str, hrefs: list[str]) -> str:
    """The entry that the page lies under: the longest address that begins it. The roots stand only for themselves."""
    under = [href for href in hrefs if path == href or (href not in {"/", "/staff/"} and path.startswith(href))]
    return max(under, key=len, default="")
