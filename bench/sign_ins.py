"""`python -m bench.sign_ins`: workers who sign in for the first time, by phone and code, as browsers do it: five requests each."""

import argparse
import os
import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.ground import machine, migrate_bench, say, set_up, settle
from bench.server import Server, serving, watched
from bench.spool import NAME

GOAL: Final = 50_000 / 600  # a second
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
CODE: Final = re.compile(r"(\+?\d+)\t.*?(\d{6})")
PATIENCE: Final = 30.0


class Codes:
    """What the spool received, by the number's last digits. One thread reads along."""

    def __init__(self, spool: Path) -> None:
        self.found: dict[str, str] = {}
        self.more = threading.Condition()
        spool.write_text("")
        threading.Thread(target=self._read, args=[spool], daemon=True).start()

    def of(self, phone: str) -> str:
        with self.more:
            if not self.more.wait_for(lambda: phone in self.found, PATIENCE):
                raise TimeoutError(phone)
            return self.found.pop(phone)

    def _read(self, spool: Path) -> None:
        with spool.open("rb") as lines:
            line = b""
            while True:
                line += lines.readline()
                if not line.endswith(b"\n"):  # nothing new, or a line that is still being written: within a letter even
                    time.sleep(0.005)
                    continue
                match, line = CODE.match(line.decode()), b""
                if match:
                    with self.more:
                        self.found[match[1][-11:]] = match[2]
                        self.more.notify_all()


@dataclass
class Browser:
    """Cookies and nothing else."""

    connection: HTTPConnection
    network: str
    cookies: dict[str, str]

    def ask(self, method: str, path: str, **form: str) -> HTTPResponse:
        headers = {"X-Forwarded-For": self.network, "Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        body = urlencode({**form, **token}) if method == "POST" else None
        self.connection.request(method, path, body, headers | (FORM if body else {}))
        answer = self.connection.getresponse()
        answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def sign_in(connection: HTTPConnection, codes: Codes, number: int) -> float:
    """Seconds from the first page to the home page of who is signed in, of which the wait for the text is part."""
    phone = f"199{number:08d}"
    began = time.perf_counter()
    browser = Browser(connection, f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", {})
    browser.ask("GET", "/sign-in/")
    _moved(browser.ask("POST", "/sign-in/", phone=phone, next="/"))
    browser.ask("GET", "/sign-in/code/?next=/")
    _moved(browser.ask("POST", "/sign-in/code/", code=codes.of(phone), own_device="on", next="/"))
    browser.ask("GET", "/")
    return time.perf_counter() - began


def _moved(answer: HTTPResponse) -> None:
    if answer.status != 302:
        raise SystemExit(f"A sign-in was answered with {answer.status}.")


def run(server: Server, codes: Codes, people: int, clients: int) -> tuple[float, list[float]]:
    first = int(time.time()) % 40_000_000 + 10_000_000  # numbers that no earlier run used
    own = threading.local()

    def one(n: int) -> float:
        if not hasattr(own, "connection"):
            own.connection = server.connect()
        return sign_in(own.connection, codes, first + n)

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        took = list(pool.map(one, range(people)))
    return time.perf_counter() - began, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5_000, help="50,000 is the whole wave")
    parser.add_argument("--clients", type=int, default=32)
    asked = parser.parse_args()
    folder = settle()
    os.environ |= {
        NAME: str(folder / "sign-ins.spool"), "TONGXIN_SMS_SENDER": "bench.spool.Spool", "TONGXIN_PROXIES": "1",
    }  # fmt: skip
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    used: dict[str, float] = {}
    with database():
        set_up()
        migrate_bench()
        where = machine()
        codes = Codes(folder / "sign-ins.spool")
        with serving(folder) as server:
            say(f"{asked.people} sign-ins by {asked.clients} clients …")
            with watched(server, used):
                seconds, took = run(server, codes, asked.people, asked.clients)
    words = report(asked.people, seconds, took, used, where)
    print(words)  # noqa: T201  what was asked for
    (folder / "bench-sign-ins.md").write_text(words + "\n")


def report(people: int, seconds: float, took: list[float], used: dict[str, float], where: str) -> str:
    rate, ranks = people / seconds, statistics.quantiles(took, n=100)
    each = {who: 1000 * cores / rate for who, cores in used.items()}
    kept = "kept" if rate >= GOAL else "missed"
    return "\n".join([
        f"{where}; {people:,} workers who sign in for the first time",
        "",
        ("| sign-ins a second | 50,000 take | goal 83 a second | whole sign-in p50 ms | p99 ms | processor ms each: web"
        " | PostgreSQL | client | machine's cores busy |"),
        "|--:|--:|:-:|--:|--:|--:|--:|--:|--:|",
        (f"| {rate:.0f} | {50_000 / rate / 60:.1f} min | {kept} | {ranks[49] * 1000:.0f} | {ranks[98] * 1000:.0f}"
        f" | {each['web']:.1f} | {each['PostgreSQL']:.1f} | {each['client']:.1f} | {used['machine']:.2f} |"),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
