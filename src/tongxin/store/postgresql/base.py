"""Django's PostgreSQL backend with a cheaper look at connections, and with statements that are planned once.

A connection from the pool is asked for a sign of life only when its socket has something to say: PostgreSQL announces its
end (a restart, pg_terminate_backend) before it hangs up, and an idle connection is silent otherwise. The question at every
request was a round trip: 0.3 ms of processor a request, on both sides together (docs/performance.md).
"""

from select import POLLIN, poll
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class PreparedCursor(psycopg.Cursor[Any]):
    """Binds on the server, and the statement is prepared at its first use on a connection."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> "PreparedCursor":
        return super().execute(query, params, prepare=True)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One that lives. The pool replaces those found dead by itself, with its own patience while the server is away."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not lives(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

    def prepared_cursor(self) -> Any:
        """Like `cursor()`: counted, logged and guarded by Django in the same way."""
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined]  # as Django's _cursor


def lives(connection: "psycopg.Connection[Any]") -> bool:
    """Silence is life; whoever speaks unasked is asked."""
    socket = poll()
    socket.register(connection.pgconn.socket, POLLIN)
    if not socket.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
