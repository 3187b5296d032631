"""Django's sessions in the database, by prepared statements: every signed-in request begins with one, and who signs in
writes two. A wave of sign-ins is bounded by these (docs/performance.md).
"""

from typing import Any, Final

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.utils import timezone
from django.utils.crypto import get_random_string

from tongxin.store.prepared import Prepared

KEY: Final = 32  # characters of 36: nobody guesses one, and no two are alike
_SESSION: Final = Prepared(
    "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s"
)
_NEW: Final = Prepared(
    "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%(key)s, %(data)s, %(ends)s)"
    " ON CONFLICT DO NOTHING RETURNING 1"
)
_CHANGED: Final = Prepared(
    "UPDATE django_session SET session_data = %(data)s, expire_date = %(ends)s WHERE session_key = %(key)s RETURNING 1"
)
_MOVED: Final = Prepared(
    "WITH gone AS (DELETE FROM django_session WHERE session_key = %(left)s)"
    " INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%(key)s, %(data)s, %(ends)s)"
    " ON CONFLICT DO NOTHING RETURNING 1"
)
_GONE: Final = Prepared("DELETE FROM django_session WHERE session_key = %(key)s")


class SessionStore(db.SessionStore):
    """The name is part of the signature of what is stored, so it stays Django's."""

    _left: str | None = None  # the key that `cycle_key` left: ended by the statement that keeps the new one

    def load(self) -> dict[str, Any]:
        row = _SESSION.row(key=self.session_key, now=timezone.now())
        if row is None:
            self._session_key = None
            return {}
        stored: dict[str, Any] = self.decode(row[0])
        return stored

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        if self.session_key is None:
            self.create()
            return
        data = self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined]  # not in the stubs
        row = {"key": self.session_key, "data": data, "ends": self.get_expiry_date()}
        if must_create and self._left:
            kept = _MOVED.row(**row, left=self._left)
        else:
            kept = (_NEW if must_create else _CHANGED).row(**row)
        if kept is None:
            raise CreateError if must_create else UpdateError
        self._left = None

    def delete(self, session_key: str | None = None) -> None:
        for key in filter(None, (session_key or self.session_key, self._left)):
            _GONE.run(key=key)
        self._left = None

    def cycle_key(self) -> None:
        """When the answer is about to leave, one statement ends the old key and makes the new one, with all that the session
        holds by then. What is put in from here on, the old key never opens. Django would write three times.
        """
        kept, self._left = self._session, self.session_key or self._left  # type: ignore[attr-defined]
        self._session_key, self._session_cache, self.modified = None, kept, True

    def _get_new_session_key(self) -> str:
        """`create` tries again should there be one like it; Django would ask for that beforehand."""
        return get_random_string(KEY, VALID_KEY_CHARS)
