"""A new key reaches every table: these tests find sealed columns and digests by themselves, those of tomorrow too."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps
from tests.factories.any_rows import Rows

from tongxin.store import resealing
from tongxin.store.atomic import writing
from tongxin.store.fields import DigestField, Sealed, SealedBytesField, SealedField, digest_of
from tongxin.store.keys import KeyRing, forget_ring, ring, write_ring
from tongxin.store.models import Guarded
from tongxin.store.resealing import keyed, reseal, under

ROOT = Path(__file__).resolve().parents[2]
OURS = [model for model in apps.get_models() if model.__module__.startswith("tongxin.")]
# Columns of bytes that depend on no key of the ring. Closed list, each with what it is.
NO_KEY = {
    "records_journalseal.previous": "SHA-256 of what everybody may compute",
    "records_journalseal.digest": "the same",
    "calls_lane.salt": "chance, of this pool alone",
    "benefits_device.token_digest": "SHA-256 of a long token",
    "benefits_device.offline_key": "a public key",
    "benefits_settlement.digest": "SHA-256 of its lines",
    "benefits_redemption.body": "SHA-256 of what was asked",
    "benefits_offlineentry.signature": "made by the device",
    "benefits_offlineentry.digest": "SHA-256 of what the device signed",
    "people_apitoken.digest": "SHA-256 of a long token",
}
# Purposes that no column says. Closed list, each with where its values lie.
TEXTS = {"person.document": "11010519491231002X", "person.phone": "+8619900000009", "import.former": "{}"}
ELSEWHERE = {
    "account.second-factor": "people.actions.factor_keys",
    "import.row-key": "in workbooks that were given back; theirs is good as long as its key, see resealing.CARRIED",
}


@pytest.fixture  # before the cast, whose numbers lie under it: ask for that by request.getfixturevalue
def own_ring(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.TONGXIN_DATA = tmp_path
    path = tmp_path / "keys" / "ring.json"
    write_ring(KeyRing.fresh(), path, replace=True)
    forget_ring()
    yield path
    forget_ring()


def new_key(path: Path) -> None:
    write_ring(ring().with_new_key(), path, replace=True)
    forget_ring()


@pytest.mark.django_db
@pytest.mark.parametrize("table", keyed(), ids=lambda table: table.model._meta.db_table)
def test_rows_of_every_table_come_under_the_new_key(
    table: resealing.Keyed, own_ring: Path, request: pytest.FixtureRequest
) -> None:
    """Every sealed column filled; each opens as before, and each digest is the current key's."""
    cast = request.getfixturevalue("cast")
    with writing():
        row = table.model._base_manager.get(pk=Rows(cast).of(table.model).pk)
        for field in table.sealed:
            if getattr(row, field.attname) is None:
                text = TEXTS.get(field.purpose, f"sealed {field.name}")
                setattr(row, field.attname, Sealed.of(text, field.purpose))
        for field in table.digests:
            if getattr(row, field.attname) is None:
                setattr(row, field.attname, field.of(row))
        row.save()
    before = plain(table, row.pk)
    assert None not in before.values()
    new_key(own_ring)
    assert sum(reseal(most=2)) >= 1
    after = table.model._base_manager.get(pk=row.pk)
    assert plain(table, row.pk) == before
    assert {raw(getattr(after, field.attname))[0] for field in table.sealed} == {2}
    assert [bytes(getattr(after, field.attname)) for field in table.digests] == [
        field.of(after) for field in table.digests
    ]
    assert {getattr(after, field.attname) for field in table.ids} <= {2}
    assert under().keys() == {2}
    assert sum(reseal()) == 0


def plain(table: resealing.Keyed, pk: int) -> dict[str, object]:
    row = table.model._base_manager.get(pk=pk)
    return {field.name: opened(field, getattr(row, field.attname)) for field in table.sealed}


def opened(field: Any, value: Any) -> str | bytes | None:
    if isinstance(field, SealedBytesField):
        return ring().open_bytes(bytes(value), purpose=field.purpose)
    return value.open() if isinstance(value, Sealed) else None


def raw(value: Any) -> bytes:
    return value.raw if isinstance(value, Sealed) else bytes(value)


