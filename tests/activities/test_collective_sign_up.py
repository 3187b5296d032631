"""集体报名: a cadre names their union's people for a class; each is told and can decline."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from stdnum.iso7064 import mod_11_2
from tests.activities.asking import refused, told
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast, worker
from tests.factories.activities import School, enrolment, fresh, sign_up
from tests.factories.rosters import document

from tongxin.activities.actions import collective, enrolments
from tongxin.activities.models import Cohort, Enrolment, GroupSignUp, NamedPlace
from tongxin.calls.models import Call
from tongxin.calls.queries import miscounted
from tongxin.people import name_lists
from tongxin.people.actions import persons
from tongxin.people.models import Person
from tongxin.people.name_lists import Line
from tongxin.records.models import JournalEntry, OutboxRow
from tongxin.store.atomic import writing


def looked_at(cast: Cast, cohort: Cohort, *lines: str) -> list[tuple[str, str]]:
    rows = collective.judge(
        cohort=fresh(cohort),
        union=cast.factory,
        given=name_lists.of_text("\n".join(lines)),
        by=cast.cadre.actor,
        at=NOW,
    )
    return [(row.line.name, str(row.named)) for row in rows]


def ending(person: Person, digits: int = 4) -> str:
    return person.document_text()[-digits:]


def named(cast: Cast, cohort: Cohort, *people: Person, key: str | None = None, when: object = NOW) -> collective.Done:
    return collective.sign_up(
        cohort=fresh(cohort),
        union=cast.factory,
        people=[one.public_id for one in people],
        key=key,
        by=cast.cadre.actor,
        at=when,
    )


def test_each_row_is_judged_by_itself_and_nothing_is_written(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    li, wang = cast.li.person, cast.wang.person
    rows = looked_at(
        cast, cohort, f"李建国 {ending(li)}", f"王小华　{ending(wang, 18)}", f"李建国,{ending(li)}", "赵远 1234", "王小华 00000",
        f"罗勤 {ending(cast.cadre.person, 3)}",
    )  # fmt: skip
    assert rows == [
        ("李建国", "place"), ("王小华", "line"), ("李建国", "twice"), ("赵远", "nobody"), ("王小华", "nobody"), ("罗勤", "unsure"),
    ]  # fmt: skip
    assert (Enrolment.objects.count(), NamedPlace.objects.count()) == (0, 0)


def test_people_of_other_unions_are_not_found_however_exact_the_number(school: School, cast: Cast) -> None:
    assert looked_at(cast, school.cohort(), f"林蓉 {document(cast.lin)}") == [("林蓉", "nobody")]


def test_namesakes_with_the_same_ending_are_asked_for_the_whole_number(school: School, cast: Cast) -> None:
    numbers: dict[str, str] = {}
    for day in range(1, 28):  # the same serial, so that only the check digit may differ
        one = f"500118199105{day:02d}777"
        one += mod_11_2.calc_check_digit(one)
        if one[-4:] in numbers:
            break
        numbers[one[-4:]] = one
    first, second = numbers[one[-4:]], one
    for number in (first, second):
        persons.register(union=cast.factory, name="同名", document=number, joined_on=SINCE, by=HOUSE, at=NOW)
    cohort = school.cohort()
    assert looked_at(cast, cohort, f"同名 {first[-4:]}", f"同名 {second}") == [("同名", "unsure"), ("同名", "place")]


def test_commit_gives_places_then_the_line_and_tells_each_once(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    done = named(cast, cohort, cast.li.person, cast.wang.person)
    states = {
        row.person.name: row.application.state for row in NamedPlace.objects.select_related("person", "application")
    }
    assert sorted(states.values()) == ["granted", "waiting"]
    assert done.left_out == 0
    assert told("place.named") | told("place.named-waiting") == {cast.li.person.pk, cast.wang.person.pk}
    assert told("place.granted") | told("place.waiting") == set()
    assert miscounted() == []
    entry = JournalEntry.objects.get(verb="collective.signed-up")
    assert (entry.union, entry.data) == (cast.factory.pk, {"count": 2, "into": cohort.public_id})


def test_the_same_list_twice_changes_nothing(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    named(cast, cohort, cast.li.person)
    assert looked_at(cast, cohort, f"李建国 {ending(cast.li.person)}") == [("李建国", "already")]
    with refused("nobody-new"):
        named(cast, cohort, cast.li.person)
    assert (GroupSignUp.objects.count(), NamedPlace.objects.count(), fresh(cohort).pool.taken) == (1, 1, 1)


def test_the_same_page_pressed_twice_is_one_list(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    first = named(cast, cohort, cast.li.person, key="k")
    assert named(cast, cohort, cast.li.person, key="k").group == first.group
    assert OutboxRow.objects.filter(kind="place.named").count() == 1


def test_who_got_in_by_themselves_is_left_alone(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    done = named(cast, cohort, cast.wang.person, cast.li.person)
    assert (done.left_out, [row.person for row in NamedPlace.objects.all()]) == (1, [cast.li.person])


def test_another_class_of_the_term_and_a_level_not_reached_are_said(school: School, cast: Cast) -> None:
    first, second = school.two_cohorts()
    sign_up(first, cast.wang)
    with writing():
        Call.objects.update(assurance=3, per_person=1)
    lines = [Line(1, "王小华", ending(cast.wang.person)), Line(2, "李建国", ending(cast.li.person))]
    rows = collective.judge(cohort=fresh(second), union=cast.factory, given=lines, by=cast.cadre.actor, at=NOW)
    assert [row.refusal.code for row in rows] == ["one-per-call", "not-known-well-enough"]
    with refused("nobody-new"):
        named(cast, second, cast.li.person)


def test_no_power_at_another_union_and_nobody_named(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    with refused("no-power"):
        collective.sign_up(
            cohort=cohort, union=cast.jinjiang_shop, people=[cast.lin.person.public_id], by=cast.cadre.actor, at=NOW
        )
    with refused("names-none"):
        named(cast, cohort)
    with refused("nobody-new"):  # no member of this union, whatever the page sent
        named(cast, cohort, cast.lin.person)
    assert NamedPlace.objects.count() == 0


# ---- declining ----------------------------------------------------------------------------------------------------


def place_of(person: Person) -> NamedPlace:
    return NamedPlace.objects.get(person=person)


def test_a_place_declined_moves_to_the_first_in_line(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    named(cast, cohort, cast.wang.person)
    other = worker(cast.factory, "钱候补", login="qian")
    sign_up(cohort, other)
    collective.decline(place=place_of(cast.wang.person), by=cast.wang.actor, at=NOW)
    collective.decline(place=place_of(cast.wang.person), by=cast.wang.actor, at=NOW)  # a second tap
    assert (enrolment(cohort, cast.wang).state, enrolment(cohort, other).state) == ("withdrawn", "enrolled")
    assert JournalEntry.objects.filter(verb="collective.declined").count() == 1
    assert miscounted() == []


def test_who_declined_is_not_named_again_but_may_come_by_themselves(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    named(cast, cohort, cast.wang.person)
    collective.decline(place=place_of(cast.wang.person), by=cast.wang.actor, at=NOW)
    assert looked_at(cast, cohort, f"王小华 {ending(cast.wang.person)}") == [("王小华", "left")]
    with refused("nobody-new"):
        named(cast, cohort, cast.wang.person)
    sign_up(cohort, cast.wang)
    assert enrolment(cohort, cast.wang).state == "enrolled"


def test_only_the_person_declines_and_only_until_the_day(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    group = named(cast, cohort, cast.wang.person).group
    assert collective.last_day(group) == TODAY + timedelta(days=3)
    with refused("not-yours"):
        collective.decline(place=place_of(cast.wang.person), by=cast.cadre.actor, at=NOW)
    with refused("decline-late"):
        collective.decline(place=place_of(cast.wang.person), by=cast.wang.actor, at=group.decline_until)
    enrolments.withdraw(cohort=fresh(cohort), person=cast.wang.person, by=cast.wang.actor, at=NOW)
    with refused("place-gone"):
        collective.decline(place=place_of(cast.wang.person), by=cast.wang.actor, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_race_between_the_list_and_the_worker_gives_one_place(school: School, cast: Cast) -> None:
    cohort, start = school.cohort(), threading.Barrier(2)
    by, own = cast.cadre.actor, cast.wang.actor

    def run(act: object) -> None:
        try:
            start.wait()
            act()  # type: ignore[operator]
        finally:
            connection.close()

    ids = [cast.wang.person.public_id, cast.li.person.public_id]
    deeds = (
        lambda: collective.sign_up(cohort=fresh(cohort), union=cast.factory, people=ids, by=by, at=NOW),
        lambda: enrolments.sign_up(cohort=fresh(cohort), person=cast.wang.person, by=own, at=NOW),
    )
    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Enrolment.objects.filter(state="enrolled").count(), fresh(cohort).pool.taken) == (2, 2)
    assert NamedPlace.objects.filter(person=cast.li.person).count() == 1
    assert miscounted() == []
