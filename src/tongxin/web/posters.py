"""A poster: one sheet of A4 with a code to scan, for the door of a union, a site or a class. Drawn here, printed anywhere.

The Chinese font is the machine's own and embedded in part (its licence allows it); a machine without one is told so.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import segno
from django.conf import settings
from fpdf import FPDF
from fpdf.enums import WrapMode

from tongxin.kernel.refused import Refused

# Where systems keep the fonts that hold all our characters: file, and the face inside a collection.
_FONTS: Final = (
    ("opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("truetype/wqy/wqy-zenhei.ttc", 0),
    ("wqy-zenhei/wqy-zenhei.ttc", 0),
)
_ROOTS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
WIDTH: Final = 210.0  # mm
MARGIN: Final = 20.0
CODE: Final = 112.0  # mm; read from two metres away
RED: Final = (178, 34, 34)
INK, GREY = (17, 17, 17), (90, 90, 90)


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on the sheet, from top to bottom."""

    over: str  # the union
    title: str
    lines: tuple[str, ...]  # when, where …
    call: str  # what scanning does
    address: str  # the link, also in characters
    foot: tuple[str, ...]


def pdf(poster: Poster) -> bytes:
    """One A4 page. Refused: "no-font"."""
    sheet = FPDF(format="A4")
    file, face = font()
    sheet.add_font("han", "", file, collection_font_number=face)
    sheet.set_auto_page_break(False)
    sheet.set_title(poster.title)
    sheet.add_page()
    sheet.set_margins(MARGIN, MARGIN)
    _band(sheet, poster)
    sheet.set_y(44)
    _centred(sheet, poster.title, 34, INK, 14)
    for line in poster.lines:
        _centred(sheet, line, 16, GREY, 8.5)
    top = sheet.get_y() + 8
    _code(sheet, poster.address, top)
    sheet.set_y(top + CODE + 6)
    _centred(sheet, poster.call, 24, RED, 12)
    _centred(sheet, poster.address, 12, GREY, 7)
    sheet.set_y(297 - MARGIN - 7 * len(poster.foot))
    for line in poster.foot:
        _centred(sheet, line, 12, GREY, 7)
    return bytes(sheet.output())


def _band(sheet: FPDF, poster: Poster) -> None:
    sheet.set_fill_color(*RED)
    sheet.rect(0, 0, WIDTH, 30, "F")
    sheet.set_y(9)
    _centred(sheet, poster.over, 24, (255, 255, 255), 12)


def _centred(sheet: FPDF, text: str, size: float, colour: tuple[int, int, int], height: float) -> None:
    """Wrapped within the margins."""
    sheet.set_font("han", size=size)
    sheet.set_text_color(*colour)
    sheet.set_x(MARGIN)
    sheet.multi_cell(WIDTH - 2 * MARGIN, height, text, align="C", new_x="LMARGIN", new_y="NEXT", wrapmode=WrapMode.CHAR)


def _code(sheet: FPDF, text: str, top: float) -> None:
    """Squares drawn as such: sharp at any size."""
    rows = list(segno.make(text, error="q", micro=False).matrix)
    side = CODE / len(rows)
    left = (WIDTH - CODE) / 2
    sheet.set_fill_color(*INK)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                sheet.rect(left + x * side, top + y * side, side + 0.02, side + 0.02, "F")


@cache
def font() -> tuple[str, int]:
    """The file and the face in it: settings.POSTER_FONT ("path" or "path#face"), else what the system has."""
    if settings.POSTER_FONT:
        path, _, face = settings.POSTER_FONT.partition("#")
        if Path(path).is_file():
            return path, int(face or 0)
    for root in _ROOTS:
        for name, face_no in _FONTS:
            if (file := Path(root) / name).is_file():
                return str(file), face_no
    raise Refused(
        "no-font", "服务器上没有中文字体，暂时做不出PDF。请直接打印网页版，或请管理员装上字体（docs/operate.md）。"
    )
