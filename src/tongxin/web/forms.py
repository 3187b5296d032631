"""How forms look: one renderer for the house, and the words beside each field."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tongxin.kernel.refused import Refused
from tongxin.web.wording import say

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class HouseRenderer(TemplatesSetting):
    """Forms as parts/form.html, fields as parts/field.html draws them."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"


class HouseForm(forms.Form):
    """A form of the house. It parses; what may be is said by the action, whose Refused comes back through `refuse`.

    `why` holds, by field, the answer to 为什么问这个: what for, who sees it, what happens if it is wrong.
    """

    why: ClassVar[dict[str, Any]] = {}
    required_css_class = "is-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and not isinstance(
                field, forms.ModelChoiceField
            ):  # rows stay a query
                offered: Any = field.choices
                field.choices = translated(offered)

    def full_clean(self) -> None:
        """Also fields that a form added after the others say by name that they are missing."""
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _missing(field, field.label or name)
        super().full_clean()

    def refuse(self, refusal: Refused, field: str | None = None) -> None:
        """Puts a refusal's words above the form, or under the field that they speak of."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        self.add_error(field, forms.ValidationError(say(refusal), code=refusal.code))


def translated(choices: Iterable[Any]) -> list[Any]:
    """Options in the reader's language: labels of enums are Chinese. Groups stay as they are. For fields added later."""
    return [
        (value, gettext(str(label))) if label and not isinstance(label, (list, tuple)) else (value, label)
        for value, label in choices
    ]


def _missing(field: forms.Field, label: Any) -> str:
    chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField))
    return (gettext("请选择%(label)s。") if chosen else gettext("请填写%(label)s。")) % {"label": label}


def control(field: forms.BoundField) -> SafeString:
    """The input, with the classes of its kind; what a widget already has stays."""
    widget = field.field.widget
    kind = next(css for cls, css in _CLASSES if isinstance(widget, cls))
    classes = " ".join(filter(None, [widget.attrs.get("class", ""), kind, "is-invalid" if field.errors else ""]))
    return field.as_widget(attrs={"class": classes})
