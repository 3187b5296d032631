"""Django's sessions in the database, found by a prepared statement: every signed-in request begins with it."""

from typing import Any, Final

from django.contrib.sessions.backends import db
from django.utils import timezone

from tongxin.store.prepared import Prepared

_SESSION: Final = Prepared(
    "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s"
)


class SessionStore(db.SessionStore):
    """The name is part of the signature of what is stored, so it stays Django's."""

    def load(self) -> dict[str, Any]:
        row = _SESSION.row(key=self.session_key, now=timezone.now())
        if row is None:
            self._session_key = None
            return {}
        stored: dict[str, Any] = self.decode(row[0])
        return stored
