"""A new key: everything stays readable and findable, before, while and after all is sealed again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests.cast import NOW, Cast

from config.backup import with_database
from tongxin.kernel import one_time_codes
from tongxin.kernel.refused import Refused
from tongxin.notices.models import DemoSms
from tongxin.people import kept_records
from tongxin.people.actions import factor_keys, identities, rotation, second_factor
from tongxin.people.models import Account, OutsideIdentity, Person
from tongxin.people.queries import lookup
from tongxin.store import resealing
from tongxin.store.atomic import writing
from tongxin.store.keys import KeyRing, forget_ring, ring, write_ring

DAY = timedelta(days=1)


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
    batches = [batch for batch in rotation.reseal(most=5) if batch]
    assert len(batches) > 3
    assert max(batches) == 5
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("own_ring")
def test_rotation_that_was_killed_goes_on_where_it_stood(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """`kill -9` in the middle, then the same command again: no second new key, nothing lost, nothing under the old one."""
    cast: Cast = request.getfixturevalue("cast")
    with writing():
        for n in range(150):
            DemoSms.make(phone=f"+86199{n:08d}", text="x", at=NOW)
    middle = sorted(DemoSms.objects.values_list("pk", flat=True))[75]
    with held_at("notices_demosms", middle) as is_there, child(tmp_path, "--batch", "1") as first:
        while not is_there():
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
    forget_ring()
    assert ring().current.id == 2
    half = sum(sms.phone.key_id == 2 for sms in DemoSms.objects.all())
    assert half == 75
    assert lookup.by_document("resident_id", cast.wang.person.document_text()) == cast.wang.person
    with child(tmp_path, "--json") as second:
        told = json.loads(second.communicate()[0])
    assert (told["key"], told["added"], told["left"]) == (2, False, 0)
    assert rotation.under().keys() == {2}
    assert {sms.phone.open() for sms in DemoSms.objects.all()} == {f"+86199{n:08d}" for n in range(150)}


@contextmanager
def held_at(table: str, pk: int) -> Iterator[Callable[[], bool]]:
    """Whoever writes that row waits, until the end, when it is too late; asked whether somebody does."""
    url = with_database(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as own:
        own.execute(f"SELECT pg_advisory_lock({pk})")
        own.execute(
            "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_advisory_xact_lock(NEW.id); RETURN NEW; END $$;"
            f"CREATE TRIGGER held BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NEW.id = {pk}) EXECUTE FUNCTION held()"
        )
        waiting = f"locktype = 'advisory' AND objid = {pk} AND NOT granted"
        yield lambda: own.execute(f"SELECT 1 FROM pg_locks WHERE {waiting}").fetchone() is not None
        own.execute(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE {waiting}")
        own.execute(f"DROP TRIGGER held ON {table}; DROP FUNCTION held")


def child(data: Path, *more: str) -> subprocess.Popen[str]:
    """`tongxin rotate_keys` on the tests' database, with this test's keys."""
    root = Path(__file__).resolve().parents[2]
    url = with_database(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environment = os.environ | {
        "DATABASE_URL": url,
        "TONGXIN_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
    }
    command = [sys.executable, "-m", "config.cli", "rotate_keys", *more]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


@pytest.fixture
def rotated(request: pytest.FixtureRequest) -> Cast:
    """Everything under key 2, which is current since NOW; key 1 is still there."""
    cast: Cast = request.getfixturevalue("cast")
    enrolled(cast)
    rotation.add_key(NOW)
    list(rotation.reseal())
    return cast


def enrolled(cast: Cast) -> str:
    """The officer's second factor; its secret."""
    secret = one_time_codes.new_secret()
    code = one_time_codes.code_at(secret, one_time_codes.step_at(NOW))
    second_factor.enrol(account=cast.officer.account, secret=secret, code=code, at=NOW)
    return secret


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_second_factors_come_under_the_new_key(request: pytest.FixtureRequest) -> None:
    cast: Cast = request.getfixturevalue("cast")
    secret = enrolled(cast)
    assert factor_keys.under() == {1: 2}  # the app and the recovery codes
    rotation.add_key(NOW)
    list(rotation.reseal())
    assert factor_keys.under() == {2: 2}
    assert second_factor.secret_of(cast.officer.account) == secret


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_old_key_goes_when_nothing_needs_it(rotated: Cast) -> None:
    late = NOW + resealing.longest_life()
    person = rotated.wang.person
    rotation.remove_key(1, at=late)
    assert list(ring().keys) == [2]
    person.refresh_from_db()
    assert lookup.by_document("resident_id", person.document_text()) == person
    assert second_factor.secret_of(rotated.officer.account) is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_key_that_is_still_needed_is_not_removed(rotated: Cast) -> None:
    late = NOW + resealing.longest_life()
    person = rotated.wang.person
    for key, at, code in ((2, late, "key-current"), (7, late, "key-unknown"), (1, late - DAY, "key-young")):
        with pytest.raises(Refused) as refusal:
            rotation.remove_key(key, at=at)
        assert refusal.value.code == code
    old = ring().keys[1]
    with writing():
        sealed = KeyRing([old], 1).seal("+8619900000009", purpose="person.phone")
        Person.objects.filter(pk=person.pk).update(phone=sealed)
    with pytest.raises(Refused) as refusal:
        rotation.remove_key(1, at=late)
    assert refusal.value.code == "key-used"
    assert "people_person.phone（1）" in str(refusal.value)
    assert list(ring().keys) == [1, 2]


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_key_whose_age_nobody_knows_is_not_removed(tmp_path: Path) -> None:
    write_ring(ring().with_new_key(), tmp_path / "keys" / "ring.json", replace=True)
    forget_ring()
    with pytest.raises(Refused) as refusal:
        rotation.remove_key(1, at=NOW)
    assert refusal.value.code == "key-undated"


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_merge_from_before_a_rotation_is_undone_without_the_old_key(rotated: Cast) -> None:
    """A note of that time held values under the key of that time: sealing it anew opened them."""
    person = rotated.wang.person
    old = ring().keys[1]
    number, phone = person.document_text(), person.phone_text()
    note = {
        "document_kind": "resident_id",
        "document": "\\x" + KeyRing([old], 1).seal(number, purpose="person.document").hex(),
        "document_digest": "\\x00",
        "phone": "\\x" + KeyRing([old], 1).seal(phone, purpose="person.phone").hex(),
        "phone_digest": "\\x00",
    }
    kept = json.loads(kept_records.opened_notes(json.dumps({"kept": note, "stays": [[1]]})))
    assert kept["stays"] == [[1]]
    rotation.remove_key(1, at=NOW + resealing.longest_life())
    again = kept_records.sealed(kept["kept"])
    assert bytes.fromhex(again["document_digest"][2:]) == ring().digest(number, purpose="person.document")
    assert ring().open(bytes.fromhex(again["phone"][2:]), purpose="person.phone") == phone


@pytest.mark.django_db
@pytest.mark.usefixtures("own_ring")
def test_outside_sign_in_moves_to_the_new_key_when_it_is_used(request: pytest.FixtureRequest) -> None:
    cast: Cast = request.getfixturevalue("cast")
    identities.link(account=cast.wang.account, provider="official", subject="o-1", at=NOW)
    rotation.add_key(NOW)
    assert identities.account_of(provider="official", subject="o-1", at=NOW) == cast.wang.account
    digest = bytes(OutsideIdentity.objects.get().subject_digest)
    assert digest == ring().digest("official:o-1", purpose="account.identity")
