"""Honest files of every kind, read to the cell."""

# ruff: noqa: DTZ001  cells of a sheet know no zones

from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.records.biff import ole, xls
from tests.records.workbooks import replaced, saved, sheet_of, with_sheet

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import EXCEL_ERROR, FORMULA_UNSAVED, Fault
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.reading import read_sheets

PEOPLE = [["姓名", "手机"], ["王华", "13800138000"]]


def refusal(data: bytes, **options) -> Refused:
    with pytest.raises(Refused) as caught:
        read_sheets(data, **options)
    return caught.value


def test_xlsx_keeps_places_types_and_merges():
    book = Workbook()
    sheet = book.active
    sheet["B2"] = "标题"
    sheet.merge_cells("B2:D2")
    sheet["B4"], sheet["C4"], sheet["D4"] = date(2019, 3, 5), 13800138000, True
    sheet["E4"], sheet["F4"] = datetime(2019, 3, 5, 8, 30), time(3, 4)
    read = read_sheets(saved(book))
    assert read.kind == "xlsx"
    assert read.sheets[0].rows == [
        [],
        ["", "标题"],
        [],
        ["", date(2019, 3, 5), 13800138000.0, True, datetime(2019, 3, 5, 8, 30), time(3, 4)],
    ]
    assert read.sheets[0].merges == [(1, 1, 1, 3)]


def test_xlsx_formula_without_a_result_and_an_error_are_faults():
    book = Workbook()
    book.active.append(["=1+1", "x", "#N/A"])
    book.active["C1"].data_type = "e"
    assert read_sheets(saved(book)).sheets[0].rows == [
        [Fault(FORMULA_UNSAVED, "公式"), "x", Fault(EXCEL_ERROR, "#N/A")]
    ]


def test_xlsx_formula_with_a_result_gives_the_result():
    body = (
        b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>a</v></c>'
        b'<c r="C1" t="str"><f>""</f><v></v></c><c r="D1"><v>4</v></c></row>'
    )
    assert read_sheets(with_sheet(body)).sheets[0].rows == [[2.0, "a", "", 4.0]]


def test_xlsx_hidden_sheets_are_named_and_not_read():
    book = Workbook()
    book.active["A1"] = "x"
    book.create_sheet("备份").sheet_state = "hidden"
    read = read_sheets(saved(book))
    assert [sheet.name for sheet in read.sheets] == ["Sheet"]
    assert read.hidden == ["备份"]


def test_xlsx_with_macros_gives_values_and_says_so():
    read = read_sheets(replaced({"xl/vbaProject.bin": lambda: [b"x"]}, sheet_of(PEOPLE)))
    assert read.sheets[0].rows == PEOPLE
    assert read.notes == ["文件里有宏。只读了单元格里的值，宏没有运行。"]


def test_xlsx_of_1904_says_so():
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active.append([date(2019, 3, 5)])
    read = read_sheets(saved(book))
    assert read.date1904 is True
    assert read.sheets[0].rows == [[date(2019, 3, 5)]]


def test_xls_keeps_places_types_and_merges():
    read = read_sheets(
        xls([["姓名", "身份证号"], ["王华", "510229197001010012", date(2019, 3, 5), 45000.0]], merges=[(0, 0, 1, 0)])
    )
    assert read.kind == "xls"
    assert read.sheets[0].rows == [["姓名", "身份证号"], ["王华", "510229197001010012", date(2019, 3, 5), 45000.0]]
    assert read.sheets[0].merges == [(0, 0, 1, 0)]
    assert read.date1904 is False


