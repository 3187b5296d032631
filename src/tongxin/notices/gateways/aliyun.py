"""Alibaba Cloud SMS (dysmsapi 2017-05-25, signature ACS3-HMAC-SHA256), as its API reference describes it.

Chosen because it takes a serial of ours (OutId) and can be asked by phone and day what became of it, also before the
operator has reported (docs/adr/0008). What it knows by number (TemplateCode, SignName) is data.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings

from tongxin.kernel import phones
from tongxin.notices.gateways import wire
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict

VERSION: Final = "2017-05-25"
BEIJING: Final = ZoneInfo("Asia/Shanghai")  # the day by which it files what it sent
LATER: Final = ("Throttling", "isv.BUSINESS_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE")
DOUBT: Final = ("isp.", "ServiceUnavailable", "InternalError")
PAGE: Final = 50
MOST_PAGES: Final = 10
LEAVES_WITHIN: Final = timedelta(minutes=10)  # of taking
LONGEST_VALUE: Final = 35  # characters of one variable
_FATES: Final = {"1": Fate.UNDER_WAY, "2": Fate.UNDELIVERED, "3": Fate.DELIVERED}


class AliyunSms:
    name = "aliyun"
    batch = 50
    asks = True
    by_template = True

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:
        assert parcel.template is not None
        query = {
            "PhoneNumbers": phones.national(parcel.address),
            "SignName": parcel.template.signature,
            "TemplateCode": parcel.template.number,
            "TemplateParam": json.dumps(
                {name: value[:LONGEST_VALUE] for name, value in parcel.template.values.items()}, ensure_ascii=False
            ),
            "OutId": parcel.serial,
        }
        try:
            found = _call("SendSms", query, at=at)
        except wire.NotSent as problem:
            return Answer(Verdict.LATER, code=str(problem))
        except wire.NoAnswer as problem:
            return Answer(Verdict.DOUBT, code=str(problem))
        return _answer(str(found.get("Code", "")), str(found.get("BizId", "")))

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace:
        """Taken just before midnight it may have been filed on the day after, so both are asked."""
        days = {f"{moment.astimezone(BEIJING):%Y%m%d}" for moment in (sent, sent + LEAVES_WITHIN)}
        try:
            for day in sorted(days):
                for row in _filed(phones.national(address), day):
                    if row.get("OutId") == serial:
                        return Trace(
                            _FATES.get(str(row.get("SendStatus")), Fate.UNKNOWN), code=str(row.get("ErrCode", ""))
                        )
        except (wire.NotSent, wire.NoAnswer) as problem:
            return Trace(Fate.UNKNOWN, code=str(problem))
        return Trace(Fate.NEVER_CAME)


def _filed(number: str, day: str) -> Iterator[dict[str, Any]]:
    """What it filed for a number on a day, page by page. NoAnswer: it does not say all of it."""
    seen = 0
    for page in range(1, MOST_PAGES + 1):
        query = {"PhoneNumber": number, "SendDate": day, "PageSize": str(PAGE), "CurrentPage": str(page)}
        found = _call("QuerySendDetails", query, at=datetime.now(UTC))
        rows, total = (found.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or [], str(found.get("TotalCount"))
        if found.get("Code") != "OK" or not isinstance(rows, list) or not total.isdecimal():
            raise wire.NoAnswer(str(found.get("Code", "")))
        yield from rows
        seen += len(rows)
        if seen >= int(total):
            return
        if not rows:
            break
    raise wire.NoAnswer("too many pages")


def _answer(code: str, receipt_id: str) -> Answer:
    if code == "OK":
        return Answer(Verdict.ACCEPTED, receipt_id)
    if code.startswith(LATER):
        return Answer(Verdict.LATER, code=code)
    if not code or code.startswith(DOUBT):
        return Answer(Verdict.DOUBT, code=code)
    return Answer(Verdict.REFUSED, code=code)


def _call(action: str, query: Mapping[str, str], *, at: datetime) -> dict[str, Any]:
    given: dict[str, Any] = dict(settings.ALIYUN_SMS)
    base = str(given["url"])
    host = base.partition("://")[2]
    headers = signed(
        host, action, VERSION, query, key=given["key"], secret=given["secret"], at=at, nonce=secrets.token_hex(16)
    )
    return wire.call_json("POST", f"{base}/?{canonical(query)}", headers=headers, patience=given["patience"])


def canonical(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))


def signed(
    host: str, action: str, version: str, query: Mapping[str, str], *, key: str, secret: str, at: datetime, nonce: str
) -> dict[str, str]:
    """The headers of an RPC call without a body."""
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    request = f"POST\n/\n{canonical(query)}\n{lines}\n{names}\n{nothing}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(secret.encode(), to_sign.encode(), hashlib.sha256).hex()
    return headers | {"Authorization": f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}"}
