"""`kill -9` of the server and of PostgreSQL in the middle of sign-ups and of an import: nothing half-done, nothing twice.

One installation of its own, by the real clock. What was answered must stand afterwards; what was not answered is asked
again with the same key, as a phone without connection does.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.config.test_serve import Served, eventually
from tests.tables import lay_tables

pytestmark = pytest.mark.slow
CSRF = "k" * 32  # a browser that kept an old token: the same one in cookie and form
HOW_FAR = """
    SELECT batch.state, count(*) FILTER (WHERE part.done), count(*) FROM people_importbatch AS batch
    JOIN people_importpart AS part ON part.batch_id = batch.id WHERE batch.public_id = %s GROUP BY batch.state
"""
PATIENCE = 40.0  # seconds until a server that was killed answers again
REPOSITORY = Path(__file__).resolve().parents[2]
KEPT = {  # a data folder that does not wait for the disk, but keeps what it said it kept
    "fsync": "off", "full_page_writes": "off",
}  # fmt: skip


class Installation:
    """`stage`: the module that makes what is on it, and prints what stands where."""

    def __init__(self, folders, stage: str = "tests.config.stage") -> None:
        database = folders.server()
        database.ensure_running()
        database.stop()
        lay_tables(database)
        (database.home / "local.conf").write_text("".join(f"{name} = {value}\n" for name, value in KEPT.items()))
        self.served = Served(database)
        command = [sys.executable, "-m", stage]
        paths = f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}"
        environment = self.served.environment | {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "config.settings"}
        made = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=300)
        self.stage = json.loads(made.stdout)

    def post(self, address: str, session: str, **body: str) -> int:
        """The status, 401 where it leads to signing in; OSError or HTTPException where the answer never came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
        cookies = {
            "Cookie": f"sessionid={session}; csrftoken={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request("POST", address, urllib.parse.urlencode(body | {"csrfmiddlewaretoken": CSRF}), cookies)
            answer = connection.getresponse()
            answer.read()
            return 401 if "/sign-in/" in answer.headers.get("Location", "") else answer.status
        finally:
            connection.close()

    def post_until_answered(self, address: str, session: str, **body: str) -> int:
        """As a person does whose connection broke: the same once more, until something comes back."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if (status := self.post(address, session, **body)) < 500:
                    return status
            assert time.monotonic() < deadline, f"no answer from {address}"
            time.sleep(0.1)

    def ask(self, question: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.served.database.url()) as connection:
            return connection.execute(question, values).fetchall()

    def kill_web(self) -> None:
        """The web server and its workers; the supervisor that started them lives on."""
        self._kill("config.server")

    def kill_jobs(self) -> None:
        """The job worker, and with it the hands of a large import, which it started."""
        self._kill("config.worker")

    def kill_database(self) -> None:
        os.kill(int((self.served.database.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def _kill(self, module: str) -> None:
        """The supervisor's child that runs this module, as soon as it is there, and all whom that one started."""
        children = eventually(
            lambda: [pid for pid in children_of(self.served.process.pid) if module in command_of(pid)]
        )
        for pid in [*children_of(children[0]), children[0]]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """Whom this process started, in all its threads."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return found


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


@pytest.fixture
def installation(folders) -> Iterator[Installation]:
    made = Installation(folders)
    made.served.start()
    assert eventually(made.served.is_well)
    yield made
    made.served.end()


def test_kills_in_the_middle_leave_nothing_half_done(installation: Installation) -> None:
    """One installation for all of it: making one takes most of the time."""
    _sign_ups_survive(installation)
    for batch, kill in zip(
        installation.stage["batches"], (installation.kill_web, installation.kill_database), strict=True
    ):
        _import_is_whole_or_not_there(installation, batch, kill)
    worker, database = installation.stage["large"]
    _large_import_goes_on_and_doubles_nothing(installation, worker, installation.kill_jobs)
    _large_import_goes_on_and_doubles_nothing(installation, database, installation.kill_database)
    _large_undo_goes_on(installation, worker)


# ---- sign-ups -----------------------------------------------------------------------------------------------------


def _sign_ups_survive(installation: Installation) -> None:
    crowd = Crowd(installation)
    with crowd:
        for kill in (installation.kill_web, installation.kill_database, installation.kill_web):
            crowd.goes_on()
            kill()
    assert crowd.wrong == []
    assert crowd.broken > 0, "nothing was cut off: the kills came too late"
    assert crowd.signed_up > 0
    assert eventually(installation.served.is_well)
    _check_keys(installation, crowd)
    _check_places(installation)


class Crowd:
    """Each worker in a thread: signs up twice with one key, leaves, comes again with the next key, until it is over."""

    def __init__(self, installation: Installation) -> None:
        self.installation, self.over, self.broken, self.signed_up = installation, threading.Event(), 0, 0
        self.answered: list[str] = []
        self.wrong: list[object] = []
        sessions = installation.stage["workers"]
        self.threads = [
            threading.Thread(target=self._come_and_go, args=one, daemon=True) for one in enumerate(sessions)
        ]

    def __enter__(self) -> None:
        for thread in self.threads:
            thread.start()

    def goes_on(self) -> None:
        """Until as many as they are have been answered once more."""
        enough = self.signed_up + len(self.threads)
        assert eventually(lambda: self.signed_up >= enough or self.wrong)

    def __exit__(self, *_failure: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE)
        self.wrong += [thread.name for thread in self.threads if thread.is_alive()]

    def _come_and_go(self, number: int, session: str) -> None:
        turn = 0
        try:
            while True:
                turn += 1
                self._sign_up(session, f"worker-{number:02}-{turn:04}")
                if self.over.is_set() and turn % 2:
                    return  # those who came last stay
                self._once_more(f"/classes/{self.installation.stage['cohort']}/withdraw/", session)
        except Exception as problem:  # noqa: BLE001 - told by the test's own thread
            self.wrong.append(problem)

    def _sign_up(self, session: str, key: str) -> None:
        for _ in range(2):
            self._once_more(f"/classes/{self.installation.stage['cohort']}/sign-up/", session, key=key)
        self.answered.append(key)
        self.signed_up += 1

    def _once_more(self, address: str, session: str, **body: str) -> None:
        try:
            status = self.installation.post(address, session, **body)
        except (OSError, http.client.HTTPException):
            status = 0
        if status == 0 or status >= 500:
            self.broken += 1
            status = self.installation.post_until_answered(address, session, **body)
        if status not in {302, 422}:  # 422: the withdrawal that was cut off had been carried out after all
            self.wrong.append((status, address, body))


def _check_keys(installation: Installation, crowd: Crowd) -> None:
    """Every key that was answered has its one application, and no key has two."""
    counts = dict(installation.ask("SELECT key, count(*) FROM calls_application WHERE key IS NOT NULL GROUP BY key"))
    assert {key: counts.get(key, 0) for key in crowd.answered} == dict.fromkeys(crowd.answered, 1)
    assert set(counts.values()) == {1}


def _check_places(installation: Installation) -> None:
    ((units, taken, waiting),) = installation.ask("SELECT units, taken, waiting FROM calls_pool")
    ((awards,),) = installation.ask("SELECT count(*) FROM calls_award WHERE state IN ('held', 'used')")
    ((seated, persons),) = installation.ask(
        "SELECT count(*), count(DISTINCT person_id) FROM activities_enrolment WHERE state = 'enrolled'"
    )
    ((line,),) = installation.ask("SELECT count(*) FROM calls_preference WHERE waits")
    ((live, people),) = installation.ask("SELECT count(*), count(DISTINCT person_id) FROM calls_applicant WHERE live")
    everyone = len(installation.stage["workers"])
    assert (taken, awards, seated, persons) == (units, units, units, units)
    assert (waiting, line) == (everyone - units, everyone - units)
    assert (live, people) == (everyone, everyone)


# ---- imports ------------------------------------------------------------------------------------------------------


def _import_is_whole_or_not_there(installation: Installation, batch: str, kill: Callable[[], None]) -> None:
    address, session = f"/staff/imports/{batch}/commit", installation.stage["cadre"]
    before = _people(installation)
    answers: list[object] = []

    def press() -> None:
        try:
            answers.append(installation.post(address, session))
        except (OSError, http.client.HTTPException) as problem:
            answers.append(problem)

    pressing = threading.Thread(target=press, daemon=True)
    with _nobody_joins(installation):  # so it waits in the middle: after the persons, before their memberships
        pressing.start()
        assert eventually(lambda: _is_writing(installation) or answers), "the import never began"
        kill()
    pressing.join(PATIENCE)
    assert [isinstance(answer, Exception) or answer >= 500 for answer in answers] == [True]

    assert eventually(installation.served.is_well)
    assert eventually(lambda: not _is_writing(installation))
    assert (_people(installation), _state(installation, batch)) == (before, "ready")

    for _ in range(2):  # the second press is the impatient one
        assert installation.post_until_answered(address, session) in {302, 422}
    rows = installation.stage["rows"]
    assert (_people(installation), _state(installation, batch)) == ((before[0] + rows, before[1] + rows), "done")


def _large_import_goes_on_and_doubles_nothing(installation: Installation, batch: str, kill: Callable[[], None]) -> None:
    """Killed between two parts: what is written is whole parts, and a second press goes on with those that are left."""
    address, session = f"/staff/imports/{batch}/commit", installation.stage["cadre"]
    before, rows = _people(installation), installation.stage["large_rows"]
    with _nobody_joins(installation) as step:
        assert installation.post_until_answered(address, session) == 302
        assert eventually(lambda: step() and _parts(installation, batch, "done") > 2), "the import never began"
        kill()
    assert eventually(installation.served.is_well)
    ((state, written, parts),) = installation.ask(HOW_FAR, batch)
    assert (state, 0 < written < parts) == ("committing", True), "the kill came too late"
    assert _people(installation)[0] - before[0] < rows
    assert eventually(lambda: _taken_up(installation, batch, "commit") == "done", patience=2 * PATIENCE)
    assert _people(installation) == (before[0] + rows, before[1] + rows)
    ((people, numbers),) = installation.ask("SELECT count(*), count(DISTINCT document_digest) FROM people_person")
    assert (
        people - numbers == installation.ask("SELECT count(*) FROM people_person WHERE document_digest IS NULL")[0][0]
    )
    entries = "SELECT count(*) FROM records_journalentry WHERE verb = 'roster.imported' AND of_id = %s"
    assert installation.ask(entries, batch) == [(1,)]


def _large_undo_goes_on(installation: Installation, batch: str) -> None:
    address, session = f"/staff/imports/{batch}/undo", installation.stage["cadre"]
    before, rows = _people(installation), installation.stage["large_rows"]
    with _nobody_joins(installation) as step:
        assert installation.post_until_answered(address, session) == 302
        assert eventually(lambda: step() and _parts(installation, batch, "undone") > 2), "the undo never began"
        installation.kill_jobs()
    assert _state(installation, batch) == "undoing"
    assert eventually(installation.served.is_well)
    assert eventually(lambda: _taken_up(installation, batch, "undo") == "undone", patience=2 * PATIENCE)
    assert _people(installation) == (before[0] - rows, before[1] - rows)
    assert installation.ask("SELECT undone, kept FROM people_importbatch WHERE public_id = %s", batch) == [(rows, 0)]


@contextlib.contextmanager
def _nobody_joins(installation: Installation) -> Iterator[Callable[[], bool]]:
    """Memberships are not written meanwhile, so that no kill comes too late; `step()` lets who waits for it go one step on."""
    lock = "LOCK TABLE people_membership IN SHARE MODE"
    with contextlib.suppress(psycopg.Error), psycopg.connect(installation.served.database.url()) as holding:
        holding.execute(lock)

        def step() -> bool:
            holding.rollback()
            holding.execute(lock)
            return True

        yield step


def _taken_up(installation: Installation, batch: str, verb: str) -> str:
    """As if minutes had passed in silence: the button is pressed again. Its state."""
    with contextlib.suppress(psycopg.Error, OSError, http.client.HTTPException):
        with psycopg.connect(installation.served.database.url()) as connection:
            connection.execute(
                "UPDATE people_importbatch SET moved_at = moved_at - interval '10 minutes'"
                " WHERE public_id = %s AND state IN ('committing', 'undoing') AND moved_at < now() - interval '3 seconds'",
                [batch],
            )
        installation.post(f"/staff/imports/{batch}/{verb}", installation.stage["cadre"])
        return _state(installation, batch)
    return ""


def _parts(installation: Installation, batch: str, mark: str) -> int:
    question = (
        "SELECT count(*) FILTER (WHERE part.done), count(*) FILTER (WHERE part.undone) FROM people_importpart AS part"
        " JOIN people_importbatch AS batch ON batch.id = part.batch_id WHERE batch.public_id = %s"
    )
    with contextlib.suppress(psycopg.Error):
        ((done, undone),) = installation.ask(question, batch)
        return int(done if mark == "done" else undone)
    return 0


def _is_writing(installation: Installation) -> bool:
    question = "SELECT 1 FROM pg_locks WHERE relation = 'people_person'::regclass AND mode = 'RowExclusiveLock' LIMIT 1"
    with contextlib.suppress(psycopg.Error):
        return bool(installation.ask(question))
    return False


def _people(installation: Installation) -> tuple[int, int]:
    ((persons, members),) = installation.ask(
        "SELECT (SELECT count(*) FROM people_person), (SELECT count(*) FROM people_membership)"
    )
    return persons, members


def _state(installation: Installation, batch: str) -> str:
    ((state,),) = installation.ask("SELECT state FROM people_importbatch WHERE public_id = %s", batch)
    return str(state)
