"""`python -m bench.imports`: a large roster from the file to indexed records, beside its floors and beside django-import-export.

Made: a CSV and an XLSX of synthetic members, into a data folder of its own. Measured: reading (checked, digested, looked up,
sealed), writing (encrypted, indexed, journalled), memory of all our processes together, a COPY of the same finished columns
into the same indexed tables, and django-import-export in its default mode on the same columns.

Others' work on the same cores makes the clock lie, so the CPU that was spent is told too: ours and PostgreSQL's.
"""

import argparse
import csv
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.ground import say, set_up, settle

HEADERS: Final = (
    "序号", "姓名", "性别", "身份证号", "手机号", "民族", "学历", "政治面貌", "工作单位", "新就业形态", "岗位", "入会时间",
)  # fmt: skip
GIG: Final = {
    "truck_driver": "货车司机",
    "ride_hailing_driver": "网约车司机",
    "courier": "快递员",
    "food_delivery_rider": "外卖配送员",
}
EDUCATIONS: Final = ("大专", "本科", "高中", "初中", "中专")
STATUSES: Final = ("群众", "中共党员", "共青团员")
TRADES: Final = ("钳工", "焊工", "操作工", "驾驶员", "文员")
FIRST: Final = 3_000_000  # apart from the workers of the other benches
TICK: Final = os.sysconf("SC_CLK_TCK")
MIB: Final = 1 << 20


@dataclass(slots=True)
class Spent:
    """`ours` and `database` are seconds of CPU; `memory` the most that all our processes held together, in MiB."""

    what: str
    rows: int
    seconds: float = 0.0
    ours: float = 0.0
    database: float = 0.0
    memory: float = 0.0

    @property
    def line(self) -> str:
        rate, cpu = self.rows / self.seconds, (self.ours + self.database) / self.rows * 1e6
        free = 2e6 / cpu if cpu else 0
        return (
            f"| {self.what} | {self.rows:,} | {self.seconds:.1f} | {rate:,.0f} | {self.ours / self.rows * 1e6:.0f}"
            f" | {self.database / self.rows * 1e6:.0f} | {free:,.0f} | {self.memory or float('nan'):.0f} |"
        )


HEAD: Final = (
    "| what | rows | s | rows/s by the clock | µs CPU a row, ours | µs CPU a row, PostgreSQL | rows/s that two free cores allow"
    " | MiB at most, our processes |\n|---|--:|--:|--:|--:|--:|--:|--:|"
)


def main() -> None:
    asked = _arguments()
    folder = settle() / "imports"
    os.environ["TONGXIN_DATA"] = str(folder)
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database() as server:
        from bench.ground import say as told  # noqa: PLC0415

        os.environ["TONGXIN_BENCH_DATA"] = str(folder)
        set_up()
        from config.commands.migrate import migrate  # noqa: PLC0415

        migrate()
        cluster = server.cluster if server else None
        lines = [machine(), "", HEAD]
        found = run(asked, folder, cluster)
        lines += [one.line for one in found] + ["", *_ratios(found)]
        told("")
        print("\n".join(lines))  # noqa: T201  what was asked for
        (folder / "bench-imports.md").write_text("\n".join(lines) + "\n")


def run(asked: argparse.Namespace, folder: Path, cluster: Path | None) -> list[Spent]:
    text, book = folder / f"roster-{asked.rows}.csv", folder / f"roster-{asked.book_rows}.xlsx"
    if not text.exists():
        say(f"{asked.rows:,} rows of CSV …")
        write_text(text, asked.rows)
    if not book.exists():
        say(f"{asked.book_rows:,} rows of XLSX …")
        write_book(book, asked.book_rows)
    _empty()
    found = _import(text, f"CSV of {asked.rows:,}", cluster)
    found.append(_copy(cluster))
    _empty()
    found += _import(book, f"XLSX of {asked.book_rows:,}", cluster)
    _empty()
    found.append(_import_export(asked.other_rows, cluster))
    return found


def rows(count: int) -> Iterator[tuple[object, ...]]:
    from config.demo.workers import worker  # noqa: PLC0415

    for n in range(count):
        made = worker(FIRST + n)
        yield (
            n + 1, made.name, "男" if made.sex == "1" else "女", made.id_number, made.phone.removeprefix("+86"),
            "汉族" if n % 9 else "土家族", EDUCATIONS[n % 5], STATUSES[n % 7 % 3], made.employer or "",
            GIG.get(made.gig_group or "", ""), TRADES[n % 5], f"{2015 + n % 9}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
        )  # fmt: skip


