"""An office's own sheet, filled: what is marked changes, everything else stays as it was drawn."""

import io
import re
import zipfile

import pytest
import xlsxwriter
from tests.records.forms import LABELS, array_formula, drawn, named, opened, parts, saved, with_part

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.filling import Filling, Mark, filled, marks_of

VALUES = {"工会名称": "永川同心机械厂工会", "会员数": 3, "截至日期": "2024年3月28日"}
PEOPLE = [
    {"序号": n, "姓名": name, "手机号码": f"1380000000{n}"} for n, name in enumerate(("王小华", "李建国", "张路"), 1)
]


def fill(content: bytes, people: list = PEOPLE, **names: str) -> bytes:
    return filled(content, Filling(VALUES, LABELS, people, names))


def refusal(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        marks_of(content, row_labels=LABELS)
    return caught.value


def test_marks_are_found_with_their_cells() -> None:
    found = marks_of(saved(named(drawn(), "会员总数", "'花名册'!$C$2")), row_labels=LABELS)
    assert found == [
        Mark("花名册", "A1", "工会名称"), Mark("花名册", "B2", "会员数"), Mark("花名册", "D2", "截至日期"),
        Mark("花名册", "A4", "序号"), Mark("花名册", "B4", "姓名"), Mark("花名册", "C4", "手机号码"),
        Mark("花名册", "C2", "会员总数", named=True),
    ]  # fmt: skip


def test_single_marks_are_filled_numbers_as_numbers() -> None:
    sheet = opened(fill(saved(drawn())))["花名册"]
    assert (sheet["A1"].value, sheet["B2"].value, sheet["D2"].value) == (
        "永川同心机械厂工会会员花名册", 3, "截至2024年3月28日",
    )  # fmt: skip
    assert (sheet["A1"].font.name, sheet["A1"].font.size) == ("宋体", 18)


def test_the_marked_row_is_written_once_a_person_and_what_is_below_moves() -> None:
    book = opened(fill(saved(drawn())))
    sheet = book["花名册"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=8, max_col=4)]
    assert rows == [
        [1, "王小华", "13800000001", None], [2, "李建国", "13800000002", None], [3, "张路", "13800000003", None],
        ["合计", "=COUNTA(B4:B6)", None, None], ["采集人：        工会盖章：", None, None, None],
    ]  # fmt: skip
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:D1", "A8:D8"]
    assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == ["D4:D6"]
    assert sheet.print_area == "'花名册'!$A$1:$D$8"
    assert sheet.row_dimensions[6].height == 30
    assert sheet["B6"].border.top.style == "thin"
    assert book["汇总"]["A1"].value == "=花名册!B7"
    assert sheet._images[0].anchor._from.row == 7


def test_empty_rows_that_the_office_drew_are_used_before_anything_moves() -> None:
    before, after = saved(drawn(spare=5)), fill(saved(drawn(spare=5)))
    sheet = opened(after)["花名册"]
    assert (sheet["B6"].value, sheet["B7"].value, sheet["A10"].value) == ("张路", None, "合计")
    assert sheet["B10"].value == "=COUNTA(B4:B9)"
    assert sheet.print_area == opened(before)["花名册"].print_area


def test_only_the_parts_with_marks_differ() -> None:
    """Pictures, styles, the other sheet, print settings: byte for byte."""
    before, after = parts(saved(drawn(spare=5))), parts(fill(saved(drawn(spare=5))))
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {"xl/worksheets/sheet1.xml"}
    assert list(after) == list(before)


def test_outside_the_marks_the_sheet_itself_is_byte_for_byte() -> None:
    before, after = (
        parts(content)["xl/worksheets/sheet1.xml"] for content in (saved(drawn(spare=5)), fill(saved(drawn(spare=5))))
    )
    head, tail = before.partition(b"<sheetData>")[0], before.partition(b"</sheetData>")[2]
    assert after.startswith(head)
    assert after.partition(b"</sheetData>")[2] == tail.replace(b'sqref="D4"', b'sqref="D4:D6"')


def test_nobody_leaves_an_empty_row_without_marks() -> None:
    sheet = opened(fill(saved(drawn()), []))["花名册"]
    assert ([cell.value for cell in sheet[4]][:4], sheet["A5"].value) == ([None, None, None, None], "合计")


def test_a_defined_name_fills_its_cell_even_where_the_cell_was_left_out() -> None:
    content = fill(saved(named(drawn(), "总数", "'花名册'!$H$30")), 总数="会员数")
    assert opened(content)["花名册"]["H32"].value == 3


def test_formulas_in_the_marked_row_go_along() -> None:
    book = drawn(row=("{{序号}}", "{{姓名}}", "=LEN(B4)&$B$2"))
    sheet = opened(fill(saved(book)))["花名册"]
    assert [sheet[f"C{n}"].value for n in (4, 5, 6)] == ["=LEN(B4)&$B$2", "=LEN(B5)&$B$2", "=LEN(B6)&$B$2"]


def test_what_looks_like_a_formula_is_written_as_text() -> None:
    people = [{"姓名": '=HYPERLINK("http://x")'}, {"姓名": "@SUM(1)"}, {"姓名": "甲\x00<b>&\ud800"}]
    sheet = opened(fill(saved(drawn()), people))["花名册"]
    assert [sheet[f"B{n}"].value for n in (4, 5, 6)] == ['\'=HYPERLINK("http://x")', "'@SUM(1)", "甲<b>&"]
    assert {sheet[f"B{n}"].data_type for n in (4, 5, 6)} == {"s"}


