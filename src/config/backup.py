"""A backup: one folder with the database's dump, the files, the keys, and a manifest of checksums.

manifest.json   what is in it, each file with size and SHA-256, the last journal entry; written last
database.dump   pg_dump's custom format
files/  keys/   as in the data folder
"""

import datetime
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg

from config.embedded_host import wheel_binaries
from config.surroundings import Wrong

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
FOLDERS = ("files", "keys")


@dataclass(frozen=True)
class Manifest:
    format: int
    made_at: str
    demo: bool
    last_journal_entry: int | None
    files: dict[str, tuple[int, str]]  # path in the folder -> bytes, SHA-256

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())

    def told(self) -> dict[str, object]:
        """The keys that commands print."""
        return {"files": len(self.files), "bytes": self.bytes, "last_journal_entry": self.last_journal_entry}


def make(target: Path, *, url: str, data: Path, with_keys: bool) -> Manifest:
    """All or nothing: it is built beside `target` and takes that name when whole. `target` must not exist or be empty."""
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    try:
        last = _dump(half / DUMP, url)
        for name in FOLDERS if with_keys else FOLDERS[:1]:
            if (data / name).is_dir():
                shutil.copytree(data / name, half / name)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        files = {str(path.relative_to(half)): (path.stat().st_size, digest(path)) for path in files_below(half)}
        manifest = Manifest(FORMAT, now, (data / "DEMO").exists(), last, files)
        _write(half / MANIFEST, json.dumps(asdict(manifest), indent=1))
        half.replace(target)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return manifest


def _dump(path: Path, url: str) -> int | None:
    """Dump and last journal entry are of one snapshot, so that they agree while people go on working."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        last = last_journal_entry(connection)
        row = connection.execute("select pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        run_tool(
            "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}", url=url, connection=connection
        )
    path.chmod(0o600)
    return last


def last_journal_entry(connection: psycopg.Connection[tuple[object, ...]]) -> int | None:
    """None for an empty journal, and for a database without our tables."""
    there = connection.execute("select to_regclass('records_journalentry')").fetchone()
    if there is None or there[0] is None:
        return None
    row = connection.execute("select max(id) from records_journalentry").fetchone()
    return row[0] if row and isinstance(row[0], int) else None


def run_tool(name: str, *arguments: str, url: str, connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """pg_dump or pg_restore of the wheel, or the one on PATH where the server is newer than the wheel.

    The password goes through the environment: arguments can be read by every user of the machine.
    """
    parts = urlsplit(url)
    user, _, address = parts.netloc.rpartition("@")
    bare = urlunsplit(parts._replace(netloc=f"{user.split(':')[0]}@{address}" if user else address))
    environment = os.environ | ({"PGPASSWORD": unquote(parts.password)} if parts.password else {})
    wheel = wheel_binaries() / name
    program = wheel if connection.info.server_version // 10000 <= _major(wheel) else Path(shutil.which(name) or wheel)
    command: list[str | Path] = [program, *arguments, f"--dbname={bare}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603  ours
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["no words"])[0]
        raise Wrong(words if words.startswith(name) else f"{name}: {words}")


def _major(program: Path) -> int:
    words = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603  ours
    return int(words.split()[-1].split(".")[0])


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name)}"))


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
