"""Forms of rules and parameters."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.facts import FACTS
from tongxin.people.powers import Power
from tongxin.rulebook.actions.drafts import Terms
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import Certainty, Draft, ParameterKey, ValueType
from tongxin.rules.editing import Data, bare
from tongxin.web import english, rule_words
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import union_field
from tongxin.web.staff.fields import DayField

NUMBERS = (ValueType.DECIMAL, ValueType.WHOLE)


class RuleForm(HouseForm):
    name = forms.CharField(label=_("规则名称"), max_length=80, help_text=_("说清管什么事，例如“春季文旅券领取条件”。"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"] = union_field(actor, Power.MANAGE_RULES, label=_("哪个工会的规则"))
        self.order_fields(["union", "name"])


class LeafForm(HouseForm):
    """One comparison: a fact, how it is compared, with what; and the words that workers will read."""

    why: ClassVar[dict[str, Any]] = {"clause": _("职工和干部看结论时，每个条件旁边都写着依据。没有依据的条件会被问。")}
    fact = forms.ChoiceField(label=_("看哪一项"), choices=[(name, known.words) for name, known in FACTS.items()])
    op = forms.ChoiceField(label=_("怎么比"), choices=list(rule_words.SIGNS.items()))
    value = forms.CharField(
        label=_("和什么比"),
        required=False,
        max_length=400,
        help_text=_("几个值之间用顿号隔开；工会填代码；是或否照写。"),
    )
    words = forms.CharField(
        label=_("职工看到的话"), required=False, max_length=120, help_text=_("例如“年满18周岁”。不填就照上面三项写。")
    )
    clause = forms.CharField(label=_("依据"), required=False, max_length=200, help_text=_("哪份文件、第几条。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [(key.key, english.plain(key.words)) for key in ParameterKey.objects.order_by("words")]
        self.fields["param"] = forms.ChoiceField(
            label=_("或按参数"),
            choices=[("", gettext("不用参数")), *keys],
            required=False,
            help_text=_("选了参数就不用填值：数改了，规则不用改。"),
        )
        self.order_fields(["fact", "op", "value", "param", "words", "clause"])

    @classmethod
    def initial_of(cls, node: Data) -> dict[str, Any]:
        node = bare(node)[0]
        value = node["value"]
        key = value.get("param", "") if isinstance(value, dict) else ""
        return {
            "fact": node["fact"],
            "op": node["op"],
            "param": key,
            "value": "" if key else rule_words.value_text(node["fact"], value),
            "words": node["words"],
            "clause": node.get("clause") or "",
        }

    def leaf(self) -> Data:
        return rule_words.leaf(self.cleaned_data)


class TermsForm(HouseForm):
    valid_from = DayField(label=_("从哪天起"))
    valid_to = DayField(label=_("从哪天起不再有效"), required=False, help_text=_("不填就一直有效。"))
    amount = forms.DecimalField(
        label=_("每人多少元"),
        required=False,
        max_digits=12,
        decimal_places=2,
        help_text=_("用来试算要花多少钱，不写进规则。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_key"] = forms.ModelChoiceField(
            ParameterKey.objects.filter(type__in=NUMBERS).order_by("words"),
            to_field_name="key",
            label=_("或按参数算"),
            required=False,
            empty_label=_("不用参数"),
        )
        self.fields["amount_key"].label_from_instance = lambda key: english.plain(key.words)  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, draft: Draft) -> dict[str, Any]:
        return {
            "valid_from": draft.valid_from,
            "valid_to": draft.valid_to,
            "amount": draft.amount,
            "amount_key": draft.amount_key.key if draft.amount_key else "",
        }

    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)


class ParameterKeyForm(HouseForm):
    words = forms.CharField(
        label=_("参数名称"), max_length=80, help_text=_("说清是什么的上限、按什么算，例如“春游每人每次上限”。")
    )
    key = forms.CharField(
        label=_("代号"), max_length=60, help_text=_("英文小写字母、数字和下划线，例如outing_person_most。")
    )
    type = forms.ChoiceField(label=_("值是什么"), choices=ValueType.choices)
    unit = forms.CharField(label=_("单位"), max_length=20, required=False, help_text=_("例如元/人/年。"))


class ParameterForm(HouseForm):
    """A value from a day on. The value before it ends there and stays readable."""

    why: ClassVar[dict[str, Any]] = {
        "document": _("每个数都要能查到是谁定的。没有查到的也照实写，系统会说“没有查到”。")
    }
    value = forms.CharField(label=_("值"), required=False, max_length=200, help_text=_("没有查到的留空。"))
    valid_from = DayField(label=_("从哪天起"))
    certainty = forms.ChoiceField(label=_("有多确定"), choices=Certainty.choices)
    document = forms.CharField(label=_("哪份文件"), max_length=200)
    clause = forms.CharField(label=_("第几条、怎么说"), required=False, max_length=300)
    note = forms.CharField(label=_("备注"), required=False, max_length=300)

    def __init__(self, actor: Actor, key: ParameterKey, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        self.fields["region"] = union_field(
            actor, Power.MANAGE_RULES, label=_("哪个地区（工会）"), help_text=_("管它和它以下。填工会代码或全称。")
        )
        self.order_fields(["region", "value", "valid_from", "certainty", "document", "clause", "note"])

    def said(self) -> Said:
        given = self.cleaned_data
        return Said(
            self._value(given["value"].strip()), given["document"], given["clause"], given["certainty"], given["note"]
        )

    def _value(self, text: str) -> Decimal | str | None:
        if not text or self.key.type == ValueType.TEXT:
            return text or None
        try:
            return Decimal(text.replace(",", "").replace("，", ""))
        except ArithmeticError:
            raise Refused("parameter-value", "“%(called)s”的值请填数，例如200。", called=self.key.words) from None


class AcceptForm(HouseForm):
    remark = forms.CharField(
        label=_("为什么可以"),
        required=False,
        max_length=300,
        help_text=_("有以前的决定会不一样时必填。您的姓名和这句话一起留下。"),
    )
