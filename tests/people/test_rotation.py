"""A new key: everything stays readable and findable, before, while and after all is sealed again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast

from tongxin.people.actions import rotation
from tongxin.people.models import Account, Person
from tongxin.people.queries import lookup
from tongxin.store.keys import KeyRing, forget_ring, ring, write_ring


@pytest.fixture
def own_ring(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.TONGXIN_DATA = tmp_path
    write_ring(KeyRing.fresh(), tmp_path / "keys" / "ring.json", replace=True)
    forget_ring()
    yield
    forget_ring()


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_reseal_moves_everything_to_the_new_key_in_batches(request: pytest.FixtureRequest) -> None:
    cast: Cast = request.getfixturevalue("cast")
    number, phone = cast.wang.person.document_text(), cast.wang.person.phone_text()
    Account.objects.filter(pk=cast.newcomer.pk).update(
        phone=phone, phone_digest=ring().digest(phone, purpose="account.phone")
    )
    assert rotation.add_key() == 2
    assert lookup.by_document("resident_id", number) == cast.wang.person  # still under the old key
    batches = 0
    while rotation.reseal(most=5):
        batches += 1
    assert batches > 3
    person = Person.objects.get(pk=cast.wang.person.pk)
    assert (person.document.key_id, person.phone.key_id) == (2, 2)
    assert (person.document_text(), person.phone_text()) == (number, phone)
    assert bytes(person.document_digest) == ring().digest(number, purpose="person.document")
    assert lookup.by_document("resident_id", number) == person
    assert lookup.by_phone(phone) == [person]
    assert lookup.account_by_phone(phone) == cast.newcomer
    assert all(p.document.key_id == 2 for p in Person.objects.exclude(document=None))


@pytest.mark.usefixtures("own_ring")
def test_ring_knows_a_key_that_another_process_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongxin.store import keys

    monkeypatch.setattr(keys, "LOOK_AGAIN", 0.0)
    before = ring()
    assert ring() is before  # the file has not changed
    write_ring(before.with_new_key(), tmp_path / "keys" / "ring.json", replace=True)
    assert ring().current.id == 2
