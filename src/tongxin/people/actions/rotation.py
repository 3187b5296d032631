"""Keys change: what lies sealed under an older key is sealed again, batch by batch, while people go on working."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import F, Func, IntegerField, QuerySet, Value

from tongxin.kernel import id_numbers
from tongxin.people.models import Account, ImportRow, Merge, Person
from tongxin.people.queries import lookup
from tongxin.store.atomic import atomic
from tongxin.store.fields import Sealed
from tongxin.store.keys import forget_ring, ring, write_ring

BATCH: Final = 500


def add_key() -> int:
    """A new current key in the data folder's ring; returns its id. Older ones stay: they still open what they sealed."""
    new = ring().with_new_key()
    write_ring(new, Path(settings.TONGXIN_DATA) / "keys" / "ring.json", replace=True)
    forget_ring()
    return new.current.id


@atomic
def reseal(*, most: int = BATCH) -> int:
    """Seals up to `most` rows of each kind under the current key, digests too. Returns how many; 0: all is done.

    Rows that another action holds are left for the next batch.
    """
    return _people(most) + _accounts(most) + _import_rows(most) + _merges(most)


def _people(most: int) -> int:
    rows = _old(Person.objects.all(), "document", most) or _old(Person.objects.all(), "phone", most)
    for person in rows:
        if number := person.document_text():
            canonical = id_numbers.canonical_document(person.document_kind, number)
            person.document = Sealed.of(number, lookup.DOCUMENT)
            person.document_digest = ring().digest(canonical, purpose=lookup.DOCUMENT)
        if phone := person.phone_text():
            person.phone = Sealed.of(phone, lookup.PHONE)
            person.phone_digest = ring().digest(phone, purpose=lookup.PHONE)
    Person.objects.bulk_update(rows, ["document", "document_digest", "phone", "phone_digest"])
    return len(rows)


def _accounts(most: int) -> int:
    rows = _old(Account.objects.all(), "phone", most)
    for account in rows:
        phone = account.phone.open()
        account.phone = Sealed.of(phone, lookup.ACCOUNT_PHONE)
        account.phone_digest = ring().digest(phone, purpose=lookup.ACCOUNT_PHONE)
    Account.objects.bulk_update(rows, ["phone", "phone_digest"])
    return len(rows)


def _import_rows(most: int) -> int:
    rows = _old(ImportRow.objects.all(), "values", most)
    for row in rows:
        row.values = Sealed.of(row.values.open(), "import.values")
    ImportRow.objects.bulk_update(rows, ["values"])
    return len(rows)


def _merges(most: int) -> int:
    """Both records as they stood. The sealed values inside stay under the key of their day: undoing needs that key."""
    rows = _old(Merge.objects.all(), "before", most)
    for row in rows:
        row.before = Sealed.of(row.before.open(), "merge.before")
    Merge.objects.bulk_update(rows, ["before"])
    return len(rows)


def _old(rows: QuerySet, column: str, most: int) -> list:  # type: ignore[type-arg]  # three tables, one question
    """The first byte of a sealed value is its key's id."""
    key = Func(F(column), Value(0), function="get_byte", output_field=IntegerField())
    old = rows.filter(**{f"{column}__isnull": False}).annotate(key=key).exclude(key=ring().current.id)
    return list(old.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:most])
