"""What staff fill in about a person. The forms parse; the actions say what may be."""

from typing import Any, ClassVar

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.people.models.memberships import EndReason
from tongxin.people.models.persons import DocumentKind, GigGroup, Sex
from tongxin.people.powers import Power
from tongxin.unions import queries
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import UnionField, union_field

FIELD_OF = {
    "id": "document",
    "document": "document",
    "phone": "phone",
    "name": "name",
    "membership": "joined_on",
    "day": "joined_on",
    "union": "union",
}
NO_MEMORY = {"autocomplete": "off"}  # of the browser: others use this machine


BY_HAND = [
    c for c in EndReason.choices if c[0] not in {EndReason.TRANSFERRED, EndReason.LAPSED}
]  # those have their own ways


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonForm(HouseForm):
    """The record. On a change, numbers that are left empty stay as they are: they are never put back into a page."""

    why: ClassVar[dict[str, str]] = {
        "document": "用来认出本人、防止重复登记。加密保存，只有有权限的人写明用途才能看到完整号码，本人能看到谁看过。",
        "phone": "用来通知本人、用手机号登录。没有手机可以不填，工会可以代为办理。",
        "gig_group": "货车司机、网约车司机、快递员、外卖配送员可以没有工作单位。",
    }

    name = forms.CharField(label="姓名", max_length=60)
    document_kind = forms.ChoiceField(label="证件类型", choices=DocumentKind.choices, initial=DocumentKind.RESIDENT_ID)
    document = forms.CharField(label="证件号码", required=False, max_length=40, widget=forms.TextInput(attrs=NO_MEMORY))
    phone = forms.CharField(
        label="手机号", required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel", **NO_MEMORY})
    )
    sex = forms.ChoiceField(label="性别", choices=Sex.choices, required=False)
    gig_group = forms.ChoiceField(label="新就业形态", choices=[("", "不是"), *GigGroup.choices], required=False)
    employer = forms.CharField(label="工作单位", required=False, max_length=120)
    occupation = forms.CharField(label="职业", required=False, max_length=60)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        if person is not None:
            kept = ("name", "document_kind", "sex", "gig_group", "employer", "occupation")
            kwargs["initial"] = {field: getattr(person, field) for field in kept}
        super().__init__(*args, **kwargs)
        self._person = person
        if person is not None:
            for field in ("document", "phone"):
                self.fields[field].help_text = "不改就空着。"

    def values(self) -> dict[str, Any]:
        """For the action. An empty number means: as it is."""
        values = dict(self.cleaned_data)
        for number in ("document", "phone"):
            if self._person is not None and not values[number]:
                del values[number]
        if "document" not in values:
            values.pop("document_kind")
        if not values["sex"] or values["sex"] == Sex.UNKNOWN:
            values.pop("sex")
        return values

    def field_of(self, refusal: Refused) -> str | None:
        """Under which field a refusal's words belong."""
        field = FIELD_OF.get(refusal.code.split("-")[0])
        return field if field in self.fields else None


class RegisterForm(PersonForm):
    joined_on = forms.DateField(label="入会日期", widget=day_input())

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"] = union_field(actor, Power.MANAGE_PEOPLE, label="所属工会")
        self.initial.setdefault("joined_on", actor.on)
        if not self.initial.get("union"):
            self.initial.pop("union", None)
        self.order_fields(["union"])


class MoveForm(HouseForm):
    why: ClassVar[dict[str, str]] = {
        "consented_on": "转到另一省（市），个人信息就交给了对方工会。法律要求先告诉本人并取得单独同意。",
    }

    on = forms.DateField(label="转接日期", widget=day_input(), help_text="这一天起在新工会，前一天止在原工会。")
    consented_on = forms.DateField(
        label="本人同意日期", required=False, widget=day_input(), help_text="只有跨省（市）转接才要填。"
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", actor.on)
        self.fields["to_union"] = UnionField(queries.living(actor.on), actor.on, label="转到哪个工会")
        self.order_fields(["to_union"])


class EndForm(HouseForm):
    on = forms.DateField(label="结束日期", widget=day_input(), help_text="这一天起不再是会员。")
    reason = forms.ChoiceField(
        label="原因",
        choices=[
            ("", "请选择"),
            *BY_HAND,
        ],
    )
