"""How alike two records are: what goes wrong at counters, and what only looks so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2
from tests.cast import HOUSE, NOW, TODAY, Cast, a_phone, an_id
from tests.factories.likenesses import again

from tongxin.kernel import id_numbers
from tongxin.people import likeness
from tongxin.people.actions import likenesses, persons
from tongxin.people.likeness import Traits, compare
from tongxin.people.models import Likeness, Person
from tongxin.people.queries.likeness import candidates, waiting

BORN = date(1990, 3, 5)
PHONE = b"phone"


def number(body: str) -> str:
    return body + mod_11_2.calc_check_digit(body)


MINE = number("50011819900305001")


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (  # a new phone, and a number that one of them never had
            Traits("王小华", MINE, BORN, b"old"), Traits("王小华", "", BORN, b"new"),
            ("same-name", "same-birthday", "no-number"),
        ),
        (  # traditional characters
            Traits("张国华", MINE, BORN), Traits("張國華", "", BORN), ("same-reading", "same-birthday", "no-number"),
        ),
        (  # written as it sounds
            Traits("王小华", "", BORN, PHONE), Traits("汪晓花", "", BORN, PHONE),
            ("same-phone", "same-sound", "same-birthday"),
        ),
        (  # a rare character that the other counter could not type
            Traits("马䶮", MINE, BORN), Traits("马?", "", BORN), ("rare-character", "same-birthday", "no-number"),
        ),
        (  # one digit of the serial number
            Traits("王小华", MINE, BORN), Traits("王小华", number("50011819900305002"), BORN),
            ("id-slip", "same-name"),
        ),
        (  # two digits of the day exchanged
            Traits("王小华", MINE, BORN), Traits("王小华", number("50011819900350001"[:12] + "50001"), BORN),
            ("id-swap", "same-name"),
        ),
    ],
)  # fmt: skip
def test_likely_pairs_are_worth_asking_about(one: Traits, other: Traits, reasons: tuple[str, ...]) -> None:
    found = compare(one, other)
    assert (found.reasons, found.worth_asking) == (reasons, True)
    assert compare(other, one) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Traits("王小华", MINE, BORN), Traits("王小华", number("51010419900305123"), BORN)),  # two people of one name
        (Traits("王小华", MINE, BORN), Traits("王小明", number("50011819900305002"), BORN)),  # twins
        (Traits("王小华", MINE, BORN, PHONE), Traits("李秀英", "", date(1991, 1, 1), PHONE)),  # a couple's phone
        (Traits("王小华"), Traits("王小华")),  # a name is not enough
    ],
)
def test_unlikely_pairs_are_left_alone(one: Traits, other: Traits) -> None:
    assert not compare(one, other).worth_asking


@given(st.text("0123456789", min_size=3, max_size=3), st.dates(date(1940, 1, 1), date(2005, 12, 31)))
def test_near_numbers_are_right_numbers_and_near_both_ways(serial: str, born: date) -> None:
    mine = number(f"500118{born:%Y%m%d}{serial}")
    near = likeness.near_numbers(mine)
    assert mine not in near
    assert all(id_numbers.canonical(one) == one and likeness.slip(mine, one) for one in near)
    assert all(mine in likeness.near_numbers(one) for one in near[:3])


def test_near_days_know_slips_swaps_and_day_for_month() -> None:
    near = likeness.near_days(date(1990, 3, 5))
    assert {date(1990, 5, 3), date(1990, 3, 6), date(1909, 3, 5), date(1990, 8, 5)} <= set(near)
    assert date(1990, 3, 5) not in near


def test_sound_is_what_the_index_of_the_database_holds(cast: Cast) -> None:
    from django.db.models import F

    from tongxin.people.models.persons import Sound

    for person in Person.objects.annotate(heard=Sound(F("name_sort"))):
        assert person.heard == likeness.sound(person.name)


def test_candidates_are_found_by_number_phone_and_birthday(cast: Cast) -> None:
    near = id_numbers.canonical(an_id(BORN))
    slipped = likeness.near_numbers(near)[-1]
    by_number = again(cast.factory, "周海", document=slipped)
    by_phone = again(cast.riders, "周海", phone="19955550001")
    by_day = again(cast.jinjiang_shop, "週海", born=BORN)
    new = again(cast.factory, "周海", document=near, phone="19955550001")
    assert {one.person.pk for one in candidates(new.person)} == {p.person.pk for p in (by_number, by_phone, by_day)}


def test_a_new_record_at_a_counter_is_looked_for_at_once(cast: Cast) -> None:
    phone = a_phone()
    first = again(cast.factory, "周海", phone=phone)
    new = persons.register(
        union=cast.factory, name="周海", document=an_id(BORN), phone=phone, by=cast.cadre.actor, at=NOW
    )
    pair = Likeness.objects.get()
    assert (pair.one_id, pair.other_id, pair.union_id) == (first.person.pk, new.pk, cast.factory.pk)
    assert list(waiting(cast.cadre.actor)) == [pair]
    assert list(waiting(cast.sibling_cadre.actor)) == []


def test_joining_twice_under_two_phones_is_asked_about_when_the_number_comes(cast: Cast) -> None:
    """Two declared records have nothing but a name in common; the paper at the window shows it."""
    from tongxin.people.actions import verification

    typed = an_id(BORN)
    first = again(cast.factory, "周海", document=typed, phone=a_phone())
    second = persons.declare(account=cast.newcomer, name="周海", near=cast.chongqing, by=_as(cast.newcomer), at=NOW)
    assert Likeness.objects.count() == 0
    from tongxin.kernel.refused import Refused

    with pytest.raises(Refused) as refused:
        verification.confirm_on_paper(
            person=second, name="周海", kind="resident_id", number=typed, by=cast.clerk.actor, at=NOW
        )
    assert refused.value.code == "document-taken"
    pair = Likeness.objects.get()
    assert ({pair.one_id, pair.other_id}, pair.reasons) == ({first.person.pk, second.pk}, ["same-paper"])
    assert pair.union_id == cast.factory.pk


def _as(account):
    from tongxin.people.authority import actor_of

    return actor_of(account, TODAY)


def test_sweep_finds_each_pair_once_and_a_second_sweep_nothing(cast: Cast) -> None:
    phone = a_phone()
    one = again(cast.factory, "周海", phone=phone, born=BORN)
    other = again(cast.riders, "週海", phone=phone, born=date(1990, 3, 6))
    found = sum(likenesses.sweep(step=step, at=NOW) for step in likenesses.slices())
    pair = Likeness.objects.get()
    assert (found, pair.one_id, pair.other_id, pair.union_id) == (1, one.person.pk, other.person.pk, cast.yongchuan.pk)
    assert pair.reasons == ["same-phone", "same-reading", "near-birthday"]
    assert sum(likenesses.sweep(step=step, at=NOW) for step in likenesses.slices()) == 0


def test_different_is_refused_to_whom_it_is_about_and_remembered(cast: Cast) -> None:
    from tongxin.kernel.refused import Refused

    phone = a_phone()
    again(cast.factory, "周海", phone=phone)
    again(cast.factory, "周海", phone=phone)
    likenesses.sweep(step=0, at=NOW)
    pair = Likeness.objects.get()
    with pytest.raises(Refused) as refused:
        likenesses.decide_different(pair=pair, why="", by=cast.clerk.actor, at=NOW)
    assert refused.value.code == "no-power"
    decided = likenesses.decide_different(pair=pair, why="父子", by=cast.cadre.actor, at=NOW)
    assert (decided.state, decided.decided_by) == ("different", cast.cadre.account.pk)
    assert likenesses.sweep(step=0, at=NOW) == 0
    assert HOUSE.system
