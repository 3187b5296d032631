"""People written into a form by name or whole number, one a line: each line must mean exactly one in reach."""

from typing import Any, Final

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.people.queries.search import search
from tongxin.web.wording import say

MOST_LINES: Final = 60


class PeopleField(forms.CharField):
    """Cleans to a list of people; `one` allows one line only."""

    def __init__(self, actor: Actor, *, one: bool = False, **kwargs: Any) -> None:
        self._actor, self._one = actor, one
        if not one:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
            kwargs.setdefault("help_text", "一行写一个人。")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > (1 if self._one else MOST_LINES):
            raise forms.ValidationError("写得太多了，请一行写一个人。", code="people-many")
        return [named(self._actor, line) for line in lines]


def named(actor: Actor, text: str) -> Person:
    """The one person in reach of that name or number. ValidationError with what to write instead."""
    try:
        hits = search(actor, text).hits
    except Refused as refusal:
        raise forms.ValidationError(say(refusal), code=refusal.code) from refusal
    same = [hit.person for hit in hits if hit.person.name == text]
    people = same or [hit.person for hit in hits]
    if len(people) == 1:
        return people[0]
    if not people:
        words = f"没有找到“{text}”，可能不在您的范围内。先登记，或写完整的证件号码。"
    else:
        words = f"有{len(people)}个人都对得上“{text}”，请改写这个人完整的证件号码或手机号。"
    raise forms.ValidationError(words, code="person-unclear")
