"""What is filled in to announce a round, and on its way."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from tongxin.calls.actions.rounds import Holder, Plan
from tongxin.calls.sources import sources
from tongxin.calls.states import How
from tongxin.kernel.refused import Refused
from tongxin.people.models import Account, Person
from tongxin.web import english
from tongxin.web.forms import HouseForm
from tongxin.web.staff.fields import MomentField

SEALS: Final = 3
ROLES: Final = (  # published as they stand; whoever reads English reads what the catalogue says of them
    gettext_noop("主办工会经办人"),
    gettext_noop("经费审查委员"),
    gettext_noop("职工代表（不是工会工作人员）"),
)
PLAIN: Final = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_FIELDS: Final = {
    "result-early": "result_at", "result-moved": "result_at", "time-past": "result_at",
    "round_source_with_event": "event", "event-wrong": "event",
    "event-time": "event_at", "event-early": "event_at", "event-late": "event_at",
    "unknown-source": "source", "seals-few": "source", "no-outsider": f"login_{SEALS}", "seal-role": "role_1",
    "seal_one_holder": "name_1", "slips-plain": "how", "slips-level": "how", "why-missing": "reason",
}  # fmt: skip


class PlanForm(HouseForm):
    result_at = MomentField(
        label=gettext_lazy("什么时候抽签、公布"),
        help_text=gettext_lazy("随报名一起公布，以后不能改。有公开来源的，定在它开奖以后。"),
    )
    how = forms.ChoiceField(
        label=gettext_lazy("怎么抽"), choices=How.choices, initial=How.COMPUTED, widget=forms.RadioSelect
    )
    source = forms.ChoiceField(
        label=gettext_lazy("公开来源"),
        required=False,
        help_text=gettext_lazy("可以不用；用了，持有人都是工会的人也行。"),
    )
    event = forms.CharField(
        label=gettext_lazy("期号"),
        required=False,
        max_length=30,
        help_text=gettext_lazy(
            "照发行方的公告抄，要选名单封存以后、公布结果以前开奖的一期。系统不知道期号怎么编、哪天开奖，请看着公告核对。"
        ),
    )
    event_at = MomentField(
        label=gettext_lazy("这一期什么时候开奖"),
        required=False,
        help_text=gettext_lazy("照公告抄，随抽签办法公布，大家可以对照。"),
    )

    def __init__(self, *args: Any, repeats: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["source"]
        if isinstance(offered, forms.ChoiceField):
            offered.choices = [
                ("", gettext("不用")),
                *((one.key, english.plain(one.name)) for one in sources().values()),
            ]
        for n in range(1, SEALS + 1):
            self._add_seal(n)
        if repeats:
            self.fields["reason"] = forms.CharField(
                label=gettext("为什么重抽"), max_length=200, help_text=gettext("所有人都会看到。")
            )

    def _add_seal(self, n: int) -> None:
        self.fields[f"role_{n}"] = forms.CharField(
            label=gettext("第%(n)d位持有人的身份") % {"n": n},
            max_length=60,
            required=False,
            initial=ROLES[n - 1],
            help_text=gettext("会公布；姓名不公布。"),
        )
        self.fields[f"login_{n}"] = forms.CharField(
            label=gettext("第%(n)d位的登录名") % {"n": n}, max_length=40, required=False, widget=forms.TextInput(attrs=PLAIN),
            help_text=gettext("有账号的，填登录名，会在消息里通知；没有的，填下面的姓名。"),
        )  # fmt: skip
        self.fields[f"name_{n}"] = forms.CharField(
            label=gettext("第%(n)d位的姓名") % {"n": n},
            max_length=60,
            required=False,
            help_text=gettext("没有账号的人，凭一个一次性的链接办理。"),
        )

    @property
    def seals(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each holder, for the page."""
        for n in range(1, SEALS + 1):
            yield [self[f"{name}_{n}"] for name in ("role", "login", "name")]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for n in range(1, SEALS + 1):
            login = values.get(f"login_{n}", "")
            values[f"person_{n}"] = _person(login)
            if login and values[f"person_{n}"] is None:
                self.add_error(
                    f"login_{n}", ValidationError(gettext("没有这个登录名，请核对；没有账号的，清空这一格，填姓名。"))
                )
        return values

    def plan(self) -> Plan:
        values = self.cleaned_data
        slips = values["how"] == How.SLIPS
        return Plan(
            result_at=values["result_at"],
            holders=() if slips else tuple(self._holders()),
            source=values["source"],
            event=values["event"].strip(),
            event_at=values["event_at"],
            how=How(values["how"]),
        )

    def _holders(self) -> Iterator[Holder]:
        for n in range(1, SEALS + 1):
            person, name = self.cleaned_data[f"person_{n}"], self.cleaned_data[f"name_{n}"].strip()
            if person is not None or name:
                yield Holder(self.cleaned_data[f"role_{n}"].strip(), person, "" if person else name)

    def field_of(self, refusal: Refused) -> str | None:
        name = _FIELDS.get(refusal.code)
        return name if name in self.fields else None


def _person(login: str) -> Person | None:
    account = Account.objects.filter(login=login.strip(), person__isnull=False).select_related("person").first()
    return account.person if account else None


class ValueForm(HouseForm):
    value = forms.CharField(label=gettext_lazy("开出的数"), max_length=120, widget=forms.TextInput(attrs=PLAIN))


class VoidForm(HouseForm):
    reason = forms.CharField(
        label=gettext_lazy("为什么作废"), max_length=200, help_text=gettext_lazy("所有人都会看到。")
    )


class OrderForm(HouseForm):
    numbers = forms.CharField(
        label=gettext_lazy("抽出的次序"), widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric"}),
        help_text=gettext_lazy("按抽出的先后，一个号一个号地录，用空格或换行隔开；全部抽完。"),
    )  # fmt: skip


class SignForm(HouseForm):
    witnesses = forms.CharField(
        label=gettext_lazy("在场的人"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("身份和人数，会公布，不写姓名。"),
    )
    compared = forms.BooleanField(label=gettext_lazy("我在场，已对着桌上的纸签逐号核对"))
