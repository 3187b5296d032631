"""The forms of a scheme: what is offered, and how it is given."""

from dataclasses import fields
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.benefits.actions.schemes import Plan, Release
from tongxin.benefits.models import Brand, CatalogueLine, Scheme
from tongxin.benefits.states import Fund, SchemeKind, Theme
from tongxin.calls.actions.calls import Manner
from tongxin.calls.states import Policy
from tongxin.people.authority import Actor
from tongxin.people.models.persons import Assurance
from tongxin.people.powers import Power
from tongxin.rulebook.models import ParameterKey, Rule, ValueType
from tongxin.rulebook.queries import version_in_force
from tongxin.web import english
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import union_field
from tongxin.web.staff.fields import DayField, MomentField, whole

UNDER = {  # which field a refusal of the actions speaks of
    "no-power": "union", "name-missing": "name", "item-missing": "item", "scheme_value": "value",
    "scheme_days": "last_day", "scheme_within_budget": "budget", "budget-below-issued": "budget",
    "budget-below-places": "places", "places": "places", "places-taken": "places", "window-order": "closes",
    "window-after-scheme": "closes", "per-person": "per_person", "scheme-fixed": None, "entry-short": "closes",
    "result-missing": "result_at", "busy-hours": "opens", "value-over-limit": "value", "limit-unknown": "limit_key",
    "line-missing": "line", "line-ended": "line",
    "call_says_why": "policy_reason", "call_party_most": "party_most", "call_chances": "chances",
    "scheme_least_spend": "least_spend",
}  # fmt: skip


def money(label: Any, **kwargs: Any) -> forms.DecimalField:
    words = _("请填金额，最多两位小数，例如120或99.50。")
    errors = {"invalid": words, "max_decimal_places": words, "min_value": words, "max_digits": _("金额太大，请核对。")}
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, min_value=Decimal("0.01"), error_messages=errors, **kwargs
    )


