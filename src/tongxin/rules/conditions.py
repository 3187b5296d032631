"""A condition is data: comparisons of facts, joined by all-of, any-of and not. Its JSON form is strict.

    {"all": [C, ...]}   {"any": [C, ...]}   {"not": C}
    {"fact": "age", "op": ">=", "value": 18, "words": "年满18周岁", "clause": "..."}       clause may be left out

Values are true and false, whole numbers, texts, lists of texts (for "in"), {"date": "2024-01-01"}, {"decimal": "200.00"}, and
{"param": "trip_days_most"}: whatever that parameter is on the day, where the rule is used.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, cast

from tongxin.kernel.refused import Refused
from tongxin.rules.facts import Value
from tongxin.rules.parameters import Param

Op = Literal["=", "!=", "<", "<=", ">", ">=", "in", "has"]
OPS: Final = ("=", "!=", "<", "<=", ">", ">=", "in", "has")
ORDERED: Final = frozenset({"<", "<=", ">", ">="})
DEEPEST: Final = 12  # a tree that people can still read; also what keeps a hostile one from exhausting the stack
MOST: Final = 200  # conditions in one tree
DIGITS: Final = 15  # before the point of a number, and after it: what a database and a reader can follow
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")  # what JSON can say and no database keeps


@dataclass(frozen=True, slots=True)
class Compare:
    """`in`: the fact is one of the values. `has`: the fact is a set, and the value is in it."""

    fact: str
    op: Op
    value: Value | Param
    words: str
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = Compare | AllOf | AnyOf | Not


def compare(fact: str, op: Op, value: Value | Param, *, words: str, clause: str | None = None) -> Compare:
    """Refused: "rule-form" when the comparison cannot mean anything."""
    _check_comparison(fact, op, value, words, "")
    return Compare(fact, op, value, words, clause)


def all_of(*parts: Condition) -> AllOf:
    _check_parts(len(parts), "")
    return AllOf(parts)


def any_of(*parts: Condition) -> AnyOf:
    _check_parts(len(parts), "")
    return AnyOf(parts)


def not_(part: Condition) -> Not:
    return Not(part)


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison in the tree, left to right."""
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from comparisons(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons(part)


def facts_used(condition: Condition) -> frozenset[str]:
    return frozenset(comparison.fact for comparison in comparisons(condition))


def parameters_used(condition: Condition) -> frozenset[str]:
    return frozenset(one.value.key for one in comparisons(condition) if isinstance(one.value, Param))


def to_data(condition: Condition) -> dict[str, Any]:
    match condition:
        case AllOf(parts):
            return {"all": [to_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_data(part) for part in parts]}
        case Not(part):
            return {"not": to_data(part)}
        case Compare():
            data = {
                "fact": condition.fact,
                "op": condition.op,
                "value": _value_to_data(condition.value),
                "words": condition.words,
            }
            return data | ({"clause": condition.clause} if condition.clause is not None else {})


def from_data(data: object) -> Condition:
    """The tree, or Refused("rule-form") that names the place, as in `all[1].not.value`."""
    condition = _read(data, "", 1)
    if sum(1 for _ in comparisons(condition)) > MOST:
        raise _wrong("", "条件超过%(most)s个", most=MOST)
    return condition


def _read(data: object, at: str, depth: int) -> Condition:
    if depth > DEEPEST:
        raise _wrong(at, "条件嵌套超过%(deepest)s层", deepest=DEEPEST)
    if not isinstance(data, Mapping):
        raise _wrong(at, "应是一个条件")
    if "fact" in data:
        return _read_comparison(data, at)
    if len(data) != 1 or (key := next(iter(data))) not in {"all", "any", "not"}:
        raise _wrong(at, "应只有all、any、not其中一个，或一个比较")
    if key == "not":
        return Not(_read(data["not"], _below(at, "not"), depth + 1))
    parts = data[key]
    if not isinstance(parts, list):
        raise _wrong(_below(at, key), "应是一列条件")
    _check_parts(len(parts), _below(at, key))
    read = tuple(_read(part, f"{_below(at, key)}[{n}]", depth + 1) for n, part in enumerate(parts))
    return AllOf(read) if key == "all" else AnyOf(read)


def _read_comparison(data: Mapping[str, object], at: str) -> Compare:
    missing = {"fact", "op", "value", "words"} - set(data)
    if missing:
        raise _wrong(at, "缺少%(names)s", names="、".join(sorted(missing)))
    if extra := set(data) - {"fact", "op", "value", "words", "clause"}:
        raise _wrong(at, "多出%(names)s", names="、".join(sorted(map(str, extra))))
    value = _value_from_data(data["value"], _below(at, "value"))
    clause = data.get("clause")
    if any(_NO_TEXT.search(text) for text in _texts([data["fact"], data["words"], data["value"], clause])):
        raise _wrong(at, "有不能保存的字符")
    if clause is not None and not isinstance(clause, str):
        raise _wrong(_below(at, "clause"), "应是文字")
    _check_comparison(data["fact"], data["op"], value, data["words"], at)
    return Compare(cast("str", data["fact"]), cast("Op", data["op"]), value, cast("str", data["words"]), clause)


def _check_comparison(fact: object, op: object, value: Value | Param, words: object, at: str) -> None:
    if not isinstance(fact, str) or not fact:
        raise _wrong(_below(at, "fact"), "应是事实的名称")
    if op not in OPS:
        raise _wrong(_below(at, "op"), "应是%(ops)s其中一个", ops=" ".join(OPS))
    if not isinstance(words, str) or not words.strip():
        raise _wrong(_below(at, "words"), "要写出给人看的话")
    if (op == "in") != isinstance(value, frozenset):
        raise _wrong(_below(at, "value"), "用in时应是一列文字，其他比较不能是一列")
    if op in ORDERED and (isinstance(value, bool | str)):
        raise _wrong(_below(at, "value"), "比大小要用数或日期")
    if op == "has" and not isinstance(value, str | Param):
        raise _wrong(_below(at, "value"), "用has时应是文字")


def _check_parts(count: int, at: str) -> None:
    if count == 0:
        raise _wrong(at, "至少要有一个条件")


def _value_to_data(value: Value | Param) -> object:
    match value:
        case Param(key):
            return {"param": key}
        case frozenset():
            return sorted(value)
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case _:
            return value


def _value_from_data(data: object, at: str) -> Value | Param:
    if isinstance(data, int) and not -(10**DIGITS) < data < 10**DIGITS:
        raise _wrong(at, "数太大")
    if isinstance(data, bool | int | str):
        return data
    if isinstance(data, list) and data and all(isinstance(item, str) for item in data):
        return frozenset(data)
    if isinstance(data, Mapping) and len(data) == 1:
        return _tagged(*next(iter(data.items())), at)
    raise _wrong(at, "应是真假、整数、文字、一列文字、日期或小数")


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    for part in data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ():
        yield from _texts(part)


def _is_sane(number: Decimal) -> bool:
    """Looked at digit by digit: arithmetic on 1E+1000000 is what is to be spared."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and number.adjusted() < DIGITS and exponent >= -DIGITS


def _tagged(tag: object, text: object, at: str) -> Value | Param:
    if tag == "param" and isinstance(text, str) and text:
        return Param(text)
    try:
        if tag == "date" and isinstance(text, str):
            return date.fromisoformat(text)
        if tag == "decimal" and isinstance(text, str) and _is_sane(number := Decimal(text)):
            return number
    except (ValueError, InvalidOperation):
        pass
    raise _wrong(at, "日期写成2024-01-01，小数写成200.00")


def _below(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _wrong(at: str, what: str, **params: object) -> Refused:
    return Refused(
        "rule-form",
        "规则的%(place)s写得不对：%(what)s，请改正后再存。",
        place=at or "最外层",
        what=Refused("rule-form", what, **params),
    )
