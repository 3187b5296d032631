import hmac

import pytest

from tongxin.kernel.macs import hmac_sha256


@pytest.mark.parametrize("key", [b"", b"short", bytes(range(64)), bytes(range(65)), bytes(200)], ids=len)
@pytest.mark.parametrize("text", [b"", b"one", bytes(300)], ids=len)
def test_it_is_what_the_library_says(key: bytes, text: bytes) -> None:
    seal = hmac_sha256(key)
    assert seal(text) == hmac.digest(key, text, "sha256")
    assert seal(text) == seal(text)  # no text leaves a trace in the next


def test_what_rfc_4231_says() -> None:
    found = hmac_sha256(b"Jefe")(b"what do ya want for nothing?")
    assert found.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
