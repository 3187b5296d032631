"""Staff sign in with a second factor; a post alone opens nothing."""

from datetime import datetime, timedelta

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

STAFF_SESSION = timedelta(hours=12)  # after which the second factor is asked again


def second_factor_done(request: HttpRequest) -> bool:
    """Whether this session proved a second factor within the last STAFF_SESSION."""
    return proven_since(request, "mfa", timezone.now() - STAFF_SESSION)


def proven_since(request: HttpRequest, method: str, since: datetime) -> bool:
    """Whether this session's own account proved itself by that method since then."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == method and record.get("at", 0) >= since.timestamp() for record in records)
