"""Bringing a backup back: verified first, built beside what is there, then swapped in. What was there before is kept."""

import datetime
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from config.backup import (
    DUMP,
    FOLDERS,
    FORMAT,
    MANIFEST,
    Manifest,
    digest,
    files_below,
    last_journal_entry,
    run_tool,
    with_database,
)

LEAVING = 2.0  # seconds that a closed connection may take to go
Connection = psycopg.Connection[tuple[object, ...]]


class Declined(Exception):
    """The backup is damaged, or what is there would be lost; nothing was changed."""


def verify(source: Path) -> Manifest:
    """Every file of the manifest is there, whole and unchanged, and no other."""
    try:
        found = json.loads((source / MANIFEST).read_text())
        manifest = Manifest(**{**found, "files": {path: (size, sha) for path, (size, sha) in found["files"].items()}})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        message = f"{source} is not a whole backup: its {MANIFEST} is missing or damaged."
        raise Declined(message) from problem
    if manifest.format != FORMAT:
        message = f"{source} has format {manifest.format}; this version reads format {FORMAT}."
        raise Declined(message)
    there = {str(path.relative_to(source)): path for path in files_below(source) if path != source / MANIFEST}
    wrong = sorted(there.keys() ^ manifest.files.keys())
    wrong += [name for name in there.keys() & manifest.files.keys() if manifest.files[name] != _measure(there[name])]
    if wrong or DUMP not in there:
        message = f"{source} is damaged ({', '.join(wrong[:5]) or DUMP}): nothing was restored. Take another backup."
        raise Declined(message)
    return manifest


def bring_back(source: Path, *, url: str, data: Path, replace: bool) -> tuple[Manifest, list[str]]:
    """The manifest, and what was kept of before (names of databases and folders)."""
    manifest = verify(source)
    name = unquote(urlsplit(url).path.lstrip("/"))
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d_%H%M%S")
    fresh, former = f"{name}_restored_{stamp}", f"{name}_before_{stamp}"
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as keeper:
        empty = _is_empty(url)
        if not empty and not replace:
            message = (
                "The database is not empty: nothing was restored. --replace puts it aside and the backup in its place."
            )
            raise Declined(message)
        _refuse_users(keeper, name)
        try:
            _fill(keeper, source, manifest, url, fresh)
            with _staged_folders(source, data, stamp) as folders, keeper.transaction():
                rename = sql.SQL("alter database {} rename to {}")
                keeper.execute(rename.format(sql.Identifier(name), sql.Identifier(former)))
                keeper.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
                kept = folders.swap()
        except BaseException:
            keeper.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(fresh)))
            raise
        if empty:
            keeper.execute(sql.SQL("drop database {}").format(sql.Identifier(former)))
    if manifest.demo:
        (data / "DEMO").touch()
    return manifest, kept if empty else [f"database {former}", *kept]


def _measure(path: Path) -> tuple[int, str]:
    return path.stat().st_size, digest(path)


def _is_empty(url: str) -> bool:
    """Without our tables, or with nobody in it: no account and nothing done."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select to_regclass('people_account')").fetchone()
        if row is None or row[0] is None:
            return True
        accounts = connection.execute("select exists (select from people_account)").fetchone()
        return last_journal_entry(connection) is None and accounts == (False,)


def _refuse_users(keeper: Connection, name: str) -> None:
    question = "select from pg_stat_activity where datname = %s and backend_type = 'client backend'"
    deadline = time.monotonic() + LEAVING
    while keeper.execute(question, [name]).rowcount:
        if time.monotonic() < deadline:
            time.sleep(0.1)
            continue
        message = "The database is in use: stop `tongxin serve` and other commands first. Nothing was restored."
        raise Declined(message)


def _fill(keeper: Connection, source: Path, manifest: Manifest, url: str, fresh: str) -> None:
    keeper.execute(sql.SQL("create database {}").format(sql.Identifier(fresh)))
    target = with_database(url, fresh)
    jobs = f"--jobs={min(4, os.cpu_count() or 1)}"
    options = ("--exit-on-error", "--no-owner", "--no-privileges", jobs)
    run_tool("pg_restore", *options, str(source / DUMP), url=target, connection=keeper)
    with psycopg.connect(target) as connection:
        connection.execute("analyze")
        if last_journal_entry(connection) != manifest.last_journal_entry:
            message = f"{source} does not hold what its {MANIFEST} says: nothing was restored."
            raise Declined(message)


class _Folders:
    def __init__(self, data: Path, stamp: str, names: list[str]) -> None:
        self.data, self.stamp, self.names = data, stamp, names

    def staged(self, name: str) -> Path:
        return self.data / f"{name}.restored-{self.stamp}"

    def swap(self) -> list[str]:
        """Each folder takes its place; those before are kept under another name, for keys must never be lost."""
        kept = []
        for name in self.names:
            place, former = self.data / name, self.data / f"{name}.before-{self.stamp}"
            if place.exists():
                place.rename(former)
                kept.append(str(former))
            self.staged(name).rename(place)
        return kept


@contextmanager
def _staged_folders(source: Path, data: Path, stamp: str) -> Iterator[_Folders]:
    """Copied in full before anything is swapped; what was not used is removed again."""
    folders = _Folders(data, stamp, [name for name in FOLDERS if (source / name).is_dir()])
    try:
        for name in folders.names:
            shutil.copytree(source / name, folders.staged(name))
            folders.staged(name).chmod(0o700)
        yield folders
    finally:
        for name in folders.names:
            shutil.rmtree(folders.staged(name), ignore_errors=True)
