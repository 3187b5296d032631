"""The staff's first page: what is due today, and where to go. Nothing here counts or ranks the cadre."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.activities.queries.mine import TeachersClass, teachers_cohorts
from tongxin.people.models import Appointment
from tongxin.people.powers import Power
from tongxin.people.queries import standing
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.navigation import address
from tongxin.web.staff.due import due

SOON = timedelta(days=30)
MOST = 6


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that staff come here to do. `power` None: for all staff."""

    label: str
    text: str
    icon: str
    name: str  # of the address
    power: Power | None


DEEDS: tuple[Deed, ...] = (
    Deed("点名", "上课时记到课、迟到、请假、缺课。", "clipboard-check", "staff:cohorts", Power.CALL_ROLL),
    Deed("办班次", "开课、调课、停课，开放和停止报名。", "calendar", "staff:cohorts", Power.RUN_COURSES),
    Deed("导入花名册", "Excel原样拖进来，先核对再导入。", "table-import", "staff:imports", Power.IMPORT_ROSTER),
    Deed("登记职工", "没有手机的也能登记，以后凭码认领。", "user-plus", "staff:person-new", Power.MANAGE_PEOPLE),
    Deed("找职工", "姓名中任意两个字、拼音首字母、完整号码。", "user-search", "staff:people", Power.FIND_PEOPLE),
    Deed("看数据", "期、课程、班次、人次，每个数点开看记录。", "chart-histogram", "staff:figures", Power.READ_FIGURES),
    Deed("任命岗位", "到期自动停止，人走权限不留。", "id-badge-2", "staff:appointments", Power.APPOINT),
    Deed("查操作记录", "谁在什么时候做了什么。", "history", "staff:journal", Power.READ_JOURNAL),
    Deed("查权限缘由", "为什么这个人能看到。", "help-circle", "staff:why", Power.EXPLAIN_ACCESS),
    Deed("运行维护", "作业、备份、密钥。", "settings", "staff:operate", Power.OPERATE),
    Deed("工会组织", "今天和过去任何一天的名称、代码、隶属。", "sitemap", "staff:unions", Power.SEE_PEOPLE),
    Deed("岗位和权限对照", "每种岗位能做什么、到哪里。", "table", "staff:roles", None),
)


@page(open_to=OpenTo.STAFF, methods=("GET",))
def home(request: HouseRequest) -> HttpResponse:
    actor = request.actor
    deeds = [
        (deed, href) for deed in DEEDS if deed.power is None or actor.holds(deed.power) if (href := address(deed.name))
    ]
    ending = [post for post in actor.posts if post.ends - actor.on <= SOON]
    context = {
        "deeds": deeds,
        "due": due(request),
        "classes": _classes(request),
        "ending": _ending(request),
        "my_ending": ending,
        "soon": SOON.days,
    }
    return render(request, "staff/home.html", context)


def _classes(request: HouseRequest) -> list[TeachersClass]:
    """The next lessons of those who call a roll."""
    if not request.actor.holds(Power.CALL_ROLL):
        return []
    found = teachers_cohorts(request.actor, at=request.now)
    return [one for one in found if one.next is not None][:MOST]


def _ending(request: HouseRequest) -> list[Appointment]:
    """Posts that end soon, for whoever could renew them."""
    if not request.actor.holds(Power.APPOINT):
        return []
    posts = standing.posts_within(request.actor, Power.APPOINT).filter(ends__lte=request.actor.on + SOON)
    return list(posts[:MOST])


urlpatterns = [path("", home, name="home")]
