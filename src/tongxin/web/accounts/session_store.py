"""Django's sessions in the database, by prepared statements: every signed-in request begins with one, and who signs in
writes three. A wave of sign-ins is bounded by these (docs/performance.md).
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
_GONE: Final = Prepared("DELETE FROM django_session WHERE session_key = %(key)s")


class SessionStore(db.SessionStore):
    """The name is part of the signature of what is stored, so it stays Django's."""

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
        statement = _NEW if must_create else _CHANGED
        if statement.row(key=self.session_key, data=data, ends=self.get_expiry_date()) is None:
            raise CreateError if must_create else UpdateError

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            _GONE.run(key=key)

    def cycle_key(self) -> None:
        """The old key opens nothing from here on; the new one is made when the answer is about to leave, with all that the
        session holds by then. Django would write it twice.
        """
        kept, old = self._session, self.session_key  # type: ignore[attr-defined]
        self._session_key, self._session_cache, self.modified = None, kept, True
        self.delete(old)

    def _get_new_session_key(self) -> str:
        """`create` tries again should there be one like it; Django would ask for that beforehand."""
        return get_random_string(KEY, VALID_KEY_CHARS)
