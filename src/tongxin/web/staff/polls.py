"""所思所想所盼 for staff: ask, read the counts, and turn what is wished for into drafts of the next term."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tongxin.activities.actions import polls
from tongxin.activities.actions.polls import Asked, Slot
from tongxin.activities.models import Poll, Programme
from tongxin.activities.queries.polls import polls_of, results, terms_for
from tongxin.activities.states import ActivityKind
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.venues.models import Site
from tongxin.web import english
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.dates import weekdays
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.fields import ClockField, MomentField, whole

LIST, NEW, ONE = "staff/polls/list.html", "staff/polls/new.html", "staff/polls/one.html"
UNDER = {
    "poll-choices": "lessons", "poll_choice_once": "lessons", "poll_times": "closes", "name-missing": "title",
    "term-not-draft": "term", "other-programme": "term", "outside-term": "weekday", "cohort-times": "ends_at",
}  # fmt: skip
LINES: dict[str, ActivityKind] = {
    "lessons": ActivityKind.LESSONS, "culture": ActivityKind.CULTURE, "sports": ActivityKind.SPORTS,
    "family": ActivityKind.FAMILY,
}  # fmt: skip


class AskForm(HouseForm):
    """The choices are lines, under the kind of activity that each would be."""

    why: ClassVar[dict[str, Any]] = {
        "title": _("只问这个工会和下级工会的会员。每人答一次，截止前可以改；结果只给人数，不出姓名。")
    }
    title = forms.CharField(label=_("问什么"), max_length=60, help_text=_("例如：下一期您想学什么、玩什么"))
    about = forms.CharField(label=_("说明"), max_length=200, required=False)
    lessons = forms.CharField(
        label=_("课程"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("一行一项。")
    )
    culture = forms.CharField(label=_("文化活动"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    sports = forms.CharField(label=_("体育活动"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    family = forms.CharField(label=_("亲子活动"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    most = whole(_("每人最多选几项"), least=1, most=5, initial=3)
    opens = MomentField(label=_("从什么时候起"))
    closes = MomentField(label=_("什么时候截止"))

    def __init__(self, request: HouseRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Programme.objects.within(request.actor, Power.RUN_COURSES).order_by("name")
        self.fields["programme"] = forms.ModelChoiceField(
            mine, label=_("排进哪个项目的下一期"), to_field_name="public_id", empty_label=None
        )
        self.fields["programme"].label_from_instance = _called  # type: ignore[attr-defined]
        self.order_fields(["programme"])

    def asked(self) -> Asked:
        given = self.cleaned_data
        choices = [(line, kind) for name, kind in LINES.items() for line in given[name].splitlines()]
        return Asked(given["title"], choices, given["opens"], given["closes"], given["most"], given["about"])


class TakeUpForm(HouseForm):
    site = forms.ModelChoiceField(
        Site.objects.none(), label=_("地点"), to_field_name="public_id", empty_label=_("请选择")
    )
    weekday = forms.TypedChoiceField(label=_("星期"), choices=weekdays, coerce=int, initial=6)
    starts_at = ClockField(label=_("开始"), initial="19:00")
    ends_at = ClockField(label=_("结束"), initial="20:30")
    session_count = whole(_("课程上几次"), least=1, most=120, initial=8, help_text=_("活动只办一场，不看这一格。"))
    units = whole(_("名额"), least=1, initial=30)

    def __init__(self, poll: Poll, *args: Any) -> None:
        super().__init__(*args)
        terms = [(term.public_id, gettext("第%(n)s期") % {"n": term.ordinal}) for term in terms_for(poll)]
        self.fields["term"] = forms.ChoiceField(label=_("排进哪一期"), choices=terms)
        self.fields["site"].queryset = Site.objects.filter(union=poll.union_id, closed_on=None)  # type: ignore[attr-defined]
        self.fields["site"].label_from_instance = _called  # type: ignore[attr-defined]
        self.order_fields(["term", "site"])

    def slot(self) -> Slot:
        return Slot(**{name: value for name, value in self.cleaned_data.items() if name != "term"})


def _called(row: Programme | Site) -> str:
    return english.plain(row.name)


@page(power=Power.SEE_COURSES, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    context = {
        "page": paged(request, polls_of(request.actor)),
        "now": request.now,
        "runs": request.actor.holds(Power.RUN_COURSES),
    }
    return render_part(request, LIST, context)


@page(power=Power.RUN_COURSES)
def new(request: HouseRequest) -> HttpResponse:
    form = AskForm(request, request.POST or None, initial={"opens": request.now})
    if request.method == "POST" and form.is_valid():
        try:
            made = polls.ask(
                programme=form.cleaned_data["programme"], asked=form.asked(), by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已发起。会员在手机的“所思所盼”里能看到。"))
            return redirect("staff:poll", made.public_id)
    return render_form(request, NEW, form)


@page(power=Power.SEE_COURSES, methods=("GET",))
def one(request: HouseRequest, poll_id: str) -> HttpResponse:
    poll = _one(request, poll_id, Power.SEE_COURSES)
    return render_part(request, ONE, _context(request, poll, TakeUpForm(poll)))


@page(power=Power.RUN_COURSES, methods=("POST",))
def close(request: HouseRequest, poll_id: str) -> HttpResponse:
    poll = _one(request, poll_id, Power.RUN_COURSES)
    try:
        polls.close(poll=poll, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, poll, TakeUpForm(poll)), refusal)
    messages.success(request, gettext("已提前结束。"))
    return redirect("staff:poll", poll_id)


@page(power=Power.RUN_COURSES, methods=("POST",))
def take_up(request: HouseRequest, poll_id: str) -> HttpResponse:
    poll = _one(request, poll_id, Power.RUN_COURSES)
    form = TakeUpForm(poll, request.POST)
    chosen = [int(one) for one in request.POST.getlist("choice") if one.isascii() and one.isdigit() and len(one) < 4]
    if form.is_valid():
        term = next(term for term in terms_for(poll) if term.public_id == form.cleaned_data["term"])
        try:
            made = polls.take_up(
                poll=poll, chosen=chosen, term=term, slot=form.slot(), by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            words = ngettext(
                "排了%(n)s个班次，都是草稿。选过它们的职工会收到消息。",
                "排了%(n)s个班次，都是草稿。选过它们的职工会收到消息。",
                len(made),
            )
            messages.success(request, words % {"n": len(made)})
            return redirect("staff:term", term.public_id)
    return render_form(request, ONE, form, _context(request, poll, form) | {"chosen": chosen})


def _one(request: HouseRequest, poll_id: str, power: Power) -> Poll:
    rows = Poll.objects.within(request.actor, power).select_related("programme", "union")
    found: Poll = get_object_or_404(rows, public_id=poll_id)
    return found


def _context(request: HouseRequest, poll: Poll, form: TakeUpForm) -> dict[str, Any]:
    over = poll.closes <= request.now
    runs = may(request.actor, Power.RUN_COURSES, poll.union_id)
    return {
        "poll": poll, "results": results(poll, at=request.now, with_words=True), "over": over, "begun": poll.opens <= request.now,
        "runs": runs, "take_up": form if over and runs and terms_for(poll) else None, "chosen": [],
    }  # fmt: skip


urlpatterns = [
    path("polls/", listing, name="polls"),
    path("polls/new/", new, name="poll-new"),
    path("polls/<slug:poll_id>/", one, name="poll"),
    path("polls/<slug:poll_id>/close/", close, name="poll-close"),
    path("polls/<slug:poll_id>/take-up/", take_up, name="poll-take-up"),
]
