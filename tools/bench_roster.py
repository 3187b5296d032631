"""How long a roster takes from file to values: `.venv/bin/python tools/bench_roster.py [rows]`. Synthetic people."""

import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from stdnum.iso7064 import mod_11_2

from tongxin.people.roster.reading import read_book
from tongxin.records.sheets.reading import read_sheets
from tongxin.records.sheets.writing import Column, write_workbook

HEADERS = (
    "姓名",
    "性别",
    "民族",
    "身份证号",
    "出生日期",
    "政治面貌",
    "学历",
    "手机",
    "工作单位",
    "岗位",
    "入会时间",
    "新就业形态类别",
)
FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈", "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超兰霞平"


def people(count: int) -> list[list[object]]:
    rows: list[list[object]] = []
    for n in range(count):
        born = date(1960, 1, 1) + timedelta(days=n % 15_000)
        number = f"510229{born:%Y%m%d}{n // 15_000 * 2 + 1:03d}"
        name = FAMILY[n % 10] + GIVEN[n // 10 % 20] + GIVEN[n // 200 % 20]
        rows.append(
            [
                name,
                "男",
                "汉",
                number + mod_11_2.calc_check_digit(number),
                f"{born:%Y-%m-%d}",
                "群众",
                "本科",
                f"138{n:08d}",
                f"合成工厂{n % 300}",
                "工人",
                f"{2002 + n % 20}.{n % 12 + 1}.{n % 28 + 1}",
                "",
            ]
        )
    return rows


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    data = write_workbook([Column(header) for header in HEADERS], people(count), title="合成名册")
    path = Path(tempfile.mkdtemp()) / "roster.xlsx"
    path.write_bytes(data)
    for _ in range(3):
        started, cpu = time.perf_counter(), time.process_time()
        book = read_sheets(path)
        read_in = time.perf_counter()
        roster = read_book(book)
        done = time.perf_counter()
        problems = sum(row.is_blocked for row in roster.rows)
        spent = time.process_time() - cpu
        print(
            f"{count} rows × {len(HEADERS)}: file {read_in - started:.2f} s, values {done - read_in:.2f} s, blocked {problems};"
        )
        print(f"    this process used {spent:.2f} s of a processor, the child's time is in `file`")


if __name__ == "__main__":
    main()
