"""The real server, as `tongxin serve` starts it, on a free port of the loopback; and who used the processors meanwhile."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from bench.ground import ROOT

PATIENCE: Final = 60.0
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    process: int  # the number of `tongxin serve`

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=30)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    port = _free_port()
    with (folder / "bench-serve.log").open("wb") as log:
        command = [sys.executable, "-m", "config.cli", "serve", "--port", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603  our own command
        try:
            server = Server("127.0.0.1", port, child.pid)
            _wait(server, child)
            yield server
        finally:
            child.terminate()
            child.wait(60)


def processor_seconds(server: Server) -> dict[tuple[str, int], float]:
    """Of each process of this bench: what it is, and its number. What else runs on the machine is left out."""
    processes = dict(_processes())
    roots = {server.process: "web", _postmaster(processes): "PostgreSQL"}
    found = {("client", os.getpid()): sum(os.times()[:4])}  # with wrk, which is waited for
    for number, process in processes.items():
        line = number
        while line in processes and line not in roots:
            line = processes[line].parent
        if line in roots:
            found[roots[line], number] = process.seconds
    return found


def used(server: Server) -> dict[str, float]:
    """Processor seconds so far, by who used them."""
    found = {"web": 0.0, "PostgreSQL": 0.0, "client": 0.0}
    for (who, _), seconds in processor_seconds(server).items():
        found[who] += seconds
    return found


@contextmanager
def watched(server: Server, into: dict[str, float]) -> Iterator[None]:
    """Fills in how many cores each of ours used on average, and all of the machine. Who ended meanwhile is left out."""
    before, began, whole = processor_seconds(server), time.perf_counter(), _whole()
    yield
    took = time.perf_counter() - began
    into |= {"web": 0.0, "PostgreSQL": 0.0, "client": 0.0, "machine": (_whole() - whole) / took}
    for process, seconds in processor_seconds(server).items():
        into[process[0]] += (seconds - before.get(process, 0.0)) / took


class _Process(NamedTuple):
    parent: int
    seconds: float


def _processes() -> Iterator[tuple[int, _Process]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(entry.name), _Process(int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS)


def _postmaster(processes: dict[int, _Process]) -> int:
    """The parent of the process that serves us; -1 where the database is on another machine."""
    from django.db import connection  # noqa: PLC0415  only once Django is set up

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = processes.get(int(cursor.fetchone()[0]))
    return backend.parent if backend else -1


def _whole() -> float:
    """Processor seconds of everything that ran, idle and waiting left out."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:8]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def _wait(server: Server, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        try:
            connection = server.connect()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.3)
        else:
            return
    message = "The server did not start; see bench-serve.log in the bench's data folder."
    raise SystemExit(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
