"""Who is behind a session: as the sign-in library has it, read in one statement with the posts of the day."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as LibraryBackend
from django.utils import timezone

from tongxin.people.models import Account
from tongxin.people.queries.signed_in import account_signed_in


class AuthenticationBackend(LibraryBackend):  # type: ignore[misc]  # the library has no types
    def get_user(self, user_id: Any) -> Account | None:
        """None for an account that was closed: the session then opens nothing."""
        account = account_signed_in(int(user_id), timezone.localdate())
        return account if account is not None and self.user_can_authenticate(account) else None
