"""RFC 6238, appendix B, SHA-1; its eight digits cut to the last six."""

from datetime import UTC, datetime, timedelta

import pytest

from tongxin.kernel.one_time_codes import address, code_at, matching_step, new_secret, step_at

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_code_at_is_the_rfcs(seconds: int, code: str) -> None:
    assert code_at(SECRET, step_at(datetime.fromtimestamp(seconds, UTC))) == code


@pytest.mark.parametrize(("off", "found"), [(-31, True), (0, True), (31, True), (-75, False), (75, False)])
def test_matching_step_bears_half_a_minute(off: int, found: bool) -> None:
    at = datetime(2024, 4, 2, 10, 0, 15, tzinfo=UTC)
    code = code_at(SECRET, step_at(at))
    assert (matching_step(SECRET, code, at + timedelta(seconds=off)) == step_at(at)) is found


@pytest.mark.parametrize("code", ["", "28708", "2870820", "一二三四五六", "abcdef"])
def test_matching_step_of_no_code_is_none(code: str) -> None:
    assert matching_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_new_secret_is_160_bits_and_fresh() -> None:
    assert len(new_secret()) == 32
    assert new_secret() != new_secret()


def test_address_is_what_apps_read() -> None:
    assert address("ABC", issuer="同心", account="liu min") == (
        "otpauth://totp/%E5%90%8C%E5%BF%83:liu%20min?secret=ABC&issuer=%E5%90%8C%E5%BF%83&algorithm=SHA1&digits=6&period=30"
    )
