"""The cast itself: what every other test relies on."""

from tests.cast import Cast

from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within


def test_cast_stands_where_it_says(cast: Cast) -> None:
    assert {u.name for u in unions_within(cast.admin.actor, Power.SEE_PEOPLE)} == {
        "永川区总工会",
        "中山路街道总工会",
        "永川同心机械厂工会",
        "永川区外卖配送行业工会联合会",
    }