def test_xls_of_1904_says_so():
    read = read_sheets(xls([[date(2019, 3, 5)]], date1904=True))
    assert read.date1904 is True
    assert read.sheets[0].rows == [[date(2019, 3, 5)]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_in_every_usual_encoding(encoding):
    read = read_sheets("姓名,手机\r\n王华,13800138000\r\n".encode(encoding))
    assert (read.kind, read.sheets[0].rows, read.notes) == ("csv", PEOPLE, [])


def test_csv_with_a_rare_character_of_gb18030():
    assert read_sheets("姓名\n王𬘬\n".encode("gb18030")).sheets[0].rows == [["姓名"], ["王𬘬"]]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_csv_with_every_usual_delimiter(delimiter):
    text = f"姓名{delimiter}手机\n王华{delimiter}13800138000\n"
    assert read_sheets(text.encode()).sheets[0].rows == PEOPLE


def test_csv_keeps_row_numbers_and_quoted_line_breaks():
    text = '\ufeffsep=;\n姓名;备注\n\n"王;华";"一\n二"\n;;\n\n'
    assert read_sheets(text.encode()).sheets[0].rows == [["姓名", "备注"], [], ["王;华", "一\n二"]]


def test_csv_text_wrapped_as_a_formula_is_the_text():
    assert read_sheets(b'a,="510229197001010012"\nb,c\n').sheets[0].rows == [["a", "510229197001010012"], ["b", "c"]]


def test_csv_of_two_encodings_is_read_line_by_line_and_said():
    data = "姓名,手机\n王华,1\n".encode("gbk") + "李四,2\n".encode() + "赵六,3\n".encode("gbk")
    read = read_sheets(data)
    assert read.sheets[0].rows == [["姓名", "手机"], ["王华", "1"], ["李四", "2"], ["赵六", "3"]]
    assert read.notes == ["这个文件里混着两种编码（UTF-8和GBK），已逐行认出。请核对第3行的汉字对不对。"]


def test_csv_line_in_no_encoding_is_refused_by_its_number():
    caught = refusal("姓名\n".encode("gbk") + b"\x81\xff\xff\n")
    assert (caught.code, str(caught)) == (
        "csv-encoding",
        "第2行的文字编码是乱的，认不出来。请用WPS或Excel打开核对这一行，另存为.xlsx再上传。",
    )


def test_web_page_named_xls_is_read_with_its_spans():
    page = (
        '<html><head><meta charset="gb2312"><style>td{}</style></head><body><table><tr><th colspan=2>名册</th></tr>'
        "<tr><td rowspan=2>一<br>二</td><td>510229197001010012</td></tr><tr><td>&nbsp;x&lt;</td></tr></table>"
        "<script>alert('no')</script></body></html>"
    )
    read = read_sheets(page.encode("gb18030"))
    assert read.kind == "html"
    assert read.sheets[0].rows == [["名册", ""], ["一\n二", "510229197001010012"], ["", "x<"]]
    assert read.sheets[0].merges == [(0, 0, 0, 1), (1, 0, 2, 0)]
    assert read.notes == ["这个文件其实是网页，不是Excel工作簿。已按网页里的表格读取，请核对预览。"]


def test_a_path_reads_like_its_bytes(tmp_path):
    path = tmp_path / "名册.csv"
    path.write_bytes("姓名,手机\n王华,13800138000".encode())
    assert read_sheets(path).sheets[0].rows == PEOPLE
    assert read_sheets(str(path)).sheets[0].rows == PEOPLE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 xxxx", "file-pdf"),
        (b"\x89PNG\r\n\x1a\n", "file-picture"),
        (b"Rar!\x1a\x07", "file-archive"),
        (b"MZ\x90\x00", "file-program"),
        (b"", "file-empty"),
        (b" \n \n", "file-empty"),
        (b"\x00\x01\x02\x03" * 9, "file-unknown"),
        (b"PK\x03\x04 and nothing more", "file-broken"),
        (sheet_of(PEOPLE)[:2000], "file-broken"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "file-xml"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related;", "file-mht"),
        (b"<html><body>login</body></html>", "page-no-table"),
        (ole({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}), "file-locked"),
        (xls([["a"]], locked=True), "file-locked"),
        (ole({"WordDocument": b"x"}), "file-document"),
    ],
)
def test_what_is_no_sheet_is_refused_with_what_to_do(data, code):
    caught = refusal(data)
    assert caught.code == code
    assert "请" in str(caught) or code == "file-program"


def test_locked_words_say_how_to_unlock():
    assert str(refusal(ole({"EncryptedPackage": b"y"}))) == (
        "这个文件设了打开密码，读不了。请在Excel里取消密码（文件→信息→保护工作簿），另存后再上传。"
    )


def test_a_large_file_is_refused_before_it_is_opened():
    caught = refusal(b"x" * 2048, limits=Limits(file_bytes=1024))
    assert caught.code == "file-large"


@pytest.mark.parametrize("name", ["花名册(3)(1).et", "花名册.xls"])
def test_wps_and_old_excel_files_are_one_form(tmp_path, name):
    path = tmp_path / name
    path.write_bytes((Path(__file__).parent / "files" / "roster-biff8.xls").read_bytes())
    book = read_sheets(path)
    assert (book.kind, [sheet.name for sheet in book.sheets]) == ("xls", ["3月", "说明"])
    assert book.sheets[0].rows[2] == ["序号", "姓 名", "身份证号码", "联系电话", "工作单位", "入会时间"]
    assert book.sheets[0].rows[4][:4] == [2.0, "赵兰", "11010519491231002x", "１３８００１３８００１"]
    assert (3, 4, 4, 4) in book.sheets[0].merges


def test_wps_workbook_is_read_as_a_roster():
    from tongxin.people import roster

    file = roster.read(Path(__file__).parent / "files" / "roster-biff8.xls", "花名册(3)(1).et")
    assert [(row.values["name"], str(row.values["joined_on"])) for row in file.rows] == [
        ("王华", "2019-03-05"), ("赵兰", "2020-04-01"), ("孙小梅", "2020-01-01"),
    ]  # fmt: skip
    assert [row.values["phone"] for row in file.rows] == ["+8613800138000", "+8613800138001", "+8613800138002"]
    assert [row.values["employer"] for row in file.rows] == ["永川同心机械厂"] * 3