def test_every_column_of_bytes_says_what_a_new_key_asks_of_it() -> None:
    unsaid = {
        f"{model._meta.db_table}.{field.column}"
        for model in OURS
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField) and not isinstance(field, SealedField | SealedBytesField | DigestField)
    }
    assert unsaid == set(NO_KEY)


def test_digests_that_are_made_anew_stand_beside_what_is_sealed() -> None:
    tables = {table.model for table in keyed()}
    anew = {m for m in OURS for f in m._meta.concrete_fields if isinstance(f, DigestField) and f.of is not None}
    assert anew - tables == set()


def test_every_purpose_in_the_code_belongs_to_a_column() -> None:
    """Nobody seals or digests beside the columns that say so."""
    said = {
        field.purpose
        for model in OURS
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField | SealedBytesField | DigestField)
    }
    used = set(purposes())
    assert used - said - set(ELSEWHERE) == set()
    assert {"person.document", "ticket.code", "claim.code", *ELSEWHERE} <= used  # the search finds them at all


def purposes() -> Iterator[str]:
    """Given to the ring anywhere, as a text or by a constant's name; a parameter passed on is its caller's."""
    for path in sorted((ROOT / "src" / "tongxin").rglob("*.py")):
        text = path.read_text()
        if path.parts[-2] in {"store", "migrations"} or "ring" not in text:
            continue
        yield from re.findall(r'purpose="([^"]+)"', text)
        for name in re.findall(r"purpose=(?:\w+\.)?([A-Z_]+)[,)]", text):
            module = importlib.import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
            held = getattr(module, name, None) or getattr(getattr(module, "contacts", None), name, None)
            assert isinstance(held, str), f"{path}: {name}"
            yield held


@pytest.mark.django_db
def test_a_table_of_tomorrow_is_found(own_ring: Path) -> None:
    with isolate_apps("tongxin.people") as registry:

        class Tomorrow(Guarded):
            text = SealedField(purpose="tomorrow.text")
            digest = DigestField(
                max_length=32, purpose="tomorrow.text", of=lambda row: digest_of(row.text, "tomorrow.text")
            )

            class Meta:
                app_label = "people"

        with connection.schema_editor() as editor:
            editor.create_model(Tomorrow)
        with writing():
            row = Tomorrow.make(text="明天", digest=digest_of("明天", "tomorrow.text"))
        new_key(own_ring)
        assert under(registry) == {1: {"people_tomorrow.text": 1}}
        assert list(reseal(registry=registry)) == [1]
        found = Tomorrow.objects.get(pk=row.pk)
        assert (found.text.key_id, found.text.open()) == (2, "明天")
        assert bytes(found.digest) == digest_of("明天", "tomorrow.text")


def test_a_digest_says_one_thing_of_its_future() -> None:
    with pytest.raises(TypeError):
        DigestField(purpose="x")
    with pytest.raises(TypeError):
        DigestField(purpose="x", lost="a", of=bytes)


@pytest.mark.django_db
def test_a_value_that_no_key_opens_stops_nobody(own_ring: Path, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("cast")
    table = next(table for table in keyed() if table.model._meta.db_table == "people_person")
    people = table.model._base_manager.exclude(document=None).order_by("pk")
    broken = people[1]
    with writing():
        type(broken).objects.filter(pk=broken.pk).update(document=b"\x01" + bytes(40))
    new_key(own_ring)
    list(reseal(most=3))
    assert [person.document.key_id for person in people].count(1) == 1
    assert under()[1]["people_person.document"] == 1


@pytest.mark.django_db
def test_digests_under_another_key_are_mended(own_ring: Path, request: pytest.FixtureRequest) -> None:
    """As a process leaves them that learnt of the new key between sealing and digesting."""
    person = request.getfixturevalue("cast").wang.person
    with writing():
        type(person).objects.filter(pk=person.pk).update(document_digest=bytes(32))
    assert resealing.mend_digests() == {"people_person.document_digest": 1}
    person.refresh_from_db()
    assert bytes(person.document_digest) == ring().digest(person.document_text(), purpose="person.document")
    assert resealing.mend_digests() == {}
