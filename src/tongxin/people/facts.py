"""What rules may ask about a person, on a day, each with where it is known from. One meaning; more facts are added here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q

from tongxin.people.models import Membership, Person
from tongxin.rules.facts import Fact, Facts, Value, unknown
from tongxin.unions.models import Union


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that a rule may use: its type, and what people call it."""

    type: type
    words: str


FACTS: Final = {
    "is_member": Known(bool, "是工会会员"),
    "membership_union": Known(str, "会籍所在工会（代码）"),
    "membership_unions": Known(frozenset, "会籍所在工会和它的上级（代码）"),
    "gig_group": Known(str, "新就业形态群体"),
    "age": Known(Decimal, "周岁"),
    "model_worker": Known(str, "劳模称号"),
    "migrant_worker": Known(bool, "是农民工"),
    "skill_level": Known(str, "技能等级"),
}
_MEMBERSHIP: Final = frozenset({"is_member", "membership_union", "membership_unions"})


def facts_of(person: Person, on: date, *, wanted: Collection[str] = FACTS.keys()) -> Facts:
    """Only what is wanted is read: at most two queries, both for the membership; none without it.

    What the record leaves blank is not known, except membership: who stands in no union's list is no member there.
    """
    facts = [_recorded(person, name) for name in wanted if name in FACTS and name not in _MEMBERSHIP | {"age"}]
    if "age" in wanted:
        facts.append(_age(person, on))
    if _MEMBERSHIP & set(wanted):
        facts += _membership(person, on, above="membership_unions" in wanted)
    return Facts(*facts)


def age_on(born: date, on: date) -> int:
    """Full years. Who was born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _age(person: Person, on: date) -> Fact:
    source = "职工登记的出生日期"
    return unknown("age", source) if person.born is None else Fact("age", age_on(person.born, on), source)


def _recorded(person: Person, name: str) -> Fact:
    """A column of the person's record; blank means that nobody has said."""
    value: Value | None = getattr(person, name)
    return Fact(name, None if value == "" else value, f"职工登记：{FACTS[name].words}")


def _membership(person: Person, on: date, *, above: bool) -> list[Fact]:
    membership = (
        Membership.objects.filter(Q(ends=None) | Q(ends__gt=on), person=person, starts__lte=on)
        .select_related("union")
        .order_by("-starts")
        .first()
    )
    if membership is None:
        source = "会籍登记：没有这一天的会籍"
        return [Fact("is_member", False, source), unknown("membership_union", source), _no_unions(source)]  # noqa: FBT003
    source = f"会籍登记：{membership.union.name}，{membership.starts:%Y年%-m月%-d日}起"
    facts = [Fact("is_member", True, source), Fact("membership_union", membership.union.code, source)]  # noqa: FBT003
    if above:
        codes = Union.objects.above(membership.union_id, on=on).values_list("code", flat=True)
        facts.append(Fact("membership_unions", frozenset(codes), source))
    return facts


def _no_unions(source: str) -> Fact:
    return Fact("membership_unions", frozenset(), source)
