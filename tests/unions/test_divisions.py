"""The shipped divisions, their dated codes, and the federations that grow from them."""

from collections import Counter
from datetime import date

import pytest

from tongxin.kernel.refused import Refused
from tongxin.unions.divisions import (
    Division,
    divisions_on,
    lineage,
    periods_of,
    read_code_history,
    read_divisions,
)
from tongxin.unions.federation_names import NO_FEDERATION, federation_name, federations


def names_on(day: date) -> dict[str, str]:
    return {division.code: division.name for division in divisions_on(day)}


def test_divisions_are_counted_by_level() -> None:
    levels = Counter(division.level for division in read_divisions() if division.code not in NO_FEDERATION)
    assert levels == {"province": 2, "prefecture": 21, "county": 221, "township": 4142}


def test_divisions_come_after_their_parents_and_once() -> None:
    seen = {""}
    for division in read_divisions():
        assert division.parent_code in seen
        assert division.code not in seen
        seen.add(division.code)


def test_federations_are_counted_by_level_with_the_national_one_on_top() -> None:
    seeds = list(federations())
    assert Counter(seed.level for seed in seeds) == {
        "national": 1,
        "province": 2,
        "prefecture": 21,
        "county": 221,
        "township": 4142,
    }
    assert [seed.name for seed in seeds if seed.parent_code is None] == ["中华全国总工会"]
    codes = [seed.code for seed in seeds]
    assert len(set(codes)) == len(codes)
    assert {seed.parent_code for seed in seeds} - {None} <= set(codes)


def test_federations_of_chongqings_counties_hang_directly_under_the_municipality() -> None:
    parents = {seed.code: seed.parent_code for seed in federations()}
    assert parents["500118"] == "500000"  # 永川区, whose division hangs under 市辖区
    assert parents["500229"] == "500000"  # 城口县, under 县
    assert parents["510104"] == "510100"  # 锦江区, under 成都市
    assert parents["500000"] == parents["510000"] == "000000"
    assert NO_FEDERATION.isdisjoint(parents)


def test_federations_of_every_kind_of_division_are_named_by_rule() -> None:
    names = {seed.code: seed.name for seed in federations()}
    assert names["510000"] == "四川省总工会"
    assert names["500000"] == "重庆市总工会"
    assert names["510100"] == "成都市总工会"
    assert names["513200"] == "阿坝藏族羌族自治州总工会"
    assert names["500118"] == "永川区总工会"
    assert names["500240"] == "石柱土家族自治县总工会"
    assert names["511002"] == "内江市市中区总工会"
    assert names["511102"] == "乐山市市中区总工会"
    assert names["510402"] == "攀枝花市东区总工会"
    assert names["513225401"] == "九寨沟风景名胜管理局工会工作委员会"
    assert {seed.name_basis for seed in federations() if seed.code != "000000"} == {"synthetic-by-rule"}


def test_federation_name_drops_the_office_of_a_street() -> None:
    street = Division("500118001", "500118", "示例街道办事处", "township")
    assert federation_name(street) == "示例街道总工会"


def test_federations_other_than_townships_without_a_place_have_different_names() -> None:
    names = Counter(seed.name for seed in federations() if seed.level != "township")
    assert [name for name, times in names.items() if times > 1] == []


def test_lineage_of_yongchuan_reaches_back_to_the_county_in_sichuan() -> None:
    assert [(period.code, period.name, period.confidence) for period in lineage("500118")] == [
        ("500118", "永川区", "sure"),
        ("500383", "永川市", "fairly"),
        ("510281", "永川市", "fairly"),
        ("510283", "永川市", "unsure"),
        ("519005", "永川市", "sure"),
        ("510229", "永川县", "sure"),
    ]


def test_lineage_of_a_merged_district_names_both_that_went_into_it() -> None:
    assert {(period.code, period.name) for period in lineage("500110")} == {
        ("500110", "綦江区"),
        ("500110", "万盛区"),
        ("500222", "綦江县"),
        ("510216", "万盛区"),
        ("510223", "綦江县"),
    }


def test_lineage_of_a_code_that_nobody_bears_is_empty() -> None:
    assert lineage("999999") == []


def test_periods_of_a_contested_code_names_every_bearer_as_unsure() -> None:
    assert {(period.name, period.confidence) for period in periods_of("510283")} == {
        ("江津市", "unsure"),
        ("永川市", "unsure"),
    }


def test_divisions_on_a_day_of_2024_are_the_shipped_ones() -> None:
    shipped = {(d.code, d.name, d.parent_code) for d in read_divisions() if d.level != "township"}
    assert {(d.code, d.name, d.parent_code) for d in divisions_on(date(2024, 3, 28))} == shipped


@pytest.mark.parametrize(
    ("day", "code", "name"),
    [
        (date(2006, 10, 21), "500383", "永川市"),
        (date(2006, 10, 22), "500118", "永川区"),
        (date(2016, 4, 30), "512081", "简阳市"),
        (date(2016, 6, 1), "510185", "简阳市"),
        (date(2010, 1, 1), "500110", "万盛区"),
        (date(2012, 1, 1), "500110", "綦江区"),
        (date(2002, 1, 1), "510902", "市中区"),
        (date(2005, 1, 1), "510904", "安居区"),
        (date(1997, 3, 14), "500000", "重庆市"),
    ],
)
def test_divisions_on_a_day_bear_the_code_and_name_of_that_day(day: date, code: str, name: str) -> None:
    assert names_on(day)[code] == name


def test_divisions_on_the_last_day_before_a_change_lack_the_new_code() -> None:
    assert "500118" not in names_on(date(2006, 10, 21))
    assert "500383" not in names_on(date(2006, 10, 22))
    assert "510185" not in names_on(date(2016, 4, 30))


def test_divisions_on_any_new_year_have_one_bearer_a_code_and_a_parent_each() -> None:
    for year in range(1998, 2025):
        divisions = divisions_on(date(year, 1, 1))
        codes = [division.code for division in divisions]
        assert len(set(codes)) == len(codes), year
        assert {division.parent_code for division in divisions} - {""} <= set(codes), year


def test_divisions_on_a_day_before_the_record_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        divisions_on(date(1997, 3, 13))
    assert refusal.value.code == "division-history-range"
    assert str(refusal.value) == "区划沿革从1997年3月14日起才完整，请选这一天或以后的日期。"


def test_code_history_periods_are_not_empty_and_say_how_sure_they_are() -> None:
    for period in read_code_history():
        if period.valid_from is not None and period.valid_to is not None:
            assert period.valid_from < period.valid_to, period
        assert (period.from_precision != "") == (period.valid_from is not None), period
        assert (period.to_precision != "") == (period.valid_to is not None), period
        assert period.confidence in {"sure", "fairly", "unsure"}
        assert period.change in {"known", "new", "rename", "recode", "merge", "split", "transfer"}


def test_code_history_links_lead_to_rows_that_exist() -> None:
    codes = {period.code for period in read_code_history()} | {division.code for division in read_divisions()}
    for period in read_code_history():
        assert set(period.successors) <= codes, period
        assert set(period.predecessors) <= codes, period
