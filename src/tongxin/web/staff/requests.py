"""下发填报: drafted, priced before it can be sent, followed, reminded once, exported."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.http import content_disposition_header

from tongxin.filings.actions import requests as asking
from tongxin.filings.actions.requests import Asked, Wish
from tongxin.filings.models import Filler, Request
from tongxin.filings.queries.requests import cost_of, fillers_of, sent_within
from tongxin.filings.states import Audience, Handling, Kind, RequestState
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.records.sheets.writing import Column, write_workbook
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import union_field
from tongxin.web.staff.fields import DayField

LIST, NEW, ONE = "staff/requests/list.html", "staff/requests/new.html", "staff/requests/one.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DraftForm(HouseForm):
    title = forms.CharField(label="名称", max_length=80)
    why_asked = forms.CharField(
        label="为什么要填", max_length=400, widget=forms.Textarea(attrs={"rows": 3}), help_text="填的人看得到。"
    )
    due_on = DayField(label="截止日")
    audience = forms.ChoiceField(label="问谁", choices=Audience.choices, widget=forms.RadioSelect)

    def __init__(self, request: HouseRequest, *args: Any) -> None:
        super().__init__(*args)
        self.fields["union"] = union_field(request.actor, Power.MANAGE_FORMS, label="由哪个工会下发")
        self.order_fields(["union"])

    def wish(self) -> Wish:
        values = self.cleaned_data
        return Wish(values["title"], values["why_asked"], values["due_on"], Audience(values["audience"]))


class QuestionForm(HouseForm):
    text = forms.CharField(label="问题", max_length=120)
    kind = forms.ChoiceField(label="怎么答", choices=Kind.choices)
    choices = forms.CharField(
        label="选项",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="选一项的才填，一行写一个。",
    )
    handling = forms.ChoiceField(
        label="系统里有的话",
        choices=Handling.choices,
        initial=Handling.ASK,
        help_text="系统里有的不用再问；确实要问的，选一个理由。",
    )

    def asked(self) -> Asked:
        values = self.cleaned_data
        lines = [line.strip() for line in values["choices"].splitlines() if line.strip()]
        return Asked(values["text"], Kind(values["kind"]), Handling(values["handling"]), lines)


@page(power=Power.MANAGE_FORMS, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    return render_part(request, LIST, {"page": paged(request, sent_within(request.actor))})


@page(power=Power.MANAGE_FORMS)
def new(request: HouseRequest) -> HttpResponse:
    form = DraftForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        union = form.cleaned_data["union"]
        try:
            made = asking.draft(union=union, wish=form.wish(), by=request.actor, at=request.now)
        except Refused as refusal:
            fields = {"request-title": "title", "request-why": "why_asked", "request-due": "due_on"}
            form.refuse(refusal, fields.get(refusal.code))
        else:
            return redirect("staff:request", made.public_id)
    return render_form(request, NEW, form)


@page(power=Power.MANAGE_FORMS, methods=("GET",))
def one(request: HouseRequest, request_id: str) -> HttpResponse:
    return _shown(request, _one(request, request_id), QuestionForm())


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def add(request: HouseRequest, request_id: str) -> HttpResponse:
    found, form = _one(request, request_id), QuestionForm(request.POST)
    if form.is_valid():
        try:
            asking.add_question(request=found, asked=form.asked(), by=request.actor, at=request.now)
        except Refused as refusal:
            fields = {
                "question-text": "text",
                "question-choices": "choices",
                "held-already": "handling",
                "not-held": "handling",
            }
            form.refuse(refusal, fields.get(refusal.code))
        else:
            messages.success(request, "已加上。")
            return redirect("staff:request", request_id)
    return _shown(request, found, form)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def drop(request: HouseRequest, request_id: str, question_id: str) -> HttpResponse:
    found = _one(request, request_id)
    question = get_object_or_404(found.questions.select_related("request"), public_id=question_id)
    asking.drop_question(question=question, by=request.actor, at=request.now)
    messages.success(request, "已删除。")
    return redirect("staff:request", request_id)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def send(request: HouseRequest, request_id: str) -> HttpResponse:
    """The cost that was shown comes back with the press."""
    found = _one(request, request_id)
    seen = request.POST.get("minutes", "")
    minutes = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    done = asking.send(request=found, minutes=minutes, by=request.actor, at=request.now)
    asked = done.state == RequestState.ASKED
    messages.success(request, "已请另一个人批准。" if asked else f"已下发给{done.fillers}个，都会收到消息。")
    return redirect("staff:request", request_id)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def approve(request: HouseRequest, request_id: str) -> HttpResponse:
    done = asking.approve(request=_one(request, request_id), by=request.actor, at=request.now)
    messages.success(request, f"已批准并下发给{done.fillers}个。")
    return redirect("staff:request", request_id)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def take_back(request: HouseRequest, request_id: str) -> HttpResponse:
    asking.take_back(request=_one(request, request_id), by=request.actor, at=request.now)
    messages.success(request, "已退回起草，可以再改。")
    return redirect("staff:request", request_id)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def remind(request: HouseRequest, request_id: str) -> HttpResponse:
    told = asking.remind(request=_one(request, request_id), by=request.actor, at=request.now)
    messages.success(request, f"已提醒{told}个还没填的。只提醒这一次。")
    return redirect("staff:request", request_id)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def close(request: HouseRequest, request_id: str) -> HttpResponse:
    asking.close(request=_one(request, request_id), by=request.actor, at=request.now)
    messages.success(request, "已结束，不再收回答。")
    return redirect("staff:request", request_id)


@page(power=Power.MANAGE_FORMS, methods=("POST",))
def export(request: HouseRequest, request_id: str) -> HttpResponse:
    """By POST: a file that leaves the house is journalled."""
    found = _one(request, request_id)
    rows = asking.export(request=found, by=request.actor, at=request.now)
    texts = [question.text for question in found.questions.order_by("no")]
    columns = [Column("填的人", width=30), Column("状态"), *(Column(text, width=24) for text in texts)]
    lines = [
        [
            _who(filler, Purpose.EXPORT),
            filler.get_state_display(),
            *(line.held if not line.question.is_asked else line.value for line in answers),
        ]
        for filler, answers in rows
    ]
    body = write_workbook(columns, lines, title=found.title, notes=[found.why, "“由系统给出”的列是导出当天登记里的。"])
    header = content_disposition_header(as_attachment=True, filename=f"{found.title}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


def _one(request: HouseRequest, request_id: str) -> Request:
    found: Request = get_object_or_404(sent_within(request.actor), public_id=request_id)
    return found


def _who(filler: Filler, purpose: Purpose) -> str:
    if filler.union is not None:
        return filler.union.name
    assert filler.person is not None
    return shown(filler.person, "name", purpose)


def _shown(request: HouseRequest, found: Request, form: QuestionForm) -> HttpResponse:
    price = cost_of(found, request.actor.on)
    sent = found.state in {RequestState.SENT, RequestState.CLOSED}
    rows = paged(request, fillers_of(found)) if sent else None
    return render_form(request, ONE, form, {
        "found": found, "questions": found.questions.order_by("no"), "price": price, "drafts": found.state == RequestState.DRAFT,
        "asked": found.state == RequestState.ASKED, "open": found.state == RequestState.SENT,
        "own": found.asked_by == request.actor.account_id, "page": rows,
        "people": [{"row": row, "name": _who(row, Purpose.STAFF_LIST)} for row in rows or []],
    })  # fmt: skip


urlpatterns = [
    path("requests/", listing, name="requests"),
    path("requests/new/", new, name="request-new"),
    path("requests/<str:request_id>/", one, name="request"),
    path("requests/<str:request_id>/questions/", add, name="request-question"),
    path("requests/<str:request_id>/questions/<str:question_id>/drop/", drop, name="request-question-drop"),
    path("requests/<str:request_id>/send/", send, name="request-send"),
    path("requests/<str:request_id>/approve/", approve, name="request-approve"),
    path("requests/<str:request_id>/take-back/", take_back, name="request-take-back"),
    path("requests/<str:request_id>/remind/", remind, name="request-remind"),
    path("requests/<str:request_id>/close/", close, name="request-close"),
    path("requests/<str:request_id>/export/", export, name="request-export"),
]
