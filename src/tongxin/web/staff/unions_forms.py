"""What staff fill in about a union."""

from typing import Any

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Kind, Level, Union, UnionCode
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import UnionField, union_field
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
            ("merge", "successor"),
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


class RecodeForm(UnionForm):
    code = forms.CharField(label="新代码", max_length=20)
    system = forms.TypedChoiceField(label="哪一套代码", choices=UnionCode.System.choices, coerce=int)
    on = forms.DateField(label="从哪天起", widget=day_input(), help_text="以前的日子仍用原来的代码。")
    source = forms.CharField(label="依据", max_length=200, required=False, help_text="例如公布代码的文件。")


class MergeForm(UnionForm):
    on = forms.DateField(label="从哪天起", widget=day_input(), help_text="这一天起，会员和下级工会都在并入的工会。")
    source = forms.CharField(label="依据", max_length=200, required=False, help_text="例如批复的文号。")
    sure = forms.BooleanField(label="已看过上面的数，确定合并")

    def __init__(self, actor: Actor, union: Union, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        among = unions_within(actor, Power.MANAGE_UNIONS).exclude(pk=union.pk)
        self.fields["successor"] = UnionField(among, actor.on, label="并入哪个工会")
        self.order_fields(["successor"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values.pop("sure", None)
        return values


class DissolveForm(UnionForm):
    on = forms.DateField(label="从哪天起撤销", widget=day_input(), help_text="这一天起它不再存在。")
    sure = forms.BooleanField(label="已看过上面的数，确定撤销")
