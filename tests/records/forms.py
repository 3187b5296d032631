"""An office's own sheet as offices draw it: a title over merged cells, a drop-down, a formula, a picture, a print setup."""

import io
import struct
import zipfile
import zlib

from openpyxl import Workbook, load_workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

LABELS = ("序号", "姓名", "手机号码")
THIN = Side(style="thin")


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress((b"\0" + b"\xb3\x37\x2a" * 8) * 8))
        + chunk(b"IEND", b"")
    )


def drawn(
    *, spare: int = 0, below: bool = True, row: tuple[object, ...] = ("{{序号}}", "{{姓名}}", "{{手机号码}}")
) -> Workbook:
    """Rows: 1 title (merged), 2 facts, 3 head, 4 the marked row, then `spare` empty ones, then a total and a signature."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "花名册"
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "{{工会名称}}会员花名册"
    sheet["A1"].font = Font(name="宋体", size=18, bold=True)
    sheet["A2"], sheet["B2"], sheet["D2"] = "会员数", "{{会员数}}", "截至{{截至日期}}"
    sheet.append(["序号", "姓名", "手机", "确认方式"])
    for place, value in enumerate(row, 1):
        sheet.cell(4, place, value)
    for number in range(4, 5 + spare):
        for place in range(1, 5):
            sheet.cell(number, place).border = Border(top=THIN, bottom=THIN)
    sheet.row_dimensions[4].height = 30
    choices = DataValidation(type="list", formula1='"本人签字,电话代确认"')
    choices.add("D4")
    sheet.add_data_validation(choices)
    if below:
        total = 5 + spare
        sheet.cell(total, 1, "合计")
        sheet.cell(total, 2, f"=COUNTA(B4:B{4 + spare})")
        sheet.merge_cells(start_row=total + 1, end_row=total + 1, start_column=1, end_column=4)
        sheet.cell(total + 1, 1, "采集人：        工会盖章：")
        picture = Image(io.BytesIO(png()))
        sheet.add_image(picture, f"F{total + 1}")
    sheet.print_title_rows = "1:3"
    sheet.print_area = f"A1:D{6 + spare}"
    sheet.page_setup.orientation = "landscape"
    sheet.freeze_panes = "A4"
    other = book.create_sheet("汇总")
    other["A1"] = f"=花名册!B{5 + spare}"
    other["A2"] = "填表说明：不得改动格式"
    other["A2"].fill = PatternFill("solid", fgColor="FFFF00")
    return book


def named(book: Workbook, name: str, where: str) -> Workbook:
    book.defined_names[name] = DefinedName(name, attr_text=where)
    return book


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for part, body in {**parts(content), name: data}.items():
            out.writestr(part, body)
    return stream.getvalue()


def array_formula() -> ArrayFormula:
    return ArrayFormula("D4", "=SUM(A4:A4)")
