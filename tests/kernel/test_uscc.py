"""Credit codes: T20 of the field."""

import pytest

from tongxin.kernel import uscc
from tongxin.kernel.refused import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("81500118MC0000001Q", "81500118MC0000001Q"),
        ("Y1500118MC00000012", "Y1500118MC00000012"),
        ("８１500118mc0000001q ", "81500118MC0000001Q"),
        ("8150 0118 MC00 0000 1Q", "81500118MC0000001Q"),
    ],
)
def test_canonical_accepts_unions_and_codes_that_begin_with_a_letter(typed, kept):
    assert uscc.canonical(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("81500118MC0000001", "uscc-length", "统一社会信用代码应有18位，这里是17位，请对照执照核对。"),
        ("81500118MC000000IQ", "uscc-chars", "统一社会信用代码第17位写成了I，代码里不用这个字母，像是1，请核对。"),
        ("81500118MC000000#Q", "uscc-chars", "统一社会信用代码只有数字和大写字母，请删去别的字符。"),
        (
            "81500118MC0000001R",
            "uscc-check",
            "统一社会信用代码最后一位校验不对，请对照执照核对，看看有没有抄错的字符。",
        ),
    ],
)
def test_canonical_refuses_with_what_to_do(typed, code, words):
    with pytest.raises(Refused) as caught:
        uscc.canonical(typed)
    assert (caught.value.code, str(caught.value)) == (code, words)
