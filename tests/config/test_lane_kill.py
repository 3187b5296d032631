"""`kill -9` of the server and of PostgreSQL in the middle of a release: every receipt that a client holds equals its row.

A worker whose answer never came asks again, as the page does; what was answered must stand, and nobody has two numbers.
"""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Self

import pytest
from tests.config.test_kill import PATIENCE, Installation
from tests.config.test_serve import eventually

from tongxin.kernel.receipts import Verdict, check
from tongxin.store.signing import SigningRing

pytestmark = pytest.mark.slow
HANDS = 8


@pytest.fixture
def installation(folders) -> Iterator[Installation]:
    made = Installation(folders, stage="tests.config.lane_stage")
    made.served.start()
    assert eventually(made.served.is_well)
    yield made
    made.served.end()


class Queue:
    """Eight hands, each entering for its share of workers one after the other until each has a receipt."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.receipts: dict[int, str] = {}
        self.broken = 0
        self.wrong: list[object] = []
        workers = list(installation.stage["cookies"].items())
        self.threads = [
            threading.Thread(target=self._enter, args=[workers[n::HANDS]], daemon=True) for n in range(HANDS)
        ]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        for thread in self.threads:
            thread.join(2 * PATIENCE)
        self.wrong += [thread.name for thread in self.threads if thread.is_alive()]

    def until(self, many: int) -> None:
        assert eventually(lambda: len(self.receipts) >= many or self.wrong, PATIENCE), len(self.receipts)

    def _enter(self, workers: list[tuple[str, str]]) -> None:
        try:
            for person, cookie in workers:
                self.receipts[int(person)] = self._receipt(cookie)
                time.sleep(0.01)
        except Exception as problem:  # noqa: BLE001 - told by the test's own thread
            self.wrong.append(problem)

    def _receipt(self, cookie: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                status, body = self._post(cookie)
            except (OSError, http.client.HTTPException):
                status, body = 0, b""
            if status == 200:
                return str(json.loads(body)["receipt"])
            if status not in {0, 503}:
                raise AssertionError(status, body)
            self.broken += 1
            time.sleep(0.1)
        raise TimeoutError

    def _post(self, cookie: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.installation.served.port, timeout=30)
        try:
            headers = {"Cookie": cookie, "Accept": "application/json"}
            connection.request("POST", f"/lane/{self.installation.stage['pool']}", b"", headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def test_every_receipt_stands_after_kills_in_the_middle(installation: Installation) -> None:
    with Queue(installation) as queue:
        queue.until(60)
        installation.kill_web()
        queue.until(150)
        installation.kill_database()
        queue.until(250)
        installation.kill_web()
    assert queue.wrong == []
    assert queue.broken > 0, "nothing was cut off: the kills came too late"
    assert eventually(installation.served.is_well)
    _check_receipts(installation, queue)
    _check_places(installation)


def _check_receipts(installation: Installation, queue: Queue) -> None:
    ring = SigningRing.from_json((installation.served.database.data / "keys" / "signing.json").read_text())
    keys = {key.id: key.public for key in ring.keys}
    rows = {
        person: (no, at)
        for person, no, at in installation.ask("SELECT person_id, no, at FROM calls_arrival ORDER BY no")
    }
    assert rows.keys() == queue.receipts.keys()
    assert sorted(no for no, _ in rows.values()) == list(range(1, len(rows) + 1))
    held = {}
    for person, text in queue.receipts.items():
        checked = check(text, keys)
        assert checked.verdict is Verdict.VALID
        assert checked.said is not None
        held[person] = (checked.said.no, datetime.fromtimestamp(checked.said.at / 1000, UTC))
    assert held == rows


def _check_places(installation: Installation) -> None:
    """To the first numbers, each once."""
    places = installation.stage["places"]
    award = (
        "SELECT arrival.no FROM calls_award award JOIN calls_arrival arrival ON arrival.person_id = award.person_id"
        " WHERE award.state = 'held' ORDER BY arrival.no"
    )
    eventually(lambda: len(installation.ask(award)) >= places)
    assert installation.ask(award) == [(no,) for no in range(1, places + 1)]
