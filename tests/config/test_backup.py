import json
import os
import subprocess
import sys

import psycopg
import pytest
from tests.config.test_serve import OURS
from tests.tables import lay_tables

from config import backup, restore
from config.backup import with_database
from config.restore import Declined


class Installation:
    """A database of its own on the tests' server, and a data folder."""

    def __init__(self, name, data):
        self.name, self.data = name, data
        data.mkdir()

    def url(self, name=None):
        return with_database(os.environ["DATABASE_URL"], name or self.name)


@pytest.fixture
def installations(tmp_path):
    """Makes installations; drops their databases, and what a restore kept aside, at the end."""
    prefix = f"backup_{os.getpid()}_"
    with psycopg.connect(with_database(os.environ["DATABASE_URL"], "postgres"), autocommit=True) as keeper:

        def make_one(name):
            keeper.execute(f"create database {prefix}{name}")
            return Installation(prefix + name, tmp_path / f"data-{name}")

        yield make_one
        for (name,) in keeper.execute(
            "select datname from pg_database where datname like %s", [prefix + "%"]
        ).fetchall():
            keeper.execute(f"drop database {name} with (force)")


@pytest.fixture
def source(installations):
    """An installation with two journal entries, an account, a file and keys."""
    made = installations("source")
    with psycopg.connect(made.url()) as connection:
        connection.execute("create table records_journalentry (id bigint primary key, verb text)")
        connection.execute("insert into records_journalentry values (1, 'a'), (2, '班次开放报名')")
        connection.execute("create table people_account (id bigint)")
        connection.execute("insert into people_account values (7)")
    (made.data / "files" / "ab").mkdir(parents=True)
    (made.data / "files" / "ab" / "abcd").write_bytes(b"roster")
    (made.data / "keys").mkdir(mode=0o700)
    (made.data / "keys" / "ring.json").write_text("keys of the source")
    return made


@pytest.fixture
def target(installations):
    return installations("target")


def make(server, folder, *, with_keys=True):
    return backup.make(folder, url=server.url(), data=server.data, with_keys=with_keys)


def bring_back(folder, server, *, replace=False):
    return restore.bring_back(folder, url=server.url(), data=server.data, replace=replace)


def scalar(server, question, name=None):
    with psycopg.connect(server.url(name)) as connection:
        return connection.execute(question).fetchone()[0]


def databases(server):
    """Its own database and what a restore made of it."""
    question = f"select array_agg(datname::text order by datname) from pg_database where datname like '{server.name}%'"
    return scalar(server, question, "postgres")


def test_backup_is_restored_on_another_data_folder(source, target, tmp_path):
    made = make(source, tmp_path / "b")
    assert (made.last_journal_entry, sorted(made.files)) == (2, ["database.dump", "files/ab/abcd", "keys/ring.json"])
    told, kept = bring_back(tmp_path / "b", target)
    assert told == made
    assert kept == []
    assert scalar(target, "select verb from records_journalentry where id = 2") == "班次开放报名"
    assert (target.data / "files" / "ab" / "abcd").read_bytes() == b"roster"
    assert (target.data / "keys" / "ring.json").read_text() == "keys of the source"
    assert databases(target) == [target.name]


