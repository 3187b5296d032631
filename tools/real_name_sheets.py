"""Draws the two real-name sheets that come with the house: `python tools/real_name_sheets.py`.

Our own drawing, with marks where the house fills; src/tongxin/filings/data/README.md says where the fields come from.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

DATA = Path(__file__).resolve().parents[1] / "src" / "tongxin" / "filings" / "data"
FONT = "宋体"
CONFIRMED = ["本人签字", "电话代确认", "短信代确认"]
ORGANISATION: list[tuple[str, str]] = [
    ("工会名称", "工会名称"), ("工会代码", "工会代码"), ("统一社会信用代码", "工会统一社会信用代码"), ("工会类型", "工会类型"),
    ("上级工会", "上级工会"), ("建会日期", "建会日期"), ("工会法人资格证号", "工会法人资格证号"), ("单位性质", "单位性质"),
    ("所属行业", "所属行业"), ("通讯地址", "通讯地址"), ("邮政编码", "邮政编码"), ("工会电话", "工会电话"),
    ("工会主席", "工会主席"), ("届次", "届次"), ("本届选举日期", "选举日期"), ("届满日期", "届满日期"),
    ("职工数", "职工数"), ("会员数", "会员数"), ("女会员数", "女会员数"), ("农民工会员数", "农民工会员数"),
    ("新就业形态会员数", "新就业形态会员数"), ("专职工会干部数", "专职工会干部数"), ("截至日期", "截至日期"), ("", ""),
]  # fmt: skip
MEMBERS: list[tuple[str, float]] = [
    ("序号", 5), ("姓名", 9), ("性别", 5), ("民族", 7), ("证件类型", 10), ("证件号码", 20), ("出生日期", 14),
    ("政治面貌", 9),
    ("学历", 9), ("技能等级", 9), ("户籍类型", 9), ("是否农民工", 7), ("是否新就业形态劳动者", 9), ("新就业形态类别", 11),
    ("手机号码", 13),
    ("工作单位", 22), ("单位统一社会信用代码", 20), ("岗位", 10), ("入会时间", 14), ("会籍状态", 9), ("工会职务", 9),
    ("劳模类别", 9),
    ("确认方式", 11), ("本人确认", 10), ("备注", 10),
]  # fmt: skip
SIGNED = "采集人（签字）：                采集日期：        年    月    日                工会（盖章）："
NOTE = "代确认的，要在“确认方式”里选明是电话还是短信，不能空着。"


def book_at(name: str) -> Any:
    book = xlsxwriter.Workbook(DATA / f"{name}.xlsx")
    book.set_properties({"created": datetime(2026, 1, 1), "title": name})  # noqa: DTZ001  the same bytes each time
    book.formats[0].set_font_name(FONT)
    return book


def formats(book: Any) -> tuple[Any, Any, Any, Any]:
    line = {"font_name": FONT, "font_size": 11, "border": 1, "valign": "vcenter", "text_wrap": True}
    return (
        book.add_format({"font_name": FONT, "font_size": 18, "bold": True, "align": "center", "valign": "vcenter"}),
        book.add_format({**line, "align": "center", "bg_color": "#F0EEE8"}),
        book.add_format({**line, "align": "left"}),
        book.add_format({"font_name": FONT, "font_size": 11, "valign": "vcenter"}),
    )


def organisation() -> None:
    book = book_at("organisation")
    title, head, cell, plain = formats(book)
    sheet = book.add_worksheet("采集表")
    sheet.set_column(0, 3, 24)
    sheet.set_row(0, 40)
    sheet.merge_range("A1:D1", "工会组织基本信息采集表", title)
    for place, (words, label) in enumerate(ORGANISATION):
        row, column = 1 + place // 2, place % 2 * 2
        sheet.set_row(row, 28)
        sheet.write(row, column, words, head)
        sheet.write(row, column + 1, f"{{{{{label}}}}}" if label else "", cell)
    last = 1 + len(ORGANISATION) // 2
    for row, words in enumerate(
        ("采集人（签字）：                采集日期：        年    月    日", "工会（盖章）："), last
    ):
        sheet.set_row(row, 36)
        sheet.merge_range(row, 0, row, 3, words, plain)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    book.close()


def members() -> None:
    book = book_at("members")
    title, head, cell, plain = formats(book)
    sheet = book.add_worksheet("采集表")
    last = len(MEMBERS) - 1
    sheet.set_row(0, 40)
    sheet.merge_range(0, 0, 0, last, "会员基本信息采集表", title)
    sheet.merge_range(1, 0, 1, 8, "工会名称：{{工会名称}}", plain)
    sheet.merge_range(1, 9, 1, last, "会员数：{{会员数}}　　截至：{{截至日期}}", plain)
    sheet.set_row(2, 44)
    sheet.set_row(3, 24)
    for place, (label, width) in enumerate(MEMBERS):
        sheet.set_column(place, place, width)
        sheet.write(2, place, label, head)
        sheet.write(3, place, f"{{{{{label}}}}}", cell)
    how = [label for label, _ in MEMBERS].index("确认方式")
    sheet.data_validation(3, how, 3, how, {"validate": "list", "source": CONFIRMED})
    for row, words in enumerate(
        (NOTE, "采集人（签字）：                采集日期：        年    月    日                工会（盖章）："), 4
    ):
        sheet.set_row(row, 32)
        sheet.merge_range(row, 0, row, last, words, plain)
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.repeat_rows(2)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第&P页，共&N页")
    book.close()


if __name__ == "__main__":
    organisation()
    members()
