"""What bounds a request: where the time of one process goes, by kind of work."""

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.guests import Guest

KINDS: Final = (  # the first that a function's file contains
    ("waiting for PostgreSQL", ("psycopg", "psycopg_binary", "psycopg_pool")), ("the ORM", ("django/db",)),
    ("templates", ("django/template", "templatetags", "django/utils/html", "django/utils/safestring", "template_partials")),
    ("middleware, sessions, forms", ("django/middleware", "django/contrib", "django/core", "django/forms", "allauth", "csp")),
    ("the house", ("tongxin",)), ("Django, other", ("django",)),
)  # fmt: skip


def shares(work: Sequence[Callable[[], Any]]) -> list[tuple[str, float]]:
    """Percent of the time by kind, the largest first. Profiling slows Python down, so the database's share is a lower bound."""
    profile = cProfile.Profile()
    for one in work:
        profile.runcall(one)
    found: Counter[str] = Counter()
    for (file, _, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        found[_kind(file, name)] += row[2]
    whole = sum(found.values())
    return [(kind, 100 * took / whole) for kind, took in found.most_common()]


def sign_ups(guests: Sequence[Guest], cohorts: Sequence[Any]) -> list[Callable[[], Any]]:
    return [_sign_up(guest, cohorts[n % len(cohorts)]) for n, guest in enumerate(guests)]


def pages(address: str, times: int) -> list[Callable[[], Any]]:
    from django.test import Client  # noqa: PLC0415  only once Django is set up

    client = Client()
    return [lambda: client.get(address)] * times


def statements(work: Sequence[Callable[[], Any]]) -> int:
    """Of the last piece of work, once everything is warm."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    for one in work[:-1]:
        one()
    with CaptureQueriesContext(connection) as queries:
        work[-1]()
    return len(queries)


def _sign_up(guest: Guest, cohort: Any) -> Callable[[], Any]:
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.cookies["sessionid"], client.cookies["csrftoken"] = guest.session, guest.token
    address, body = f"/classes/{cohort.public_id}/sign-up/", guest.body()
    return lambda: client.post(address, body, content_type="application/x-www-form-urlencoded")


def _kind(file: str, name: str) -> str:
    if "psycopg" in name or "wait" in name:
        return "waiting for PostgreSQL"
    return next((kind for kind, parts in KINDS if any(part in file for part in parts)), "Python, other")
