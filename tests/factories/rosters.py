"""Rosters as cadres send them, made of people who do not exist."""

from collections.abc import Sequence
from datetime import date, timedelta

from stdnum.iso7064 import mod_11_2
from tests.cast import NOW, TODAY, Player

from tongxin.people.actions import imports
from tongxin.people.authority import Actor, system
from tongxin.people.models import ImportBatch, ImportRow
from tongxin.records.sheets.writing import Column, write_workbook
from tongxin.unions.models import Union

HEADERS = ("姓名", "身份证号", "手机号", "工作单位", "新就业形态", "入会时间", "岗位")
Row = Sequence[object]


def row(name: str, number: str, phone: str = "", *more: object) -> Row:
    return [name, number, phone, *more]


def sheet(*rows: Row, headers: Sequence[str] = HEADERS) -> bytes:
    """Row 1 is the header, so the first member stands in row 2."""
    return write_workbook([Column(header) for header in headers], rows, title="花名册")


def number(serial: int, born: date = date(1991, 2, 3)) -> str:
    """The same serial gives the same number; apart from the cast's."""
    body = f"510229{born + timedelta(days=serial // 1000):%Y%m%d}{serial % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def phone(serial: int) -> str:
    return f"1880000{serial:04d}"


def members(count: int, first: int = 0) -> list[Row]:
    """王甲…, all different."""
    family, given = "赵钱孙李周吴郑王冯陈", "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超兰霞平"
    return [
        row(
            family[n % 10] + given[n // 10 % 20] + given[n // 200 % 20],
            number(n),
            f"138{n:08d}",
            f"合成工厂{n % 30}",
            "",
            f"{2019 + n % 4}-0{n % 9 + 1}-{n % 27 + 1:02d}",
            "工人",
        )
        for n in range(first, first + count)
    ]


def document(player: Player) -> str:
    return player.person.document_text()


def uploaded(union: Union, *rows: Row, by: Actor, headers: Sequence[str] = HEADERS) -> ImportBatch:
    return imports.upload(union=union, file_name="花名册.xlsx", content=sheet(*rows, headers=headers), by=by, at=NOW)


def house() -> Actor:
    return system(TODAY)


def counts(batch: ImportBatch) -> tuple[int, int, int, int, int]:
    """added, changed, unchanged, asked, refused"""
    batch.refresh_from_db()
    return batch.added, batch.changed, batch.unchanged, batch.asked, batch.refused


def codes(batch: ImportBatch, row_no: int) -> list[str]:
    return [problem["code"] for problem in line(batch, row_no).problems]


def line(batch: ImportBatch, row_no: int) -> ImportRow:
    found: ImportRow = batch.lines.get(row_no=row_no)
    return found
