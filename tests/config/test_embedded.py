import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.embedded import LONGEST_SOCKET_FOLDER, EmbeddedServer
from config.embedded_host import ServerUnavailable

STARTER = """
import sys
from pathlib import Path
from config.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), {"fsync": "off"})
server.ensure_running()
print((server.cluster / "postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.readline()
server.stop()
"""


def postmaster(server: EmbeddedServer) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def scalar(server: EmbeddedServer, question: str) -> object:
    with psycopg.connect(server.url()) as connection:
        return connection.execute(question).fetchone()[0]


def test_server_starts_answers_and_stops(folders):
    server = folders.server()
    assert not server.is_ready()
    server.ensure_running()
    assert scalar(server, "select current_user || ' ' || current_database()") == "tongxin tongxin"
    assert scalar(server, "select rolsuper from pg_roles where rolname = current_user") is False
    assert scalar(server, "show server_encoding") == "UTF8"
    assert scalar(server, "select 'Z' < 'a' and '一' < '丁'") is True
    server.stop()
    assert not server.is_alive()
    assert not server.is_ready()


def test_server_listens_on_no_network_address(folders):
    server = folders.server()
    server.ensure_running()
    assert scalar(server, "show listen_addresses") == ""
    assert (server.socket_folder.stat().st_mode & 0o777) == 0o700


def test_server_is_stopped_by_the_last_command_only(folders):
    first = folders.server()
    first.ensure_running()
    second = folders.server(first.data)
    second.ensure_running()
    pid = postmaster(first)
    first.stop()
    assert scalar(second, "select 1") == 1
    assert postmaster(second) == pid
    second.stop()
    assert not second.is_alive()


def test_two_commands_at_once_on_a_new_folder_share_one_server(folders):
    server = folders.server()
    command = [sys.executable, "-c", STARTER, str(server.data)]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {process.stdout.readline() for process in both}
    assert len(pids) == 1
    assert pids != {""}
    for process in both:
        process.communicate("\n", timeout=120)
    assert [process.returncode for process in both] == [0, 0]
    assert not server.is_alive()


def test_killed_command_lets_go_of_the_server(folders):
    server = folders.server()
    command = [sys.executable, "-c", STARTER, str(server.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        pid = int(other.stdout.readline())
        other.kill()
    server.ensure_running()
    assert postmaster(server) == pid
    server.stop()
    assert not server.is_alive()


def test_server_starts_again_after_kill_and_has_what_was_committed(folders):
    server = folders.server()
    server.ensure_running()
    with psycopg.connect(server.url()) as connection:
        connection.execute("create table t as select 1 as n")
    held = psycopg.connect(server.url())  # its server process outlives the killed one for a moment
    held.execute("insert into t values (2)")
    killed = postmaster(server)
    os.kill(killed, signal.SIGKILL)
    server.ensure_running()
    assert postmaster(server) != killed
    assert scalar(server, "select count(*) from t") == 1
    held.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the check reads /proc")
def test_server_starts_when_its_old_pid_belongs_to_another_program(folders):
    server = folders.server()
    server.ensure_running()
    lines = (server.cluster / "postmaster.pid").read_text().split("\n")
    server.stop()
    (server.cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.ensure_running()
    assert scalar(server, "select 1") == 1


def test_half_made_cluster_is_made_anew(folders):
    server = folders.server()
    server.ensure_running()
    server.stop()
    server.cluster.rename(server.cluster.with_name("cluster.half"))
    server.ensure_running()
    assert scalar(server, "select 1") == 1


def test_cluster_of_another_version_is_refused(folders):
    server = folders.server()
    server.cluster.mkdir(parents=True)
    (server.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerUnavailable, match="made by PostgreSQL 16, this is 18"):
        server.ensure_running()


def test_url_touches_nothing_and_keeps_the_socket_path_short(tmp_path):
    near, far = EmbeddedServer(tmp_path / "d"), EmbeddedServer(tmp_path / ("d" * 100))
    assert near.url("x").startswith("postgresql://tongxin@/x?host=%2F")
    assert far.socket_folder.parent.as_posix() == "/tmp"
    assert len(str(far.socket_folder)) <= LONGEST_SOCKET_FOLDER
    assert list(tmp_path.iterdir()) == []


def test_create_database_twice_makes_one(folders):
    server = folders.server()
    server.ensure_running()
    server.create_database("other")
    server.create_database("other")
    assert scalar(server, "select count(*) from pg_database where datname = 'other'") == 1
