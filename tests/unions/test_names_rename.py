"""Names and public codes change from a day on; what a union was called before stays true of its day."""

from datetime import date

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.unions import queries
from tongxin.unions.actions import names
from tongxin.unions.models import Confidence, Union, UnionCode

DAY = date(2024, 2, 1)


def test_rename_holds_from_its_day(cast: Cast) -> None:
    names.rename(union=cast.factory, name="永川同心智造工会", on=DAY, by=cast.admin.actor, at=NOW)
    assert Union.objects.get(pk=cast.factory.pk).name == "永川同心智造工会"
    assert queries.name_on(cast.factory, date(2024, 1, 31)) == "永川同心机械厂工会"
    assert queries.name_on(cast.factory, DAY) == "永川同心智造工会"
    assert [row.name for row in queries.history(cast.factory).names] == ["永川同心智造工会", "永川同心机械厂工会"]


def test_rename_back_dated_does_not_touch_a_later_name(cast: Cast) -> None:
    names.rename(union=cast.factory, name="乙工会", on=DAY, by=HOUSE, at=NOW)
    names.rename(union=cast.factory, name="甲工会", on=date(2020, 1, 1), by=HOUSE, at=NOW)
    assert Union.objects.get(pk=cast.factory.pk).name == "乙工会"
    assert queries.name_on(cast.factory, date(2021, 1, 1)) == "甲工会"


def test_rename_again_on_the_same_day_corrects_it(cast: Cast) -> None:
    for name in ("同心智照工会", "同心智造工会"):
        names.rename(union=cast.factory, name=name, on=DAY, by=HOUSE, at=NOW)
    assert [row.name for row in queries.history(cast.factory).names] == ["同心智造工会", "永川同心机械厂工会"]


@pytest.mark.parametrize(
    ("name", "on", "code"),
    [
        ("永川同心机械厂工会", DAY, "name-same"),
        (" ", DAY, "name-missing"),
        ("新", date(2017, 1, 1), "union-not-there"),
        ("新", date(2024, 3, 29), "day-to-come"),
    ],
)
def test_rename_is_refused_for_what_cannot_be(cast: Cast, name: str, on: date, code: str) -> None:
    with pytest.raises(Refused) as refused:
        names.rename(union=cast.factory, name=name, on=on, by=HOUSE, at=NOW)
    assert refused.value.code == code


def test_rename_is_refused_to_a_sibling(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        names.rename(union=cast.jiangjin, name="新", on=DAY, by=cast.admin.actor, at=NOW)
    assert refused.value.code == "no-power"


def test_recode_keeps_the_code_of_the_day_and_the_unions_own(cast: Cast) -> None:
    names.recode(union=cast.yongchuan, code="500199", on=DAY, by=HOUSE, at=NOW)
    assert queries.by_code("500199", on=TODAY) == [cast.yongchuan]
    assert queries.by_code("500118", on=date(2024, 1, 31)) == [cast.yongchuan]
    assert Union.objects.get(pk=cast.yongchuan.pk).code == "500118"


def test_recode_is_refused_while_another_bears_the_code(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        names.recode(union=cast.yongchuan, code="500116", on=DAY, by=HOUSE, at=NOW)
    assert refused.value.code == "code-taken"


def test_a_doubtful_code_stands_beside_the_sure_one(cast: Cast) -> None:
    names.recode(union=cast.yongchuan, code="500116", on=DAY, by=HOUSE, at=NOW, confidence=Confidence.UNSURE)
    assert queries.by_code("500116", on=TODAY) == [cast.jiangjin, cast.yongchuan]
    best = queries.code_on(cast.yongchuan, TODAY)
    assert best is not None
    assert best.code == "500118"
    assert UnionCode.objects.as_of(TODAY).filter(union=cast.yongchuan).count() == 2
