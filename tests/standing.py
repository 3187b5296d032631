"""What stands between tests: the cast is made once, in a transaction that stays open, and each test works in a savepoint
of it, which is rolled back. To make it for each test anew was the larger part of the whole suite's time.

A test that commits for real, or wants none of it, has it struck first; the next one that asks for it has it made anew.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import connection, transaction

Maker = Callable[[], Any]


class Stage:
    """One for the process. `what` is the maker whose people stand now."""

    def __init__(self) -> None:
        self.what: Maker | None = None
        self._made: Any = None
        self._open: transaction.Atomic | None = None
        self._blocker: Any = None  # pytest-django's, which keeps tests that do not ask from the database

    def prepare(self, request: pytest.FixtureRequest, makers: Mapping[str, Maker]) -> None:
        """Before a test's own transaction begins."""
        names = request._pyfuncitem.fixturenames
        wanted = next((maker for name, maker in makers.items() if name in names), None)
        if _commits(request):
            wanted = None
        self._blocker = request.getfixturevalue("django_db_blocker")
        with self._blocker.unblock():
            if self.what is not None and (self.what is not wanted or not self._sound()):
                self.strike()
            if wanted is not None and self.what is None:
                request.getfixturevalue("stage_is_cleared")
                self._set(wanted)

    def copy_of(self, maker: Maker) -> Any:
        """For one test, which may change its objects; made for it alone where nothing stands."""
        return copy.deepcopy(self._made) if self.what is maker else maker()

    def strike(self) -> None:
        if self.what is not None:
            with self._blocker.unblock():
                self._roll_back()
        self.what = self._made = self._open = None

    def _roll_back(self) -> None:
        if self._open is not None and self._sound():
            transaction.set_rollback(True)
            self._open.__exit__(None, None, None)
        else:  # a test broke it; to connect is what makes Django forget the transaction
            connection.close()
            connection.connect()

    def _set(self, maker: Maker) -> None:
        self._open = transaction.atomic()
        self._open.__enter__()
        self._made, self.what = maker(), maker
        connection.check_constraints()  # those that wait for the end are asked once, not after each test

    def _sound(self) -> bool:
        return connection.in_atomic_block and connection.atomic_blocks == [self._open] and connection.is_usable()


def _commits(request: pytest.FixtureRequest) -> bool:
    """As pytest-django tells them."""
    marker = request.node.get_closest_marker("django_db")
    asked = marker is not None and (marker.kwargs.get("transaction") or marker.kwargs.get("reset_sequences"))
    names = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}
    return bool(asked or names & set(request._pyfuncitem.fixturenames))


stage = Stage()
