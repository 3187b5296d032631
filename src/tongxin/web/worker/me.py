"""我的: what one has, who one is here, and who looked."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext, gettext_noop

from tongxin.activities.queries.mine import MyClass, my_things
from tongxin.benefits.queries import mine as vouchers
from tongxin.benefits.states import VoucherState
from tongxin.notices.queries import unread
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Disclosure, Membership, Person
from tongxin.people.queries.joining import waiting_of
from tongxin.web import benefit_words, class_words, dates
from tongxin.web.accounts.outside_sign_in import linked
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker import awaited, cards

FIELDS = (
    ("name", gettext_noop("姓名")),
    ("document", gettext_noop("证件号码")),
    ("phone", gettext_noop("手机号码")),
    ("sex", gettext_noop("性别")),
    ("born", gettext_noop("出生日期")),
    ("employer", gettext_noop("工作单位")),
    ("gig_group", gettext_noop("新就业形态")),
    ("occupation", gettext_noop("岗位")),
    ("education", gettext_noop("学历")),
    ("skill_level", gettext_noop("技能等级")),
)
LOOKS = 50
VOUCHERS = 3


@page(open_to=OpenTo.WORKER, methods=("GET",))
def me(request: HouseRequest) -> HttpResponse:
    assert request.actor.person_id is not None
    things = my_things(request.actor.person_id, at=request.now)
    context = {
        "current": [_row(one, request) for one in things.current],
        "waiting": awaited.rows_of(request.actor.person_id),
        "vouchers": _vouchers(request.actor.person_id),
        "past": [_row(one, request) for one in things.past],
        "person": Person.objects.only("name").get(pk=request.actor.person_id),
        "unread": unread(request.actor.person_id),
        "synthetic": cards.synthetic(one.cohort for one in [*things.current, *things.past]),
    }
    return render(request, "worker/me/things.html", context)


@page(open_to=OpenTo.WORKER, methods=("GET",))
def record(request: HouseRequest) -> HttpResponse:
    """One's own record with numbers masked: phones are read over shoulders."""
    person = Person.objects.get(account=request.user)
    looks = Disclosure.objects.filter(person=person).select_related("union").order_by("-at")[:LOOKS]
    context = {
        "person": person,
        "facts": [
            (gettext(label), dates.day(person.born) if field == "born" and person.born else gettext(text))
            for field, label in FIELDS
            if (text := shown(person, field, Purpose.OWN_PAGE))
        ],
        "memberships": Membership.objects.filter(person=person).select_related("union").order_by("-starts"),
        "joining": waiting_of(person.pk),
        "looks": looks,
        "outside": linked(request.user),
    }
    return render(request, "worker/me/record.html", context)


def _vouchers(person: int) -> list[dict[str, Any]]:
    """Those that can be used, what ends first at the top."""
    live = vouchers.of_person(person).filter(state=VoucherState.ISSUED).order_by("last_day", "-at")
    return [{"voucher": one, "until": benefit_words.until(one)} for one in live[:VOUCHERS]]


def _row(one: MyClass, request: HouseRequest) -> dict[str, Any]:
    attended = gettext("到%(n)s次，已上%(of)s次") % {"n": one.attended, "of": one.marked} if one.marked else ""
    return {
        "cohort": one.cohort,
        "enrolment": one.enrolment,
        "stands": one.stands,
        "code": one.can_check_in,
        "when": f"{dates.near(one.next.starts_at, request.now)} · {class_words.where(one.cohort)}" if one.next else "",
        "attended": attended,
    }


urlpatterns = [path("me/", me, name="me"), path("me/record/", record, name="record")]
