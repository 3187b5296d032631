"""Who stands before the API: a key in the header, or the browser's session. The same actor and the same scopes as pages."""

from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from tongxin.people.actions import tokens
from tongxin.people.authority import Actor, actor_of
from tongxin.web.guard import HouseRequest, meet
from tongxin.web.second_factor import second_factor_done


class ByKey(HttpBearer):
    """`Authorization: Bearer tx_…`."""

    openapi_description = "A key from the staff page 接口密钥. It acts with its account's powers."

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        house = cast("HouseRequest", request)
        now = timezone.now()
        account = tokens.account_of(token, at=now)
        if account is None:
            return None
        house.now, house.actor = now, actor_of(account, timezone.localdate(now))
        return house.actor


class Forged(HttpError):
    """A browser that is signed in sent what none of our pages asked it to send."""


class BySession(SessionAuth):
    """The signed-in browser, with Django's protection against forged requests. A post counts after its second factor."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Who brings no session is nobody yet, and is told to sign in: there is nothing to forge."""
        if not request.COOKIES.get(self.param_name):
            return None
        try:
            found: Actor | None = super().__call__(request)
        except HttpError as error:
            raise Forged(error.status_code, str(error)) from error
        return found

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002 - ninja's signature
        house = meet(request)
        if house.actor.account_id is None or (house.actor.is_staff and not _opened_fully(house)):
            return None
        return house.actor


def _opened_fully(request: HouseRequest) -> bool:
    """By second factor, and with a password of one's own."""
    return second_factor_done(request) and request.user.one_time_until is None


def anyone(request: HttpRequest) -> Actor:
    """For what visitors may read too: a key or a session tells more, nothing refuses."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer ") and (found := ByKey().authenticate(request, header.removeprefix("Bearer "))):
        return found
    return meet(request).actor


SIGNED_IN = [ByKey(), BySession()]
