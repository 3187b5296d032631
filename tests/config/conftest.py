"""Data folders of their own for tests that start, kill and restore databases."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.settings import CARELESS

from config.embedded import EmbeddedServer

CACHE = Path(__file__).resolve().parents[2] / ".cache"


class Folders:
    """Hands out data folders; at the end their servers are stopped and all is removed, also what root had to move out."""

    def __init__(self) -> None:
        self.servers: list[EmbeddedServer] = []

    def server(self, data: Path | None = None) -> EmbeddedServer:
        """On a new folder, or as a second command on the same one."""
        if data is None:
            CACHE.mkdir(exist_ok=True)
            data = Path(tempfile.mkdtemp(dir=CACHE, prefix="data-"))
        self.servers.append(EmbeddedServer(data, {"fsync": "off"}))
        return self.servers[-1]

    def careless(self) -> EmbeddedServer:
        """On a new folder, made and stopped; commands that start it do not wait for the disk either."""
        server = self.server()
        server.ensure_running()
        server.stop()
        (server.home / "local.conf").write_text("".join(f"{name} = {value}\n" for name, value in CARELESS.items()))
        return server

    def clean(self) -> None:
        for server in self.servers:
            server.stop()
        for server in self.servers:
            shutil.rmtree(server.home.resolve(), ignore_errors=True)
            shutil.rmtree(server.data, ignore_errors=True)


@pytest.fixture
def folders() -> Iterator[Folders]:
    given = Folders()
    yield given
    given.clean()
