"""Numbers of papers: T20 of the field, and what people type."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from tongxin.kernel import id_numbers
from tongxin.kernel.refused import Refused

YONGCHUAN_1970 = "510229197001010012"  # synthetic; the prefix is of Yongchuan when it was in Sichuan


def refusal(text: str, **options) -> Refused:
    with pytest.raises(Refused) as caught:
        id_numbers.canonical(text, **options)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("510229197001010012", YONGCHUAN_1970),
        ("510229700101001", YONGCHUAN_1970),
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("11010519491231002×", "11010519491231002X"),
        ("11010519491231002Х", "11010519491231002X"),  # Cyrillic
        (" 510229 19700101 0012\t", YONGCHUAN_1970),
        ("'510229197001010012", YONGCHUAN_1970),
        ("５１０２２９１９７００１０１００１２", YONGCHUAN_1970),
        ("\ufeff510229197001010012\u200b", YONGCHUAN_1970),
    ],
)
def test_canonical_gives_eighteen_characters(typed, kept):
    assert id_numbers.canonical(typed) == kept


def test_canonical_never_looks_at_the_region():
    for region in ("000000", "510118", "500118", "510283", "999999"):
        number = region + "19900101001"
        number += mod_11_2.calc_check_digit(number)
        assert id_numbers.canonical(number) == number


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("51022919700101001", "id-length", "身份证号只有17位，少1位，请补上漏掉的数字。"),
        ("5102291970010100122", "id-length", "身份证号有19位，多1位，请删去多出的数字。"),
        ("", "id-missing", "没有身份证号，请补上。"),
        ("51O229197001010012", "id-chars", "身份证号第3位是字母O，像是数字0，请改成数字。"),
        ("5102291970X1010012", "id-chars", "身份证号第11位不是数字，请对照证件重填。"),
        ("510229197002300012", "id-date", "身份证号第7到14位是出生日期，写成了不存在的日子，请对照证件核对这8位。"),
        ("510229177001010012", "id-date", "身份证号第7到14位是出生日期，年份不对，请对照证件核对这8位。"),
        ("510229197001010013", "id-check", "身份证号第18位校验不对，请对照证件核对，看看有没有抄错或颠倒的数字。"),
    ],
)
def test_canonical_refuses_with_what_to_do(typed, code, words):
    caught = refusal(typed)
    assert (caught.code, str(caught)) == (code, words)


def test_canonical_refuses_a_birth_to_come_only_when_told_the_day():
    number = "51022920300101001"
    number += mod_11_2.calc_check_digit(number)
    assert id_numbers.canonical(number) == number
    assert refusal(number, today=date(2026, 1, 1)).code == "id-date"


def test_birth_date_and_sex():
    assert id_numbers.birth_date(YONGCHUAN_1970) == date(1970, 1, 1)
    assert id_numbers.sex(YONGCHUAN_1970) == "male"
    assert id_numbers.sex("11010519491231002X") == "female"


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("resident_id", "510229700101001", YONGCHUAN_1970),
        ("passport", "e1234 5678", "passport:E12345678"),
        ("hk_macao_permit", "H12345678", "hk_macao_permit:H12345678"),
        ("hk_macao_permit", "h1234567802", "hk_macao_permit:H12345678"),
        ("taiwan_permit", "12345678", "taiwan_permit:12345678"),
        ("taiwan_permit", "1234567801（B）", "taiwan_permit:12345678"),
        ("foreign_resident", "usa110078111509", "foreign_resident:USA110078111509"),
    ],
)
def test_canonical_document_of_each_kind(kind, typed, kept):
    assert id_numbers.canonical_document(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("passport", "1", "document-number"),
        ("hk_macao_permit", "X12345678", "document-number"),
        ("library_card", "12345678", "document-kind"),
        ("resident_id", "12345678", "id-length"),
    ],
)
def test_canonical_document_refuses(kind, typed, code):
    with pytest.raises(Refused) as caught:
        id_numbers.canonical_document(kind, typed)
    assert caught.value.code == code


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999999), st.integers(0, 999))
def test_canonical_of_the_old_number_is_the_new_number(born, region, serial):
    old = f"{region:06d}{born:%y%m%d}{serial:03d}"
    new = f"{region:06d}{born:%Y%m%d}{serial:03d}"
    new += mod_11_2.calc_check_digit(new)
    assert id_numbers.canonical(old) == new == id_numbers.canonical(new.lower())
    assert id_numbers.birth_date(new) == born


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_canonical_notices_every_single_wrong_digit(born, serial, place, shift):
    right = f"510229{born:%Y%m%d}{serial:03d}"
    right += mod_11_2.calc_check_digit(right)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert refusal(wrong).code in {"id-check", "id-date"}


@settings(deadline=None)
@given(st.text(max_size=25))
def test_canonical_of_any_text_is_a_number_or_refused(text):
    try:
        number = id_numbers.canonical(text)
    except Refused:
        pass
    else:
        assert id_numbers.canonical(number) == number
        assert len(number) == 18
