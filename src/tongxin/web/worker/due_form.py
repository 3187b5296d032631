"""The questions of 我能享受什么: six at most, short, none of them to be kept. What is on record is not asked."""

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.benefits.asked_facts import NONE, Situation, told
from tongxin.people.models.persons import GigGroup
from tongxin.people.queries.joining import provinces
from tongxin.rules.facts import Fact, Facts
from tongxin.unions.models import Union
from tongxin.web import english
from tongxin.web.forms import HouseForm

YES, NO = "yes", "no"
HAS: Final = "yes"  # a title of honour, whichever: any text but NONE
_YES_NO: Final = [(YES, _("是")), (NO, _("不是"))]


class DueForm(HouseForm):
    """A question left open is not known: the page then says what it would change."""

    why: ClassVar[dict[str, Any]] = {
        "situations": _("只用来在这一页上对照目录。不登记，不保存，谁也看不到。"),
    }
    region = forms.ChoiceField(label=_("您的工会，或您干活的地方，在哪边"), widget=forms.RadioSelect)
    is_member = forms.ChoiceField(label=_("您是工会会员吗"), choices=_YES_NO, required=False, widget=forms.RadioSelect)
    gig_group = forms.ChoiceField(
        label=_("您是不是下面这几种"), choices=[*GigGroup.choices, (NONE, _("都不是"))], required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    migrant_worker = forms.ChoiceField(
        label=_("您是农民工吗"), choices=_YES_NO, required=False, widget=forms.RadioSelect,
        help_text=_("户口在农村，在外打工，就是。"),
    )  # fmt: skip
    model_worker = forms.ChoiceField(
        label=_("您有劳动模范称号吗"), choices=[(YES, _("有")), (NO, _("没有"))], required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    situations = forms.MultipleChoiceField(
        label=_("这一年您遇到下面的事了吗"), choices=[*Situation.choices, (NONE, _("都没有"))], required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("可以选几项。"),
    )  # fmt: skip

    def __init__(self, *args: Any, on: date, known: Collection[str] = (), home: Union | None = None) -> None:
        super().__init__(*args)
        self._home = home
        self._provinces = {one.code: one for one in provinces(on)}
        self.fields["region"].choices = [(one.code, english.said(one.name)) for one in self._provinces.values()]  # type: ignore[attr-defined]
        for name in (*known, *(["region"] if home is not None else [])):
            self.fields.pop(name, None)

    @property
    def where(self) -> Union:
        """Whose terms are read: the person's own union, else the province that was chosen."""
        return self._home or self._provinces[self.cleaned_data["region"]]

    @property
    def facts(self) -> Facts:
        answers = self.cleaned_data
        found = [_yes_no(name, answers.get(name)) for name in ("is_member", "migrant_worker")]
        found.append(told("gig_group", answers.get("gig_group") or None))
        found.append(told("model_worker", {YES: HAS, NO: NONE}.get(answers.get("model_worker") or "")))
        chosen = frozenset(answers.get("situations") or ())
        found.append(told("situations", chosen - {NONE} if chosen else None))
        return Facts(*found)


def _yes_no(name: str, answer: str | None) -> Fact:
    return told(name, {YES: True, NO: False}.get(answer or ""))
