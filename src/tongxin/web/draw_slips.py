"""Numbered slips to cut and to draw in a room: one for each line of the frozen list, and a sheet for the minutes."""

from typing import Final

from fpdf import FPDF

from tongxin.calls.models import Draw
from tongxin.kernel.refused import Refused
from tongxin.web.posters import font

COLUMNS, ROWS = 5, 10
LEFT, TOP, WIDE, HIGH = 15.0, 24.0, 36.0, 25.5  # mm
MOST: Final = 500


def pdf(draw: Draw, *, union: str) -> bytes:
    """A4, fifty slips a page; on the last page the lines for whoever signs. Refused: "no-font", "slips-many"."""
    if draw.entries > MOST:
        raise Refused(
            "slips-many", "有%(n)d张票，太多了，不适合现场抽纸签。请作废这一轮，改用封存的数抽。", n=draw.entries
        )
    sheet = FPDF(format="A4")
    file, face = font()
    sheet.add_font("han", "", file, collection_font_number=face)
    sheet.set_auto_page_break(False)
    sheet.set_title(f"纸签 {draw.pool.name}")
    lines = draw.lines
    for start in range(0, len(lines), COLUMNS * ROWS):
        _page(sheet, draw, union)
        for at, line in enumerate(lines[start : start + COLUMNS * ROWS]):
            _slip(sheet, at, start + at + 1, line[:32])
    _minutes(sheet, draw, union)
    return bytes(sheet.output())


def _page(sheet: FPDF, draw: Draw, union: str) -> None:
    sheet.add_page()
    sheet.set_font("han", size=10)
    sheet.text(LEFT, 12, f"{union}　{draw.pool.name}　共{draw.entries}张，抽{draw.units}个名额")
    sheet.set_font("han", size=8)
    sheet.text(LEFT, 18, f"名单校验码 {draw.list_digest}")


def _slip(sheet: FPDF, at: int, number: int, ticket: str) -> None:
    x, y = LEFT + (at % COLUMNS) * WIDE, TOP + (at // COLUMNS) * HIGH
    sheet.set_dash_pattern(1, 1)
    sheet.rect(x, y, WIDE, HIGH)
    sheet.set_font("han", size=30)
    sheet.set_xy(x, y + 4)
    sheet.cell(WIDE, 12, str(number), align="C")
    sheet.set_font("han", size=7)
    sheet.set_xy(x, y + 18)
    sheet.cell(WIDE, 4, f"{ticket[:8]} …", align="C")


def _minutes(sheet: FPDF, draw: Draw, union: str) -> None:
    _page(sheet, draw, union)
    sheet.set_font("han", size=12)
    for row, words in enumerate(
        (
            "抽签时间：",
            "地点：",
            "在场的人：",
            "抽出的次序（号）：",
            "",
            "",
            "",
            "录入人签名：",
            "核对人签名：",
            "监督人签名：",
        )
    ):
        y = 34 + row * 16
        sheet.text(LEFT, y, words)
        sheet.line(LEFT + 42, y + 1, 195, y + 1)
