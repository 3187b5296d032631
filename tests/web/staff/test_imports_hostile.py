"""Files that mean harm, or are tired, on the page of a tired cadre: each gets a sentence, and nothing is kept."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from tests.cast import Cast, Player
from tests.factories.rosters import members, number, row, sheet
from tests.records.biff import ole, xls
from tests.records.workbooks import A1, HEAD, SHEET, TAIL, replaced, saved
from tests.web.conftest import Clock

from tongxin.people.models import ImportBatch, Person
from tongxin.records.sheets.limits import MIB

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]
HEADERS = ["姓名", "身份证号"]


def post(client: Client, cast: Cast, content: bytes, name: str = "花名册(3)(1).xlsx") -> tuple[int, str]:
    file = SimpleUploadedFile(name, content)
    answer = client.post("/staff/imports/new", {"union": cast.factory.public_id, "file": file}, follow=True)
    return answer.status_code, answer.content.decode()


def _far() -> bytes:
    book = Workbook()
    book.active.append(HEADERS)
    book.active["XFD1048576"] = "x"
    return saved(book)


def _bomb() -> bytes:
    return replaced({SHEET: lambda: [HEAD, *[b" " * MIB] * 310, TAIL]})


def _nothing() -> bytes:
    return replaced({SHEET: lambda: [HEAD, A1, *[b'<row r="2"/>' * 100_000] * 10, TAIL]})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: b"%PDF-1.7 xxx", "这个文件其实是PDF，不是表格。"),
        (lambda: ole({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}), "请在Excel里取消密码"),
        (lambda: xls([["姓名"]], locked=True), "请在Excel里取消密码"),
        (_far, "表里XFD1048576这一格有内容"),
        (_bomb, "这个文件打开后大得不正常"),
        (_nothing, "没有找到表头"),
        (lambda: "姓名,身份证号\n".encode() + b"\xff\xff\xfe,1\n", "第2行的文字编码是乱的"),
        (lambda: sheet(headers=HEADERS), "表头下面没有会员"),
    ],
    ids=["pdf", "locked", "locked-xls", "far-cell", "bomb", "empty-rows", "encoding", "only-a-header"],
)
def test_file_that_cannot_be_read_is_answered_with_what_to_do(
    cast: Cast, as_staff: AsStaff, clock: Clock, content: Callable[[], bytes], words: str
) -> None:
    status, page = post(as_staff(cast.cadre), cast, content())
    assert (status, ImportBatch.objects.count()) == (422, 0)
    assert words in page


def test_macros_two_headers_and_formulas_are_read_over_and_said(cast: Cast, as_staff: AsStaff) -> None:
    book = Workbook()
    people = members(2)
    book.active.append(["姓名", "身份证号", "工作单位"])
    book.active.append([people[0][0], people[0][1], "=1+1"])
    book.active.append(["姓名", "身份证号", "工作单位"])
    book.active.append([people[1][0], "=B2", "厂"])
    content = replaced({"xl/vbaProject.bin": lambda: [b"x"]}, saved(book))
    status, page = post(as_staff(cast.cadre), cast, content)
    assert status == 200
    assert "文件里有宏。只读了单元格里的值，宏没有运行。" in page
    assert "第3行是重复的表头，已跳过。" in page
    assert "这一格是公式，文件里没有算好的结果。" in page


def test_two_encodings_in_one_text_are_read_line_by_line(cast: Cast, as_staff: AsStaff) -> None:
    content = (
        "姓名,身份证号\n".encode("gb18030")
        + f"王小明,{number(1)}\n".encode()
        + f"李小红,{number(2)}\n".encode("gb18030")
    )
    status, page = post(as_staff(cast.cadre), cast, content, "花名册.csv")
    assert status == 200
    assert "混着两种编码" in page
    assert "王*明" in page
    assert "李*红" in page


def test_text_that_would_run_as_a_formula_comes_back_as_text(cast: Cast, as_staff: AsStaff) -> None:
    import openpyxl

    client = as_staff(cast.cadre)
    post(client, cast, sheet(row("=HYPERLINK(1)", number(1)), row("@SUM(1)", number(2))))
    batch = ImportBatch.objects.get()
    answer = client.post(f"/staff/imports/{batch.public_id}/annotated.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [book.active.cell(line, 6) for line in (2, 3)]
    assert [(cell.data_type, cell.value) for cell in cells] == [("s", "=HYPERLINK(1)"), ("s", "@SUM(1)")]
    assert not Person.objects.filter(name__contains="HYPERLINK").exists()
