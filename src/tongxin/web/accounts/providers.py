"""Where else someone may be known: an OpenID Connect provider, or an official account's page authorisation.

Each is data in settings.OUTSIDE_SIGN_IN; none is offered unless it is set. What comes back is one opaque subject.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from django.conf import settings

from tongxin.kernel.refused import Refused
from tongxin.notices.gateways.wire import NoAnswer, NotSent, call

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
PATIENCE: Final = 5.0  # seconds


class Provider(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    def authorize_url(self, *, back: str, state: str, verifier: str) -> str:
        """Where the browser is sent; it comes back to `back` with `code` and `state`."""

    def subject(self, *, code: str, back: str, verifier: str) -> str:
        """Who came back. Refused: "outside-silent", "outside-refused"."""


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """Authorization code with PKCE; the subject comes from the userinfo endpoint over TLS (OpenID Connect Core 5.3)."""

    key: str
    label: str
    client_id: str
    client_secret: str
    authorize: str
    token: str
    userinfo: str

    def authorize_url(self, *, back: str, state: str, verifier: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": back,
            "scope": "openid",
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.authorize}?{urlencode(asked)}"

    def subject(self, *, code: str, back: str, verifier: str) -> str:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code_verifier": verifier,
        }
        token = _text(_asked("POST", self.token, headers=_FORM, body=urlencode(asked).encode()), "access_token")
        return _text(_asked("GET", self.userinfo, headers={"Authorization": f"Bearer {token}"}), "sub")


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """微信网页授权 with the silent scope: an openid and nothing else about the person."""

    key: str
    label: str
    client_id: str
    client_secret: str
    authorize: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    token: str = "https://api.weixin.qq.com/sns/oauth2/access_token"  # noqa: S105 - an address

    def authorize_url(self, *, back: str, state: str, verifier: str) -> str:  # noqa: ARG002 - it knows no PKCE
        asked = {
            "appid": self.client_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self.authorize}?{urlencode(asked)}#wechat_redirect"

    def subject(self, *, code: str, back: str, verifier: str) -> str:  # noqa: ARG002 - it knows no PKCE
        asked = {
            "appid": self.client_id,
            "secret": self.client_secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        return _text(_asked("GET", f"{self.token}?{urlencode(asked)}"), "openid")


_KINDS: Final[dict[str, Callable[..., Provider]]] = {
    "oidc": OpenIdConnect,
    "official_account": OfficialAccount,
}


def providers() -> dict[str, Provider]:
    """By key, in the order of the setting."""
    return {one["key"]: _made(dict(one)) for one in settings.OUTSIDE_SIGN_IN}


def _made(given: dict[str, str]) -> Provider:
    return _KINDS[given.pop("kind")](**given)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _asked(method: str, url: str, **given: Any) -> dict[str, Any]:
    try:
        status, body = call(method, url, patience=PATIENCE, **given)
        found = json.loads(body)
    except (NotSent, NoAnswer, ValueError):
        raise Refused("outside-silent", "对方暂时没有回应，请稍后再试，或用手机号登录。") from None
    if status >= 400 or not isinstance(found, dict) or found.get("error") or found.get("errcode"):
        raise Refused("outside-refused", "对方没有确认您的身份，请再试一次，或用手机号登录。")
    return found


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value or len(value) > 255:
        raise Refused("outside-refused", "对方没有确认您的身份，请再试一次，或用手机号登录。")
    return value
