"""Phone numbers as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("１３８ ００１３ ８０００", "+8613800138000"),
        ("013800138000", "+8613800138000"),
        ("19912345678", "+8619912345678"),
        ("16600000000", "+8616600000000"),
        ("023-49822222", "+862349822222"),
        ("（023）49822222", "+862349822222"),
        ("0838—2345678", "+868382345678"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_canonical_is_e164(typed, kept):
    assert phones.canonical(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("1380013800", "phone-length", "手机号只有10位，少1位，请补上。"),
        ("138001380001", "phone-length", "手机号有12位，多1位，请删去多出的数字。"),
        ("49822222", "phone-area", "固定电话要写区号，例如023加8位号码；有手机号请填手机号。"),
        ("13800138000/13900139000", "phone-many", "这里像有两个号码，请只留本人常用的一个手机号。"),
        ("13800138000、13900139000", "phone-many", "这里像有两个号码，请只留本人常用的一个手机号。"),
        ("李四", "phone-chars", "手机号里有数字以外的字符，请只写11位数字。"),
        ("", "phone-missing", "没有手机号，请补上。"),
        ("12351", "phone-unknown", "认不出这个号码，请填11位手机号，或带区号的固定电话。"),
    ],
)
def test_canonical_refuses_with_what_to_do(typed, code, words):
    with pytest.raises(Refused) as caught:
        phones.canonical(typed)
    assert (caught.value.code, str(caught.value)) == (code, words)


def test_canonical_mobile_refuses_a_landline():
    assert phones.canonical_mobile("13800138000") == "+8613800138000"
    with pytest.raises(Refused) as caught:
        phones.canonical_mobile("023-49822222")
    assert caught.value.code == "phone-landline"


@pytest.mark.parametrize(
    ("number", "mobile", "written"),
    [
        ("+8613800138000", True, "13800138000"),
        ("+862349822222", False, "02349822222"),
        ("+85291234567", True, "+85291234567"),
        ("+864008123456", False, "4008123456"),
    ],
)
def test_is_mobile_and_national(number, mobile, written):
    assert phones.is_mobile(number) is mobile
    assert phones.national(number) == written


@settings(deadline=None)
@given(st.text(alphabet="0123456789+- ()/一１", max_size=20))
def test_canonical_of_any_text_is_a_number_or_refused(text):
    try:
        number = phones.canonical(text)
    except Refused:
        pass
    else:
        assert phones.canonical(number) == number
