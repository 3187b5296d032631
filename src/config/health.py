"""Whether this installation works, for the operator's probe: GET /healthz and `tongxin check_health`."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from psycopg_pool import PoolTimeout

JOBS_LATE_AFTER = 40.0  # seconds; the worker's heart beats every 10
WAITING_TOO_LONG = 300.0
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
        with connection.cursor() as cursor:
            cursor.execute(QUESTION)
            heartbeat, waiting = cursor.fetchone()
    except (DatabaseError, PoolTimeout) as problem:
        missing = getattr(problem.__cause__, "sqlstate", None) == "42P01"
        return False, {"database": "not migrated" if missing else "no answer", "jobs": "not known"}
    late = heartbeat is None or heartbeat > JOBS_LATE_AFTER or (waiting or 0) > WAITING_TOO_LONG
    parts = {"database": "ok", "jobs": "late" if late else "ok"}
    return not late, parts


def healthz(_request: HttpRequest) -> JsonResponse:
    """Without a session or a guard: it says no more than ok or not."""
    well, parts = health()
    return JsonResponse(parts, status=200 if well else 503, headers={"Cache-Control": "no-store"})
