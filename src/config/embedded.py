"""The embedded PostgreSQL: made, started, shared and stopped by the commands that need it. Not used when DATABASE_URL is set.

Commands share one server through two lock files beside it: `pg.lock` is held while starting or stopping, `pg.users` is held
shared by every command that uses the server, so that the last one out can tell (a killed command lets go by itself).
"""

import contextlib
import functools
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config import embedded_conf, embedded_host
from config.embedded_conf import APP_ROLE, SUPERUSER
from config.embedded_host import ServerUnavailable, as_root
from config.file_locks import hold, locked

DATABASE = "tongxin"
LONGEST_SOCKET_FOLDER = 88  # the kernel's 104 (macOS; Linux 108), less "/.s.PGSQL.5432"
START_PATIENCE = 60.0
STILL_GOING = (
    "still in use",
    "already exists",
)  # what PostgreSQL says of an old server's children, or one that is stopping


def _first_line_pid(file: Path) -> int | None:
    """The process id in a lock file of PostgreSQL (negative there for a server in single-user mode)."""
    try:
        return abs(int(file.read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def data_folder() -> Path:
    """TONGXIN_DATA, else `.data` in the repository, else (installed elsewhere) `.data` in the current folder."""
    if named := os.environ.get("TONGXIN_DATA"):
        return Path(named).expanduser().resolve()
    repository = Path(__file__).resolve().parents[2]
    home = repository if (repository / "pyproject.toml").is_file() else Path.cwd()
    return home / ".data"


class EmbeddedServer:
    """One PostgreSQL cluster in one data folder. `settings` are laid over our postgresql.conf (the tests' cluster: fsync off)."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.settings = dict(settings or {})
        self._use: int | None = None

    @property
    def home(self) -> Path:
        return self.data / "pg"

    @property
    def cluster(self) -> Path:
        return self.home.resolve() / "cluster"

    @property
    def socket_folder(self) -> Path:
        """Depends on the data folder alone, so that every command finds the same socket."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        return Path("/tmp") / f"tongxin-{embedded_host.short_hash(self.data)}"  # noqa: S108  owner is checked before use

    def url(self, dbname: str = DATABASE, user: str = APP_ROLE) -> str:
        """For DATABASE_URL; neither starts nor touches anything."""
        return f"postgresql://{user}@/{quote(dbname)}?host={quote(str(self.socket_folder), safe='')}"

    def ensure_running(self) -> None:
        """Start if needed, also after a crash, and hold the server until `stop` or the end of this process."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.data / "pg.lock"):
            self._make_home()
            if self._use is None:
                self._use = hold(self.data / "pg.users", shared=True)
            if not self.is_ready():
                self._make_cluster()
                self._start()

    def stop(self) -> None:
        """Let go; the last command out stops the server, which lets running transactions end abruptly but safely."""
        if self._use is None:
            return
        with locked(self.data / "pg.lock"):
            os.close(self._use)
            self._use = None
            with contextlib.suppress(BlockingIOError), locked(self.data / "pg.users", wait=False):
                if (self.cluster / "postmaster.pid").exists():
                    self._run("pg_ctl", "stop", "-m", "fast", "-w", "-D", self.cluster, check=False)

    def is_ready(self) -> bool:
        """Whether it answers, asked without signing in."""
        probe: list[str | Path] = [embedded_host.wheel_binaries() / "pg_isready", "-q", "-h", self.socket_folder]
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0  # noqa: S603  fixed arguments

    def is_alive(self) -> bool:
        """Cheaper than `is_ready`, for looking often: whether the process is there."""
        pid = _first_line_pid(self.cluster / "postmaster.pid")
        return pid is not None and embedded_host.is_live_postgres(pid)

    def create_database(self, name: str) -> None:
        """Make an empty database unless it is there."""
        import psycopg  # noqa: PLC0415  the probes above must work without the driver
        from psycopg import sql  # noqa: PLC0415

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    @functools.cached_property
    def _user(self) -> pwd.struct_passwd:
        return embedded_host.server_user(self.home)

    def _make_home(self) -> None:
        """Under root the server's user must be able to walk in; where it cannot, only the cluster moves out, behind a link."""
        if as_root() and not self.home.exists():
            self.data.chmod(self.data.stat().st_mode | 0o011)
            if not embedded_host.reachable(self.data, self._user):
                self.home.unlink(missing_ok=True)
                self.home.symlink_to(embedded_host.shelter(self.data))
        embedded_host.own_folder(self.home.resolve(), self._user)
        embedded_host.own_folder(self.socket_folder.parent.resolve() / self.socket_folder.name, self._user)

    def _run(self, program: str, *arguments: str | Path, text: str = "", check: bool = True) -> None:
        command: list[str | Path] = [embedded_host.server_binaries() / program, *arguments]
        who: dict[str, Any] = {}
        if as_root():
            who = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(  # noqa: S603  our own binaries, arguments are ours
            command, input=text, text=True, capture_output=True, cwd=self.home, env=environment, check=False, **who
        )
        if check and done.returncode:
            raise ServerUnavailable(f"{program}: {(done.stderr or done.stdout).strip()}")

    def _make_cluster(self) -> None:
        """Made beside, then renamed: a killed initdb leaves nothing that looks like a cluster."""
        if (self.cluster / "PG_VERSION").exists():
            made_by = (self.cluster / "PG_VERSION").read_text().strip()
            if made_by != embedded_host.VERSION:
                message = f"{self.cluster} was made by PostgreSQL {made_by}, this is {embedded_host.VERSION}: see docs/operate.md."
                raise ServerUnavailable(message)
            return
        half = self.cluster.with_name("cluster.half")
        shutil.rmtree(half, ignore_errors=True)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        sync = ("--no-sync",) if self.settings.get("fsync") == "off" else ()
        self._run("initdb", "-U", SUPERUSER, "--auth=peer", *locale, *sync, "-D", half)
        first_words = f"create role {APP_ROLE} login createdb\ncreate database {DATABASE} owner {APP_ROLE}\n"
        self._run("postgres", "--single", "-D", half, "postgres", text=first_words)
        half.rename(self.cluster)

    def _start(self) -> None:
        """Retried, because for a moment after `kill -9` the old server's children still hold its memory."""
        for name, text in embedded_conf.files(
            self.cluster, self.socket_folder.resolve(), self._user.pw_name, self.settings
        ).items():
            self._write(self.cluster / name, text)
        log, deadline = self.home.resolve() / "start.log", time.monotonic() + START_PATIENCE
        while True:
            log.unlink(missing_ok=True)
            self._forget_dead_pid()
            try:
                self._run("pg_ctl", "start", "-w", "-s", "-t", str(int(START_PATIENCE)), "-l", log, "-D", self.cluster)
            except ServerUnavailable as problem:
                words = log.read_text(errors="replace") if log.exists() else ""
                if not any(sign in words for sign in STILL_GOING) or time.monotonic() > deadline:
                    message = f"PostgreSQL did not start ({problem}).\n{words[-2000:]}".rstrip()
                    raise ServerUnavailable(message) from problem
                time.sleep(0.1)
            else:
                return

    def _forget_dead_pid(self) -> None:
        """PostgreSQL would take a zombie, or another program under its old number, for a server that runs.

        Nothing is lost by it: that no child of the old server lives on, it also knows from the shared memory they hold.
        """
        for lock in (self.cluster / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"):
            pid = _first_line_pid(lock)
            if pid is not None and not embedded_host.is_live_postgres(pid):
                lock.unlink()

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)
        if as_root():
            os.chown(path, self._user.pw_uid, self._user.pw_gid)
