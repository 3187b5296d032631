"""班子和任期: the committee of a union and its officers; whose election falls due."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.actions import committees
from tongxin.people.actions.committees import LONGER, ONE_EACH, QUORUM, SHORTER, Election, Seat
from tongxin.people.authority import Actor
from tongxin.people.models import Committee
from tongxin.people.models.officers import Office
from tongxin.people.powers import Power
from tongxin.people.queries.committees import DUE, NONE, OVERDUE, SHOWS, due_within, terms_of, without_committee
from tongxin.unions.models import Level, Union
from tongxin.web.answers import render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.fields import DayField, whole
from tongxin.web.staff.foundings_forms import file_field, upload_of
from tongxin.web.staff.naming import PeopleField
from tongxin.web.staff.union_frame import form_page, framed, union_within

KIN: Final = "企业主要负责人的近亲属不能作为本企业基层工会委员会成员的人选（《工会法》第十条）。"
UNDER: Final = {
    "committee-years": "years", "committee-day": "elected_on", "union-not-there": "elected_on", "committee-number": "number",
    "committee-present": "present", "election-quorum": "present", "committee-chair": "chair", "file-kind": "file",
    "file-large": "file", "file-empty": "file", "officer-day": "on", "officer-taken": "office", "officer-once": "person",
    "committee-seat": "office", "officer-gone": "officer",
}  # fmt: skip


class ElectForm(HouseForm):
    number = whole("第几届", most=200)
    elected_on = DayField(label="选举日期")
    years = forms.TypedChoiceField(
        label="任期", choices=[(SHORTER, "3年"), (LONGER, "5年")], coerce=int, widget=forms.RadioSelect,
        help_text="基层工会3年或5年，其他5年。",
    )  # fmt: skip
    due = whole("应到人数", most=1_000_000, required=False)
    present = whole("实到人数", least=0, most=1_000_000, required=False, help_text="三分之二以上到会才有效。")

    def __init__(self, actor: Actor, union: Union, last: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for office in (Office.CHAIR, Office.VICE_CHAIR, Office.MEMBER, Office.AUDIT_CHAIR, Office.WOMEN_CHAIR):
            self.fields[office.value] = PeopleField(
                actor, one=office in ONE_EACH, label=office.label, required=office == Office.CHAIR, max_length=4000
            )
        self.fields["chair"].help_text = f"写姓名，重名的写完整证件号码或手机号。{KIN}"
        self.fields["file"] = file_field("上级的批复", required=False)
        self.initial.update(number=last + 1, years=SHORTER if union.level == Level.GRASSROOTS else LONGER)
        if "knowing" in self.data:
            self.ask_to_know()

    def ask_to_know(self) -> None:
        """Only where the numbers fall short: nobody ticks it beforehand."""
        self.fields["knowing"] = forms.BooleanField(
            label="人数已经核对，仍按这样登记", required=False, help_text=QUORUM
        )

    def election(self) -> Election:
        return Election(
            **{name: self.cleaned_data[name] for name in ("number", "elected_on", "years", "due", "present")}
        )

    def seats(self) -> list[Seat]:
        return [Seat(person, office) for office in Office for person in self.cleaned_data.get(office.value) or []]


class FillForm(HouseForm):
    office = forms.ChoiceField(label="职务", choices=Office.choices)
    on = DayField(label="就任日期")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = PeopleField(
            actor, one=True, label="人", help_text="写姓名，重名的写完整证件号码或手机号。"
        )
        self.order_fields(["person"])


class LeaveForm(HouseForm):
    officer = forms.ChoiceField(label="谁离任")
    on = DayField(label="离任日期", help_text="这一天起不再担任。")

    def __init__(self, committee: Committee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = committee.officers.filter(ends=None).select_related("person").order_by("pk")
        self.held = {f"{row.person.public_id}:{row.office}": row for row in rows}
        self.fields["officer"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"), *((key, f"{row.get_office_display()} {row.person.name}") for key, row in self.held.items())
        ]  # fmt: skip


@page(power=Power.KEEP_UNION, methods=("GET",))
def committee(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    terms, today = terms_of(one), request.actor.on
    now = next((term for term in terms if term.committee.succeeded_on is None), None)
    context: dict[str, Any] = {"now": now, "before": [term for term in terms if term is not now]}
    if now:
        context |= {"overdue": now.overdue(today), "days_left": now.days_left(today)}
    return framed(request, "staff/unions/committee.html", one, **context)


@page(power=Power.KEEP_UNION)
def elect(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    terms = terms_of(one)
    form = ElectForm(
        request.actor, one, terms[0].committee.number if terms else 0, request.POST or None, request.FILES or None
    )
    if request.method == "POST" and form.is_valid():
        despite = ["election-quorum"] if form.cleaned_data.get("knowing") else []
        given = {"election": form.election(), "seats": form.seats(), "reply": upload_of(form, title="换届批复")}
        try:
            made = committees.elect(union=one, despite=despite, by=request.actor, at=request.now, **given)  # type: ignore[arg-type]
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, f"已登记第{made.number}届。任期快满时会提醒。")
            return redirect("staff:union-committee", public_id)
    return form_page(request, form, one, "登记换届", "登记")


@page(power=Power.KEEP_UNION)
def fill(request: HouseRequest, public_id: str, committee_id: str) -> HttpResponse:
    one, found = _found(request, public_id, committee_id)
    form = FillForm(request.actor, request.POST or None, initial={"on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        seat = Seat(values["person"][0], values["office"])
        try:
            committees.fill(committee=found, seat=seat, starts=values["on"], by=request.actor, at=request.now)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, "已登记就任。")
            return redirect("staff:union-committee", public_id)
    return form_page(request, form, one, "增补或递补", "登记")


@page(power=Power.KEEP_UNION)
def leave(request: HouseRequest, public_id: str, committee_id: str) -> HttpResponse:
    one, found = _found(request, public_id, committee_id)
    form = LeaveForm(found, request.POST or None, initial={"on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        held = form.held[form.cleaned_data["officer"]]
        try:
            committees.leave(
                committee=found, person=held.person, office=held.office, ends=form.cleaned_data["on"], by=request.actor,
                at=request.now,
            )  # fmt: skip
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, "已登记离任。")
            return redirect("staff:union-committee", public_id)
    return form_page(request, form, one, "登记离任", "登记")


@page(power=Power.KEEP_UNION, methods=("GET",))
def elections(request: HouseRequest) -> HttpResponse:
    """Whose term is over, whose falls due, and who never entered one: for help, in the order of time."""
    show, today = request.GET.get("show", OVERDUE), request.actor.on
    if show == NONE:
        rows = paged(request, without_committee(request.actor, Power.KEEP_UNION, today))
        context: dict[str, Any] = {"unions": rows, "page": rows}
    else:
        show = show if show == DUE else OVERDUE
        context = {"page": paged(request, due_within(request.actor, Power.KEEP_UNION, show, today))}
    return render_part(request, "staff/unions/elections.html", context | {"show": show, "shows": SHOWS.items()})


def _refuse(form: HouseForm, refusal: Refused) -> None:
    if refusal.code == "election-quorum" and isinstance(form, ElectForm):
        form.ask_to_know()
    field = UNDER.get(refusal.code)
    form.refuse(refusal, field if field in form.fields else None)


def _found(request: HouseRequest, public_id: str, committee_id: str) -> tuple[Union, Committee]:
    one = union_within(request, public_id, Power.KEEP_UNION)
    found: Committee = get_object_or_404(Committee, union=one, public_id=committee_id)
    return one, found


urlpatterns = [
    path("elections/", elections, name="elections"),
    path("unions/<slug:public_id>/committee/", committee, name="union-committee"),
    path("unions/<slug:public_id>/committee/new/", elect, name="union-elect"),
    path("unions/<slug:public_id>/committee/<slug:committee_id>/fill/", fill, name="union-fill"),
    path("unions/<slug:public_id>/committee/<slug:committee_id>/leave/", leave, name="union-leave"),
]
