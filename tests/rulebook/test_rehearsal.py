"""One meaning, two evaluations: what a rule says of one person, and of everybody at once by SQL."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import memberships
from tongxin.people.facts import FACTS, facts_of
from tongxin.people.models import Person
from tongxin.people.models.persons import GigGroup
from tongxin.people.queries.population import answers, answers_then, columns, columns_then
from tongxin.rulebook.queries import rehearse
from tongxin.rules.conditions import Condition, all_of, any_of, compare, from_data, not_, to_data
from tongxin.rules.parameters import Param, Parameters, Quoted
from tongxin.rules.statements import compiled
from tongxin.rules.verdicts import Truth, evaluate
from tongxin.store.atomic import writing
from tongxin.unions.actions import tree
from tongxin.unions.models import Union

TRUTH = {True: Truth.YES, False: Truth.NO, None: Truth.UNKNOWN}
CODES = ["500118", "500118-J1", "500116", "510000", "000000", "no-such-union"]
SKILLS = ["高级工", "技师", "没有的等级"]


PARAMETERS = Parameters(
    Quoted("eighteen", Decimal("18.0000")), Quoted("sixty", 60), Quoted("doubtful"), Quoted("home", "500118")
)


def said(fact: str, op: str, value: object) -> Condition:
    return compare(fact, op, value, words=f"{fact} {op} {value}")


leaves = st.one_of(
    st.builds(said, st.just("age"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(-1, 70)),
    st.builds(said, st.just("age"), st.sampled_from(["<", ">="]), st.decimals(0, 70, places=1)),
    st.builds(said, st.sampled_from(["is_member", "migrant_worker"]), st.sampled_from(["=", "!="]), st.booleans()),
    st.builds(said, st.just("gig_group"), st.sampled_from(["=", "!="]), st.sampled_from([*GigGroup.values, "other"])),
    st.builds(said, st.just("gig_group"), st.just("in"), st.frozensets(st.sampled_from(GigGroup.values), min_size=1)),
    st.builds(said, st.just("skill_level"), st.just("in"), st.frozensets(st.sampled_from(SKILLS), min_size=1)),
    st.builds(said, st.just("membership_unions"), st.just("has"), st.sampled_from([*CODES, Param("home")])),
    st.builds(
        said,
        st.just("age"),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.sampled_from([Param("eighteen"), Param("sixty"), Param("doubtful"), Param("never said")]),
    ),
    st.builds(said, st.just("membership_union"), st.sampled_from(["=", "!="]), st.sampled_from(CODES)),
)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(not_, inner),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=12,
)


@pytest.fixture
def crowd(cast: Cast) -> list[Person]:
    """Members of three unions in both provinces: every blank and every edge of a birthday among them."""
    birthdays = [
        None,
        TODAY.replace(year=2006),
        TODAY.replace(year=2006) + timedelta(days=1),
        date(2004, 2, 29),
        date(1960, 1, 1),
    ]
    made = []
    for number in range(60):
        union = [cast.factory, cast.riders, cast.jinjiang_shop][number % 3]
        with writing():
            person = Person.make(
                federation=union.federation, name=f"众{number}", born=birthdays[number % len(birthdays)],
                gig_group=["", *GigGroup.values][number % 5], migrant_worker=[None, True, False][number % 7 % 3],
                skill_level=["", *SKILLS[:2]][number % 4 % 3], created_at=NOW, changed_at=NOW,
            )  # fmt: skip
        memberships.join(person=person, union=union, starts=SINCE, by=HOUSE, at=NOW)
        made.append(person)
    return made


@pytest.mark.slow
def test_both_evaluations_agree_on_random_rules_and_people(cast: Cast, crowd: list[Person]) -> None:
    """On the last day before and the first after a union of theirs moved, someone left, and someone had a birthday."""
    days = [TODAY - timedelta(days=1), TODAY]
    tree.move(union=cast.riders, parent=cast.jiangjin, on=TODAY, by=HOUSE, at=NOW)
    memberships.end(membership=crowd[1].memberships.get(), on=TODAY, reason="left", by=HOUSE, at=NOW)
    known = {day: {person.pk: facts_of(person, day) for person in crowd} for day in days}
    members = {day: set(known[day]) - ({crowd[1].pk} if day == TODAY else set()) for day in days}

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules, st.sampled_from(days))
    def agree(rule: Condition, day: date) -> None:
        each = {pk: evaluate(rule, facts, PARAMETERS).truth for pk, facts in known[day].items()}
        found = answers(compiled(rule, columns(day), PARAMETERS), crowd, cast.nation, on=day)
        assert {pk: TRUTH[truth] for pk, truth in found.items()} == {pk: each[pk] for pk in members[day]}
        then = answers_then(compiled(rule, columns_then(), PARAMETERS), list(each), [day] * len(each))
        assert [TRUTH[truth] for truth in then] == list(each.values())
        assert from_data(to_data(rule)) == rule

    agree()


def test_every_fact_that_rules_may_use_can_be_counted() -> None:
    found = columns(TODAY)
    assert {name: column.type for name, column in found.items()} == {name: known.type for name, known in FACTS.items()}


def test_rehearsal_counts_who_gains_and_who_loses(cast: Cast, crowd: list[Person]) -> None:
    """By one statement over all members of 永川 and below, in force: gig workers; new: adults."""
    in_force = said("gig_group", "in", frozenset(GigGroup.values))
    new = said("age", ">=", 18)
    with CaptureQueriesContext(connection) as captured:
        found = rehearse(new, cast.yongchuan, on=TODAY, in_force=in_force)
    assert len(captured) == 1
    members = Person.objects.filter(memberships__union__in=Union.objects.under(cast.yongchuan, on=TODAY))
    each = Counter(
        (evaluate(in_force, facts).truth, evaluate(new, facts).truth)
        for facts in (facts_of(person, TODAY) for person in members)
    )
    assert found.counts == each
    assert found.members == members.count()
    assert found.gain == each[Truth.NO, Truth.YES] + each[Truth.UNKNOWN, Truth.YES]
    assert found.lose == each[Truth.YES, Truth.NO] + each[Truth.YES, Truth.UNKNOWN]
    assert found.gain > 0
    assert found.lose > 0


def test_rehearsal_without_a_rule_in_force_has_nobody_who_gains(cast: Cast, crowd: list[Person]) -> None:
    found = rehearse(said("is_member", "=", True), cast.yongchuan, on=TODAY)
    assert (found.after(Truth.YES), found.gain, found.lose) == (found.members, 0, 0)
    assert rehearse(said("is_member", "=", True), cast.yongchuan, on=date(2017, 1, 1)).members == 0


@pytest.mark.parametrize(
    "rule",
    [
        said("shoe_size", ">", 40),
        said("age", "=", date(2024, 1, 1)),
        said("membership_unions", "=", "500118"),
        said("age", "<", Param("home")),
        said("gig_group", "<", Param("home")),
        said("membership_unions", "has", Param("sixty")),
        not_(any_of(said("is_member", "=", True), said("age", "=", "18"))),
    ],
)
def test_what_cannot_be_said_in_sql_is_refused_whole(rule: Condition) -> None:
    with pytest.raises(Refused) as refusal:
        compiled(rule, columns(TODAY), PARAMETERS)
    assert refusal.value.code == "rule-not-countable"


def test_values_travel_as_parameters_never_as_text() -> None:
    statement = compiled(said("skill_level", "=", "' OR true --"), columns(TODAY))
    assert statement.params == ("' OR true --",)
    assert "OR true" not in statement.sql
    assert compiled(said("age", "<", Decimal("18.5")), columns(TODAY)).params == ("2005-03-28",)


@pytest.mark.parametrize(
    "on", [date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 28), date(2024, 3, 1)]
)
def test_age_by_the_day_of_birth_is_the_age(cast: Cast, on: date) -> None:
    """At the edges of leap years, of half years and of the calendar."""
    born = [None, date(2004, 2, 29), date(2004, 2, 28), date(2004, 3, 1), date(2005, 2, 28), date(2005, 3, 1)]
    with writing():
        people = [
            Person.make(federation=cast.factory.federation, name=f"{day}", born=day, created_at=NOW, changed_at=NOW)
            for day in born
        ]
    for person in people:
        memberships.join(person=person, union=cast.factory, starts=SINCE, by=HOUSE, at=NOW)
    for op in ("=", "!=", "<", "<=", ">", ">="):
        for than in (18, 19, 20, Decimal("18.5"), Decimal("19.0"), -1, 5000, -99999):
            rule = said("age", op, than)
            found = answers(compiled(rule, columns(on)), people, cast.nation, on=on)
            assert [TRUTH[found[person.pk]] for person in people] == [
                evaluate(rule, facts_of(person, on)).truth for person in people
            ], f"{op} {than}"
