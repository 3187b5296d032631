"""What people wrote here, on a page read in English: what somebody said it means, what the house brings along, or itself."""

import pytest
from django.test import Client
from django.utils.translation import override
from tests.cast import NOW, Cast
from tests.web.conftest import Clock
from tests.web.staff.catalogue_things import catalogue_things

from tongxin.records.actions import english as actions
from tongxin.web import english

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_request() -> None:
    english.forget()


def _say(cast: Cast, **words: str) -> int:
    english.forget()
    return actions.say(
        words=words, union=cast.yongchuan.pk, federation=cast.yongchuan.federation, by=cast.admin.actor, at=NOW
    )


def test_chinese_page_shows_what_was_written(cast: Cast) -> None:
    _say(cast, 送清凉=("Cool days"))
    with override("zh-hans"):
        assert (english.plain("送清凉"), english.said("送清凉")) == ("送清凉", "送清凉")
        assert english.basis("某文件", "第一条") == "某文件，第一条"


def test_shipped_words_until_somebody_says_otherwise(cast: Cast) -> None:
    with override("en"):
        assert english.said("送清凉") == "Summer care"
        _say(cast, 送清凉="Cool days")
        assert english.said("送清凉") == "Cool days"
        _say(cast, 送清凉="")
        assert english.said("送清凉") == "Summer care"


def test_what_has_no_english_says_that_it_is_chinese(cast: Cast) -> None:
    with override("en"):
        assert english.said("谁也没译<过>") == '<span lang="zh-Hans">谁也没译&lt;过&gt;</span>'
        assert english.said("Room 203") == "Room 203"
        assert english.said("Run by 永川区总工会（示例） since 2019") == (
            'Run by <span lang="zh-Hans">永川区总工会（示例）</span> since 2019'
        )


def test_name_in_a_sentence_is_english_where_it_has_any(cast: Cast) -> None:
    _say(cast, 茶艺="Tea & talk")
    with override("en"):
        assert english.said("A place in “茶艺” is yours") == "A place in “Tea &amp; talk” is yours"


def test_text_that_was_changed_has_no_english_any_more(cast: Cast) -> None:
    _say(cast, 年票1张="1 year ticket")
    with override("en"):
        assert english.plain("年票1张") == "1 year ticket"
        assert english.plain("年票2张") == "年票2张"


def test_class_is_called_by_its_course_and_its_own_name(cast: Cast) -> None:
    _say(cast, 瑜伽入门="Yoga", 晚班="evening class")
    with override("en"):
        assert english.plain("瑜伽入门（晚班）") == "Yoga (evening class)"
        assert english.plain("瑜伽入门（早班）") == "瑜伽入门（早班）"


def test_law_keeps_its_own_words_and_its_summary_binds_nobody() -> None:
    with override("en"):
        shown = english.basis("总工办发〔2017〕43号：会员生日慰问", "谁也没译过")
    assert shown == (
        '<span lang="zh-Hans">总工办发〔2017〕43号：会员生日慰问，谁也没译过</span>'
        '<span class="d-block">In English, not binding: ACFTU General Office [2017] No. 43: birthday gifts to members</span>'
    )


def test_one_request_asks_for_all_texts_once(cast: Cast, django_assert_num_queries) -> None:
    _say(cast, 甲="A", 乙="B")
    with override("en"):
        english.plain("甲")
        english.forget()
        with django_assert_num_queries(1):
            assert [english.plain(text) for text in ("甲", "乙", "丙")] == ["A", "B", "丙"]


def test_shipped_line_is_found_by_either_language(client: Client, cast: Cast, clock: Clock) -> None:
    clock.now = NOW
    catalogue_things(cast.yongchuan)  # 永川区总工会送清凉
    _say(cast, 永川区总工会送清凉="Summer care")
    client.cookies["tx-language"] = "en"
    for words in ("summer CARE", "送清凉"):
        page = client.get("/catalogue/", {"q": words}).content.decode()
        assert page.count(">Summer care</a>") == 1
    assert "Summer care" not in client.get("/catalogue/", {"q": "legal aid"}).content.decode()
