"""Staff sign in with a second factor; a post alone opens nothing."""

from datetime import timedelta

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

STAFF_SESSION = timedelta(hours=12)  # after which the second factor is asked again


def second_factor_done(request: HttpRequest) -> bool:
    """Whether this session proved a second factor within the last STAFF_SESSION."""
    since = (timezone.now() - STAFF_SESSION).timestamp()
    return any(
        record.get("method") == "mfa" and record.get("at", 0) >= since for record in get_authentication_records(request)
    )
