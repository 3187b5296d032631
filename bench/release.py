"""`tongxin bench_release`: N workers for M vouchers against the real server on this machine, the client included.

On a data folder of its own, never the one that people use. In the same run: the same server's empty answers, and what the
database does when each claim is a transaction on one row.
"""

import json
import resource
import shutil
import signal
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any, Final, Self

from bench.crowd import fill, release, write_cookies
from bench.ground import ROOT, machine, say
from bench.load import found_in, one_row_per_second
from bench.server import Server, processor_seconds, serving, watched
from tongxin.web.lane.crowd import get, post, send_all

THREADS: Final = 2
WRK: Final = shutil.which("wrk") is not None
EMPTY_SECONDS, ONE_ROW_SECONDS = 8, 8
PATIENCE: Final = 120.0
LONGEST: Final = 1_800  # seconds of a run; it ends by itself when all have their receipts


@dataclass
class Beside:
    """Someone who looks at ordinary pages during the run, and how much memory the web processes hold."""

    server: Server
    over: threading.Event = field(default_factory=threading.Event)
    spans: list[float] = field(default_factory=list)
    failed: int = 0
    memory: list[float] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.threads = [threading.Thread(target=run, daemon=True) for run in (self._look, self._look, self._weigh)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(30)

    def _look(self) -> None:
        while not self.over.wait(0.25):
            began = time.perf_counter()
            try:
                connection = self.server.connect()
                connection.request("GET", "/classes/")
                answer = connection.getresponse()
                answer.read()
                connection.close()
                self.failed += answer.status != 200
            except OSError:
                self.failed += 1
            self.spans.append(1000 * (time.perf_counter() - began))

    def _weigh(self) -> None:
        while not self.over.wait(1.0):
            self.memory.append(sum(_megabytes(pid) for (who, pid) in processor_seconds(self.server) if who == "web"))

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.spans, n=20)[-1] if len(self.spans) > 1 else 0.0


def bench(folder: Path, workers: int, places: int, clients: int) -> dict[str, Any]:
    """Everything that the command prints. The database is running and Django set up."""
    from django.utils import timezone  # noqa: PLC0415  only once Django is set up

    say(machine())
    fill(workers)
    with serving(folder) as server:
        now = timezone.now()
        pool = release(places, now)
        stem = folder / "release-cookies"
        lines = write_cookies(stem, pool, workers, _threads(clients), now)
        one_row = one_row_per_second(folder, ONE_ROW_SECONDS, pools=1)
        empty = _empty(server, clients)
        with Beside(server) as beside:
            told, cores, seconds = _run(server, pool, stem, clients, lines)
        counted = _counted(pool)
    say(f"cores used: {', '.join(f'{who} {used:.2f}' for who, used in cores.items())}")
    say(f"ordinary pages beside it: {len(beside.spans)}, p95 {beside.p95:.0f} ms, failed {beside.failed}")
    say(
        f"memory of the web processes: {beside.memory[0]:.0f} MB at first, {max(beside.memory):.0f} MB at most"
        if beside.memory
        else ""
    )
    return {
        "workers": workers, "places": places, "clients": clients, "seconds": round(seconds, 2),
        "answers_per_s": round(told["received"] / told["seconds"], 1), "p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"],
        "granted": counted["granted"], "oversold": max(0, counted["granted"] - places), "duplicates": counted["twice"],
        "errors": told["refused"] + told["broken"] + abs(workers - counted["arrived"]),
        "empty_answers_per_s": round(empty, 1), "one_row_tps": round(one_row, 1),
    }  # fmt: skip


def _empty(server: Server, clients: int) -> float:
    if not WRK:
        return send_all(server.port, repeat(get("/lane/empty")), connections=clients, seconds=EMPTY_SECONDS).rate
    command = _command(server, "/lane/empty", clients, f"-d{EMPTY_SECONDS}s")
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own arguments
    return float(found_in(r"Requests/sec:\s+([\d.]+)", text))


