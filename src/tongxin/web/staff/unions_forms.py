"""What staff fill in about a union."""

from typing import Any

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.unions.models import Kind, Level
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import union_field
from tongxin.web.staff.people_forms import day_input

KINDS = [choice for choice in Kind.choices if choice[0] != Kind.ACFTU]
LEVELS = [choice for choice in Level.choices if choice[0] > Level.PROVINCE]


class UnionForm(HouseForm):
    def field_of(self, refusal: Refused) -> str | None:
        """Under which field a refusal's words belong."""
        for start, field in (
            ("code", "code"),
            ("uscc", "uscc"),
            ("name", "name"),
            ("level", "level"),
            ("move", "parent"),
            ("parent", "founded_on"),
            ("day", "on"),
            ("union", "on"),
        ):
            if refusal.code.startswith(start) and field in self.fields:
                return field
        return None


class FoundForm(UnionForm):
    name = forms.CharField(label="全称", max_length=120)
    kind = forms.ChoiceField(label="类型", choices=KINDS, initial=Kind.GRASSROOTS_UNION)
    level = forms.TypedChoiceField(label="层级", choices=LEVELS, initial=Level.GRASSROOTS, coerce=int)
    code = forms.CharField(label="工会代码", max_length=20, help_text="表格和命令用它认出这个工会，以后不变。")
    uscc = forms.CharField(label="统一社会信用代码", max_length=30, required=False)
    founded_on = forms.DateField(label="成立日期", widget=day_input())


class RenameForm(UnionForm):
    name = forms.CharField(label="新全称", max_length=120)
    on = forms.DateField(label="从哪天起", widget=day_input(), help_text="以前的日子仍叫原来的名称。")
    source = forms.CharField(label="依据", max_length=200, required=False, help_text="例如批复的文号。")


class MoveForm(UnionForm):
    on = forms.DateField(label="从哪天起", widget=day_input(), help_text="以前的日子仍隶属原来的上级。")
    source = forms.CharField(label="依据", max_length=200, required=False, help_text="例如批复的文号。")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = union_field(actor, Power.MANAGE_UNIONS, label="新的上级工会")
        self.order_fields(["parent"])
