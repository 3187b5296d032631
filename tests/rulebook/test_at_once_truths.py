"""One version asked of thousands at once says of each what it says of one."""

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import people

from tongxin.people.models import Person
from tongxin.people.models.persons import GigGroup
from tongxin.rulebook.actions import parameters, rules
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import RuleVersion
from tongxin.rulebook.queries import at_once, verdict_on
from tongxin.rules.conditions import Condition, all_of, any_of, compare
from tongxin.rules.parameters import Param
from tongxin.rules.verdicts import Truth
from tongxin.store.atomic import writing

TODAY = NOW.date()


def version(cast: Cast, condition: Condition) -> RuleVersion:
    rule = rules.add_rule(union=cast.yongchuan, name="谁能进", by=HOUSE, at=NOW)
    return rules.publish(rule=rule, condition=condition, valid_from=TODAY, by=HOUSE, at=NOW)


def crowd(cast: Cast) -> list[Person]:
    """Some with a record that says something, the cast with memberships, most with neither."""
    rows = people(cast.factory, 8)
    with writing():
        for n, row in enumerate(rows[:6]):
            row.gig_group = GigGroup.values[n % 4] if n % 2 else ""
            row.born = date(1960 + 5 * n, 2, 29 if n in {0, 4} else 28)
            row.save(update_fields=["gig_group", "born"])
    return [*rows, cast.wang.person, cast.lin.person, cast.zhang.person]


def test_it_says_of_each_on_their_day_what_it_says_of_one(cast: Cast) -> None:
    asked = version(
        cast,
        any_of(
            compare("gig_group", "in", frozenset({"courier"}), words="是快递员"),
            all_of(compare("is_member", "=", True, words="是会员"), compare("age", ">=", 18, words="满18岁")),
        ),
    )
    rows = crowd(cast) * 2
    days = [TODAY - timedelta(days=365 * 4 * (n % 3)) for n in range(len(rows))]
    each = [verdict_on(asked, row, day).truth for row, day in zip(rows, days, strict=True)]
    assert at_once.truths(asked, [row.pk for row in rows], days) == each
    assert len(set(each)) > 1
    assert at_once.truths(asked, [], []) == []


def test_as_many_statements_for_one_as_for_all(cast: Cast) -> None:
    asked = version(cast, compare("gig_group", "=", "courier", words="是快递员"))
    rows = crowd(cast)
    counts = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as captured:
            at_once.truths(asked, [row.pk for row in some], [TODAY] * len(some))
        counts.append(len(captured))
    assert counts == [1, 1]


def test_a_limit_is_the_one_of_each_day(cast: Cast) -> None:
    """A statement for each limit that held, and each knows its own people."""
    key = parameters.define(key="age_needed", words="起始年龄", type="whole", unit="岁", by=HOUSE, at=NOW)
    before, since = TODAY - timedelta(days=9), TODAY - timedelta(days=2)
    parameters.enter(key=key, region=None, said=Said(30, "某办法"), valid_from=before, by=HOUSE, at=NOW)
    parameters.change(key=key, region=None, said=Said(50, "新办法"), valid_from=since, by=HOUSE, at=NOW)
    asked = version(cast, compare("age", ">=", Param("age_needed"), words="够年龄"))
    (row,) = people(cast.factory, 1)
    with writing():
        row.born = date(TODAY.year - 40, 1, 1)
        row.save(update_fields=["born"])
    days = [TODAY, since - timedelta(days=1), before - timedelta(days=1), before]
    said = [Truth.NO, Truth.YES, Truth.UNKNOWN, Truth.YES]
    assert [verdict_on(asked, row, day).truth for day in days] == said
    assert at_once.truths(asked, [row.pk] * 4, days) == said
