"""Whether this installation works, for the operator's probe: GET /healthz and `tongxin check_health`."""

import psycopg
from django.db import connection

JOBS_LATE_AFTER = 40.0  # seconds; the worker's heart beats every 10
WAITING_TOO_LONG = 300.0
PATIENCE = 3  # seconds to connect
QUESTION = """
    select extract(epoch from now() - max(last_heartbeat)),
           (select extract(epoch from now() - min(greatest(scheduled_at, d.at)))
              from procrastinate_jobs j join lateral
                   (select max(at) as at from procrastinate_events e where e.job_id = j.id) d on true
             where status = 'todo' and (scheduled_at is null or scheduled_at < now()))
      from procrastinate_workers
"""


def health() -> tuple[bool, dict[str, str]]:
    """Each part with `ok` or what is wrong; True when all are ok. Never raises."""
    try:
        heartbeat, waiting = _ask()
    except psycopg.errors.UndefinedTable:
        return False, {"database": "not migrated", "jobs": "not known"}
    except psycopg.Error:
        return False, {"database": "no answer", "jobs": "not known"}
    late = heartbeat is None or heartbeat > JOBS_LATE_AFTER or (waiting or 0) > WAITING_TOO_LONG
    parts = {"database": "ok", "jobs": "late" if late else "ok"}
    return not late, parts


def _ask() -> tuple[float | None, float | None]:
    """Seconds since the last heartbeat, and since the oldest job became due.

    On a connection of its own: it must not wait for the pool's, and so it tells whether new ones can be had.
    """
    parameters = {"connect_timeout": PATIENCE, **connection.get_connection_params()}
    with psycopg.connect(**parameters) as own:
        own.execute("set statement_timeout = '5s'")
        row = own.execute(QUESTION).fetchone()
    return row or (None, None)
