"""What is filled in to ask for a union, and to answer."""

from typing import Any, ClassVar, Final

from django import forms

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.actions.files import BEGINS, LARGEST, Upload
from tongxin.unions.actions.founding import Wish
from tongxin.unions.founding_rules import CHOICES, choice_of
from tongxin.unions.models import Closure, Union
from tongxin.web.forms import HouseForm
from tongxin.web.staff.choosing import UnionField, union_field
from tongxin.web.staff.fields import DayField, whole

ACCEPT: Final = ",".join(BEGINS)
FILES: Final = f"PDF、图片或办公文件，最大{LARGEST >> 20}兆。"


def file_field(label: str, **kwargs: Any) -> forms.FileField:
    """What it may be is said by unions.actions.files."""
    widget = forms.FileInput(attrs={"accept": ACCEPT})
    return forms.FileField(label=label, widget=widget, max_length=255, allow_empty_file=True, help_text=FILES, **kwargs)


def upload_of(form: forms.Form, field: str = "file", title: str = "") -> Upload | None:
    file = form.cleaned_data.get(field)
    return Upload(file.name, file.read(), title) if file else None


class AskForm(HouseForm):
    why: ClassVar[dict[str, str]] = {
        "workers": "这个单位或区域里一共有多少职工，用来看覆盖面，也用来核对人数。",
        "answer": "法律允许这样建，但要说明原因。批复的人会看到您的说明。",
    }
    kind = forms.ChoiceField(
        label="要建哪一种", choices=[(one.slug, one.words) for one in CHOICES.values()], widget=forms.RadioSelect
    )
    name = forms.CharField(label="拟用全称", max_length=120)
    sponsor = forms.CharField(label="发起单位", max_length=120, help_text="由哪个单位或哪级工会发起。")
    employer = forms.CharField(
        label="用人单位", max_length=120, required=False, help_text="新就业形态和区域、行业的可以不填。"
    )
    workers = whole("职工人数", most=10_000_000)
    members = whole("愿意入会的人数", least=0, most=10_000_000)
    reason = forms.CharField(label="为什么建", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    answer = forms.CharField(
        label="对提醒的说明", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="上面有提醒时才填。",
    )  # fmt: skip
    file = file_field("附件", required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"] = union_field(actor, Power.KEEP_UNION, label="由哪个工会申请")
        self.fields["parent"] = UnionField(_parents(actor), actor.on, label="建在哪个工会下面")
        self.order_fields(["union", "parent"])

    def wish(self) -> Wish:
        values = self.cleaned_data
        names = ("parent", "name", "sponsor", "workers", "members", "reason", "employer", "answer")
        return Wish(choice=choice_of(values["kind"]), **{name: values[name] for name in names})

    def field_of(self, refusal: Refused) -> str | None:
        return {
            "founding-name": "name", "founding_once": "name", "founding-sponsor": "sponsor", "founding-reason": "reason",
            "founding-workers": "workers", "founding-members": "members", "founding-parent": "parent",
            "founding-far": "parent", "parent-not-there": "parent", "founding-answer": "answer", "no-power": "union",
            "founding-flood": "union", "file-kind": "file", "file-large": "file", "file-empty": "file",
        }.get(refusal.code)  # fmt: skip


def _parents(actor: Actor) -> Any:
    """What the actor keeps, and whatever stands above it."""
    kept = unions_within(actor, Power.KEEP_UNION)
    roots = actor.roots(Power.KEEP_UNION)
    above = Closure.objects.as_of(actor.on).filter(descendant__in=roots.here | roots.below).values("ancestor")
    return Union.objects.filter(pk__in=kept.values("pk")) | Union.objects.filter(pk__in=above)


class ApproveForm(HouseForm):
    reply_number = forms.CharField(label="批复文号", max_length=80)
    founded_on = DayField(label="成立日期", help_text="不能晚于今天。")
    code = forms.CharField(label="工会代码", max_length=20, help_text="表格和命令用它认出这个工会，以后不变。")

    def field_of(self, refusal: Refused) -> str | None:
        return {
            "founding-reply": "reply_number", "founding-day": "founded_on", "parent-not-there": "founded_on",
            "code-taken": "code", "code-missing": "code",
        }.get(refusal.code)  # fmt: skip


class WhyForm(HouseForm):
    why_not = forms.CharField(
        label="为什么不批准", max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申请的工会看得到，写明还缺什么、下一步怎么办。",
    )  # fmt: skip
