"""`tongxin serve` as an operator meets it: started, killed, its database killed, stopped."""

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from tests.tables import lay_tables

from config.commands.serve import addresses
from config.embedded import EmbeddedServer

pytestmark = pytest.mark.slow
OURS = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}  # of the tests: an operator's server has neither


TURNS = itertools.count()


def free_port():
    """Below those that the system gives to whoever asks for any: one of these may be another test's by the time that our
    server listens, or while it is dead that of a client who asks for it (who then talks to itself, and the port is taken).
    """
    while True:
        port = 20_000 + (17 * os.getpid() + next(TURNS)) % 10_000
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def eventually(question, patience=90):
    """The answer as soon as it is true, or the last one. Patience costs nothing where all is well."""
    deadline = time.monotonic() + patience
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


class Served:
    def __init__(self, server: EmbeddedServer) -> None:
        self.database, self.port = server, free_port()
        self.environment = {key: value for key, value in os.environ.items() if key not in OURS}
        self.environment |= {"TONGXIN_DATA": str(server.data)}

    def start(self):
        command = [sys.executable, "-m", "config.cli", "serve", "--migrate", "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        return self.process.stdout.readline()

    def health(self):
        """Status and answer, or None where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as problem:
            return problem.code, json.load(problem)
        except OSError:
            return None

    def is_well(self):
        return self.health() == (200, {"database": "ok", "jobs": "ok"})

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=120)


@pytest.fixture
def served(folders):
    given = Served(folders.careless())
    yield given
    given.end()


def test_serve_survives_kills_and_leaves_the_database_to_the_last_command(served):
    lay_tables(served.database)
    assert served.start() == f"http://127.0.0.1:{served.port}/\n"
    assert eventually(served.is_well)

    postmaster = int((served.database.cluster / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)  # the database alone
    assert eventually(lambda: served.database.is_alive() and served.is_well())

    served.process.kill()  # the supervisor: nobody is left to stop its children
    served.process.communicate(timeout=10)
    assert served.start() == f"http://127.0.0.1:{served.port}/\n"
    assert eventually(served.is_well)

    other = EmbeddedServer(served.database.data)  # as another command would
    other.ensure_running()
    served.end()
    assert served.process.returncode == 0
    assert served.health() is None
    assert other.is_alive()
    other.stop()
    assert not other.is_alive()


def test_serve_without_tables_ends_with_3_and_says_what_to_do(served):
    command = [sys.executable, "-m", "config.cli", "serve", "--port", str(served.port)]
    served.process = subprocess.Popen(command, env=served.environment, stderr=subprocess.PIPE, text=True)
    _, words = served.process.communicate(timeout=60)
    assert served.process.returncode == 3
    assert "run `tongxin migrate`, or `tongxin serve --migrate`" in words
    assert not served.database.is_alive()


def test_addresses_of_one_host_is_that_host():
    assert addresses("192.0.2.7") == ["192.0.2.7"]
    assert addresses("::1") == ["[::1]"]


def test_addresses_of_all_hosts_begin_with_this_machine():
    assert addresses("0.0.0.0")[0] == "127.0.0.1"
