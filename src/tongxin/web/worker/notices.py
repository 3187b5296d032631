"""通知设置: by which channel one is told of what, when one is left alone, and whether one summary a day is enough."""

from datetime import time
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import choices
from tongxin.notices.models import Preference
from tongxin.notices.queries.choosing import Row, mail_of, permissions, preference_of, table
from tongxin.notices.quiet import Hours
from tongxin.notices.states import Channel
from tongxin.people.models import Person
from tongxin.people.names import mask_mail
from tongxin.web.answers import render_form, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

PAGE: Final = "worker/notices/choices.html"
HOUSE, OWN, NEVER = "house", "own", "never"
WHY: Final = {  # of what cannot be turned off, by group
    "safety": _("关系到账号安全和您的个人信息，按规定必须告诉您。"),
    "membership": _("会籍的变动关系到您的权利，必须告诉您。"),
}
CLOCK = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class TimesForm(HouseForm):
    quiet = forms.ChoiceField(label=_("安静时段"), widget=forms.RadioSelect)
    starts = forms.TimeField(label=_("从几点"), required=False, widget=CLOCK, help_text=_("选“我自己定”时填。"))
    ends = forms.TimeField(label=_("到几点"), required=False, widget=CLOCK)
    digest = forms.BooleanField(label=_("不急的每天18:00汇总成一条"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        house = Hours.parse(settings.NOTICE_QUIET)
        hours = f"{house.starts:%H:%M}—{house.ends:%H:%M}"
        self.fields["quiet"].choices = [  # type: ignore[attr-defined]
            (HOUSE, gettext("%(hours)s不发（平常这样）") % {"hours": hours}),
            (OWN, gettext("我自己定")), (NEVER, gettext("什么时候都可以发")),
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("quiet") == OWN and not self.errors and (given["starts"] is None or given["ends"] is None):
            self.add_error("starts", gettext("请填从几点到几点，例如21:00到08:00。"))
        return given

    @property
    def hours(self) -> tuple[time, time] | None:
        """None: the house's. Equal ends: never."""
        given = self.cleaned_data
        if given["quiet"] == HOUSE:
            return None
        return (given["starts"], given["ends"]) if given["quiet"] == OWN else (time(0), time(0))


@page(open_to=OpenTo.WORKER)
def notices(request: HouseRequest) -> HttpResponse:
    """Each channel for each group: only what differs from how it stood is written, so that later rules still count."""
    person = _person(request)
    rows = table(person, staff=request.actor.is_staff, on=request.actor.on)
    if request.method == "POST":
        try:
            choices.choose(person=person, wanted=_changed(request, rows), by=request.actor, at=request.now)
        except Refused as refusal:
            about = _about(request, person, rows) | {"form": _times(person)}
            return render_refusal(request, PAGE, about, refusal)
        messages.success(request, gettext("已保存。"))
        return redirect("worker:notices")
    return render_form(request, PAGE, _times(person), _about(request, person, rows))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def times(request: HouseRequest) -> HttpResponse:
    person, form = _person(request), TimesForm(request.POST)
    if form.is_valid():
        digest = form.cleaned_data["digest"]
        choices.prefer(person=person, quiet=form.hours, digest=digest, by=request.actor, at=request.now)
        messages.success(request, gettext("已保存。"))
        return redirect("worker:notices")
    rows = table(person, staff=request.actor.is_staff, on=request.actor.on)
    return render_form(request, PAGE, form, _about(request, person, rows))


def _person(request: HouseRequest) -> Person:
    return Person.objects.get(pk=request.actor.person_id or 0)


def _changed(request: HouseRequest, rows: list[Row]) -> dict[tuple[str, Channel], bool]:
    ticked = set(request.POST.getlist("on"))
    return {
        (row.group.name, cell.channel): not cell.on
        for row in rows
        for cell in row.free
        if (f"{row.group.name}:{cell.channel}" in ticked) != cell.on
    }


def _times(person: Person) -> TimesForm:
    return TimesForm(initial=_kept(preference_of(person.pk)))


def _kept(row: Preference | None) -> dict[str, Any]:
    if row is None or row.quiet_from is None or row.quiet_until is None:
        return {"quiet": HOUSE, "digest": row is not None and row.digest}
    never = row.quiet_from == row.quiet_until
    hours = {} if never else {"starts": row.quiet_from, "ends": row.quiet_until}
    return {"quiet": NEVER if never else OWN, "digest": row.digest, **hours}


def _about(request: HouseRequest, person: Person, rows: list[Row]) -> dict[str, Any]:
    mail = mail_of(person.pk)
    return {
        "rows": [{"row": row, "why": WHY.get(row.group.name, "")} for row in rows],
        "mail": mask_mail(mail.address.open()) if mail is not None else "",
        "mail_waits": mail is not None and mail.verified_at is None,
        "account": bool(settings.OFFICIAL_ACCOUNT["app"]),
        "left": sum(one.left for one in permissions(person, on=request.actor.on)),
    }


urlpatterns = [
    path("me/notices/", notices, name="notices"),
    path("me/notices/times/", times, name="notice-times"),
]
