"""Opening a session, and what it says of how it was opened."""

from datetime import datetime, timedelta

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tongxin.people.actions import sign_in
from tongxin.people.models import Account
from tongxin.web.guard import HouseRequest
from tongxin.web.second_factor import STAFF_SESSION, proven_since

BACKEND = "tongxin.web.accounts.backend.AuthenticationBackend"
PENDING = "tx_pending"
PENDING_FOR = timedelta(minutes=10)
RECENT = timedelta(minutes=30)
YEAR = 365 * 86400
SHARED = 30 * 60  # seconds from signing in, on a device that others use too


def open_for_worker(request: HouseRequest, account: Account, *, way: str = "code", own_device: bool = True) -> None:
    """By a proven phone, card or outside identity. The session's key changes, and nothing of a stranger's session is kept.

    Ninety days on one's own device, so that no wave of sign-ins comes before a release; elsewhere it ends soon.
    """
    _open(request, account)
    record_authentication(request, account, method=way)
    if not own_device:
        request.session.set_expiry(SHARED)


def remember_password_proven(request: HttpRequest, account: Account, at: datetime) -> None:
    """Not signed in yet: the second factor is still to come. Bound to the password: a reset in between ends it."""
    request.session.flush()
    request.session[PENDING] = {"account": account.pk, "at": at.timestamp(), "bound": account.get_session_auth_hash()}


def pending_account(request: HttpRequest, at: datetime) -> Account | None:
    """Whose password was proven a moment ago in this session."""
    pending = request.session.get(PENDING) or {}
    if not pending or pending["at"] < (at - PENDING_FOR).timestamp():
        return None
    account: Account | None = Account.objects.filter(pk=pending["account"], is_active=True).first()
    if account is None or not constant_time_compare(pending.get("bound", ""), account.get_session_auth_hash()):
        return None
    return account


def open_for_staff(request: HouseRequest, account: Account) -> None:
    """By password and second factor: ends after STAFF_SESSION."""
    _open(request, account)
    request.session.pop(PENDING, None)
    record_authentication(request, account, method="password")
    record_authentication(request, account, method="mfa")
    request.session.set_expiry(STAFF_SESSION)


def _open(request: HouseRequest, account: Account) -> None:
    login(request, account, backend=BACKEND)
    sign_in.remember(account=account, at=request.now)


def add_second_factor(request: HttpRequest, account: Account) -> None:
    """A session that is open gains the second factor; its key changes with its rank."""
    request.session.cycle_key()
    record_authentication(request, account, method="mfa")


def password_recently(request: HttpRequest) -> bool:
    return proven_since(request, "password", timezone.now() - RECENT)


def keep_language(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """The account's language comes along to a new browser; a choice made in this browser stays."""
    if "tx-language" not in request.COOKIES and account.language == "en":
        response.set_cookie("tx-language", "en", max_age=YEAR, samesite="Lax", secure=request.is_secure())
