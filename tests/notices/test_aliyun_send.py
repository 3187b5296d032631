"""The text message service over real HTTP: what we say to it, and what we make of everything that it may answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cast import NOW
from tests.notices.aliyun_standin import AliyunStandin, closed_door

from tongxin.notices.gateways.aliyun import AliyunSms, signed
from tongxin.notices.gateways.parcels import Fate, Filled, Parcel, Verdict

PHONE = "+8619900000001"


@pytest.fixture
def standin(settings: Any) -> Iterator[AliyunStandin]:
    with AliyunStandin().listening() as found:
        settings.ALIYUN_SMS = found.settings()
        yield found


def parcel(serial: str = "s1", **values: str) -> Parcel:
    filled = Filled("SMS_154950909", "永川区总工会", values or {"what": "摄影基础 & 修图~(一)"}, "文字")
    return Parcel(serial, PHONE, "标题", "正文", "https://example.cn/inbox/", filled)


def send(one: Parcel | None = None) -> tuple[Verdict, str, str]:
    answer = AliyunSms().send(one or parcel(), at=NOW)
    return answer.verdict, answer.receipt_id, answer.code


def test_send_is_signed_and_carries_template_signature_and_our_serial(standin: AliyunStandin) -> None:
    assert send() == (Verdict.ACCEPTED, "900000000000^0", "")
    [seen] = standin.seen
    assert (seen.serial, seen.phone, seen.template, seen.signature) == (
        "s1", "19900000001", "SMS_154950909", "永川区总工会",
    )  # fmt: skip
    assert seen.params == {"what": "摄影基础 & 修图~(一)"}
    assert standin.wrong_signatures == 0


def test_wrong_secret_is_refused_by_the_service(standin: AliyunStandin, settings: Any) -> None:
    settings.ALIYUN_SMS = standin.settings() | {"secret": "another"}
    assert send() == (Verdict.REFUSED, "", "SignatureDoesNotMatch")
    assert (standin.seen, standin.wrong_signatures) == ([], 1)


def test_signature_is_that_of_the_documentation() -> None:
    """The example of the signing guide (V3): same request, same key, same nonce, same moment."""
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    headers = signed(
        "ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", query, key="YourAccessKeyId",
        secret="YourAccessKeySecret", at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )  # fmt: skip
    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_long_values_are_cut_to_what_the_service_takes(standin: AliyunStandin) -> None:
    send(parcel(what="字" * 36))
    assert standin.seen[0].params == {"what": "字" * 35}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", Verdict.REFUSED),
        ("isv.SMS_TEMPLATE_ILLEGAL", Verdict.REFUSED),
        ("isv.BUSINESS_LIMIT_CONTROL", Verdict.LATER),
        ("isv.AMOUNT_NOT_ENOUGH", Verdict.LATER),
        ("Throttling.User", Verdict.LATER),
        ("isp.SYSTEM_ERROR", Verdict.DOUBT),
        ("ServiceUnavailable", Verdict.DOUBT),
    ],
)
def test_each_code_says_whether_it_went_out(standin: AliyunStandin, code: str, verdict: Verdict) -> None:
    standin.behave = [code]
    assert send() == (verdict, "", code)


@pytest.mark.parametrize("how", ["silent", "takes and is silent", "garbage", "a list"])
def test_no_answer_is_a_doubt(standin: AliyunStandin, how: str) -> None:
    standin.behave = [how]
    assert send()[0] is Verdict.DOUBT


def test_answer_that_comes_too_late_is_a_doubt(standin: AliyunStandin, settings: Any) -> None:
    settings.ALIYUN_SMS = standin.settings(patience=0.3)
    standin.slow = 1.0
    assert send() == (Verdict.DOUBT, "", "TimeoutError")


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """A server that says this to one caller, whatever it was asked, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            caller, _ = door.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        thread.join(5)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Code":', b"\x00\xff\x00", b"HTTP/1.1 999999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xfe\xff\xfe",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ],
)  # fmt: skip
def test_garbage_on_the_wire_is_a_doubt(settings: Any, answer: bytes) -> None:
    with saying(answer) as url:
        settings.ALIYUN_SMS = {"key": "k", "secret": "s", "url": url, "hook": "", "patience": 60.0}
        assert send()[0] is Verdict.DOUBT


def test_closed_door_is_certainly_not_sent(settings: Any) -> None:
    with closed_door() as port:
        url = f"http://127.0.0.1:{port}"
        settings.ALIYUN_SMS = {"key": "k", "secret": "s", "url": url, "hook": "", "patience": 60.0}
        assert send() == (Verdict.LATER, "", "ConnectionRefusedError")
        assert AliyunSms().trace("s1", PHONE, sent=NOW).fate is Fate.UNKNOWN


# ---- asking -------------------------------------------------------------------------------------------------------


def trace(serial: str = "s1", sent: datetime = NOW) -> Fate:
    return AliyunSms().trace(serial, PHONE, sent=sent).fate


@pytest.mark.parametrize(
    ("status", "fate"), [(1, Fate.UNDER_WAY), (2, Fate.UNDELIVERED), (3, Fate.DELIVERED), (9, Fate.UNKNOWN)]
)
def test_trace_finds_it_by_our_serial(standin: AliyunStandin, status: int, fate: Fate) -> None:
    send()
    standin.seen[0].status = status
    assert trace() is fate
    assert standin.calls[-1] == {
        "Action": "QuerySendDetails", "PhoneNumber": "19900000001", "SendDate": "20240328", "PageSize": "50",
        "CurrentPage": "1",
    }  # fmt: skip


def test_trace_of_what_never_came(standin: AliyunStandin) -> None:
    assert trace() is Fate.NEVER_CAME
    send(parcel("s2"))
    assert trace() is Fate.NEVER_CAME


def test_trace_reads_every_page(standin: AliyunStandin) -> None:
    for n in range(120):
        send(parcel(f"s{n}"))
    assert trace("s119") is Fate.UNDER_WAY
    assert [call.get("CurrentPage") for call in standin.calls[-3:]] == ["1", "2", "3"]
    assert trace("s120") is Fate.NEVER_CAME


def test_trace_across_midnight_asks_both_days(standin: AliyunStandin) -> None:
    late = NOW.replace(hour=23, minute=55)
    standin.today = "20240329"
    send()
    assert trace(sent=late) is Fate.UNDER_WAY
    assert trace(sent=late - timedelta(minutes=20)) is Fate.NEVER_CAME


@pytest.mark.parametrize("how", ["silent", "garbage", "a list", "isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR"])
def test_trace_without_a_clear_answer_says_nothing(standin: AliyunStandin, how: str) -> None:
    """Never "it never came": that would send it again."""
    standin.ask_behave = [how]
    assert trace() is Fate.UNKNOWN
