"""Choosing a union in a form: from a list where few are in reach, else by code or full name."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext

from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions import queries
from tongxin.unions.models import Union
from tongxin.web import english
from tongxin.web.guard import HouseRequest

FEW = 60


class UnionField(forms.CharField):
    """Cleans to a Union among those given, or says that there is none of that name. `listed=False`: never as a list."""

    def __init__(
        self, among: QuerySet[Union], on: date, *, label: Any = None, listed: bool = True, **kwargs: Any
    ) -> None:
        self._among, self._on = among.existing(on) if hasattr(among, "existing") else among, on
        few = list(self._among.order_by("level", "code")[: FEW + 1]) if listed else []
        if listed and len(few) <= FEW:
            kwargs["widget"] = forms.Select(
                choices=[("", gettext("请选择")), *((u.public_id, english.plain(u.name)) for u in few)]
            )
        else:
            kwargs.setdefault("help_text", gettext("填工会代码或全称。"))
        if len(few) == 1:
            kwargs.setdefault("initial", few[0].public_id)
        super().__init__(label=label or gettext("工会"), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        union = queries.named(text, among=self._among, on=self._on)
        if union is None:
            words = gettext("没有找到这个工会，或不在您的范围内。请填代码或全称。")
            raise forms.ValidationError(words, code="union-unknown")
        return union


def union_field(actor: Actor, power: Power, **kwargs: Any) -> UnionField:
    """Among the unions that the actor reaches by that power."""
    return UnionField(unions_within(actor, power), actor.on, **kwargs)


def asked_union(request: HouseRequest, among: QuerySet[Union], name: str = "union") -> Union | None:
    """The union of the address's filter, if it is one of these."""
    return queries.named(request.GET.get(name, ""), among=among, on=request.actor.on)


def asked_day(request: HouseRequest, name: str = "on", *, otherwise: date | None = None) -> date:
    """The day of the address; without one, or for nonsense, `otherwise` or today."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise or request.actor.on
