"""What each figure counts, to the exact number, and as of which day."""

from datetime import date, datetime

import pytest
from tests.factories.figures import BEIJING, Books, person, plant_unions

from tongxin.activities.states import ActivityKind, CohortState, SessionState
from tongxin.figures import catalogue, ratios, sheets
from tongxin.figures.asking import Asking
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
MARCH = [date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18)]
NAMES = catalogue.STABLE


@pytest.fixture
def books() -> Books:
    return Books(plant_unions()["500118"])


def numbers(books: Books, as_of: date) -> dict[str, int]:
    asking = Asking(as_of=as_of, programme=books.programme)
    return {one.figure.name: one.value for one in sheets.answers(NAMES, asking)}


def test_nothing_yet_is_nought_everywhere(books: Books) -> None:
    assert numbers(books, date(2024, 3, 31)) == dict.fromkeys(NAMES, 0)


def test_a_cohort_counts_from_the_day_of_its_first_lesson(books: Books) -> None:
    books.cohort(books.term(1), books.course("瑜伽"), *MARCH)
    assert [numbers(books, day)["cohorts"] for day in (date(2024, 3, 3), date(2024, 3, 4))] == [0, 1]


def test_the_first_lesson_is_the_first_that_was_not_cancelled(books: Books) -> None:
    cohort = books.cohort(books.term(1), books.course("瑜伽"), *MARCH)
    with writing():
        cohort.sessions.filter(no=1).update(state=SessionState.CANCELLED)
    assert [numbers(books, day)["cohorts"] for day in (date(2024, 3, 10), date(2024, 3, 11))] == [0, 1]


def test_a_lesson_late_in_the_evening_counts_that_day_in_beijing(books: Books) -> None:
    cohort = books.cohort(books.term(1), books.course("瑜伽"), MARCH[0])
    late = datetime(2024, 3, 4, 23, 30, tzinfo=BEIJING)
    with writing():
        cohort.sessions.update(starts_at=late, ends_at=datetime(2024, 3, 5, 0, 30, tzinfo=BEIJING))
    assert numbers(books, date(2024, 3, 4))["cohorts"] == 1


@pytest.mark.parametrize(("state", "counted"), [
    (CohortState.PLANNED, 0), (CohortState.OPEN, 1), (CohortState.CLOSED, 1), (CohortState.FINISHED, 1), (CohortState.CANCELLED, 0),
])  # fmt: skip
def test_planned_and_cancelled_cohorts_do_not_count(books: Books, state: str, counted: int) -> None:
    books.cohort(books.term(1), books.course("瑜伽"), *MARCH, state=state)
    found = numbers(books, date(2024, 3, 31))
    assert (found["terms"], found["courses"], found["cohorts"]) == (counted, counted, counted)


def test_events_are_counted_apart_from_classes(books: Books) -> None:
    term, match = books.term(1), books.course("羽毛球赛")
    books.cohort(term, books.course("瑜伽"), *MARCH)
    with writing():
        type(match).objects.filter(pk=match.pk).update(kind=ActivityKind.SPORTS)
    books.cohort(term, match, MARCH[1])
    books.cohort(term, match, MARCH[2], state=CohortState.CANCELLED)
    counted = {
        day: sheets.answers(["event_count", "cohorts"], Asking(as_of=day, programme=books.programme))
        for day in (date(2024, 3, 10), date(2024, 3, 31))
    }
    assert [[one.value for one in found] for found in counted.values()] == [[0, 1], [1, 2]]


def test_a_course_offered_in_two_terms_counts_once(books: Books) -> None:
    yoga = books.course("瑜伽")
    for ordinal in (1, 2):
        books.cohort(books.term(ordinal), yoga, *MARCH)
    found = numbers(books, date(2024, 3, 31))
    assert (found["terms"], found["courses"], found["cohorts"]) == (2, 1, 2)


def test_person_times_attendances_and_headcount_are_three_numbers(books: Books) -> None:
    term, yoga = books.term(1), books.course("瑜伽")
    first, second = books.cohort(term, yoga, *MARCH), books.cohort(term, yoga, *MARCH)
    wang, li = person(books.union, "王小华"), person(books.union, "李梅")
    books.attend(books.enrol(first, wang), 1, 2, 3)
    books.attend(books.enrol(second, wang), 2)
    books.attend(books.enrol(first, li), 1)
    books.enrol(second, li)  # on the roster, never came
    found = numbers(books, date(2024, 3, 31))
    assert (found["person_times"], found["attendances"], found["headcount"]) == (3, 5, 2)


def test_person_times_count_from_the_day_first_attended(books: Books) -> None:
    cohort = books.cohort(books.term(1), books.course("瑜伽"), *MARCH)
    books.attend(books.enrol(cohort, person(books.union, "王小华")), 2, 3)
    days = [date(2024, 3, 10), date(2024, 3, 11), date(2024, 3, 18)]
    assert [numbers(books, day)["person_times"] for day in days] == [0, 1, 1]
    assert [numbers(books, day)["attendances"] for day in days] == [0, 1, 2]


def test_what_was_taken_back_no_longer_counts_the_person(books: Books) -> None:
    cohort = books.cohort(books.term(1), books.course("瑜伽"), *MARCH)
    enrolment = books.enrol(cohort, person(books.union, "王小华"))
    books.attend(enrolment, 1)
    books.take_back(enrolment, MARCH[0])
    found = numbers(books, date(2024, 3, 31))
    assert (found["person_times"], found["headcount"]) == (0, 0)


def test_another_programme_is_not_mixed_in(books: Books) -> None:
    other = Books(books.union, "职工夜校")
    cohort = other.cohort(other.term(1), other.course("瑜伽"), *MARCH)
    other.attend(other.enrol(cohort, person(books.union, "王小华")), 1)
    assert numbers(books, date(2024, 3, 31)) == dict.fromkeys(NAMES, 0)
    assert numbers(other, date(2024, 3, 31)) == dict.fromkeys(NAMES, 1)


def test_fill_rate_shows_its_denominator_and_has_no_bare_percentage(books: Books) -> None:
    cohort = books.cohort(books.term(1), books.course("瑜伽"), *MARCH, units=3)
    for name in ("王小华", "李梅"):
        books.enrol(cohort, person(books.union, name))
    share = sheets.share(ratios.FILL_RATE, Asking(as_of=date(2024, 3, 31), programme=books.programme))
    assert str(share) == "66.7%（2/3个名额）"
    assert not any(isinstance(getattr(share, name), float) for name in dir(share) if not name.startswith("__"))


def test_fill_rate_counts_the_roster_as_it_was_that_day(books: Books) -> None:
    cohort = books.cohort(books.term(1), books.course("瑜伽"), *MARCH, units=4)
    books.enrol(cohort, person(books.union, "王小华"), at=date(2024, 3, 5))
    left = books.enrol(cohort, person(books.union, "李梅"), at=date(2024, 3, 1))
    with writing():
        type(left).objects.filter(pk=left.pk).update(
            ended_at=datetime(2024, 3, 6, 9, tzinfo=BEIJING), state="withdrawn"
        )
    shares = [
        str(sheets.share(ratios.FILL_RATE, Asking(as_of=day, programme=books.programme)))
        for day in (date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 6))
    ]
    assert shares == ["25.0%（1/4个名额）", "50.0%（2/4个名额）", "25.0%（1/4个名额）"]


def test_fill_rate_without_places_says_so(books: Books) -> None:
    share = sheets.share(ratios.FILL_RATE, Asking(as_of=date(2024, 3, 31), programme=books.programme))
    assert str(share) == "没有可比的（0/0个名额）"