def from_excel() -> bytes:
    """As Excel itself keeps it: texts in a table of their own, saved results, an order of calculation."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("表")
    bold = book.add_format({"bold": True})
    sheet.write_rich_string("A1", "共{{会", bold, "员数", "}}人")
    sheet.write("A2", "｛｛ 姓名 ｝｝")
    sheet.write_formula("A3", "=COUNTA(A2:A2)", None, 1)
    book.close()
    content = stream.getvalue()
    for name, before, after in (
        ("[Content_Types].xml", b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="x"/></Types>'),
        (
            "xl/_rels/workbook.xml.rels",
            b"</Relationships>",
            b'<Relationship Id="rId9" Type="x" Target="calcChain.xml"/></Relationships>',
        ),
        ("xl/workbook.xml", b' fullCalcOnLoad="1"', b""),
    ):
        content = with_part(content, name, parts(content)[name].replace(before, after))
    return with_part(content, "xl/calcChain.xml", b'<calcChain><c r="A3" i="1"/></calcChain>')


def test_marks_in_full_width_braces_and_in_pieces_of_format_are_read() -> None:
    sheet = opened(fill(from_excel()))["表"]
    assert [sheet[f"A{n}"].value for n in (1, 2, 4, 5)] == ["共3人", "王小华", "张路", "=COUNTA(A2:A4)"]


def test_saved_results_are_counted_anew_when_the_book_is_opened() -> None:
    after = parts(fill(from_excel()))
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]


def test_a_thousand_people_keep_their_order() -> None:
    people = [{"序号": n, "姓名": f"甲{n}"} for n in range(1, 1001)]
    sheet = opened(fill(saved(drawn()), people))["花名册"]
    assert [sheet[f"A{n}"].value for n in range(4, 1004)] == list(range(1, 1001))
    assert sheet["A1004"].value == "合计"


# ---- what cannot be filled ----------------------------------------------------------------------------------------


def test_a_mark_in_a_row_merged_downwards_is_named() -> None:
    book = drawn()
    book["花名册"].merge_cells("D4:D5")
    refused = refusal(saved(book))
    assert (refused.code, refused.params) == ("mark-merged", {"cell": "D4"})


def test_a_mark_under_a_merged_cell_is_named() -> None:
    content = parts(saved(drawn()))["xl/worksheets/sheet1.xml"].replace(
        b'<mergeCell ref="A1:D1"', b'<mergeCell ref="A1:D1"/><mergeCell ref="A2:B2"'
    )
    assert refusal(with_part(saved(drawn()), "xl/worksheets/sheet1.xml", content)).params == {"cell": "B2"}


def test_two_marked_rows_are_refused_by_number() -> None:
    book = drawn()
    book["花名册"]["B5"] = "{{姓名}}"
    assert refusal(saved(book)).params == {"sheet": "花名册", "one": 4, "two": 5}


def test_an_array_formula_in_the_marked_row_is_refused() -> None:
    book = drawn()
    book["花名册"]["D4"] = array_formula()
    assert refusal(saved(book)).code == "row-shared"


def test_too_few_rows_over_something_that_cannot_move() -> None:
    xml = parts(saved(drawn()))["xl/worksheets/sheet1.xml"].replace(
        b"</worksheet>", b'<tableParts count="0"/></worksheet>'
    )
    content = with_part(saved(drawn()), "xl/worksheets/sheet1.xml", xml)
    with pytest.raises(Refused) as caught:
        fill(content)
    assert (caught.value.code, caught.value.params) == ("rows-few", {"rows": 3, "room": 1, "odd": "表格区域"})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"%PDF-1.7", "file-pdf"),
        (b"a,b\n1,2\n", "form-kind"),
        (b"PK\x03\x04 broken", "file-broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "file-locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + b"\0\0", "form-kind"),
        (with_part(saved(drawn()), "xl/vbaProject.bin", b"x"), "file-macros"),
        (with_part(saved(drawn()), "xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><sst/>'), "file-entities"),
        (with_part(saved(drawn()), "xl/media/x.bin", b"\0" * (70 << 20)), "file-bomb"),
        (with_part(saved(drawn()), "xl/worksheets/sheet1.xml", b"<x:worksheet/>"), "sheet-dialect"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_filled_are_refused_in_words(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_a_hundred_thousand_rows_are_no_empty_form() -> None:
    row = '<row r="%d"><c r="A%d"><v>1</v></c></row>'
    rows = "".join(row % (n, n) for n in range(1, 100_001)).encode()
    xml = re.sub(
        rb"<sheetData>.*</sheetData>",
        b"<sheetData>" + rows + b"</sheetData>",
        parts(saved(drawn()))["xl/worksheets/sheet1.xml"],
        flags=re.DOTALL,
    )
    assert refusal(with_part(saved(drawn()), "xl/worksheets/sheet1.xml", xml)).code == "form-long"


def test_an_answer_that_is_cut_short_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongxin.records.sheets import filling

    monkeypatch.setattr(filling, "CHILD", "tongxin.no_such_module")
    assert refusal(saved(drawn())).code == "file-unreadable"


def test_the_result_is_a_sound_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(fill(saved(drawn())))) as archive:
        assert archive.testzip() is None
