"""Posters for the doors of a union, a site or a class: a page to print, and the same as PDF. They hang where all read
Chinese, whatever the language of whoever prints them.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import override

from tongxin.activities.models import Cohort
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.venues.models import Site
from tongxin.web import posters
from tongxin.web.answers import render_refusal
from tongxin.web.class_words import when, where
from tongxin.web.guard import HouseRequest, page
from tongxin.web.posters import Poster

NO_APP = "手机扫一扫就能用，不用装软件。"


@page(power=Power.SEE_PEOPLE, methods=("GET",))
def union_poster(request: HouseRequest, public_id: str) -> HttpResponse:
    union = get_object_or_404(unions_within(request.actor, Power.SEE_PEOPLE), public_id=public_id)
    return _answer(request, Poster(
        over=union.name,
        title="加入工会，找到组织",
        lines=("有单位、没有单位，都可以申请", "货车司机、网约车司机、快递员、外卖配送员，欢迎您"),
        call="扫码入会、看课程",
        address=_link(request, "public:door-union", union.public_id),
        foot=(NO_APP, "入会不收取任何手续费。" ),
    ))  # fmt: skip


@page(power=Power.MANAGE_SITES, methods=("GET",))
def site_poster(request: HouseRequest, public_id: str) -> HttpResponse:
    site: Site = get_object_or_404(
        Site.objects.within(request.actor, Power.MANAGE_SITES).select_related("union"), public_id=public_id
    )
    lines = tuple(filter(None, (site.address, f"电话：{site.phone}" if site.phone else "")))
    return _answer(request, Poster(
        over=site.union.name,
        title=site.name,
        lines=lines,
        call="扫码看这里的课程",
        address=_link(request, "public:door-site", site.public_id),
        foot=(NO_APP,),
    ))  # fmt: skip


@page(power=Power.SEE_COURSES, methods=("GET",))
def cohort_poster(request: HouseRequest, public_id: str) -> HttpResponse:
    rows = Cohort.objects.within(request.actor, Power.SEE_COURSES)
    cohort: Cohort = get_object_or_404(
        rows.select_related("course", "site", "room", "union", "term__programme"), public_id=public_id
    )
    with override("zh-hans"):
        lines = (when(cohort), where(cohort), cohort.site.address)
    return _answer(request, Poster(
        over=cohort.union.name,
        title=cohort.title,
        lines=lines,
        call="扫码报名",
        address=_link(request, "worker:class", cohort.public_id),
        foot=tuple(filter(None, (NO_APP, cohort.term.programme.synthetic))),
    ))  # fmt: skip


def _link(request: HouseRequest, name: str, public_id: str) -> str:
    return request.build_absolute_uri(reverse(name, args=[public_id]))


def _answer(request: HouseRequest, poster: Poster) -> HttpResponse:
    """`?as=pdf` is the file; else the page that shows and prints the same."""
    context = {"poster": poster, "pdf": f"{request.path}?as=pdf"}
    if request.GET.get("as") != "pdf":
        return render(request, "staff/poster.html", context)
    try:
        body = posters.pdf(poster)
    except Refused as refusal:
        return render_refusal(request, "staff/poster.html", context, refusal)
    name = content_disposition_header(as_attachment=True, filename=f"海报-{poster.title}.pdf")
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name or "attachment"})


urlpatterns = [
    path("unions/<slug:public_id>/poster/", union_poster, name="union-poster"),
    path("sites/<slug:public_id>/poster/", site_poster, name="site-poster"),
    path("cohorts/<slug:public_id>/poster/", cohort_poster, name="cohort-poster"),
]
