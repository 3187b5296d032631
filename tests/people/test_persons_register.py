"""A person's record: registered, corrected, declared; found by number under every key, kept sealed."""

from datetime import date

import pytest
from django.db import connection
from tests.cast import HOUSE, NOW, TODAY, Cast, an_id

from tongxin.kernel.refused import Refused
from tongxin.people.actions import persons
from tongxin.people.authority import Actor
from tongxin.people.models import Account, Membership, Person
from tongxin.people.models.persons import Assurance, Sex
from tongxin.people.queries import lookup
from tongxin.records.models import JournalEntry

OLD = "510229197001010012"  # a card of 永川 while it was in Sichuan


def register(cast: Cast, by: Actor = HOUSE, **values: object) -> Person:
    given: dict[str, object] = {"name": "田　禾", "union": cast.factory}
    return persons.register(by=by, at=NOW, **given | values)  # type: ignore[arg-type]


def refusal(cast: Cast, by: Actor = HOUSE, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        register(cast, by, **values)
    return refused.value.code


def test_register_needs_neither_phone_nor_number_nor_account(cast: Cast) -> None:
    person = register(cast, cast.cadre.actor)
    assert (person.name, person.name_initials, person.federation) == ("田禾", "th", cast.chongqing.pk)
    assert "田禾" in person.name_pieces
    stay = Membership.objects.get(person=person)
    assert (stay.union, stay.starts, stay.ends, stay.federation) == (cast.factory, TODAY, None, cast.chongqing.pk)


def test_register_reads_birthday_and_sex_from_a_genuine_old_number(cast: Cast) -> None:
    person = register(cast, document="510229700101001", phone="138 0013 8000")
    assert (person.born, person.sex, person.document_text()) == (date(1970, 1, 1), Sex.MALE, OLD)
    assert person.phone_text() == "+8613800138000"
    assert person.federation == cast.chongqing.pk  # from the union, not from the number


def test_register_trusts_what_is_said_over_what_a_number_tells(cast: Cast) -> None:
    assert register(cast, document=OLD, sex=Sex.FEMALE).sex == Sex.FEMALE


def test_register_keeps_number_and_phone_sealed(cast: Cast) -> None:
    person = register(cast, document=OLD, phone="13800138000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM people_person p WHERE id = %s", [person.pk])
        row = cursor.fetchone()[0]
    assert OLD not in row
    assert "13800138000" not in row
    assert str(Person.objects.get(pk=person.pk).document) == "•••"


def test_register_the_same_number_twice_is_refused(cast: Cast) -> None:
    register(cast, document=OLD)
    assert refusal(cast, document=OLD) == "document-taken"
    assert refusal(cast, document="510229700101001", union=cast.jinjiang_shop) == "document-taken"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "name-missing"),
        ({"name": "长" * 61}, "name-long"),
        ({"document": "51022919700101001"}, "id-length"),
        ({"phone": "1380013800"}, "phone-length"),
        ({"gig_group": "pilot"}, "value-unknown"),
        ({"joined_on": date(2024, 3, 29)}, "day-to-come"),
        ({"joined_on": date(2017, 12, 31)}, "union-not-there"),
    ],
)
def test_register_is_refused_for_what_cannot_be(cast: Cast, values: dict[str, object], code: str) -> None:
    assert refusal(cast, **values) == code
    assert not Person.objects.filter(name="田禾").exists()


def test_register_is_refused_to_whoever_does_not_keep_that_unions_people(cast: Cast) -> None:
    for nobody in (cast.officer, cast.teacher, cast.sibling_cadre, cast.jinjiang_cadre, cast.jinjiang_admin, cast.wang):
        assert refusal(cast, nobody.actor) == "no-power"
    assert refusal(cast, cast.visitor) == "no-power"
    assert refusal(cast, cast.cadre.actor, union=cast.riders) == "no-power"


def test_register_writes_no_personal_data_into_the_journal(cast: Cast) -> None:
    register(cast, cast.cadre.actor, document=OLD, phone="13800138000")
    told = str(list(JournalEntry.objects.values_list("verb", "data")))
    assert "person.registered" in told
    assert "田" not in told
    assert OLD not in told


def test_change_says_which_fields_changed_and_nothing_more(cast: Cast) -> None:
    person = persons.change(
        person=cast.li.person,
        by=cast.cadre.actor,
        at=NOW,
        name="李建邦",
        phone="13900139000",
        employer="永川同心机械厂",
    )
    assert (person.name, person.name_initials, person.phone_text()) == ("李建邦", "ljb", "+8613900139000")
    entry = JournalEntry.objects.get(verb="person.changed")
    assert entry.data == {"fields": "name phone"}
    assert lookup.by_phone("13900139000") == [person]


def test_change_of_nothing_writes_nothing(cast: Cast) -> None:
    persons.change(
        person=cast.wang.person, by=cast.cadre.actor, at=NOW, name="王小华", phone=cast.wang.person.phone_text()
    )
    assert not JournalEntry.objects.filter(verb="person.changed").exists()


def test_change_to_anothers_number_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        persons.change(person=cast.li.person, by=cast.cadre.actor, at=NOW, document=cast.wang.person.document_text())
    assert refused.value.code == "document-taken"


def test_change_is_refused_to_a_sibling(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        persons.change(person=cast.wang.person, by=cast.sibling_cadre.actor, at=NOW, name="王大华")
    assert refused.value.code == "no-power"


def test_declare_gives_an_account_its_person_without_membership(cast: Cast) -> None:
    by = Actor(on=TODAY, account_id=cast.newcomer.pk)
    person = persons.declare(account=cast.newcomer, name="新 来", near=cast.yongchuan, by=by, at=NOW)
    assert (person.name, person.assurance, person.document) == ("新来", Assurance.DECLARED, None)
    assert Account.objects.get(pk=cast.newcomer.pk).person == person
    assert not Membership.objects.filter(person=person).exists()
    with pytest.raises(Refused) as refused:
        persons.declare(account=cast.newcomer, name="又来", near=cast.yongchuan, by=by, at=NOW)
    assert refused.value.code == "account-has-person"


def test_declare_for_another_account_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        persons.declare(account=cast.newcomer, name="新来", near=cast.yongchuan, by=cast.admin.actor, at=NOW)
    assert refused.value.code == "no-power"


def test_lookup_finds_a_person_by_every_way_of_writing_the_number(cast: Cast) -> None:
    person = register(cast, document="11010519491231002x")
    for text in ("11010519491231002X", "１１０１０５ 19491231 002x"):
        assert lookup.by_document("resident_id", text) == person
    assert lookup.by_document("resident_id", an_id()) is None
