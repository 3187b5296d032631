"""Drafting a line of the joint catalogue: what it says in all, and what it says for each region."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.benefits.actions.catalogue import Said, Wording
from tongxin.benefits.models import CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import LineKind, Measure, Promise, Unit
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.rulebook.models import Rule
from tongxin.rulebook.queries import version_in_force
from tongxin.unions import queries as unions
from tongxin.unions.models import Kind, Union
from tongxin.unions.models.tree import Confidence
from tongxin.web import english
from tongxin.web.forms import HouseForm, translated
from tongxin.web.staff.choosing import UnionField
from tongxin.web.staff.fields import DayField

KEEP, JUDGED = "keep", ""
TITLES: Final = (_("我方地区"), _("对方地区"), _("各方一样（写一次）"))
_TERMS: Final = re.compile(r"t\d_")
_TEXTS: Final = (
    ("how", _("内容和办法"), 300), ("document", _("文件"), 160), ("clause", _("条款"), 200), ("source", _("来源"), 200),
    ("parameter", _("对应的参数"), 60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of one region. Folded while it says nothing."""

    title: Any
    fields: Sequence[forms.BoundField]
    open: bool


class WordingForm(HouseForm):
    """`regions` by their places: ours, theirs, the one above both; where a promise is left blank, nothing is said."""

    why: ClassVar[dict[str, Any]] = {
        "condition": _("选了规则，“我能享受什么”就能自动对照；不选的，由工会按情况认定。"),
    }
    who = forms.CharField(label=_("给谁"), max_length=200, help_text=_("一句话，职工看得懂。"))
    condition = forms.ChoiceField(label=_("条件"), required=False)
    valid_from = DayField(label=_("从哪天起"))
    changed = forms.CharField(label=_("和上一版比，改了什么"), max_length=200)
    note = forms.CharField(
        label=_("说明"), max_length=300, required=False, help_text=_("没有查到的、暂定的，写在这里。")
    )

    def __init__(self, actor: Actor, *args: Any, titles: Sequence[Any] = TITLES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rules = {rule.public_id: rule for rule in Rule.objects.within(actor, Power.MANAGE_CATALOGUE)}
        self._on, self._titles = actor.on, titles
        for place in range(len(titles)):
            self.fields |= _terms_fields(place)
        self._offer_conditions(keeps="condition" in (kwargs.get("initial") or {}))

    def _offer_conditions(self, *, keeps: bool) -> None:
        offered = [(JUDGED, gettext("不设条件，由工会按情况认定"))]
        offered += [(key, english.plain(rule.name)) for key, rule in self._rules.items()]
        if keeps:
            offered.insert(0, (KEEP, gettext("沿用上一版的条件")))
        self.fields["condition"].choices = offered  # type: ignore[attr-defined]

    @property
    def main(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.fields if not _TERMS.match(name))

    @property
    def blocks(self) -> Iterator[Block]:
        for place, title in enumerate(self._titles):
            fields = [self[name] for name in self.fields if name.startswith(f"t{place}_")]
            yield Block(title, fields, bool(self[f"t{place}_promise"].value()) or any(one.errors for one in fields))

    def wording(self, regions: Sequence[Union | None], before: CatalogueVersion | None = None) -> Wording:
        """For the action. `regions` in the order of the blocks."""
        given = self.cleaned_data
        chosen = given["condition"]
        rule = version_in_force(self._rules[chosen], self._on) if chosen in self._rules else None
        kept = before if chosen == KEEP else None
        return Wording(
            who=given["who"],
            valid_from=given["valid_from"],
            said=[said for place, region in enumerate(regions) if (said := self._said(place, region)) is not None],
            condition=kept.condition if kept else rule.condition if rule else None,
            rule=kept.rule if kept else rule,
            changed=given.get("changed", ""),
            note=given["note"],
        )

    def _said(self, place: int, region: Union | None) -> Said | None:
        given = {
            name.partition("_")[2]: value for name, value in self.cleaned_data.items() if name.startswith(f"t{place}_")
        }
        if region is None or not given["promise"]:
            return None
        unit = Unit(given["unit"]) if given["unit"] else None
        return Said(
            region, Promise(given["promise"]), Measure(given["measure"]), given["amount"], unit,
            confidence=Confidence(given["confidence"]), **{name: given[name] for name, _label, _most in _TEXTS},
        )  # fmt: skip


class LineForm(WordingForm):
    """A new item: besides, which two federations, its name and its kind."""

    def __init__(self, actor: Actor, *args: Any) -> None:
        super().__init__(actor, *args, initial={"valid_from": actor.on})
        del self.fields["changed"]
        ours = unions_within(actor, Power.MANAGE_CATALOGUE).filter(kind=Kind.FEDERATION)
        all_of_them = unions.living(actor.on).filter(kind=Kind.FEDERATION)
        self.fields |= {
            "keeper": UnionField(ours, actor.on, label=_("我方总工会")),
            "other": UnionField(all_of_them, actor.on, label=_("对方总工会"), listed=False),
            "name": forms.CharField(label=_("叫什么"), max_length=60),
            "kind": forms.ChoiceField(label=_("普惠还是特殊"), choices=translated(LineKind.choices)),
        }  # fmt: skip
        self.order_fields(["keeper", "other", "name", "kind"])


class EndForm(HouseForm):
    on = DayField(label=_("从哪天起不再执行"))
    why_ended = forms.CharField(label=_("为什么结束"), max_length=200)


def initial_of(version: CatalogueVersion, regions: Sequence[Union | None], on: date) -> dict[str, Any]:
    """The last version again, to be changed where it is to be changed."""
    found: dict[str, Any] = {"who": version.who, "note": version.note, "valid_from": on, "condition": KEEP}
    by_region = {terms.region_id: terms for terms in version.terms.all()}
    for place, region in enumerate(regions):
        terms = by_region.get(region.pk) if region is not None else None
        if terms is not None:
            found |= {f"t{place}_{name}": getattr(terms, name) for name in _names(terms)}
    return found


def _names(_terms: CatalogueTerms) -> list[str]:
    return ["promise", "measure", "amount", "unit", "confidence", *(name for name, _label, _most in _TEXTS)]


def _terms_fields(place: int) -> dict[str, forms.Field]:
    blank = ("", gettext("这里不写"))
    fields: dict[str, forms.Field] = {
        "promise": forms.ChoiceField(label=_("怎么说"), choices=[blank, *translated(Promise.choices)], required=False),
        "measure": forms.ChoiceField(
            label=_("金额怎么定"), choices=translated(Measure.choices), initial=Measure.UNKNOWN, required=False,
            help_text=_("“最多”是工会可以用到的上限；是上限的，怎么说只能选“您的工会可以给”。"),
        ),
        "amount": forms.DecimalField(label=_("数额"), max_digits=10, decimal_places=2, required=False),
        "unit": forms.ChoiceField(label=_("单位"), choices=[("", gettext("没有")), *translated(Unit.choices)], required=False),
        **{name: forms.CharField(label=label, max_length=most, required=False) for name, label, most in _TEXTS},
        "confidence": forms.ChoiceField(
            label=_("可靠程度"), choices=translated(Confidence.choices), initial=Confidence.UNSURE, required=False
        ),
    }  # fmt: skip
    return {f"t{place}_{name}": field for name, field in fields.items()}
