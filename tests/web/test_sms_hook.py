"""Receipts that a gateway brings: by a signed address only, once, in time, and only what fits."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse  # noqa: TID251 - what a test client answers
from django.test import Client
from tests.cast import NOW, Cast, a_phone
from tests.factories.notices import SMS, of, tell
from tests.web.conftest import Clock

from tongxin.kernel import phones
from tongxin.notices.actions import deliveries
from tongxin.notices.actions.desk import Taken
from tongxin.notices.gateways.parcels import Answer, Verdict
from tongxin.notices.models import Receipt
from tongxin.web.public.hooks import signature

GATEWAYS = {"sms": "tongxin.notices.gateways.demo.DemoQuiet"}


@pytest.fixture
def sent(cast: Cast, clock: Clock, settings: Any) -> Taken:
    settings.NOTICE_GATEWAYS = GATEWAYS
    settings.ALIYUN_SMS = settings.ALIYUN_SMS | {"hook": "hook-key-of-the-test"}
    tell(cast.wang, "a")
    [taken], _ = deliveries.take(SMS, 1, at=NOW)
    deliveries.note([(taken, Answer(Verdict.ACCEPTED, "biz-1"))], at=NOW)
    return taken


def receipt(taken: Taken, **more: object) -> dict[str, object]:
    """As the documentation shows it."""
    return {
        "phone_number": phones.national(taken.parcel.address), "send_time": "2024-03-28 10:00:00",
        "report_time": "2024-03-28 10:00:05", "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功",
        "sms_size": "1", "biz_id": "biz-1", "out_id": taken.parcel.serial,
    } | more  # fmt: skip


def bring(*rows: object, signed: str = "", body: bytes | None = None) -> HttpResponse:
    browser = Client(enforce_csrf_checks=True)
    content = json.dumps(rows).encode() if body is None else body
    return browser.post(f"/hooks/sms/{signed or signature()}/", content, content_type="application/json")


def test_receipt_is_taken_and_thanked_for_as_the_gateway_expects(sent: Taken) -> None:
    answer = bring(receipt(sent))
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "OK"})
    assert of(SMS).state == "delivered"


def test_replay_counts_once(sent: Taken, clock: Clock) -> None:
    assert [bring(receipt(sent), receipt(sent)).status_code, bring(receipt(sent)).status_code] == [200, 200]
    assert (Receipt.objects.count(), of(SMS).done_at) == (1, NOW)


def test_failure_is_no_delivery(sent: Taken) -> None:
    bring(receipt(sent, success=False, err_code="MK:0001"))
    assert (of(SMS).state, of(SMS).why) == ("failed", "undelivered")


@pytest.mark.parametrize("success", ["true", 1, None, "false"])
def test_only_true_is_true(sent: Taken, success: object) -> None:
    bring(receipt(sent, success=success))
    assert of(SMS).state == "failed"


@pytest.mark.parametrize("signed", ["f" * 64, "x", "hook-key-of-the-test"])
def test_wrong_address_is_not_there(sent: Taken, signed: str) -> None:
    assert bring(receipt(sent), signed=signed).status_code == 404
    assert (of(SMS).state, Receipt.objects.count()) == ("accepted", 0)


def test_without_a_key_nobody_is_let_in(sent: Taken, settings: Any) -> None:
    old = signature()
    settings.ALIYUN_SMS = settings.ALIYUN_SMS | {"hook": ""}
    assert signature() == ""
    assert bring(receipt(sent), signed=old).status_code == 404
    assert of(SMS).state == "accepted"


def test_new_key_shuts_the_old_address(sent: Taken, settings: Any) -> None:
    old = signature()
    settings.ALIYUN_SMS = settings.ALIYUN_SMS | {"hook": "another"}
    assert bring(receipt(sent), signed=old).status_code == 404


@pytest.mark.parametrize("change", [{"phone_number": a_phone()}, {"out_id": "zzzzzzzzzzzz"}, {"biz_id": "biz-2"}])
def test_forged_receipt_is_kept_as_refused_and_answered_as_any_other(sent: Taken, change: dict[str, str]) -> None:
    """The answer says nothing: whoever tries serials learns nothing."""
    answer = bring(receipt(sent, **change))
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "OK"})
    assert of(SMS).state == "accepted"
    assert list(Receipt.objects.values_list("refused", flat=True)) == [True]


@pytest.mark.parametrize(
    "written", ["2024-03-24 09:59:59", "2024-03-28 10:10:01", "", "yesterday", "2024-03-28T10:00:05Z"]
)
def test_old_and_early_receipts_are_let_go(sent: Taken, written: str) -> None:
    assert bring(receipt(sent, report_time=written)).status_code == 200
    assert (of(SMS).state, Receipt.objects.count()) == ("accepted", 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[1]",
        b"not json",
        b"\xff\xfe",
        b"[" * 5000,
        b"[" + b"{}," * 1000 + b"{}]",
        b" " * (1 << 20) + b"[]",
    ],
)
def test_what_is_no_list_of_receipts_is_refused_and_breaks_nothing(sent: Taken, body: bytes) -> None:
    assert bring(body=body).status_code == 422
    assert of(SMS).state == "accepted"


def test_odd_values_break_nothing(sent: Taken) -> None:
    odd = {
        "phone_number": None,
        "biz_id": {"a": 1},
        "out_id": ["x"],
        "err_code": "\0",
        "report_time": "2024-03-28 10:00:05",
    }
    assert bring(odd, {}, receipt(sent)).status_code == 200
    assert of(SMS).state == "delivered"


def test_get_is_no_way_in(sent: Taken, clock: Clock) -> None:
    clock.tick(seconds=timedelta(seconds=1).total_seconds())
    answer = Client().get(f"/hooks/sms/{signature()}/")
    assert answer.status_code == 405


def test_signed_in_browser_cannot_be_made_to_bring_one(
    sent: Taken, as_staff: Callable[..., Client], cast: Cast
) -> None:
    answer = as_staff(cast.admin).post("/hooks/sms/" + "0" * 64 + "/", "[]", content_type="application/json")
    assert answer.status_code == 404