def write_text(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(rows(count))


def write_book(path: Path, count: int) -> None:
    from tongxin.records.sheets.writing import Column, write_workbook_to  # noqa: PLC0415

    with path.open("wb") as file:
        write_workbook_to(file, [Column(header) for header in HEADERS], rows(count), title="花名册")  # type: ignore[arg-type]


# ---- ours ---------------------------------------------------------------------------------------------------------


def _import(path: Path, what: str, cluster: Path | None) -> list[Spent]:
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.actions import imports  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    union, by = _union(), system(timezone.localdate())
    reading, writing = Spent(f"{what}, read", 0), Spent(f"{what}, written", 0)
    with measured(reading, cluster):
        batch = imports.upload(union=union, file_name=path.name, content=path, by=by, at=timezone.now(), at_once=True)
    with measured(writing, cluster):
        batch = imports.commit(batch=batch, by=by, at=timezone.now())
    reading.rows = writing.rows = batch.added
    whole = Spent(
        f"**{what}, whole**", batch.added, reading.seconds + writing.seconds, reading.ours + writing.ours,
        reading.database + writing.database, max(reading.memory, writing.memory),
    )  # fmt: skip
    say(whole.line)
    return [reading, writing, whole]


def _union() -> Any:
    from tongxin.unions.models import Union  # noqa: PLC0415

    if not Union.objects.exists():
        from tongxin.unions.actions.seed import load_divisions  # noqa: PLC0415

        load_divisions()
    return Union.objects.order_by("pk").first()


def _empty() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_membership, people_person, people_importbatch, records_journalentry CASCADE")
        cursor.execute("VACUUM ANALYZE people_person, people_membership")


# ---- the floor ----------------------------------------------------------------------------------------------------


def _copy(cluster: Path | None) -> Spent:
    """What was just imported, out and in again as it stands: the same finished columns, the same indexes, one connection."""
    from django.db import connection, transaction  # noqa: PLC0415

    kept: list[tuple[str, Path]] = []
    with connection.cursor() as cursor:
        for table in ("people_person", "people_membership"):
            path = Path(os.environ["TONGXIN_DATA"]) / f"{table}.copy"
            with path.open("wb") as file, cursor.copy(f"COPY {table} TO STDOUT") as copy:
                file.writelines(copy)
            kept.append((table, path))
        cursor.execute("SELECT count(*) FROM people_person")
        spent = Spent("COPY of the same finished columns into the same indexed tables", cursor.fetchone()[0])
    _empty()
    with measured(spent, cluster), transaction.atomic(), connection.cursor() as cursor:
        for table, path in kept:
            with path.open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while piece := file.read(MIB):
                    copy.write(piece)
    say(spent.line)
    return spent


# ---- the other ----------------------------------------------------------------------------------------------------


def _import_export(count: int, cluster: Path | None) -> Spent:
    """Its default mode: a row at a time, looked up and saved by the ORM. It is spared cleaning, names, seals and memberships."""
    import tablib  # type: ignore[import-untyped]  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from import_export import resources  # type: ignore[import-untyped]  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415

    class Members(resources.ModelResource):  # type: ignore[misc]
        class Meta:
            model = Person
            import_id_fields = ("public_id",)
            fields = (
                "public_id", "name", "sex", "name_initials", "name_sort", "ethnicity", "education", "political_status",
                "employer", "gig_group", "occupation", "born", "federation", "created_at", "changed_at",
            )  # fmt: skip

    now = timezone.now().strftime("%Y-%m-%d %H:%M:%S")
    table = tablib.Dataset(headers=Members.Meta.fields)
    for row in rows(count):
        table.append((
            f"b{row[0]:011}", row[1], "1", row[3], row[4], row[5], row[6], row[7], row[8], "", row[10], row[11], 1, now, now,
        ))  # fmt: skip
    spent = Spent("django-import-export, default mode, the same number of columns", count)
    with measured(spent, cluster), writing():
        result = Members().import_data(table, dry_run=False, raise_errors=True)
    assert result.totals["new"] == count, result.totals
    say(spent.line)
    return spent


# ---- what it cost -------------------------------------------------------------------------------------------------


@contextmanager
def measured(spent: Spent, cluster: Path | None) -> Iterator[None]:
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(spent, done), daemon=True)
    watch.start()
    ours, database, began = _our_cpu(), _database_cpu(cluster), time.perf_counter()
    yield
    spent.seconds = time.perf_counter() - began
    spent.ours, spent.database = _our_cpu() - ours, _database_cpu(cluster) - database
    done.set()
    watch.join()


def _our_cpu() -> float:
    """Of this process and of all that it started, whether they have ended or not."""
    return sum(_ticks(pid) + _ticks(pid, children=True) for pid in _family(os.getpid())) / TICK


def _database_cpu(cluster: Path | None) -> float:
    if cluster is None:
        return 0.0
    head = int((cluster / "postmaster.pid").read_text().split()[0])
    return sum(map(_ticks, _family(head))) / TICK + _ticks(head, children=True) / TICK


def _ticks(pid: int, *, children: bool = False) -> int:
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    user, system = (13, 14) if children else (11, 12)
    return int(told[user]) + int(told[system])


def _family(head: int) -> list[int]:
    found, waiting = [], [head]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _watch(spent: Spent, done: threading.Event) -> None:
    """What our processes hold, shared pages counted once among those that share them."""
    while not done.wait(0.5):
        spent.memory = max(spent.memory, sum(map(_held, _family(os.getpid()))) / 1024)


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


# ---- said ---------------------------------------------------------------------------------------------------------


def _ratios(found: list[Spent]) -> list[str]:
    by_name = {one.what: one for one in found}
    whole = next(one for name, one in by_name.items() if name.startswith("**CSV"))
    floor = next(one for name, one in by_name.items() if name.startswith("COPY"))
    other = next(one for name, one in by_name.items() if name.startswith("django"))
    spent, least = (whole.ours + whole.database) / whole.rows, (floor.ours + floor.database) / floor.rows
    clock = (whole.seconds / whole.rows) / (floor.seconds / floor.rows)
    theirs = (other.seconds / other.rows) / (whole.seconds / whole.rows)
    return [
        f"The whole import of the CSV costs {clock:.1f}× the COPY by the clock ({spent / least:.1f}× in CPU; goal ≤ 4).",
        f"It is {theirs:.0f}× as quick as django-import-export by the clock (goal ≥ 15).",
    ]


def machine() -> str:
    busy = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load average before the run {busy:.1f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the CSV")
    parser.add_argument("--book-rows", type=int, default=100_000, help="of the XLSX")
    parser.add_argument("--other-rows", type=int, default=2_000, help="for django-import-export")
    return parser.parse_args()


if __name__ == "__main__":
    main()
