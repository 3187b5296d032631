"""What rules may ask about a person, on a day, each with where it is known from. One meaning; more facts are added here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from tongxin.people.models import Membership, Person
from tongxin.people.models.persons import GigGroup
from tongxin.rules.facts import Fact, Facts, Value, unknown
from tongxin.unions.models import Union


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that a rule may use: its type, what people call it, what to do when it is missing or wrong, and the values
    that it may have with their words, if they are few.
    """

    type: type
    words: str
    mend: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


_JOIN: Final = _("还没有入会的，可以在“我的—入会”申请；换了单位的，可以申请会籍转接。")
_RECORD: Final = _("登记缺了或不对，请所在工会的干部补登记或更正，也可以带证件到工会窗口办。")

FACTS: Final = {
    "is_member": Known(bool, _("是工会会员"), _JOIN),
    "membership_union": Known(str, _("会籍所在工会（代码）"), _JOIN),
    "membership_unions": Known(frozenset, _("会籍所在工会和它的上级（代码）"), _JOIN),
    "gig_group": Known(str, _("新就业形态群体"), _RECORD, dict(GigGroup.choices)),
    "age": Known(Decimal, _("周岁"), _("周岁按登记的出生日期算；日期不对，请带身份证到工会窗口更正。")),
    "model_worker": Known(str, _("劳模称号"), _RECORD),
    "migrant_worker": Known(bool, _("是农民工"), _RECORD),
    "skill_level": Known(str, _("技能等级"), _RECORD),
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
    source = _("职工登记的出生日期")
    return unknown("age", source) if person.born is None else Fact("age", age_on(person.born, on), source)


def _recorded(person: Person, name: str) -> Fact:
    """A column of the person's record; blank means that nobody has said."""
    value: Value | None = getattr(person, name)
    return Fact(name, None if value == "" else value, _("职工登记：%(fact)s"), {"fact": FACTS[name].words})


def _membership(person: Person, on: date, *, above: bool) -> list[Fact]:
    membership = (
        Membership.objects.filter(Q(ends=None) | Q(ends__gt=on), person=person, starts__lte=on)
        .select_related("union")
        .order_by("-starts")
        .first()
    )
    if membership is None:
        source = _("会籍登记：没有这一天的会籍")
        return [Fact("is_member", False, source), unknown("membership_union", source), _no_unions(source)]  # noqa: FBT003
    source, params = _("会籍登记：%(union)s，%(since)s起"), {"union": membership.union.name, "since": membership.starts}
    facts = [
        Fact("is_member", True, source, params),  # noqa: FBT003
        Fact("membership_union", membership.union.code, source, params),
    ]
    if above:
        codes = Union.objects.above(membership.union_id, on=on).values_list("code", flat=True)
        facts.append(Fact("membership_unions", frozenset(codes), source, params))
    return facts


def _no_unions(source: str) -> Fact:
    return Fact("membership_unions", frozenset(), source)
