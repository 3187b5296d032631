"""The rows behind a number add up to it, at every level, or say why not."""

from datetime import date

import pytest
from tests.factories.figures import Books, person, plant_unions

from tongxin.activities.models import Course
from tongxin.activities.states import ActivityKind
from tongxin.figures import catalogue, counting, sheets
from tongxin.figures.asking import Asking, Axis
from tongxin.figures.catalogue import FIGURES
from tongxin.people.authority import Actor, Post
from tongxin.people.roles import RoleName
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db
AS_OF = date(2024, 3, 31)
MARCH = [date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18)]


@pytest.fixture
def unions() -> dict[str, Union]:
    return plant_unions()


@pytest.fixture
def books(unions: dict[str, Union]) -> Books:
    """Two terms, two courses, four cohorts (one held by the street below), three workers."""
    books = Books(unions["500118"])
    one, two = books.term(1), books.term(2)
    yoga, ink = books.course("瑜伽"), books.course("楷书")
    cohorts = [
        books.cohort(one, yoga, *MARCH), books.cohort(one, ink, date(2024, 2, 26), *MARCH), books.cohort(two, yoga, *MARCH),
        books.cohort(two, yoga, *MARCH, union=unions["500118001"]),
    ]  # fmt: skip
    wang, li, zhao = (person(books.union, name) for name in ("王小华", "李梅", "赵刚"))
    for cohort in cohorts:
        books.attend(books.enrol(cohort, wang), 1, 2)
    for cohort in cohorts[1:3]:
        books.attend(books.enrol(cohort, li), 1)
    books.attend(books.enrol(cohorts[3], zhao), 3)
    return books


def asking(books: Books, **narrow: object) -> Asking:
    return Asking(as_of=AS_OF, programme=books.programme, **narrow)  # type: ignore[arg-type]


def column(sheet: sheets.Sheet, name: str) -> dict[str, int]:
    return {row.label.words: row.values[name] for row in sheet.rows}


@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("name", list(FIGURES))
def test_rows_add_up_along_every_axis_that_promises_it(books: Books, name: str, axis: Axis) -> None:
    figure = FIGURES[name]
    if not counting.knows(figure, axis):
        pytest.skip("this figure has no such rows")
    if name == "event_count":
        with writing():
            Course.objects.filter(name="瑜伽").update(kind=ActivityKind.CULTURE)
    check = sheets.sheet([name], asking(books), axis).check(figure)
    assert check.total > 0
    assert not check.broken
    assert check.agrees if figure.adds_up_by(axis) else check.rows_sum >= check.total


def test_person_times_by_term(books: Books) -> None:
    sheet = sheets.sheet(["person_times", "headcount", "cohorts"], asking(books), Axis.TERM)
    assert column(sheet, "person_times") == {"第1期": 3, "第2期": 4}
    assert column(sheet, "headcount") == {"第1期": 2, "第2期": 3}
    assert column(sheet, "cohorts") == {"第1期": 2, "第2期": 2}
    assert sheet.totals == {"person_times": 7, "headcount": 3, "cohorts": 4}


def test_headcount_by_term_is_explained_where_it_does_not_add_up(books: Books) -> None:
    check = sheets.sheet(["headcount"], asking(books), Axis.TERM).check(FIGURES["headcount"])
    assert check.words == (
        "总数3人，各行相加是5。同一名职工会在多行里出现（例如参加过多期），总数里只计1人，所以各行相加会大于总数。"
    )


def test_person_times_say_that_they_agree(books: Books) -> None:
    check = sheets.sheet(["person_times"], asking(books), Axis.TERM).check(FIGURES["person_times"])
    assert check.words == "各行合计7人次，与上一页的数字一致。"


def test_a_sum_that_should_agree_and_does_not_is_said_aloud() -> None:
    check = sheets.Check(FIGURES["person_times"], Axis.TERM, 7, 6)
    assert check.broken
    assert check.words == "各行合计6人次，与总数7人次不一致，请告诉管理员。"


