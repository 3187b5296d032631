"""The questions of a request as a form: what is held stands beside it, what is to be checked is filled in."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext

from tongxin.filings.queries.requests import Line
from tongxin.filings.states import Kind
from tongxin.kernel.refused import Refused
from tongxin.web import english
from tongxin.web.forms import HouseForm

LONGEST = 500


class AnswersForm(HouseForm):
    """One field a question that is asked, by the question's id."""

    def __init__(self, lines: Sequence[Line], *args: Any) -> None:
        super().__init__(*args)
        for line in lines:
            if line.question.is_asked:
                self.fields[line.question.public_id] = _field(line)

    def refuse_answer(self, lines: Sequence[Line], refusal: Refused) -> None:
        """Under the question that it speaks of."""
        no = refusal.params.get("no")
        self.refuse(refusal, next((one.question.public_id for one in lines if one.question.no == no), None))


def _field(line: Line) -> forms.Field:
    label = format_html("{}. {}", line.question.no, english.said(line.question.text))
    held = english.said(gettext("登记里是：%(held)s。对就不用改。") % {"held": line.held}) if line.held else ""
    missing = gettext("第%(no)d题还没有回答。") % {"no": line.question.no}
    given = {"label": label, "initial": line.value, "help_text": held, "error_messages": {"required": missing}}
    return _KINDS[Kind(line.question.kind)](line, given)


def _text(_line: Line, given: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=LONGEST, **given)


def _number(_line: Line, given: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **given)


def _yes_no(line: Line, given: dict[str, Any]) -> forms.Field:
    """Said by letters that the answer reads as 是 and 否 (actions.answers), for a page may be in another language."""
    options = [("", gettext("请选择")), ("Y", gettext("是")), ("N", gettext("否"))]
    said = {"initial": {"是": "Y", "否": "N"}.get(line.value, line.value)}
    return forms.CharField(widget=forms.Select(choices=options), **given | said)


def _choice(line: Line, given: dict[str, Any]) -> forms.Field:
    options = [("", gettext("请选择")), *((one, one) for one in line.question.options)]
    return forms.CharField(widget=forms.Select(choices=options), **given)


def _day(_line: Line, given: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=20, widget=forms.TextInput(attrs={"placeholder": "2024-04-02"}), **given)


_KINDS: dict[Kind, Callable[[Line, dict[str, Any]], forms.Field]] = {
    Kind.TEXT: _text, Kind.NUMBER: _number, Kind.DATE: _day, Kind.YES_NO: _yes_no, Kind.CHOICE: _choice,
}  # fmt: skip
