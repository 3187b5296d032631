"""What is filled in to appoint someone."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.roles import FOR_INSTALLATION, RoleName
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import union_field
from tongxin.web.staff.people_forms import day_input


class AppointForm(HouseForm):
    why: ClassVar[dict[str, str]] = {"last": "岗位到期自动停止，人走权限不留。最长5年，到期再任命。"}

    role = forms.ChoiceField(
        label="岗位",
        choices=[choice for choice in RoleName.choices if choice[0] not in FOR_INSTALLATION],
        widget=forms.RadioSelect,
    )
    starts = forms.DateField(label="从哪天起", widget=day_input())
    last = forms.DateField(label="到哪天止", widget=day_input(), help_text="这一天还有效。")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"] = union_field(actor, Power.APPOINT, label="在哪个工会")
        self.initial.update(starts=actor.on, last=actor.on + timedelta(days=365))
        self.order_fields(["union"])

    def values(self) -> dict[str, Any]:
        """For the action, which counts half-open: until the first day without."""
        values = dict(self.cleaned_data)
        return values | {"ends": values.pop("last") + timedelta(days=1)}

    def field_of(self, refusal: Refused) -> str | None:
        """Under which field a refusal's words belong."""
        return {
            "appointment-days": "last",
            "appointment-long": "last",
            "role-unknown": "role",
            "role-not-yours": "role",
            "no-power": "union",
        }.get(refusal.code)
