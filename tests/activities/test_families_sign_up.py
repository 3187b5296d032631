"""亲子活动: how many children of which age come along, with consent; nobody registers a child, and it is forgotten in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import CLOSES, OPENS, School, at

from tongxin.activities.actions import cohorts, enrolments, families, programmes, terms
from tongxin.activities.actions.families import Children
from tongxin.activities.models import Cohort, Course, Enrolment, Family
from tongxin.activities.queries.classes import Filters, class_list
from tongxin.activities.states import EVENTS, ActivityKind
from tongxin.calls.actions import allocations, calls, entries
from tongxin.calls.models import Application
from tongxin.calls.queries import miscounted
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person


def event(school: School, kind: ActivityKind = ActivityKind.FAMILY, name: str = "亲子采摘", **plan: object) -> Cohort:
    course = programmes.add_course(programme=school.programme, name=name, topic="活动", kind=kind, by=school.by, at=NOW)
    return school.cohort(course=course, session_count=1, **plan)


def comes(cohort: Cohort, player: Player, children: Children, *, consents: bool = True) -> None:
    families.sign_up(cohort=cohort, person=player.person, children=children, consents=consents, by=player.actor, at=NOW)


def test_family_takes_one_place_and_names_no_child(school: School, cast: Cast) -> None:
    cohort, people = event(school), Person.objects.count()
    comes(cohort, cast.wang, Children(under_6=1, from_6_to_11=1))
    said = Family.objects.get()
    assert (said.person, said.children, said.consented_at) == (cast.wang.person, 2, NOW)
    assert (Enrolment.objects.filter(cohort=cohort).count(), Person.objects.count()) == (1, people)
    comes(cohort, cast.wang, Children(from_12_to_17=1))  # said again
    assert (Family.objects.get().from_12_to_17, Enrolment.objects.filter(cohort=cohort).count()) == (1, 1)


@pytest.mark.parametrize(
    ("children", "consents", "code"),
    [
        (Children(), True, "family-none"),
        (Children(under_6=2, from_6_to_11=2), True, "family_most"),
        (Children(under_6=3, from_6_to_11=-1), True, "family-none"),
        (Children(under_6=1), False, "family-consent"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    school: School, cast: Cast, children: Children, consents: bool, code: str
) -> None:
    cohort = event(school)
    with pytest.raises(Refused) as refusal:
        comes(cohort, cast.wang, children, consents=consents)
    assert refusal.value.code == code
    assert (Family.objects.count(), Enrolment.objects.count()) == (0, 0)


def test_other_activities_ask_for_no_children(school: School, cast: Cast) -> None:
    for cohort in (event(school, ActivityKind.SPORTS, "羽毛球赛"), school.cohort(weekday=4)):
        with pytest.raises(Refused) as refusal:
            comes(cohort, cast.wang, Children(under_6=1))
        assert refusal.value.code == "no-families"


@pytest.fixture
def by_heads(school: School) -> School:
    """A term whose call counts each of a party."""
    manner = replace(terms.QUICK, party_most=5)
    terms.set_window(term=school.term, opens=OPENS, closes=CLOSES, manner=manner, by=school.by, at=NOW)
    school.term.refresh_from_db()
    return school


def numbers(cohort: Cohort) -> tuple[int, int]:
    assert miscounted() == []
    pool = Cohort.objects.select_related("pool").get(pk=cohort.pk).pool
    return pool.taken, pool.waiting


def test_family_takes_a_place_each_where_the_call_counts_heads(by_heads: School, cast: Cast) -> None:
    cohort = event(by_heads, units=5)
    comes(cohort, cast.wang, Children(under_6=1, from_6_to_11=1))
    assert (numbers(cohort), Enrolment.objects.filter(cohort=cohort).count()) == ((3, 0), 1)
    comes(cohort, cast.zhang, Children(from_6_to_11=2))  # two are left: too few for three
    assert numbers(cohort) == (3, 1)
    comes(cohort, cast.wang, Children(from_6_to_11=1))  # said again: one less comes
    assert (numbers(cohort), Enrolment.objects.filter(cohort=cohort).count()) == ((5, 0), 2)
    with pytest.raises(Refused) as refusal:
        comes(cohort, cast.wang, Children(under_6=1, from_6_to_11=1))
    assert refusal.value.code == "pool-full"
    assert Family.objects.get(person=cast.wang.person).children == 1
    enrolments.withdraw(cohort=cohort, person=cast.zhang.person, by=cast.zhang.actor, at=NOW)
    assert numbers(cohort) == (2, 0)


def test_family_in_a_draw_takes_a_place_each(by_heads: School, cast: Cast) -> None:
    manner = calls.Manner(policy=Policy.DRAW, party_most=4, result_at=CLOSES)
    terms.set_window(term=by_heads.term, opens=OPENS, closes=CLOSES, manner=manner, by=by_heads.by, at=NOW)
    by_heads.term.refresh_from_db()
    cohort = event(by_heads, units=4)
    comes(cohort, cast.wang, Children(under_6=1, from_6_to_11=1))
    comes(cohort, cast.wang, Children(under_6=1, from_6_to_11=2))  # said again, before the result
    mine = Application.objects.get()
    assert (mine.state, mine.size, numbers(cohort)) == ("entered", 4, (0, 0))
    allocations.settle(call=mine.call, orders={cohort.pool_id: [str(mine.ticket)]}, by=HOUSE, at=CLOSES)
    assert (numbers(cohort), Enrolment.objects.filter(cohort=cohort).count()) == ((4, 0), 1)


def test_children_take_no_place_of_a_class(by_heads: School, cast: Cast) -> None:
    manner = calls.Manner(policy=Policy.DRAW, party_most=4, choices=2, result_at=CLOSES)
    terms.set_window(term=by_heads.term, opens=OPENS, closes=CLOSES, manner=manner, by=by_heads.by, at=NOW)
    by_heads.term.refresh_from_db()
    cohort, lessons = event(by_heads), by_heads.cohort(weekday=4)
    comes(cohort, cast.wang, Children(under_6=1))
    mine = Application.objects.get()
    with pytest.raises(Refused) as refusal:
        entries.change_wishes(application=mine, wishes=[cohort.pool, lessons.pool], by=cast.wang.actor, at=NOW)
    assert refusal.value.code == "no-families"


def test_too_large_a_family_is_refused(by_heads: School, cast: Cast) -> None:
    manner = replace(terms.QUICK, party_most=2)
    terms.set_window(term=by_heads.term, opens=OPENS, closes=CLOSES, manner=manner, by=by_heads.by, at=NOW)
    by_heads.term.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        comes(event(by_heads), cast.wang, Children(under_6=2))
    assert (refusal.value.code, Family.objects.count()) == ("party", 0)


def test_who_leaves_takes_the_children_along(school: School, cast: Cast) -> None:
    cohort = event(school)
    comes(cohort, cast.wang, Children(under_6=1))
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert Family.objects.count() == 0


def test_children_are_forgotten_a_month_after(school: School, cast: Cast) -> None:
    cohort = event(school)
    comes(cohort, cast.wang, Children(under_6=1))
    over = at(cohort.last_day.month, cohort.last_day.day)
    assert families.forget(at=over + timedelta(days=29)) == 0
    assert families.forget(at=over + timedelta(days=30)) == 1
    assert Family.objects.count() == 0


def test_event_takes_place_once(school: School) -> None:
    assert list(EVENTS) == [ActivityKind.CULTURE, ActivityKind.SPORTS, ActivityKind.FAMILY]
    for kind in EVENTS:
        course = school.course(f"活动{kind}")
        programmes.edit_course(course=course, name=course.name, topic="活动", about="", kind=kind, by=school.by, at=NOW)
        course = Course.objects.get(pk=course.pk)
        with pytest.raises(Refused) as refusal:
            cohorts.add(term=school.term, plan=school.plan(course=course, session_count=2), by=school.by, at=NOW)
        assert refusal.value.code == "event-once"


def test_kind_stays_once_it_was_offered(school: School) -> None:
    cohort = event(school)
    with pytest.raises(Refused) as refusal:
        programmes.edit_course(
            course=cohort.course, name="采摘", topic="活动", about="", kind=ActivityKind.LESSONS, by=school.by, at=NOW
        )
    assert refusal.value.code == "course-offered"
    edited = programmes.edit_course(course=cohort.course, name="采摘", topic="活动", about="", by=school.by, at=NOW)
    assert (edited.name, edited.kind) == ("采摘", "family")


def test_list_finds_by_kind(school: School) -> None:
    lessons, family = school.cohort(), event(school, weekday=6)
    found = {
        kind: [row.cohort.pk for row in class_list(at=NOW, filters=Filters(kind=kind)).rows]
        for kind in (ActivityKind.LESSONS, ActivityKind.FAMILY, ActivityKind.CULTURE)
    }
    assert found == {"lessons": [lessons.pk], "family": [family.pk], "culture": []}
