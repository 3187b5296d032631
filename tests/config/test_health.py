import json

import pytest
from django.db import connection

from config.health import health

pytestmark = pytest.mark.django_db(transaction=True)


def say(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def nobody_at_work():
    """The tables of the jobs are not ours, so Django does not empty them between tests."""
    empty = "delete from procrastinate_jobs; delete from procrastinate_workers"
    say(empty)
    yield
    say(empty)


def worker(seconds_ago):
    say(f"insert into procrastinate_workers (last_heartbeat) values (now() - interval '{seconds_ago} seconds')")


def job(due_seconds_ago):
    say(
        "insert into procrastinate_jobs (queue_name, task_name, scheduled_at) "
        f"values ('default', 'x', now() - interval '{due_seconds_ago} seconds')"
    )


def test_health_is_ok_with_a_beating_worker():
    worker(5)
    assert health() == (True, {"database": "ok", "jobs": "ok"})


def test_health_is_late_without_a_worker():
    assert health() == (False, {"database": "ok", "jobs": "late"})


def test_health_is_late_when_the_heart_stopped_beating():
    worker(60)
    assert health() == (False, {"database": "ok", "jobs": "late"})


def test_health_counts_the_youngest_heartbeat():
    worker(600)
    worker(5)
    assert health()[0] is True


def test_health_is_ok_with_a_job_for_later():
    worker(5)
    job(-3600)
    assert health()[0] is True


def test_health_says_that_tables_are_missing(monkeypatch):
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: parameters)
    assert health() == (False, {"database": "not migrated", "jobs": "not known"})


def test_health_says_that_nobody_answers(monkeypatch):
    monkeypatch.setattr(connection, "get_connection_params", lambda: {"host": "127.0.0.1", "port": 1})
    assert health() == (False, {"database": "no answer", "jobs": "not known"})


@pytest.mark.parametrize(("beats", "status"), [(True, 200), (False, 503)])
def test_healthz_answers_without_a_session(client, beats, status):
    if beats:
        worker(1)
    answer = client.get("/healthz")
    assert answer.status_code == status
    assert json.loads(answer.content)["database"] == "ok"
    assert answer.cookies == {}
    assert answer["Cache-Control"] == "no-store"
