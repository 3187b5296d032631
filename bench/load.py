"""Many at once: wrk for pages and sign-ups, pgbench for what the database alone can do."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.ground import ROOT, say
from bench.server import Server, watched

CONNECTIONS: Final = 32
THREADS: Final = 2
ONE_ROW: Final = """\\set pool random(1, {pools})
BEGIN;
UPDATE bench_pool SET remaining = remaining - 1 WHERE id = :pool AND remaining > 0;
INSERT INTO bench_claim (pool, at) VALUES (:pool, now());
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many a second, how long they took, and how many cores whom it cost."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cores: dict[str, float]
    errors: int = 0


def wrk_there() -> bool:
    if shutil.which("wrk"):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "wrk"], check=False, capture_output=True)  # noqa: S607
    if not shutil.which("wrk"):
        say("wrk is missing (apt-get install wrk): rates are left out.")
    return bool(shutil.which("wrk"))


def pages_per_second(server: Server, address: str, seconds: int, cookie: str = "") -> Rate:
    cores: dict[str, float] = {}
    headers = ["-H", f"Cookie: {cookie}"] if cookie else []
    with watched(server, cores):
        text = _wrk(server, address, seconds, *headers)
    rate = float(found_in(r"Requests/sec:\s+([\d.]+)", text))
    p50, p99 = (_milliseconds(found_in(rf"{share}%\s+([\d.]+\w+)", text)) for share in (50, 99))
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Rate(rate, p50, p99, cores, int(wrong[1]) if wrong else 0)


def sign_ups_per_second(server: Server, lines: Path, seconds: int) -> tuple[Rate, dict[str, Any]]:
    """The rate is the database's: from the first application of the run to the last."""
    from django.db import connection  # noqa: PLC0415  only once Django is set up

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM calls_application")
        last_before = cursor.fetchone()[0]
    cores: dict[str, float] = {}
    with watched(server, cores):
        text = _wrk(server, "/", seconds, "-s", str(ROOT / "bench" / "sign_up.lua"), after=[str(lines), str(THREADS)])
    told = json.loads(found_in(r"RESULT (.*)", text))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT person_id), extract(epoch FROM max(at) - min(at)) FROM calls_award WHERE"
            " application_id > %s",
            [last_before],
        )
        rows, people, span = cursor.fetchone()
    rate = Rate(rows / float(span), told["p50_ms"], told["p99_ms"], cores, told["other"])
    return rate, {"confirmed": told["confirmed"], "rows": rows, "people": people, "seconds": float(span)}


def one_row_per_second(folder: Path, seconds: int, *, pools: int = 20) -> float:
    """BEGIN; UPDATE one row; INSERT one row; COMMIT, 32 clients, prepared: the floor under any sign-up."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_pool, bench_claim")
        cursor.execute("CREATE TABLE bench_pool (id int PRIMARY KEY, remaining int)")
        cursor.execute("INSERT INTO bench_pool SELECT n, 1000000000 FROM generate_series(1, 20) n")
        cursor.execute("CREATE TABLE bench_claim (id bigserial PRIMARY KEY, pool int, at timestamptz)")
    script = folder / "one-row.sql"
    script.write_text(ONE_ROW.format(pools=pools))
    try:
        text = _pgbench(
            "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", str(THREADS), "-T", str(seconds), "-f", str(script)
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_pool, bench_claim")
    return float(found_in(r"tps = ([\d.]+)", text))


def _pgbench(*arguments: str) -> str:
    from django.conf import settings  # noqa: PLC0415

    from config.embedded_host import wheel_binaries  # noqa: PLC0415

    database = settings.DATABASES["default"]
    where = ["-h", str(database["HOST"]), "-U", str(database["USER"])]
    where += ["-p", str(database["PORT"])] if database.get("PORT") else []
    command = [str(wheel_binaries() / "pgbench"), *where, *arguments, str(database["NAME"])]
    environment = {**os.environ, "PGPASSWORD": str(database.get("PASSWORD") or "")}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout  # noqa: S603


def _wrk(server: Server, address: str, seconds: int, *options: str, after: list[str] | None = None) -> str:
    command = [
        "wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "20s", *options,
        f"{server.address}{address}", *(["--", *after] if after else []),
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own arguments


def found_in(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        message = f"not found in the answer: {pattern}\n{text}"
        raise SystemExit(message)
    return match[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]
