"""The tree of both provinces as shipped, on any day of its record."""

from collections import Counter
from datetime import date

import pytest
from tests.cast import HOUSE, NOW

from tongxin.unions import queries
from tongxin.unions.actions import closure, seed, tree
from tongxin.unions.divisions import divisions_on
from tongxin.unions.federation_names import NO_FEDERATION
from tongxin.unions.lives import HEADINGS, lives, successions
from tongxin.unions.models import Closure, Kind, Level, Parenthood, Succession, Union

TODAY = date(2024, 3, 28)


def union(code: str) -> Union:
    return Union.objects.get(code=code)


@pytest.mark.django_db
def test_load_divisions_plants_the_tree_with_its_history_once() -> None:
    assert seed.load_divisions() == len(lives()) == 4397
    assert seed.load_divisions() == 0
    living = Union.objects.existing(TODAY)
    assert Counter(living.values_list("level", flat=True)) == {
        Level.NATION: 1,
        Level.PROVINCE: 2,
        Level.PREFECTURE: 21,
        Level.COUNTY: 221,
        Level.TOWNSHIP: 4142,
    }
    assert Union.objects.under(union("000000"), on=TODAY).count() == 4387
    assert {u.name for u in Union.objects.filter(kind=Kind.ACFTU)} == {"中华全国总工会"}
    kept = set(Closure.objects.values_list("ancestor", "descendant", "depth", "valid_from", "valid_to"))
    closure.rebuild_closure()
    assert kept == set(Closure.objects.values_list("ancestor", "descendant", "depth", "valid_from", "valid_to"))
    the_tree_of_a_day_is_that_of_the_divisions()
    yongchuan_is_found_by_each_of_its_codes()
    sichuan_loses_chongqing_in_1997()
    what_merged_or_split_is_bridged()
    a_loaded_tree_can_be_changed()


def the_tree_of_a_day_is_that_of_the_divisions() -> None:
    for day in (date(1998, 1, 1), date(2001, 1, 1), date(2006, 10, 21), date(2006, 10, 22), date(2012, 1, 1), TODAY):
        rows = [row for row in queries.tree_on(day, level=Level.COUNTY) if row.level > Level.NATION]
        codes = {row.pk: row.code for row in rows} | {union("000000").pk: ""}
        expected = {
            (d.code, HEADINGS.get(d.parent_code, d.parent_code))
            for d in divisions_on(day)
            if d.code not in HEADINGS and d.code not in NO_FEDERATION
        }
        assert {(row.code, codes[row.parent_id or 0]) for row in rows} == expected, day


def yongchuan_is_found_by_each_of_its_codes() -> None:
    yongchuan = union("500118")
    for code, day in (
        ("500118", TODAY),
        ("500383", date(2006, 10, 21)),
        ("510281", date(1996, 1, 1)),
        ("510229", date(1990, 1, 1)),
    ):
        assert queries.by_code(code, on=day) == [yongchuan], code
    doubtful = queries.by_code("510283", on=date(1996, 1, 1))
    assert set(doubtful) == {yongchuan, union("500116")}
    assert queries.by_code("500383", on=TODAY) == []
    assert [queries.name_on(yongchuan, date(year, 1, 1)) for year in (1990, 2000, 2024)] == [
        "永川县总工会",
        "永川市总工会",
        "永川区总工会",
    ]
    names = {(row.code, row.confidence) for row in queries.history(yongchuan).codes}
    assert ("510283", "unsure") in names
    assert ("500118", "sure") in names


def sichuan_loses_chongqing_in_1997() -> None:
    before = [row.name for row in queries.path_on(union("500118"), date(1997, 3, 13))]
    assert before == ["中华全国总工会", "四川省总工会", "重庆市总工会", "永川市总工会"]
    after = [row.name for row in queries.path_on(union("500118"), date(1997, 3, 14))]
    assert after == ["中华全国总工会", "重庆市总工会", "永川市总工会"]


def what_merged_or_split_is_bridged() -> None:
    assert Succession.objects.count() == len(successions())
    qijiang = queries.history(union("500110"))
    assert sorted(step.predecessor.name for step in qijiang.before) == ["万盛区总工会", "綦江县总工会"]
    suining = queries.by_code("510902", on=date(2003, 1, 1))
    assert [u.name for u in suining] == ["遂宁市市中区总工会"]
    assert sorted(step.successor.name for step in queries.history(suining[0]).after) == ["安居区总工会", "船山区总工会"]


def a_loaded_tree_can_be_changed() -> None:
    town = Union.objects.filter(level=Level.TOWNSHIP, code__startswith="500118").first()
    assert town is not None
    tree.move(union=town, parent=union("500116"), on=date(2024, 1, 1), by=HOUSE, at=NOW)
    assert town in Union.objects.under(union("500116"), on=TODAY)


def test_lives_stand_under_a_parent_on_every_day_of_theirs() -> None:
    by_code = {life.code: life for life in lives()}
    for life in lives():
        day: date | None = life.begins
        for place in life.places:
            parent = by_code[place.value]
            assert place.begins == day, life.code
            assert parent.begins <= place.begins, life.code
            assert parent.ends is None or (place.ends is not None and place.ends <= parent.ends), life.code
            day = place.ends
        assert day == life.ends or life.code == "000000", life.code


@pytest.mark.django_db
def test_plant_many_adds_grass_roots_unions_in_one_go() -> None:
    top = tree.found(
        parent=None,
        kind=Kind.ACFTU,
        level=Level.NATION,
        name="中华全国总工会",
        code="000000",
        founded_on=date(1900, 1, 1),
        by=HOUSE,
        at=NOW,
    )
    planted = seed.plant_many([seed.Seedling(top, Kind.GRASSROOTS_UNION, f"第{n}号工会", f"X{n}") for n in range(500)])
    assert [u.code for u in planted[:2]] == ["X0", "X1"]
    assert Union.objects.under(top, on=TODAY).count() == 501
    assert Parenthood.objects.filter(parent=top).count() == 500
    assert all(u.synthetic for u in planted)


def test_a_doubtful_code_makes_no_succession() -> None:
    """510283 was 江津's or 永川's: neither went into the other."""
    assert [step for step in successions() if step.successor == "500118"] == []
    assert sorted({step.successor for step in successions()}) == [
        "500000",
        "500101",
        "500110",
        "500111",
        "510903",
        "510904",
        "510923",
        "511400",
        "511603",
        "511903",
        "512000",
    ]
