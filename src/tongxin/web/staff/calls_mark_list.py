"""Marking by a list: pasted, looked at line by line, and marked with one reason. What was typed stays on the page throughout."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from tongxin.calls.actions import reserves
from tongxin.calls.models import Call
from tongxin.calls.queries.marking import Judged, judge, markable_in
from tongxin.calls.states import Named
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.web.answers import UNPROCESSABLE, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.calls_entries import asked_why, choices_of, marked_words, names_of
from tongxin.web.staff.calls_frame import opened

PAGE = "staff/calls/mark_list.html"
LONGEST = 40_000
DONE = (Named.FOUND, Named.ALREADY, Named.TWICE)  # of these lines nothing is left to do


class ListForm(HouseForm):
    into = forms.ChoiceField(
        label=gettext_lazy("怎么办"),
        choices=[("in", gettext_lazy("标上")), ("out", gettext_lazy("去掉"))],
        initial="in",
        widget=forms.RadioSelect,
    )
    group = forms.ChoiceField(label=gettext_lazy("哪一组"))
    names = forms.CharField(
        label=gettext_lazy("名单"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("每行一份：票号；或者姓名，逗号，证件号码或手机号的后4位以上。例：王小华,1234"),
    )
    reason = asked_why()

    def __init__(self, *args: Any, groups: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = choices_of(groups)  # type: ignore[attr-defined]

    def judged(self, call: Call) -> list[Judged]:
        said = self.cleaned_data
        return judge(call, said["names"], group=said["group"], into=said["into"] == "in")

    def left(self, rows: Sequence[Judged]) -> "ListForm":
        """The same form with the lines that are still to do."""
        undone = "\n".join(row.text for row in rows if row.named not in DONE)
        words = dict(self.fields["group"].choices)  # type: ignore[attr-defined]
        return ListForm(initial=self.cleaned_data | {"names": undone}, groups=words)


@page(power=Power.RUN_CALLS)
def mark_list(request: HouseRequest, call_id: str) -> HttpResponse:
    """First looked at; then marked, if the list is still the one that was looked at."""
    call = opened(request, call_id)
    groups = markable_in(call) if call.frozen_at is None else {}
    form, rows = ListForm(request.POST or None, groups=groups), list[Judged]()
    if request.method == "POST" and form.is_valid():
        try:
            rows = form.judged(call)
            if request.POST.get("step") == "mark":
                changed = _mark(request, call, form, rows)
                messages.success(request, marked_words(changed, into=form.cleaned_data["into"] == "in"))
                form, rows = form.left(rows), [row for row in rows if row.named not in DONE]
                if not form.initial["names"]:
                    return redirect("staff:call-entries", call_id)
        except Refused as refusal:
            form.refuse(refusal, {"why-missing": "reason"}.get(refusal.code, "names"))
    return render_part(request, PAGE, _context(call, form, rows, groups), UNPROCESSABLE if form.errors else 200)


def _mark(request: HouseRequest, call: Call, form: ListForm, rows: Sequence[Judged]) -> int:
    found = {row.application.public_id: row.application.pk for row in rows if _finds(row) and row.application}
    if set(request.POST.getlist("seen")) != set(found):
        raise Refused("list-changed", "名单或报名和刚才核对的不一样了，还没有标。请看一遍下面的结果，再点一次。")
    said = form.cleaned_data
    return reserves.mark_many(
        call=call, applications=list(found.values()), group=said["group"], into=said["into"] == "in",
        why=said["reason"], by=request.actor, at=request.now,
    )  # fmt: skip


def _finds(row: Judged) -> bool:
    return row.named is Named.FOUND


def _context(call: Call, form: ListForm, rows: Sequence[Judged], groups: dict[str, str]) -> dict[str, Any]:
    counts = Counter(row.named for row in rows)
    return {
        "call": call,
        "form": form,
        "groups": groups,
        "rows": [_row(row) for row in rows],
        "counts": [(gettext(named.label), counts[named]) for named in Named if counts[named]],
        "found": [row.application.public_id for row in rows if _finds(row) and row.application],
        "into": form["into"].value() != "out",
    }


def _row(row: Judged) -> dict[str, Any]:
    """What was typed, and beside it who that is, as the list of applications shows them."""
    return {"no": row.no, "text": row.text, "named": row.named, "why": row.why,
            "names": names_of(row.application) if row.application else ""}  # fmt: skip


urlpatterns = [path("calls/<slug:call_id>/entries/mark-list/", mark_list, name="call-mark-list")]