def test_branch_rows_take_all_below_and_the_union_itself(books: Books, unions: dict[str, Union]) -> None:
    nation = sheets.sheet(["person_times"], asking(books), Axis.BRANCH)
    assert column(nation, "person_times") == {"重庆市总工会": 7}
    district = sheets.sheet(["person_times"], asking(books, union=unions["500118"]), Axis.BRANCH)
    assert column(district, "person_times") == {"中山路街道总工会": 2, "本级": 5}


def test_each_level_drilled_into_has_the_number_of_the_row_above(books: Books) -> None:
    """Union, term, cohort, roster: the number clicked is the number found."""
    level, path = asking(books), [Axis.BRANCH, Axis.TERM, Axis.COHORT, Axis.PERSON]
    expected = sheets.answers(["person_times"], level)[0].value
    for axis in path:
        sheet = sheets.sheet(["person_times"], level, axis)
        assert (sheet.totals["person_times"], sheet.sum_of_rows("person_times")) == (expected, expected)
        row = max(sheet.rows, key=lambda row: row.values["person_times"])
        expected = row.values["person_times"]
        if axis is Axis.BRANCH:
            level = asking(books, union=Union.objects.get(pk=row.key))
        else:
            level = level.within(axis, row.key)


def test_rows_outside_the_reader_s_scope_are_not_counted(books: Books, unions: dict[str, Union]) -> None:
    below = Union.objects.under(unions["500118001"], on=AS_OF)
    assert [one.value for one in sheets.answers(catalogue.STABLE, asking(books, scope=below))] == [1, 1, 1, 2, 3, 2]
    assert [one.value for one in sheets.answers(catalogue.STABLE, asking(books, scope=Union.objects.none()))] == [0] * 6
    sichuan = Union.objects.under(unions["510000"], on=AS_OF)
    assert [one.value for one in sheets.answers(catalogue.STABLE, asking(books, scope=sichuan))] == [0] * 6


def officer(role: RoleName, union: Union) -> Actor:
    return Actor(on=AS_OF, account_id=1, person_id=1, posts=(Post(role, union.pk, date(2030, 1, 1)),))


def roster(books: Books, reader: Actor | None) -> list[str]:
    first = sheets.sheet(["cohorts"], asking(books), Axis.COHORT).rows[0]
    sheet = sheets.sheet(["person_times"], asking(books).within(Axis.COHORT, first.key), Axis.PERSON, reader=reader)
    return [row.label.words for row in sheet.rows]


def test_a_roster_is_masked_unless_the_power_reaches_there(books: Books, unions: dict[str, Union]) -> None:
    assert roster(books, None) == ["李*", "王*华"]
    assert roster(books, officer(RoleName.FIGURES_READER, unions["500118"])) == ["李*", "王*华"]
    assert roster(books, officer(RoleName.PROGRAMME_OFFICER, unions["510104"])) == ["李*", "王*华"]
    assert roster(books, officer(RoleName.PROGRAMME_OFFICER, unions["500118"])) == ["李梅", "王小华"]


def test_people_of_more_than_one_cohort_stay_masked(books: Books, unions: dict[str, Union]) -> None:
    reader = officer(RoleName.FEDERATION_ADMIN, unions["500118"])
    sheet = sheets.sheet(["person_times"], asking(books), Axis.PERSON, reader=reader)
    assert [row.label.words for row in sheet.rows] == ["李*", "王*华", "赵*"]


def test_a_record_that_is_gone_still_counts_and_says_so(books: Books) -> None:
    from tongxin.served.models import ServedRow
    from tongxin.store.atomic import writing

    with writing():
        ServedRow.make(
            federation=books.union.federation, day=AS_OF, union=books.union.pk, person=0, programme=books.programme.pk,
            measure="person_time", quantity=1, source=-5, written_at="2024-03-31T12:00:00Z",
        )  # fmt: skip
    sheet = sheets.sheet(["person_times"], asking(books), Axis.TERM)
    assert column(sheet, "person_times") == {"第1期": 3, "第2期": 4, "记录已归档": 1}
    assert sheet.adds_up("person_times")
