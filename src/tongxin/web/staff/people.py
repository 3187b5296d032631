"""People: found and listed with masks, one record with its history, and what staff do with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.activities.queries.persons import enrolments_of
from tongxin.kernel.refused import Refused
from tongxin.people.actions import claims, disclosures, memberships, persons, verification
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Membership, Person
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.people.queries import standing
from tongxin.people.queries.members import Members, members
from tongxin.people.queries.merges import merges_of
from tongxin.people.queries.search import MOST, Hit, search
from tongxin.people.queries.windows import checks_of
from tongxin.people.scoping import unions_within
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.choosing import asked_union
from tongxin.web.staff.people_forms import EndForm, MoveForm, PersonForm, RegisterForm

LABELS = {
    "name": "姓名",
    "document": "证件号码",
    "phone": "手机号",
    "sex": "性别",
    "born": "出生日期",
    "employer": "工作单位",
    "occupation": "职业",
    "gig_group": "新就业形态",
    "migrant_worker": "农民工",
    "ethnicity": "民族",
    "political_status": "政治面貌",
    "education": "学历",
    "skill_level": "技能等级",
    "model_worker": "劳模称号",
}
LIST, RECORD = "staff/people/list.html", "staff/people/person.html"


@page(power=Power.FIND_PEOPLE, methods=("GET",))
def people(request: HouseRequest) -> HttpResponse:
    """Everyone in reach by name, a page at a time; or those that a text finds."""
    text = request.GET.get("q", "").strip()
    union = asked_union(request, unions_within(request.actor, Power.FIND_PEOPLE))
    gig = request.GET.get("gig", "")
    context: dict[str, Any] = {
        "q": text,
        "union": union,
        "gig": gig,
        "gig_groups": GigGroup.choices,
        "most": MOST,
        "can_register": request.actor.holds(Power.MANAGE_PEOPLE),
    }
    try:
        if text:
            found = search(request.actor, text)
            context |= {"rows": [_row(hit) for hit in found.hits], "more": found.more}
        else:
            context |= _listed(members(request.actor, union=union, gig_group=gig, after=request.GET.get("after", "")))
    except Refused as refusal:
        return render_refusal(request, f"{LIST}#rows", context | {"rows": []}, refusal)
    return render_part(request, f"{LIST}#rows", context)


@page(power=Power.MANAGE_PEOPLE)
def new_person(request: HouseRequest) -> HttpResponse:
    """Registers a worker; no phone is needed."""
    form = RegisterForm(request.actor, request.POST or None, initial={"union": request.GET.get("union", "")})
    if request.method == "POST" and form.is_valid():
        try:
            person = persons.register(by=request.actor, at=request.now, **form.values())
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, "已登记。")
            return redirect("staff:person", person.public_id)
    return render_form(request, "staff/people/edit.html", form, {"title": "登记职工", "say": "登记"})


@page(power=Power.SEE_PEOPLE, methods=("GET",))
@never_cache
def person(request: HouseRequest, public_id: str) -> HttpResponse:
    return render(request, RECORD, _record(request, _within(request, public_id, Power.SEE_PEOPLE)))


@page(power=Power.MANAGE_PEOPLE)
def edit_person(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _within(request, public_id, Power.MANAGE_PEOPLE)
    form = PersonForm(request.POST or None, person=one)
    if request.method == "POST" and form.is_valid():
        try:
            persons.change(person=one, by=request.actor, at=request.now, **form.values())
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("staff:person", one.public_id)
    return render_form(request, "staff/people/edit.html", form, {"title": "修改登记", "say": "保存", "person": one})


@page(power=Power.REVEAL_NUMBERS, methods=("POST",))
@never_cache
def reveal(request: HouseRequest, public_id: str) -> HttpResponse:
    """The full number on this one answer; the looker and the purpose are noted before it is shown."""
    one = _within(request, public_id, Power.REVEAL_NUMBERS)
    field = request.POST.get("field", "")
    try:
        number = disclosures.reveal(
            person=one, field=field, purpose=request.POST.get("purpose", ""), by=request.actor, at=request.now
        )
    except Refused as refusal:
        return render_refusal(request, f"{RECORD}#numbers", _record(request, one), refusal)
    return render_part(request, f"{RECORD}#numbers", _record(request, one) | {"revealed": {field: number}})


@page(power=Power.ACT_FOR_WORKER, methods=("POST",))
@never_cache
def issue_claim(request: HouseRequest, public_id: str) -> HttpResponse:
    """The code stands on this one answer, to be written down or printed."""
    one = _within(request, public_id, Power.ACT_FOR_WORKER)
    try:
        code = claims.issue_code(person=one, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, RECORD, _record(request, one), refusal)
    days = claims.VALID.days
    return render(request, "staff/people/claim.html", {"person": one, "code": code, "days": days})


@page(power=Power.MANAGE_PEOPLE)
def move_member(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _within(request, public_id, Power.MANAGE_PEOPLE)
    stay = get_object_or_404(Membership.objects.within(request.actor, Power.MANAGE_PEOPLE), person=one, ends=None)
    form = MoveForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.move(membership=stay, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"会籍已转到{form.cleaned_data['to_union'].name}。")
            return _after_letting_go(request, one)
    context = {"title": "转接会籍", "say": "转接", "person": one, "stay": stay}
    return render_form(request, "staff/people/edit.html", form, context)


@page(power=Power.MANAGE_PEOPLE)
def end_member(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _within(request, public_id, Power.MANAGE_PEOPLE)
    stay = get_object_or_404(Membership.objects.within(request.actor, Power.MANAGE_PEOPLE), person=one, ends=None)
    form = EndForm(request.POST or None, initial={"on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            memberships.end(membership=stay, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "会籍已结束，历史仍可查。")
            return _after_letting_go(request, one)
    context = {"title": "结束会籍", "say": "结束会籍", "person": one, "stay": stay}
    return render_form(request, "staff/people/edit.html", form, context)


# ---- what the pages show ------------------------------------------------------------------------------------------


def _within(request: HouseRequest, public_id: str, power: Power) -> Person:
    person: Person = get_object_or_404(Person.objects.within(request.actor, power), public_id=public_id)
    return person


def _row(hit: Hit) -> dict[str, Any]:
    """One line of a list; the address only where the record may be seen."""
    cells = {
        field: shown(hit.person, field, hit.purpose) for field in ("name", "document", "phone", "employer", "gig_group")
    }
    seen = hit.purpose is Purpose.STAFF_LIST
    return cells | {"union": hit.union, "id": hit.person.public_id if seen else "", "synthetic": hit.person.synthetic}


def _listed(found: Members) -> dict[str, Any]:
    return {"rows": [_row(hit) for hit in found.hits], "after": found.after, "total": found.total}


def _record(request: HouseRequest, one: Person) -> dict[str, Any]:
    """Everything on the page of one person, masked for it."""
    actor = request.actor
    stays = standing.stays_of(one)
    here = {
        power: Person.objects.within(actor, power).filter(pk=one.pk).exists()
        for power in _OFFERED
        if actor.holds(power)
    }
    return {
        "person": one,
        "fields": [
            (label, shown(one, field, Purpose.STAFF_DETAIL))
            for field, label in LABELS.items()
            if field not in {"name", "document", "phone"}
        ],
        "numbers": [(field, LABELS[field], shown(one, field, Purpose.STAFF_DETAIL)) for field in ("document", "phone")],
        "stays": stays,
        "open": next((stay for stay in stays if stay.ends is None), None),
        "posts": standing.posts_of(one, on=actor.on),
        "looks": standing.looks_at(one),
        "account": standing.has_account(one),
        "checks": [
            (check, verification.HOW.get(check.how, f"外部核验（{check.how}）")) for check in checks_of(one, most=5)
        ],
        "merges": merges_of(one),
        "enrolments": enrolments_of(one, actor=actor),
        "offered": {power.value for power, yes in here.items() if yes},
        "revealed": {},
        "today": actor.on,
    }


_OFFERED = (
    Power.MANAGE_PEOPLE,
    Power.VERIFY_PEOPLE,
    Power.REVEAL_NUMBERS,
    Power.ACT_FOR_WORKER,
    Power.APPOINT,
    Power.EXPLAIN_ACCESS,
)


def _after_letting_go(request: HouseRequest, one: Person) -> HttpResponse:
    """Whoever let a member go may no longer see the record."""
    if Person.objects.within(request.actor, Power.SEE_PEOPLE).filter(pk=one.pk).exists():
        return redirect("staff:person", one.public_id)
    return redirect("staff:people")


urlpatterns = [
    path("people/", people, name="people"),
    path("people/new/", new_person, name="person-new"),
    path("people/<slug:public_id>/", person, name="person"),
    path("people/<slug:public_id>/edit/", edit_person, name="person-edit"),
    path("people/<slug:public_id>/reveal/", reveal, name="person-reveal"),
    path("people/<slug:public_id>/claim/", issue_claim, name="person-claim"),
    path("people/<slug:public_id>/move/", move_member, name="person-move"),
    path("people/<slug:public_id>/end/", end_member, name="person-end"),
]