def test_backup_is_readable_by_its_owner_only(source, tmp_path):
    make(source, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700


def test_backup_without_keys_leaves_the_keys_of_the_target(source, target, tmp_path):
    (target.data / "keys").mkdir()
    (target.data / "keys" / "ring.json").write_text("keys of the target")
    made = make(source, tmp_path / "b", with_keys=False)
    assert sorted(made.files) == ["database.dump", "files/ab/abcd"]
    bring_back(tmp_path / "b", target)
    assert (target.data / "keys" / "ring.json").read_text() == "keys of the target"


def test_failed_backup_leaves_nothing(source, tmp_path):
    with pytest.raises(psycopg.OperationalError):
        backup.make(tmp_path / "b", url=source.url("none"), data=source.data, with_keys=True)
    assert [path for path in tmp_path.iterdir() if path != source.data] == []


def test_restore_refuses_a_database_that_is_not_empty(source, tmp_path):
    make(source, tmp_path / "b")
    with pytest.raises(Declined, match="The database is not empty: nothing was restored"):
        bring_back(tmp_path / "b", source)


def test_restore_with_replace_keeps_what_was_there_aside(source, tmp_path):
    make(source, tmp_path / "b")
    with psycopg.connect(source.url()) as connection:
        connection.execute("delete from records_journalentry where id = 2")
    (source.data / "keys" / "ring.json").write_text("newer keys")
    _, kept = bring_back(tmp_path / "b", source, replace=True)
    assert scalar(source, "select max(id) from records_journalentry") == 2
    former = next(name for name in databases(source) if "_before_" in name)
    assert scalar(source, "select max(id) from records_journalentry", former) == 1
    assert kept[0] == f"database {former}"
    (old_keys,) = [path for path in source.data.iterdir() if path.name.startswith("keys.before-")]
    assert (old_keys / "ring.json").read_text() == "newer keys"
    assert (source.data / "keys" / "ring.json").read_text() == "keys of the source"


def test_restore_refuses_a_database_in_use(source, target, tmp_path):
    make(source, tmp_path / "b")
    with psycopg.connect(target.url()), pytest.raises(Declined, match="The database is in use: stop `tongxin serve`"):
        bring_back(tmp_path / "b", target)
    assert databases(target) == [target.name]


def alter(folder):
    with (folder / "database.dump").open("r+b") as file:
        file.seek(200)
        byte = file.read(1)[0]
        file.seek(200)
        file.write(bytes([byte ^ 1]))


DAMAGES = {
    "a byte changed": alter,
    "cut short": lambda folder: os.truncate(folder / "database.dump", 300),
    "a file is missing": lambda folder: (folder / "files" / "ab" / "abcd").unlink(),
    "a file too many": lambda folder: (folder / "files" / "evil").write_text("x"),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "manifest cut short": lambda folder: os.truncate(folder / "manifest.json", 50),
    "manifest of nonsense": lambda folder: (folder / "manifest.json").write_text("[]"),
    "manifest without the dump": lambda folder: (folder / "manifest.json").write_text(
        '{"format": 1, "made_at": "", "demo": false, "last_journal_entry": null, "files": {}}'
    ),
}


def test_restore_refuses_a_damaged_backup_and_changes_nothing(source, target, tmp_path):
    before = sorted(path.name for path in target.data.iterdir())
    for number, damage in enumerate(DAMAGES.values()):
        make(source, tmp_path / str(number))
        damage(tmp_path / str(number))
        with pytest.raises(Declined, match="damaged"):
            bring_back(tmp_path / str(number), target)
    assert databases(target) == [target.name]
    assert sorted(path.name for path in target.data.iterdir()) == before


def test_restore_refuses_a_manifest_that_promises_more_than_the_dump_holds(source, target, tmp_path):
    make(source, tmp_path / "b")
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text()) | {"last_journal_entry": 3}
    (tmp_path / "b" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Declined, match="does not hold what its manifest"):
        bring_back(tmp_path / "b", target)
    assert databases(target) == [target.name]
    assert not (target.data / "files").exists()


@pytest.mark.slow
def test_backup_and_restore_commands_with_our_tables(folders, tmp_path):
    first, second = folders.careless(), folders.careless()
    clean = {key: value for key, value in os.environ.items() if key not in OURS}

    def tongxin(server, *arguments):
        command = [sys.executable, "-m", "config.cli", *arguments]
        environment = clean | {"TONGXIN_DATA": str(server.data)}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    lay_tables(first)
    assert tongxin(first, "migrate").returncode == 0
    first.ensure_running()
    with psycopg.connect(first.url()) as connection:
        columns = "federation, at, verb, of_kind, of_id, data"
        insert = f"insert into records_journalentry ({columns}) values (1, now(), 'x', 'x', 'x', '{{}}')"
        connection.execute(insert)
        last = connection.execute("select max(id) from records_journalentry").fetchone()[0]
    first.stop()
    made = tongxin(first, "backup", str(tmp_path / "b"), "--json")
    back = tongxin(second, "restore", str(tmp_path / "b"), "--json")
    assert (made.returncode, back.returncode) == (0, 0), made.stderr + back.stderr
    assert json.loads(made.stdout) == json.loads(back.stdout)
    assert set(json.loads(made.stdout)) == {"files", "bytes", "last_journal_entry"}
    assert json.loads(made.stdout)["last_journal_entry"] == last
    assert tongxin(second, "manage", "migrate", "--check").returncode == 0
    again = tongxin(second, "restore", str(tmp_path / "b"), "--json")
    assert (again.returncode, again.stdout) == (1, "")
    assert "--replace" in again.stderr
