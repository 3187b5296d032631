"""What a command needs around it: a database that answers, Django set up. Failing that, `Wrong`, exit code 3."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from config.embedded import EmbeddedServer, data_folder
from config.embedded_host import ServerUnavailable


class Wrong(Exception):
    """The surroundings are wrong; the words say what to do."""


class WrongCall(Exception):
    """The arguments do not fit, exit code 2; for what argparse cannot see."""


def set_up_django() -> None:
    import django  # noqa: PLC0415  only what needs Django pays for it

    from config import logs  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if (data_folder() / "DEMO").exists():  # laid there by `tongxin demo`: this folder stays a demo for every command
        os.environ.setdefault("TONGXIN_DEMO", "1")
    try:
        django.setup()
    except OSError as problem:  # the settings keep the installation's secret in the data folder
        raise Wrong(f"The data folder {data_folder()} cannot be used: {problem.strerror or problem}") from problem
    logs.configure("WARNING")


@contextmanager
def database() -> Iterator[EmbeddedServer | None]:
    """The embedded server, or None where DATABASE_URL names another one; let go of at the end."""
    if url := os.environ.get("DATABASE_URL"):
        psycopg.connect(url, connect_timeout=5).close()  # says at once what the pool would say after its patience
        yield None
        return
    server = EmbeddedServer(data_folder())
    try:
        server.ensure_running()
    except (ServerUnavailable, OSError) as problem:
        raise Wrong(str(problem)) from problem
    os.environ["DATABASE_URL"] = server.url()  # children find it running
    try:
        yield server
    finally:
        del os.environ["DATABASE_URL"]
        _close_connections()
        server.stop()


def _close_connections() -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    if not settings.configured:
        return
    for connection in connections.all(initialized_only=True):
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()
