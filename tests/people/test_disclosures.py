"""A full number is shown for a purpose, and the person can read who looked."""

import pytest
from tests.cast import NOW, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import disclosures
from tongxin.people.authority import Actor
from tongxin.people.models import Disclosure
from tongxin.records.models import JournalEntry

WHY = "核对入会申请表"


def reveal(cast: Cast, by: Actor, *, field: str = "document", purpose: str = WHY, who: str = "wang") -> str:
    return disclosures.reveal(person=getattr(cast, who).person, field=field, purpose=purpose, by=by, at=NOW)


def test_reveal_gives_the_number_and_leaves_two_traces(cast: Cast) -> None:
    number = reveal(cast, cast.cadre.actor)
    assert number == cast.wang.person.document_text()
    row = Disclosure.objects.get(person=cast.wang.person)
    assert (row.field, row.purpose, row.account, row.union, row.at) == (
        "document",
        WHY,
        cast.cadre.account and cast.cadre.account.pk,
        cast.factory,
        NOW,
    )
    entry = JournalEntry.objects.get(verb="person.number-revealed")
    assert (entry.of_id, entry.union, entry.data) == (
        cast.wang.person.public_id,
        cast.factory.pk,
        {"field": "document"},
    )


def test_reveal_gives_a_phone_as_it_is_dialled(cast: Cast) -> None:
    assert reveal(cast, cast.admin.actor, field="phone") == cast.wang.person.phone_text().removeprefix("+86")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"purpose": "  看 "}, "purpose-missing"),
        ({"field": "name"}, "field-unknown"),
        ({"field": "phone", "who": "li"}, "number-missing"),
    ],
)
def test_reveal_is_refused_without_purpose_field_or_number(cast: Cast, values: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        reveal(cast, cast.cadre.actor, **values)
    assert refused.value.code == code
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "who", ["officer", "teacher", "reader", "auditor", "operator", "sibling_cadre", "jinjiang_admin", "li"]
)
def test_reveal_is_refused_to_everyone_else_and_leaves_nothing(cast: Cast, who: str) -> None:
    by = Actor(on=NOW.date()) if who == "li" else getattr(cast, who).actor
    with pytest.raises(Refused) as refused:
        reveal(cast, by)
    assert refused.value.code == "no-power"
    assert not Disclosure.objects.exists()
