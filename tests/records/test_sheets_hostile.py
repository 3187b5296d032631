"""Files that mean harm, or are tired: each costs little and gets a sentence."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.records.workbooks import A1, HEAD, SHEET, TAIL, replaced, saved, sheet_of, with_sheet

from tongxin.kernel.refused import Refused
from tongxin.records.sheets import process, reading
from tongxin.records.sheets.limits import MIB, USUAL, Limits
from tongxin.records.sheets.reading import read_sheets

ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>'
PATIENT = replace(USUAL, wall_seconds=600.0)  # a busy machine is not a slow file


def read(data: bytes, limits: Limits = PATIENT) -> list[list[object]]:
    return read_sheets(data, limits=limits).sheets[0].rows


def refusal(data: bytes, limits: Limits = PATIENT) -> Refused:
    with pytest.raises(Refused) as caught:
        read_sheets(data, limits=limits)
    return caught.value


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD1", "A1048576", "IV99999", "GZ3"])
def test_one_far_cell_is_named(cell):
    book = Workbook()
    book.active["A1"] = "姓名"
    book.active[cell] = "x"
    caught = refusal(saved(book))  # "file-slow" or "file-unreadable" would say that it was read first
    assert caught.code == "cell-far"
    assert caught.params == {"cell": cell}


def test_far_cells_without_content_do_not_matter():
    far = b'<row r="2"><c r="XFD2" s="0"/></row><row r="1048576"><c r="A1048576" s="0"></c></row>'
    assert read(with_sheet(A1, far)) == [["x"]]


def test_a_far_cell_hidden_from_the_look_meets_the_memory_limit():
    hidden = b"<row r='1048576'><c t='n' r='XFD1048576'><v>1</v></c></row>"
    caught = refusal(with_sheet(b'<row r="1"><c r="A1"><v>1</v></c></row>', hidden))
    assert caught.code == "file-unreadable"


def test_a_million_formatted_rows_without_content_are_nothing():
    rows = (b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(2, 1_000_001))
    data = replaced({SHEET: lambda: [HEAD, A1, b"".join(rows), TAIL]})
    assert read(data) == [["x"]]


def test_ten_million_empty_rows_are_nothing_or_refused_in_time():
    data = replaced({SHEET: lambda: [HEAD, A1, *[b'<row r="2"/>' * 100_000] * 100, TAIL]})
    assert len(data) < MIB
    assert read(data) == [["x"]]


def test_a_long_csv_of_nothing_is_nothing():
    assert read(b"a,b\n" + b",\n" * 2_000_000) == [["a", "b"]]


def test_too_many_rows_are_refused_by_number():
    assert (
        str(refusal(b"a\n" * 11, limits=replace(PATIENT, rows=10)))
        == "一张表最多读10行，这张表更长。请分成几个文件上传。"
    )
    assert refusal(sheet_of([["a"]] * 11), limits=replace(PATIENT, book_rows=10)).code == "rows-many"


def test_a_zip_bomb_is_refused_by_what_it_declares():
    data = replaced({SHEET: lambda: [HEAD, *[b" " * MIB] * 700, TAIL]})
    assert len(data) < 2 * MIB
    assert refusal(data).code == "file-bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_counted():
    data = bytearray(replaced({SHEET: lambda: [HEAD, *[b" " * MIB] * 40, TAIL]}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(SHEET).file_size
    place = data.rindex(size.to_bytes(4, "little"))
    data[place : place + 4] = (1000).to_bytes(4, "little")
    assert refusal(bytes(data), limits=replace(PATIENT, inflated_bytes=20 * MIB)).code == "file-bomb"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_entities_that_multiply_are_refused(part):
    assert refusal(replaced({part: lambda: [ENTITIES, b"<x>&b;</x>"]})).code == "file-entities"


def test_entities_in_another_encoding_are_refused():
    text = ENTITIES.decode().replace("?>", ' encoding="utf-16"?>') + "<x>&b;</x>"
    assert refusal(replaced({"xl/workbook.xml": lambda: [text.encode("utf-16")]})).code == "file-broken"


def test_one_enormous_text_is_refused():
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * 200_000 + b"</t></is></c></row>"
    assert refusal(with_sheet(cell)).code == "text-much"


def test_more_text_than_any_roster_is_refused():
    assert refusal(sheet_of([["长" * 100]] * 30), limits=replace(PATIENT, text=1000)).code == "text-much"


def test_memory_of_the_child_is_bounded():
    text = b"a" * 30_000
    rows = [b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>' % (n, n, text) for n in range(1, 8001)]
    assert refusal(with_sheet(*rows), limits=replace(PATIENT, child_memory=200 * MIB)).code == "file-unreadable"
    assert refusal(with_sheet(*rows)).code == "text-much"


def test_a_slow_file_is_stopped_by_the_clock():
    assert refusal(b"a,b\n" * 90_000, limits=replace(PATIENT, wall_seconds=0.01)).code == "file-slow"


def test_a_child_that_dies_is_a_refusal(monkeypatch):
    monkeypatch.setattr(reading, "CHILD", "tongxin.no_such_module")
    assert refusal(b"a,b\n").code == "file-unreadable"


def test_the_child_is_told_no_secrets(monkeypatch):
    monkeypatch.setenv("TONGXIN_SECRET_KEY", "x")
    assert set(process._bare_environment()) == {"PYTHONPATH", "PYTHONIOENCODING", "LC_ALL"}


def test_nothing_is_left_open_or_running():
    before = set(Path("/proc/self/fd").iterdir())
    read_sheets(b"a,b\n")
    refusal(b"%PDF-1.7")
    assert set(Path("/proc/self/fd").iterdir()) == before
