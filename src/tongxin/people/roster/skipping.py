"""Rows of a sheet that are no members: blank ones, totals, footers, headers again, titles of groups, our own examples."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tongxin.people.roster.cleaning import text_of, without_blanks
from tongxin.people.roster.fields import UNREAD, header_key
from tongxin.people.roster.shapes import ColumnMap, rows_listed
from tongxin.records.sheets.cells import Cell

EXAMPLE: Final = "示例"
_TOTAL = re.compile(
    r"(?:本页|本表|全部|以上)?(?:合计|总计|小计|共计|累计|总人数|人数合计|总数)(?:[:人数0-9()名]|$)|共[0-9]+[人名]"
)
_FOOTER = re.compile(
    r"(?:填表|制表|填报|审核|审批|经办|复核|统计|单位|工会|部门)?(?:负责)?(?:人|员|日期|时间|主席|领导|单位)(?:签[字名章])?(?:\([^)]*\))?[::]"
    r"|(?:填表|制表|填报|审核|审批|经办|复核|负责)人?(?:签[字名章])?(?:\([^)]*\))?(?:[::]|$)"
    r"|(?:备注|说明|注|注意|注意事项|填表说明|填报说明|备注说明|联系人|联系电话|电话|盖章|签字|签章|单位盖章|工会盖章)(?:\([^)]*\))?[::0-9、.]"
    r"|\((?:盖章|公章|签章)\)|第[0-9]+页|共[0-9]+页|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日$"
)
_LIKE_NO_NAME = re.compile(
    r"[合总小共本姓名称A-Za-z]"
)  # of headers and totals; Mr 合 gets the second look too, and passes it
_WIDE: Final = 3  # a text merged over so many columns is a title, not a member
_SAME_HEADERS: Final = 3


KINDS: Final = ("headers", "totals", "footers", "groups", "examples")


@dataclass(slots=True)
class Skipped:
    """Row numbers as the sheet counts, by why they were skipped."""

    headers: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    examples: list[int] = field(default_factory=list)

    def as_lists(self) -> dict[str, list[int]]:
        return {kind: list(getattr(self, kind)) for kind in KINDS if getattr(self, kind)}

    def add(self, lists: Mapping[str, list[int]]) -> None:
        for kind, rows in lists.items():
            getattr(self, kind).extend(rows)

    def sort(self) -> None:
        """Parts are told in the order in which they were done."""
        for kind in KINDS:
            getattr(self, kind).sort()

    def notes(self) -> list[str]:
        told = (
            (self.headers, "%s是重复的表头，已跳过。"),
            (self.totals, "%s是合计，已跳过。"),
            (self.footers, "%s是表尾的说明或签字，已跳过。"),
            (self.groups, "%s像是分组标题，没有当作会员。"),
            (self.examples, "%s是示例，没有导入。"),
        )
        return [words % rows_listed(rows) for rows, words in told if rows]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Where in the sheet a member shows, so that most rows are known at a glance."""

    name: int
    number: int
    note: int
    unread: frozenset[int]  # serial numbers and our own columns: a row with only these is blank
    header_keys: dict[int, str]
    wide_rows: frozenset[int]  # rows with an area merged over three columns or more


def landmarks(columns: Sequence[ColumnMap], merges: Sequence[tuple[int, int, int, int]]) -> Landmarks:
    place = {column.field: column.index for column in columns if column.is_read}
    return Landmarks(
        place["name"],
        place["id_number"],
        place.get("note", -1),
        frozenset(column.index for column in columns if column.field in UNREAD),
        {column.index: header_key(column.header.rpartition("/")[2]) for column in columns},
        frozenset(top for top, left, bottom, right in merges if top == bottom and right - left + 1 >= _WIDE),
    )


def is_member(row: Sequence[Cell], index: int, marks: Landmarks, skipped: Skipped) -> bool:
    """False for a row that is no member; why is noted. `index` is from 0."""
    name = row[marks.name] if marks.name < len(row) else ""
    number = row[marks.number] if marks.number < len(row) else ""
    if name and number and isinstance(name, str) and not _LIKE_NO_NAME.search(name) and not _is_example(row, marks):
        return True
    return _is_member_on_second_look(row, index, marks, skipped)


def _is_member_on_second_look(  # noqa: PLR0911  one answer for each kind of row
    row: Sequence[Cell],
    index: int,
    marks: Landmarks,
    skipped: Skipped,
) -> bool:
    texts = {place: without_blanks(text_of(cell)) or str(cell).strip() for place, cell in enumerate(row) if cell != ""}
    said = [text for place, text in texts.items() if text and place not in marks.unread]
    if not said:
        return _is_member_by_serial(next((text for text in texts.values() if text), ""), index, skipped)
    first = next(text for text in texts.values() if text)
    if _is_example(row, marks):
        return _noted(skipped.examples, index)
    if _is_header(row, marks):
        return _noted(skipped.headers, index)
    if _has_number(texts.get(marks.number, "")):
        return True
    if _TOTAL.match(first) or _TOTAL.match(said[0]):
        return _noted(skipped.totals, index)
    if _FOOTER.match(first) or _FOOTER.match(said[0]):
        return _noted(skipped.footers, index)
    if index in marks.wide_rows and len(set(said)) == 1:
        return _noted(skipped.groups, index)
    return True


def _is_member_by_serial(text: str, index: int, skipped: Skipped) -> bool:
    """Nothing but the column of serial numbers says something: a number waiting for a name, or words that begin there."""
    if _TOTAL.match(text):
        return _noted(skipped.totals, index)
    if _FOOTER.match(text):
        return _noted(skipped.footers, index)
    return _noted(skipped.groups, index) if re.search(r"[^0-9.,、]", text) else False


def _noted(rows: list[int], index: int) -> bool:
    rows.append(index + 1)
    return False


def _has_number(text: str) -> bool:
    """Eight characters or more that may be somebody's number: then it is a member, whatever else the row says."""
    return len(text) >= 8 and sum(character.isdigit() for character in text) >= 6


def _is_header(row: Sequence[Cell], marks: Landmarks) -> bool:
    texts = [(place, cell) for place, cell in enumerate(row) if cell.__class__ is str and cell]
    same = sum(header_key(cell) == marks.header_keys.get(place) for place, cell in texts)
    return same >= min(_SAME_HEADERS, len(marks.header_keys)) and same * 2 > len(texts)


def _is_example(row: Sequence[Cell], marks: Landmarks) -> bool:
    return 0 <= marks.note < len(row) and str(row[marks.note]).lstrip().startswith(EXAMPLE)
