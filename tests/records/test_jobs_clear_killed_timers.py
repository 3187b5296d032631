"""A worker that was killed does not keep its timers' locks."""

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from tongxin.records.jobs import clear_killed_timers

MADE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, args, worker_id)
    VALUES ('default', %s, %s, %s, 'doing', '{}', %s)
"""


@pytest.mark.django_db
def test_only_timers_of_the_dead_are_put_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
        [alive] = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min') RETURNING id"
        )
        [dead] = cursor.fetchone()
        for name, queueing, worker in (("of.nobody", "a", None), ("of.dead", "b", dead), ("of.alive", "c", alive)):
            cursor.execute(MADE, [name, name, queueing, worker])
        cursor.execute(MADE, ["long.work", None, None, dead])
        async_to_sync(clear_killed_timers.func)(SimpleNamespace(app=app), 0)
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'doing' ORDER BY task_name")
        assert cursor.fetchall() == [("long.work",), ("of.alive",)]
