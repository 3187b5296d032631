"""What rules may ask about a person, on a day, with its source."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import TODAY, Cast

from tongxin.people.facts import FACTS, age_on, facts_of
from tongxin.people.models import Person
from tongxin.rules.facts import Fact


def test_facts_of_a_member(cast: Cast) -> None:
    facts = facts_of(cast.wang.person, TODAY)
    assert facts["is_member"] == Fact(
        "is_member",
        True,
        "会籍登记：%(union)s，%(since)s起",
        {"union": "永川同心机械厂工会", "since": date(2018, 1, 1)},
    )
    assert facts["membership_union"].value == "500118-J1"
    assert facts["membership_unions"].value == frozenset({"500118-J1", "500118001", "500118", "500000", "000000"})
    assert facts.names() == sorted(FACTS)


def test_facts_of_a_day_before_the_membership(cast: Cast) -> None:
    facts = facts_of(cast.wang.person, date(2017, 12, 31))
    assert facts["is_member"] == Fact("is_member", False, "会籍登记：没有这一天的会籍")
    assert facts["membership_union"].known is False
    assert facts["membership_unions"].value == frozenset()


def test_blank_in_the_record_is_not_known(cast: Cast) -> None:
    assert facts_of(cast.wang.person, TODAY)["gig_group"] == Fact(
        "gig_group", None, "职工登记：%(fact)s", {"fact": "新就业形态群体"}
    )
    assert facts_of(cast.zhang.person, TODAY)["gig_group"].value == "food_delivery_rider"
    assert facts_of(Person(), TODAY, wanted=["age", "migrant_worker"])["age"].known is False


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2000, 3, 28), date(2024, 3, 27), 23),
        (date(2000, 3, 28), date(2024, 3, 28), 24),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
    ],
)
def test_age_counts_full_years(born: date, on: date, age: int) -> None:
    assert age_on(born, on) == age


def test_only_what_is_wanted_is_read(cast: Cast) -> None:
    for wanted, queries in ((["age", "gig_group"], 0), (["is_member"], 1), (list(FACTS), 2)):
        with CaptureQueriesContext(connection) as captured:
            facts = facts_of(cast.wang.person, TODAY, wanted=wanted)
        assert len(captured) == queries
        assert set(wanted) <= set(facts.names())
