"""Days and hours in the staff's forms: the browser's own pickers, and plain text for what they could not show again."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext

from tongxin.activities.days import moment, parse_day
from tongxin.kernel.refused import Refused
from tongxin.web.wording import say


class PickerInput(forms.TextInput):
    """A picker empties itself over a value that it cannot read; then what was typed is kept as text."""

    def __init__(self, picker: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.picker = picker

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = context["widget"]["value"]
        context["widget"]["type"] = self.picker if not typed or _reads(self.picker, typed) else "text"
        return context


def _reads(picker: str, typed: str) -> bool:
    parse = {"date": date.fromisoformat, "time": time.fromisoformat, "datetime-local": datetime.fromisoformat}[picker]
    try:
        parse(typed)
    except ValueError:
        return False
    return True


class _PickedField(forms.Field):
    picker = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", PickerInput(self.picker))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return self.read(text)
        except Refused as refusal:
            raise forms.ValidationError(say(refusal), code=refusal.code) from refusal

    def read(self, text: str) -> Any:
        raise NotImplementedError


class DayField(_PickedField):
    """2024-04-02, 2024年4月2日; 30 February is refused by name."""

    picker = "date"

    def read(self, text: str) -> date:
        return parse_day(text)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class ClockField(_PickedField):
    """19:00."""

    picker = "time"

    def read(self, text: str) -> time:
        try:
            return time.fromisoformat(text.replace("：", ":").zfill(5))
        except ValueError:
            raise forms.ValidationError(gettext("没看懂这个时间，请写成19:00这样。"), code="clock-unread") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class MomentField(_PickedField):
    """A day and an hour of Beijing: 2024-04-02T19:00, 2024年4月2日 19:00."""

    picker = "datetime-local"

    def read(self, text: str) -> datetime:
        day, _, clock = text.replace("T", " ").strip().partition(" ")
        return moment(parse_day(day), ClockField().read(clock.strip()))

    def prepare_value(self, value: Any) -> Any:
        return f"{timezone.localtime(value):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value


def whole(label: Any, *, least: int = 1, most: int = 9999, **kwargs: Any) -> forms.IntegerField:
    """A whole number; the words say the range. What the action refuses within it, it says itself."""
    words = lazy(lambda: gettext("请填%(least)s到%(most)s之间的整数。") % {"least": least, "most": most}, str)()
    errors = {"invalid": words, "min_value": words, "max_value": words}
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=errors, **kwargs)
