"""A WeChat official account's one-time subscription messages (一次性订阅消息), as its documentation describes them.

A person allows one message by following a plain link inside WeChat; nothing of WeChat is loaded into our pages. The account
answers that it accepted the message and reports nothing afterwards; nor can it be asked.
"""

import json
import time
from datetime import datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings

from tongxin.notices.gateways import wire
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict

EARLY: Final = 300.0  # seconds before its end a token is renewed
TOKEN_WRONG: Final = frozenset({40001, 40014, 42001})
LATER: Final = frozenset({45009, 45011})  # over the day's or the minute's limit
DOUBT: Final = frozenset({-1})
LONGEST_TITLE, LONGEST_BODY = 15, 200


class OfficialAccount:
    name = "official"
    batch = 1
    asks = False
    by_template = True

    def __init__(self) -> None:
        self._token, self._until, self._lock = "", 0.0, Lock()

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:  # noqa: ARG002 - it stamps its own time
        assert parcel.template is not None
        message = {
            "touser": parcel.address,
            "template_id": parcel.template.number,
            "url": parcel.link,
            "scene": str(parcel.scene),
            "title": parcel.title[:LONGEST_TITLE],
            "data": {"content": {"value": parcel.template.text[:LONGEST_BODY], "color": ""}},
        }
        try:
            code = self._post(message)
        except wire.NotSent as problem:
            return Answer(Verdict.LATER, code=str(problem))
        except wire.NoAnswer as problem:
            return Answer(Verdict.DOUBT, code=str(problem))
        return _answer(code)

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace:  # noqa: ARG002
        return Trace(Fate.UNKNOWN)

    def _post(self, message: dict[str, Any]) -> int:
        """A token that is no longer good is renewed once: such a call was not carried out."""
        code = self._post_once(message, force=False)
        return self._post_once(message, force=True) if code in TOKEN_WRONG else code

    def _post_once(self, message: dict[str, Any], *, force: bool) -> int:
        try:
            token = self._fresh_token(force=force)
        except wire.NoAnswer as problem:
            raise wire.NotSent(f"token: {problem}") from problem  # the message itself did not leave
        url = f"{settings.OFFICIAL_ACCOUNT['url']}/cgi-bin/message/template/subscribe?{urlencode({'access_token': token})}"
        found = wire.call_json("POST", url, body=json.dumps(message, ensure_ascii=False).encode(), patience=_patience())
        code = found.get("errcode")
        if not isinstance(code, int):
            raise wire.NoAnswer("no errcode")
        return code

    def _fresh_token(self, *, force: bool) -> str:
        """The stable kind: many processes may ask for it without ending each other's."""
        with self._lock:
            if not force and self._token and time.monotonic() < self._until:
                return self._token
            given = settings.OFFICIAL_ACCOUNT
            asked = {"grant_type": "client_credential", "appid": given["app"], "secret": given["secret"]}
            body = json.dumps(asked | {"force_refresh": force}).encode()
            found = wire.call_json("POST", f"{given['url']}/cgi-bin/stable_token", body=body, patience=_patience())
            if not found.get("access_token"):
                raise wire.NotSent(f"token refused: {found.get('errcode')}")
            self._token = str(found["access_token"])
            self._until = time.monotonic() + max(60.0, float(found.get("expires_in", 7200)) - EARLY)
            return self._token


def asking_address(*, number: str, scene: int, back: str, state: str) -> str:
    """Where someone allows one message, inside WeChat; comes back to `back` with openid, action and `reserved`."""
    given = settings.OFFICIAL_ACCOUNT
    query = {
        "action": "get_confirm",
        "appid": given["app"],
        "scene": scene,
        "template_id": number,
        "redirect_url": back,
    }
    return f"{given['asking']}?{urlencode(query | {'reserved': state})}#wechat_redirect"


def _patience() -> float:
    return float(str(settings.OFFICIAL_ACCOUNT["patience"]))


def _answer(code: int) -> Answer:
    if code == 0:
        return Answer(Verdict.ACCEPTED)
    if code in LATER or code in TOKEN_WRONG:
        return Answer(Verdict.LATER, code=str(code))
    return Answer(Verdict.DOUBT if code in DOUBT else Verdict.REFUSED, code=str(code))
