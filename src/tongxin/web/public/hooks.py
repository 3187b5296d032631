"""Where a gateway brings its receipts. The address is signed: whoever does not know the key does not find it.

Alibaba Cloud cannot sign what it brings, so the address carries the signature, and each receipt must fit by itself: our
serial, its number, and where it went. The same once more counts once; one older than a delivery lives is refused.
"""

import hmac
import json
from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tongxin.notices.actions import receipts
from tongxin.notices.actions.receipts import Report
from tongxin.web.guard import HouseRequest, OpenTo, page

LONGEST: Final = 1 << 20
MOST: Final = 1000  # receipts at once
OLDEST: Final = timedelta(days=4)  # a delivery is good for three
EARLY: Final = timedelta(minutes=10)  # clocks differ
BEIJING: Final = ZoneInfo("Asia/Shanghai")
GATEWAY: Final = "aliyun"

log = structlog.get_logger("tongxin.notices")


def signature() -> str:
    """Of the address. Empty where no key is set: then nobody is let in."""
    key = str(settings.ALIYUN_SMS["hook"])
    return hmac.new(key.encode(), b"hooks/sms/receipts", sha256).hexdigest() if key else ""


@csrf_exempt
@page(open_to=OpenTo.VISITOR, methods=("POST",))
def sms_receipts(request: HouseRequest, signed: str) -> HttpResponse:
    right = signature()
    if not right or not hmac.compare_digest(signed.encode(), right.encode()):
        raise Http404
    reports = _read(request.body)
    if reports is None:
        return JsonResponse({"code": 1, "msg": "not receipts"}, status=422)
    told = [receipts.take(report, at=request.now) for report, written in reports if _timely(written, request.now)]
    log.info("receipts", given=len(reports), late=len(reports) - len(told), **Counter(map(str, told)))
    return JsonResponse({"code": 0, "msg": "OK"})


def _read(body: bytes) -> list[tuple[Report, str]] | None:
    """Each with the moment of its report as written; None for what is no list of receipts."""
    if len(body) > LONGEST:
        return None
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list) or len(rows) > MOST or not all(isinstance(row, dict) for row in rows):
        return None
    return [(_report(row), str(row.get("report_time", ""))) for row in rows]


def _report(row: dict[str, Any]) -> Report:
    number, serial, phone, code = (str(row.get(name, "")) for name in ("biz_id", "out_id", "phone_number", "err_code"))
    return Report(GATEWAY, number, serial, phone, delivered=row.get("success") is True, code=code)


def _timely(written: str, now: datetime) -> bool:
    """As the gateway writes moments, by the clock of Beijing."""
    try:
        moment = datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return False
    return now - OLDEST <= moment <= now + EARLY


urlpatterns = [path("hooks/sms/<slug:signed>/", sms_receipts, name="sms-receipts")]