def _run(
    server: Server, pool: Any, stem: Path, clients: int, lines: int
) -> tuple[dict[str, Any], dict[str, float], float]:
    """`seconds`: until the last receipt and the last voucher; `told["seconds"]`: until the last receipt."""
    command = _command(
        server, "/", clients, f"-d{LONGEST}s", "-s", str(ROOT / "bench" / "release.lua"),
        after=[str(stem), f"/lane/{pool.public_id}", str(_threads(clients))],
    )  # fmt: skip
    cores: dict[str, float] = {}
    say(f"{lines:,} claims at {clients} connections …")
    began = time.perf_counter()
    with watched(server, cores):
        told = _by_wrk(command, _threads(clients)) if WRK else _by_own_client(server, pool, stem, clients)
        say(f"all have their receipts after {told['seconds']:.1f} s")
    _wait_for_places(pool)
    return told, cores, time.perf_counter() - began


def _by_wrk(command: list[str], threads: int) -> dict[str, Any]:
    text, took = _until_done(command, threads)
    found: dict[str, Any] = json.loads(found_in(r"RESULT (.*)", text))
    return found | {"seconds": took}


def _by_own_client(server: Server, pool: Any, stem: Path, clients: int) -> dict[str, Any]:
    """Where wrk is missing: in this process, and slower than the server may be. It is said."""
    say("wrk is missing (apt-get install wrk): our own client asks, and may be what bounds the rate")
    claims = (
        post(f"/lane/{pool.public_id}", line.rstrip("\n"))
        for thread in range(_threads(clients))
        for line in stem.with_suffix(f".{thread}").open()
    )
    told = send_all(server.port, claims, connections=clients, seconds=LONGEST)
    spans = sorted(told.spans)
    p50 = 1000 * spans[len(spans) // 2] if spans else 0.0
    return {
        "received": told.answered, "refused": told.errors, "broken": 0, "p50_ms": round(p50, 2),
        "p99_ms": round(told.p99_ms, 2), "seconds": told.seconds,
    }  # fmt: skip


def _until_done(command: list[str], threads: int) -> tuple[str, float]:
    """Wrk sleeps for its whole time, whatever its threads have done: it is told to end once they all have said so."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stderr is not None
        done = 0
        while done < threads and (line := child.stderr.readline()):
            done += line == "DONE\n"
        took = time.perf_counter() - began
        child.send_signal(signal.SIGINT)
        return child.communicate(timeout=60)[0], took


def _wait_for_places(pool: Any) -> None:
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        pool.refresh_from_db()
        pool.intake.refresh_from_db()
        if pool.taken >= min(pool.units, pool.intake.arrived):
            return
        time.sleep(0.05)


def _counted(pool: Any) -> dict[str, int]:
    """From the rows, not from what anybody counted on the way."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT person_id), max(no) FROM calls_arrival WHERE pool_id = %s", [pool.pk]
        )
        arrived, persons, last = cursor.fetchone()
        cursor.execute(
            "SELECT count(*), count(DISTINCT v.person_id) FROM benefits_voucher v JOIN calls_award a ON a.id = v.award_id"
            " WHERE a.pool_id = %s AND a.state IN ('held', 'used') AND v.state = 'issued'",
            [pool.pk],
        )
        granted, holders = cursor.fetchone()
    return {
        "arrived": persons,
        "granted": granted,
        "twice": arrived - persons + granted - holders + abs((last or 0) - arrived),
    }


def _threads(clients: int) -> int:
    """Of wrk, which wants a connection for each."""
    return min(THREADS, clients)


def _command(server: Server, address: str, clients: int, *options: str, after: list[str] | None = None) -> list[str]:
    return [
        "wrk", f"-t{_threads(clients)}", f"-c{clients}", "--latency", "--timeout", "30s", *options, f"{server.address}{address}",
        *(["--", *after] if after else []),
    ]  # fmt: skip


def _megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 1e6
