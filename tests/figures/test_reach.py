"""Which unions a question is about: few, and none too few."""

from datetime import UTC, date, datetime

import pytest
from tests.factories.figures import Books, plant_unions

from tongxin.figures import catalogue, counting
from tongxin.figures.asking import Asking, Axis
from tongxin.figures.reach import holders, reach_of
from tongxin.served.actions import ledger
from tongxin.served.models import Measure
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 4)
FIGURE = catalogue.chosen(["person_times"])


@pytest.fixture
def unions() -> dict[str, Union]:
    return plant_unions()


def serve(union: Union, source: int, *, counts: bool = True) -> None:
    one = ledger.Service(DAY, union.pk, union.federation, 1, 1, Measure.PERSON_TIME, source, counts)
    ledger.record([one], at=datetime(2024, 3, 4, tzinfo=UTC))


def test_nobody_holds_anything_in_an_empty_house(unions: dict[str, Union]) -> None:
    assert holders() == []
    assert counting.total(FIGURE, Asking(as_of=DAY, union=unions["000000"])) == {"person_times": 0}


def test_who_holds_a_programme_a_cohort_or_has_served_each_once(unions: dict[str, Union]) -> None:
    books = Books(unions["500118"])
    books.cohort(books.term(1), books.course("瑜伽"), DAY)
    for source in (1, 2):
        serve(unions["510104"], source)
    Books(unions["510100"])
    assert sorted(holders()) == sorted(unions[code].pk for code in ("500118", "510100", "510104"))


def test_one_in_the_ledger_alone_counts_with_its_branch(unions: dict[str, Union]) -> None:
    """The ledger outlives programmes and cohorts."""
    serve(unions["510104"], 1)
    serve(unions["500118001"], 2)
    asking = Asking(as_of=DAY, union=unions["510000"])
    assert reach_of(asking, branches=True).branches == [(unions["510104"].pk, unions["510100"].pk)]
    assert counting.rows(FIGURE, asking, Axis.BRANCH) == {unions["510100"].pk: {"person_times": 1}}
    assert counting.total(FIGURE, Asking(as_of=DAY)) == {"person_times": 2}


def test_what_was_taken_back_is_nought_in_the_year_and_in_the_branch(unions: dict[str, Union]) -> None:
    for counts in (True, False):
        serve(unions["510104"], 1, counts=counts)
    serve(unions["510104"], 2)
    asking = Asking(as_of=DAY, union=unions["510000"])
    found = counting.survey(asking, {Axis.YEAR: FIGURE, Axis.BRANCH: FIGURE, counting.WHOLE: FIGURE})
    assert found == {
        Axis.YEAR: {"2024": {"person_times": 1}},
        Axis.BRANCH: {unions["510100"].pk: {"person_times": 1}},
        None: {None: {"person_times": 1}},
    }
