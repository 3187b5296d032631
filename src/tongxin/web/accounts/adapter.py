"""What the sign-in library (django-allauth) asks of the house. Its own pages are not exposed."""

from base64 import b64decode, b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from tongxin.store.keys import ring

PURPOSE = "account.second-factor"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Accounts open by a proven phone number or by an administrator, never by a form of the library."""

    def is_open_for_signup(self, request: object) -> bool:  # noqa: ARG002 - the library's signature
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals the second factor's secrets with the house's keys."""

    def encrypt(self, text: str) -> str:
        return b64encode(ring().seal(text, purpose=PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return ring().open(b64decode(encrypted_text), purpose=PURPOSE)
