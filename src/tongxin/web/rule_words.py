"""A condition as staff read and write it: signs for comparisons, words for values, and back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from tongxin.kernel.refused import Refused
from tongxin.people.facts import FACTS, Known
from tongxin.rulebook.models import ParameterKey
from tongxin.rules.conditions import Compare, Op, from_data, to_data
from tongxin.rules.editing import Data, bare
from tongxin.rules.facts import Value
from tongxin.rules.parameters import Param
from tongxin.unions.models import Union
from tongxin.web import english

SIGNS: Final = {
    "=": _("是（=）"),
    "!=": _("不是（≠）"),
    ">=": _("不小于（≥）"),
    "<=": _("不大于（≤）"),
    ">": _("大于（＞）"),
    "<": _("小于（＜）"),
    "in": _("是其中之一"),
    "has": _("属于"),
}
PHRASES: Final = {
    ">=": _("%(fact)s ≥ %(value)s"),
    "<=": _("%(fact)s ≤ %(value)s"),
    ">": _("%(fact)s ＞ %(value)s"),
    "<": _("%(fact)s ＜ %(value)s"),
    "=": _("%(fact)s 是 %(value)s"),
    "!=": _("%(fact)s 不是 %(value)s"),
    "in": _("%(fact)s是其中之一：%(value)s"),
    "has": _("%(fact)s 属于 %(value)s"),
}
YES: Final = _("%(fact)s：是")
NO: Final = _("%(fact)s：否")
YES_NO: Final = {"是": True, "否": False, "不是": False, "有": True, "没有": False, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Line:
    """One node of a tree that may be unfinished. `place`: its path as it stands in forms, "1.0"; the root's is empty."""

    place: str
    kind: str
    turned: bool
    words: str = ""
    compared: str = ""
    clause: str = ""
    parts: tuple["Line", ...] = ()


def lines(tree: Data, called: Mapping[str, str] | None = None, place: tuple[int, ...] = ()) -> Line:
    """`called`: the words of parameters, by key."""
    node, turned = bare(tree)
    where = ".".join(map(str, place))
    if "fact" in node:
        return Line(
            where, "leaf", turned, node.get("words", ""), compared(node, called or {}), node.get("clause") or ""
        )
    kind = "any" if "any" in node else "all"
    parts = tuple(lines(part, called, (*place, n)) for n, part in enumerate(node.get(kind, [])))
    return Line(where, kind, turned, parts=parts)


def compared(node: Data, called: Mapping[str, str]) -> str:
    """周岁 ≥ 18; 是工会会员：是."""
    known, op, value = FACTS.get(node["fact"]), node["op"], node["value"]
    fact = gettext(known.words) if known else node["fact"]
    if isinstance(value, bool) and op in {"=", "!="}:
        return gettext(YES if value is (op == "=") else NO) % {"fact": fact}
    return gettext(PHRASES[op]) % {"fact": fact, "value": value_text(node["fact"], value, called)}


def called_in(trees: Iterable[Data]) -> dict[str, str]:
    """What parameters and unions that stand in these trees are called, by key and by code, as the page reads. Two queries."""
    leaves = [leaf for tree in trees for leaf in _leaves(tree)]
    codes = {text for leaf in leaves if leaf["fact"].startswith("membership_union") for text in _texts(leaf["value"])}
    unions = dict(Union.objects.filter(code__in=codes).values_list("code", "name"))
    words = dict(ParameterKey.objects.values_list("key", "words")) | unions
    return {key: english.plain(name) for key, name in words.items()}


def _leaves(tree: Data) -> Iterator[Data]:
    node = bare(tree)[0]
    if "fact" in node:
        yield node
    for part in node.get("all") or node.get("any") or []:
        yield from _leaves(part)


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def value_text(fact: str, data: Any, called: Mapping[str, str] | None = None) -> str:
    """A value of the JSON form as people type it."""
    known = FACTS.get(fact)
    match data:
        case {"param": str(key)}:
            return (called or {}).get(key, key)
        case {"decimal": str(text)} | {"date": str(text)}:
            return text
        case bool():
            return gettext("是") if data else gettext("否")
        case list():
            return gettext("、").join(value_text(fact, item, called) for item in data)
        case str() if known is not None:
            return gettext(known.values[data]) if data in known.values else (called or {}).get(data, data)
        case _:
            return str(data)


def leaf(given: Mapping[str, str]) -> Data:
    """What a form said, as a comparison. Refused: "value-unread", and as `from_data` refuses."""
    known, op = FACTS[given["fact"]], given["op"]
    value: Value | Param = Param(given["param"]) if given.get("param") else read_value(known, op, given["value"])
    data = to_data(
        Compare(given["fact"], cast("Op", op), value, given["words"].strip(), given["clause"].strip() or None)
    )
    if not data["words"]:
        data["words"] = _by_itself(data)
    return to_data(from_data(data))


def _by_itself(data: Data) -> str:
    """What a comparison says of itself, to be kept: in the language of rules, whoever wrote it."""
    with override("zh-hans"):
        return compared(data, called_in([data])).replace(" ", "")


def read_value(known: Known, op: str, text: str) -> Value:
    text = text.strip()
    by_words = {words: value for value, label in known.values.items() for words in (label, gettext(label))}
    if not text:
        raise Refused("value-unread", "请填要比较的值，或选一个参数。")
    if op == "in":
        return frozenset(
            by_words.get(one.strip(), one.strip())
            for one in text.replace("，", "、").replace(",", "、").split("、")
            if one.strip()
        )
    if known.type is bool:
        if text.lower() not in YES_NO:
            raise Refused("value-unread", "“%(called)s”的值请填“是”或“否”。", called=known.words)
        return YES_NO[text.lower()]
    if known.type is Decimal:
        return _number(text, known)
    return by_words.get(text, text)


def _number(text: str, known: Known) -> Value:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Refused("value-unread", "“%(called)s”的值请填数，例如18。", called=known.words)
    return int(number) if number == number.to_integral_value() and abs(number) < 10**9 else number
