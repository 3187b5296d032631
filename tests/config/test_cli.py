import os
import socket
import subprocess
import sys

import pytest
from tests.config.test_serve import OURS

from config import cli
from config.commands import serve

NO_SERVER = "postgresql://nobody@127.0.0.1:1/none"


def tongxin(*arguments, **environment):
    command = [sys.executable, "-m", "config.cli", *arguments]
    outside = {key: value for key, value in os.environ.items() if key not in OURS}
    return subprocess.run(command, capture_output=True, text=True, env=outside | environment, check=False, timeout=60)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no_such_command"],
        ["import_roster", "members.xlsx"],
        ["figures"],
        ["figures", "--programme", "惠工之家", "--as-of", "2024-02-30"],
        ["backup"],
        ["serve", "--port", "many"],
    ],
)
def test_wrong_call_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().out == ""


def test_backup_into_a_folder_with_something_in_it_ends_with_2(tmp_path, capsys):
    (tmp_path / "old").write_text("x")
    assert cli.main(["backup", str(tmp_path)]) == 2
    assert "is there already: name a new folder" in capsys.readouterr().err


def test_restore_from_no_folder_ends_with_2(tmp_path, capsys):
    assert cli.main(["restore", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["serve"], ["demo"]])
def test_taken_port_ends_with_3(command, capsys, monkeypatch):
    monkeypatch.setattr(serve, "PATIENCE_FOR_PORT", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert cli.main([*command, "--port", str(port)]) == 3
    assert f"Port {port} is taken by another program" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["backup", "new"], ["migrate"], ["check_health", "--json"]])
def test_no_database_ends_with_3(command, tmp_path):
    done = tongxin(*[str(tmp_path / word) if word == "new" else word for word in command], DATABASE_URL=NO_SERVER)
    assert done.returncode == 3
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_data_folder_that_cannot_be_made_ends_with_3():
    done = tongxin("powers", "--json", TONGXIN_DATA="/dev/null/none")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "tongxin: The data folder /dev/null/none cannot be used: Not a directory\n"


def test_receipt_is_checked_with_named_keys_where_nothing_is_installed(tmp_path):
    (tmp_path / "keys.json").write_text('{"keys": []}')
    (tmp_path / "receipt.txt").write_text("TXA1.x")
    paths = [str(tmp_path / name) for name in ("receipt.txt", "keys.json")]
    done = tongxin("check_receipt", paths[0], "--keys", paths[1], "--json", TONGXIN_DATA="/dev/null/none")
    assert (done.returncode, done.stdout, done.stderr) == (1, '{"verdict": "unreadable"}\n', "")
