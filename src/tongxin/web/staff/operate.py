"""运行维护: whether the installation is well, for who keeps the machines. Numbers and names of tasks, no person."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from config.health import health
from tongxin.people.powers import Power
from tongxin.records import upkeep
from tongxin.records.queries import head
from tongxin.store.keys import ring
from tongxin.web.guard import HouseRequest, page

PARTS: Final = {"database": "数据库", "jobs": "后台作业"}
SAID: Final = {
    "ok": "正常",
    "late": "延误",
    "no answer": "没有应答",
    "not migrated": "表结构待更新",
    "not known": "不清楚",
}


@page(power=Power.OPERATE, methods=("GET",))
@never_cache
def operate(request: HouseRequest) -> HttpResponse:
    well, parts = health()
    return render(request, "staff/operate.html", {
        "well": well, "parts": [(PARTS[part], gettext(SAID.get(said, said)), said == "ok") for part, said in parts.items()],
        "tellings": upkeep.tellings(request.now), "jobs": upkeep.jobs(), "head": head(),
        "key": ring().current.id, "keys": len(ring().keys), "now": request.now,
    })  # fmt: skip


urlpatterns = [path("operate/", operate, name="operate")]
