"""A union begins: under whom, from when, by whom."""

from datetime import date

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast, union_under

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.records.models import JournalEntry
from tongxin.unions.actions import tree
from tongxin.unions.actions.standing import MANAGE
from tongxin.unions.models import Kind, Level, Union

DAY = date(2024, 3, 1)


def found(cast: Cast, by: Actor, parent: Union | None, **values: object) -> Union:
    given = {
        "kind": Kind.GRASSROOTS_UNION,
        "level": Level.GRASSROOTS,
        "name": "永川新厂工会",
        "code": "500118-J9",
        "founded_on": DAY,
    }
    return tree.found(parent=parent, by=by, at=NOW, **given | values)  # type: ignore[arg-type]


def refusal(*args: object, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        found(*args, **values)  # type: ignore[arg-type]
    return refused.value.code


def test_found_puts_the_union_below_its_parent_and_all_above(cast: Cast) -> None:
    union = found(cast, cast.admin.actor, cast.zhongshan)
    assert set(Union.objects.above(union, on=TODAY)) == {
        union,
        cast.zhongshan,
        cast.yongchuan,
        cast.chongqing,
        cast.nation,
    }
    assert union in Union.objects.under(cast.yongchuan, on=TODAY)
    assert union not in Union.objects.under(cast.yongchuan, on=date(2024, 2, 29))
    assert union.federation == cast.chongqing.pk


def test_found_is_journalled(cast: Cast) -> None:
    union = found(cast, cast.admin.actor, cast.zhongshan)
    entry = JournalEntry.objects.get(verb="union.founded", of_id=union.public_id)
    assert (entry.account, entry.union, entry.federation, entry.data) == (
        cast.admin.account and cast.admin.account.pk,
        union.pk,
        cast.chongqing.pk,
        {"parent": "500118001"},
    )


def test_a_province_is_its_own_federation(cast: Cast) -> None:
    assert cast.sichuan.federation == cast.sichuan.pk
    assert cast.jinjiang_shop.federation == cast.sichuan.pk
    assert cast.nation.federation == cast.nation.pk


def test_found_is_refused_to_those_without_the_power_there(cast: Cast) -> None:
    for nobody in (cast.officer, cast.cadre, cast.sibling_officer, cast.jinjiang_admin, cast.wang):
        assert refusal(cast, nobody.actor, cast.zhongshan) == "no-power"
    assert refusal(cast, cast.admin.actor, cast.chongqing) == "no-power"
    assert refusal(cast, cast.chief.actor, None, kind=Kind.ACFTU) == "no-power"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"code": "500118"}, "code-taken"),
        ({"code": " "}, "code-missing"),
        ({"name": "  "}, "name-missing"),
        ({"level": Level.PROVINCE}, "level-above-parent"),
        ({"founded_on": date(1899, 12, 31)}, "parent-not-there"),
        ({"uscc": "81500118MC0000001X"}, "uscc-check"),
    ],
)
def test_found_is_refused_for_what_cannot_be(cast: Cast, values: dict[str, object], code: str) -> None:
    assert refusal(cast, cast.admin.actor, cast.yongchuan, **values) == code


def test_found_without_parent_is_refused_unless_national(cast: Cast) -> None:
    assert refusal(cast, HOUSE, None) == "parent-missing"


def test_found_takes_a_union_code_that_begins_with_81(cast: Cast) -> None:
    assert found(cast, cast.admin.actor, cast.yongchuan, uscc="81500118mc0000001q").uscc == "81500118MC0000001Q"
    assert refusal(cast, cast.admin.actor, cast.yongchuan, code="x", uscc="81500118MC0000001Q") == "uscc-taken"


def test_the_power_to_manage_has_the_same_name_in_both_rooms() -> None:
    assert Power.MANAGE_UNIONS.value == MANAGE


def test_an_industrial_union_hangs_anywhere(cast: Cast) -> None:
    industrial = union_under(cast.yongchuan, "永川区教育工会", "500118-C1", Level.COUNTY, kind=Kind.INDUSTRIAL_UNION)
    school = union_under(industrial, "永川中学工会", "500118-C1-1", Level.GRASSROOTS, kind=Kind.GRASSROOTS_UNION)
    assert [u.name for u in Union.objects.above(school, on=TODAY).order_by("level", "pk")] == [
        "中华全国总工会",
        "重庆市总工会",
        "永川区总工会",
        "永川区教育工会",
        "永川中学工会",
    ]
