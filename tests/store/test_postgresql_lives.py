"""Connections that died in the pool are noticed without a round trip a request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
import pytest
from django.db import connection
from django.test import Client
from psycopg_pool import ConnectionPool

from tongxin.store.postgresql.base import lives

T = TypeVar("T")
pytestmark = pytest.mark.django_db


def ask(sql: str, values: tuple[Any, ...] = ()) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def elsewhere(work: Callable[[], T]) -> T:
    """On a thread with a connection of its own from the pool, given back at the end, as a request does it."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result(30)


def kill_idle() -> int:
    """Ends every other connection to this database, as a restart does; returns how many."""
    words = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database()"
    ours = "backend_type = 'client backend'"  # the database's own workers are nobody's to end
    return int(ask(f"{words} AND pid <> pg_backend_pid() AND {ours}"))


def test_a_connection_killed_in_the_pool_is_replaced() -> None:
    before = elsewhere(lambda: ask("SELECT pg_backend_pid()"))
    assert kill_idle() >= 1
    after = elsewhere(lambda: ask("SELECT pg_backend_pid()"))
    assert before != after


def test_a_page_is_served_after_every_connection_was_killed() -> None:
    assert elsewhere(lambda: Client().get("/classes/").status_code) == 200
    assert kill_idle() >= 1
    assert elsewhere(lambda: Client().get("/classes/").status_code) == 200


def test_a_silent_connection_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(ConnectionPool, "check_connection", asked.append)
    connection.ensure_connection()
    assert lives(connection.connection)
    assert asked == []


def test_a_connection_that_speaks_is_asked_and_lives() -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as own:
        own.execute("LISTEN house")
        own.execute("SELECT 1")
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            other.execute("NOTIFY house")
        assert lives(own)
        assert own.execute("SELECT 1").fetchone() == (1,)
