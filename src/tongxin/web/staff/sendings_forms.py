"""The forms of sendings: what its writer says, and why it was not approved."""

from typing import Any

from django import forms

from tongxin.activities.models import Cohort
from tongxin.activities.states import RUNNING
from tongxin.kernel.refused import Refused
from tongxin.notices.actions.sendings import LONGEST_BODY, LONGEST_TITLE, LONGEST_WHY, Draft
from tongxin.notices.models import Sending
from tongxin.notices.states import Audience
from tongxin.people.authority import Actor
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import union_field

COHORT = "cohort"
MOST_COHORTS = 200


class DraftForm(HouseForm):
    audience = forms.ChoiceField(
        label="发给谁", choices=Audience.choices, widget=forms.RadioSelect, initial=Audience.BELOW
    )
    gig_group = forms.ChoiceField(
        label="只发给一类人", choices=[("", "不限"), *GigGroup.choices], required=False, help_text="选名单时不起作用。"
    )
    roster = forms.ChoiceField(label="名单", required=False, help_text="选“一份名单”时填。")
    title = forms.CharField(label="标题", max_length=LONGEST_TITLE, help_text=f"{LONGEST_TITLE}个字以内。")
    body = forms.CharField(
        label="正文",
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=f"{LONGEST_BODY}个字以内。写清什么事、什么时候、在哪里、要不要办什么。文末自动署工会名。",
    )
    urgent = forms.BooleanField(
        label="今天不知道就会误事", required=False, help_text="勾了以后，夜里和每日汇总不再拦住这条通知。"
    )
    why = {"urgent": "职工设了安静时段。只有停课、停电、极端天气这类当天的事才勾，批准的人会看到。"}

    def __init__(self, actor: Actor, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not fixed:
            self.fields = {"union": union_field(actor, Power.SEND_NOTICES, label="以哪个工会的名义"), **self.fields}
        cohorts = Cohort.objects.within(actor, Power.SEND_NOTICES).filter(state__in=RUNNING)
        rows = cohorts.select_related("course", "term").order_by("course__name", "pk")[:MOST_COHORTS]
        self.fields["roster"].choices = [("", "不用名单"), *((row.public_id, f"班次：{row.title}") for row in rows)]  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        given = {name: value for name, value in self.cleaned_data.items() if name != "union"}
        given["audience"] = Audience(given["audience"])
        return Draft(**given, roster_kind=COHORT if given["roster"] else "")

    def take(self, refusal: Refused) -> None:
        field = {"title-wrong": "title", "body-wrong": "body", "only-here": "audience"}.get(refusal.code)
        roster = refusal.code in {"no-roster", "roster-elsewhere"}
        self.refuse(refusal, "roster" if roster else field)


class DeclineForm(HouseForm):
    why_not = forms.CharField(label="原因", max_length=LONGEST_WHY, help_text="写的人会看到，请说清要改什么。")


def typed(sending: Sending) -> dict[str, Any]:
    names = ("title", "body", "urgent", "audience", "gig_group", "roster")
    return {name: getattr(sending, name) for name in names}
