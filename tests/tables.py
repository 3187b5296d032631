"""A database with our tables and no rows, made once for each state of the migrations: to replay them takes half a minute, to
copy what came of them a moment. `tests/config/test_staff_account_command.py` replays them as an installation does.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from config.backup import run_tool, with_database
from config.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "tables_tongxin_"
LOCK = 20_261_129  # of runs at the same time, one makes it and the others wait


@cache
def template() -> str:
    """Its name, in the server of the tests. Older ones go."""
    url = os.environ["DATABASE_URL"]
    name = PREFIX + _state_of_migrations()
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        names = {row[0] for row in found}
        if name not in names:
            for old in names:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            half = f"{PREFIX}half"
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
            _migrate(with_database(url, half))
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, name))))
    return name


def sessions_left(name: str, patience: float = 10.0) -> list[str]:
    """Of that database, when we have closed our own: since when, and what they asked last. They are ended."""
    words = "format('%%s since %%s, last: %%s', coalesce(nullif(application_name, ''), 'unnamed'), backend_start, left(query, 200))"
    where = "FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
    with psycopg.connect(with_database(os.environ["DATABASE_URL"], "postgres"), autocommit=True) as server:
        until = time.monotonic() + patience
        while found := [row[0] for row in server.execute(f"SELECT {words} {where}", [name])]:
            if time.monotonic() > until:
                server.execute(f"SELECT pg_terminate_backend(pid, 5000) {where}", [name])
                break
            time.sleep(0.1)
    return found


def lay_tables(server: EmbeddedServer) -> None:
    """What `tongxin migrate` would leave in an installation of its own."""
    source = with_database(os.environ["DATABASE_URL"], template())
    server.ensure_running()
    with tempfile.TemporaryDirectory() as folder:
        dump = str(Path(folder) / "dump")
        with psycopg.connect(source) as connection:
            run_tool("pg_dump", "--format=custom", f"--file={dump}", url=source, connection=connection)
        with psycopg.connect(server.url()) as connection:
            run_tool("pg_restore", "--no-owner", dump, url=server.url(), connection=connection)
    server.stop()


def _state_of_migrations() -> str:
    """Changes with any migration of ours, any locked version, and the fields that migrations name."""
    files = [
        *ROOT.glob("src/tongxin/*/migrations/*.py"),
        *ROOT.glob("src/tongxin/store/*.py"),
        ROOT / "requirements/dev.lock",
    ]
    contents = b"".join(str(path.relative_to(ROOT)).encode() + path.read_bytes() for path in sorted(files))
    return hashlib.sha256(contents).hexdigest()[:16]


def _migrate(url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    subprocess.run([sys.executable, "-m", "config.cli", "migrate"], env=environment, check=True, capture_output=True)
