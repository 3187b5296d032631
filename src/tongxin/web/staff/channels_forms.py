"""What administrators fill in about channels: money, templates, the order in which they are tried."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.notices.actions.templates import BY_NUMBER, Words
from tongxin.notices.catalogue import CATALOGUE
from tongxin.notices.groups import GROUPS
from tongxin.notices.models import Template
from tongxin.notices.queries.routes import SUMMARY, Step
from tongxin.notices.states import OUTSIDE, Channel
from tongxin.web.forms import HouseForm
from tongxin.web.staff.fields import DayField, whole

MONEY: Final = {"invalid": "请填数字，例如0.045。", "min_value": "不能小于0。", "max_digits": "这个数太大，请检查。",
                "max_decimal_places": "小数位太多，请检查。", "max_whole_digits": "这个数太大，请检查。"}  # fmt: skip
UNDER: Final = {
    "budget_cap": "cap", "price_amount": "amount", "price-past": "valid_from", "template-past": "valid_from",
    "template-kind": "kind", "template-channel": "channel", "template-signature": "signature", "template-names": "text",
    "order-past": "valid_from", "order-group": "group", "order-empty": "channel1", "order-channel": "channel1",
    "order-wait": "wait1",
}  # fmt: skip
STEPS: Final = range(1, len(OUTSIDE) + 1)


class ChannelForm(HouseForm):
    def take(self, refusal: Refused) -> None:
        field = UNDER.get(refusal.code)
        self.refuse(refusal, field if field in self.fields else "on" if "on" in self.fields and field else None)


class BudgetForm(ChannelForm):
    why: ClassVar[dict[str, str]] = {"cap": "到了上限，收费的渠道就停，通知改走不收费的渠道，并告诉您一次。"}
    cap = forms.DecimalField(
        label="本月最多花多少元", max_digits=12, decimal_places=2, min_value=Decimal(0), error_messages=MONEY,
        help_text="本级和没有自己预算的下级一起用。",
    )  # fmt: skip


class PriceForm(ChannelForm):
    amount = forms.DecimalField(
        label="每条多少元", max_digits=10, decimal_places=4, min_value=Decimal(0), error_messages=MONEY,
        help_text="长短信按几条收费，系统会算。",
    )  # fmt: skip
    valid_from = DayField(label="从哪天起", help_text="以前的价格留着。")


class TemplateForm(ChannelForm):
    channel = forms.ChoiceField(label="渠道", choices=[(one.value, one.label) for one in BY_NUMBER])
    kind = forms.ChoiceField(label="哪种通知", required=False, help_text="选“其他各种”，就给没有自己模板的通知用。")
    number = forms.CharField(label="模板编号", max_length=80, help_text="网关给的编号，例如SMS_154950909。")
    signature = forms.CharField(label="签名", max_length=40, required=False, help_text="短信要填，公众号不填。")
    text = forms.CharField(
        label="模板文字", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="和网关核准的一字不差。变量写成${title}；${title}是标题，${body}是正文。",
    )  # fmt: skip
    valid_from = DayField(label="从哪天起", help_text="同一种通知原来的模板到那天停用。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined]

    def words(self) -> Words:
        return Words(**{name: self.cleaned_data[name].strip() for name in Words.__dataclass_fields__})


class EndForm(ChannelForm):
    on = DayField(label="从哪天起停用")


class OrderForm(ChannelForm):
    group = forms.ChoiceField(label="哪一类通知", choices=[(group.name, group.words) for group in GROUPS.values()])
    valid_from = DayField(label="从哪天起", help_text="以前的次序留着。")
    source = forms.CharField(label="依据", max_length=200, required=False, help_text="例如哪次会议定的。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "不用"), *((one.value, one.label) for one in OUTSIDE)]
        for number in STEPS:
            self.fields[f"channel{number}"] = forms.ChoiceField(
                label=f"第{number}个渠道", choices=choices, required=False
            )
            self.fields[f"wait{number}"] = whole(
                f"等多少分钟没有确认，再用第{number + 1}个", least=0, most=4320, required=False, initial=0
            )
        self.fields.pop(f"wait{STEPS[-1]}")
        self.order_fields(
            ["group", *(f"{name}{n}" for n in STEPS for name in ("channel", "wait")), "valid_from", "source"]
        )

    def steps(self) -> list[tuple[str, int]]:
        given = self.cleaned_data
        return [
            (given[f"channel{n}"], given.get(f"wait{n}") or 0) for n in STEPS if given.get(f"channel{n}")
        ]  # fmt: skip


def kinds() -> list[tuple[str, str]]:
    named = sorted((kind, f"{words.title}（{kind}）") for kind, words in CATALOGUE.items())
    return [("", "其他各种"), (SUMMARY, "每日汇总"), *named]


def kind_words(kind: str) -> str:
    """As lists name it: without the code by which the form tells two of one title apart."""
    return CATALOGUE[kind].title if kind in CATALOGUE else dict(kinds()).get(kind, kind)


def steps_typed(steps: Sequence[Step]) -> dict[str, object]:
    """As the form shows them."""
    typed: dict[str, object] = {}
    for number, step in enumerate(steps, 1):
        typed |= {f"channel{number}": Channel(step.channel).value, f"wait{number}": step.wait_minutes}
    return typed


def template_typed(template: Template) -> dict[str, object]:
    return {name: getattr(template, name) for name in Words.__dataclass_fields__}
