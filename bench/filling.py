"""`python -m bench.filling`: an office's sheet filled for many members; and what openpyxl would have done to the same workbook.

CPU time of the child and the caller together, the middle of five. The workbook has a text box, a drop-down, a header
and print settings, as offices draw them.
"""

import io
import resource
import statistics
import sys
import zipfile

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from tongxin.filings.shipped import SHIPPED
from tongxin.records.sheets.filling import Filling, filled, marks_of

RUNS, SIZES = 5, (1, 100, 1_000, 10_000)


def cpu() -> float:
    own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime


def office_sheet() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("表")
    sheet.merge_range("A1:D1", "{{工会名称}}")
    sheet.write_row("A2", ["{{序号}}", "{{姓名}}"])
    sheet.data_validation("C2", {"validate": "list", "source": ["是", "否"]})
    sheet.insert_textbox("F1", "盖章处")
    sheet.set_landscape()
    sheet.set_header("&C内部资料")
    book.close()
    return stream.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> None:
    content = SHIPPED["members"].content()
    labels = list(dict.fromkeys(mark.label for mark in marks_of(content, row_labels=())))
    rows_of = labels[3:]
    sys.stdout.write("| members | CPU s | KB |\n|--:|--:|--:|" + "\n")
    for size in SIZES:
        rows = [dict.fromkeys(rows_of, f"合成{n}") for n in range(size)]
        times = []
        for _ in range(RUNS):
            before = cpu()
            body = filled(content, Filling({"工会名称": "合成工会"}, rows_of, rows))
            times.append(cpu() - before)
        sys.stdout.write(f"| {size:,} | {statistics.median(times):.2f} | {len(body) // 1024:,} |" + "\n")
    source = office_sheet()
    before = parts(source)
    ours = parts(filled(source, Filling({"工会名称": "甲"}, ["序号", "姓名"], [{"序号": 1, "姓名": "乙"}])))
    book, stream = openpyxl.load_workbook(io.BytesIO(source)), io.BytesIO()
    book.active["A1"] = "甲"
    book.save(stream)
    theirs = parts(stream.getvalue())
    for name, after in (("ours", ours), ("openpyxl", theirs)):
        lost = sorted(set(before) - set(after))
        same = sum(before[part] == after.get(part) for part in before)
        sys.stdout.write(
            f"{name}: {same} of {len(before)} parts byte for byte, lost: {', '.join(lost) or 'none'}" + "\n"
        )


if __name__ == "__main__":
    main()