class PlanForm(HouseForm):
    """What is offered."""

    why: ClassVar[dict[str, Any]] = {
        "limit_key": _("同一个人一年里由各级工会出钱的合起来算，超过上限的发不出去。上限在“规则与参数”里登记。")
    }
    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("发的是什么"), choices=SchemeKind.choices, widget=forms.RadioSelect)
    item = forms.CharField(
        label=_("是什么物品或服务"), max_length=60, required=False, help_text=_("发实物或服务时填，例如：年票1张")
    )
    value = money(_("每张面值（实物或服务填单价）"), help_text=_("元"))
    least_spend = money(_("满多少元可用"), required=False, help_text=_("不限就留空"))
    budget = money(_("预算"), help_text=_("元。发出的券不会超过它"))
    fund = forms.ChoiceField(label=_("谁出钱"), choices=Fund.choices)
    limit_key = forms.ChoiceField(label=_("核对哪个年度上限"), required=False)
    line = forms.ModelChoiceField(
        CatalogueLine.objects.none(), label=_("共同目录里是哪一项"), to_field_name="public_id", required=False,
        empty_label=_("公布前再选"),
    )  # fmt: skip
    brand = forms.ModelChoiceField(
        Brand.objects.none(), label=_("归在哪个品牌"), to_field_name="slug", required=False, empty_label=_("不归品牌")
    )
    theme = forms.ChoiceField(label=_("类别"), choices=Theme.choices)
    universal = forms.BooleanField(label=_("普惠：凭两地互认协议，对方的会员也能领"), required=False)
    where = forms.CharField(label=_("在哪里用"), max_length=200, required=False)
    about = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    starts = DayField(label=_("从哪天起可以用"))
    last_day = DayField(label=_("最后一天"), help_text=_("当天算在内"))
    good_days = whole(_("领到后几天内有效"), most=3650, required=False, help_text=_("不限就留空，到最后一天为止"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = ParameterKey.objects.filter(type=ValueType.DECIMAL).order_by("key")
        named = [(key, english.plain(words)) for key, words in keys.values_list("key", "words")]
        self.fields["limit_key"].choices = [("", gettext("不核对")), *named]  # type: ignore[attr-defined]
        _among(self, "line", CatalogueLine.objects.filter(ended_on=None).order_by("name"))
        _among(self, "brand", Brand.objects.order_by("name"))
        self.fields["brand"].label_from_instance = lambda brand: english.plain(brand.name)  # type: ignore[attr-defined]

    def plan(self) -> Plan:
        given = {field.name: self.cleaned_data[field.name] for field in fields(Plan)}
        given |= {"kind": SchemeKind(given["kind"]), "theme": Theme(given["theme"]), "fund": Fund(given["fund"])}
        return Plan(**given)


class ReleaseForm(HouseForm):
    """How many, when, and by what order."""

    places = whole(_("多少份"), most=1_000_000)
    per_person = whole(_("每人最多几份"), most=50, initial=1)
    opens = MomentField(label=_("开始领取"))
    closes = MomentField(label=_("截止领取"))
    policy = forms.ChoiceField(label=_("按什么先后给"), choices=Policy.choices, initial=Policy.DRAW)
    policy_reason = forms.CharField(
        label=_("为什么不抽签"), max_length=300, required=False,
        help_text=_("先到先得、同时起步要写理由，职工会看到。名额紧的，默认报名一天以上再抽签。"),
    )  # fmt: skip
    level_minutes = whole(_("同时起步：前几分钟算同时到"), most=60, required=False)
    result_at = MomentField(label=_("什么时候公布结果"), required=False, help_text=_("抽签必填，随报名一起公布"))
    party_most = whole(_("一份报名最多几个人"), most=20, initial=1, required=False,
        help_text=_("一家人或几个同事一起来的，几个人占几份。填1就是各报各的。"),
    )  # fmt: skip
    chances = whole(_("没抽中过的最多几次机会"), most=9, initial=1, required=False,
        help_text=_("只用于抽签：本会以前同类抽签里，从上次抽中以后每没抽中1次，多1次机会。填1就是人人一样。"),
    )  # fmt: skip
    accept_hours = whole(_("给到后几小时内确认"), least=0, most=720, initial=0, help_text=_("0：不用确认，直接给"))
    spares_meals = forms.BooleanField(
        label=_("花名册上看不出来，但我们知道有外卖配送员参加"),
        required=False,
        help_text=_("规则、预留或范围里有他们的，系统自己会认出来，饭点不开放。"),
    )
    assurance = forms.TypedChoiceField(
        label=_("领的人身份要核验到"), coerce=int, choices=Assurance.choices, initial=Assurance.DECLARED
    )
    rule = forms.ModelChoiceField(
        Rule.objects.none(),
        label=_("谁可以领（规则）"),
        to_field_name="public_id",
        required=False,
        empty_label=_("会员都可以"),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = actor.on
        _among(self, "rule", Rule.objects.within(actor, Power.RUN_BENEFITS).order_by("name"))
        self.fields["rule"].label_from_instance = lambda rule: english.plain(rule.name)  # type: ignore[attr-defined]

    def release(self) -> Release:
        given = self.cleaned_data
        rule = given["rule"]
        manner = Manner(
            policy=Policy(given["policy"]),
            policy_reason=given["policy_reason"],
            level_minutes=given["level_minutes"],
            party_most=given["party_most"] or 1,
            chances=given["chances"] or 1,
            result_at=given["result_at"],
            accept_hours=given["accept_hours"],
            spares_meals=given["spares_meals"],
        )
        return Release(
            places=given["places"],
            opens=given["opens"],
            closes=given["closes"],
            per_person=given["per_person"],
            rule_version=version_in_force(rule, self.on) if rule else None,
            assurance=given["assurance"],
            manner=manner,
        )


class NewForm(PlanForm, ReleaseForm):
    """All of it on one page; it is a draft until it is published."""

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)  # by way of both
        self.fields["union"] = union_field(actor, Power.RUN_BENEFITS, label=_("由哪个工会办"))
        self.order_fields(["union", *PlanForm.base_fields, *ReleaseForm.base_fields])


class WindowForm(HouseForm):
    places = whole(_("多少份"), most=1_000_000)
    opens = MomentField(label=_("开始领取"))
    closes = MomentField(label=_("截止领取"))


class WhyForm(HouseForm):
    why_ = forms.CharField(label=_("原因"), max_length=200, help_text=_("职工会看到"))


def initial_of(scheme: Scheme) -> dict[str, Any]:
    found = {field.name: getattr(scheme, field.name) for field in fields(Plan)}
    return found | {
        "line": scheme.line.public_id if scheme.line else None,
        "brand": scheme.brand.slug if scheme.brand else None,
    }


def _among(form: HouseForm, name: str, rows: QuerySet[Any]) -> None:
    form.fields[name].queryset = rows  # type: ignore[attr-defined]
