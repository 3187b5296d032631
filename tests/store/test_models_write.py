"""Only actions write, and what is written once stays."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection

from tongxin.served.actions import ledger
from tongxin.served.models import Measure, ServedRow
from tongxin.store.atomic import WroteOutsideAction, writing
from tongxin.unions.models import Kind, Level, Union

NOW = datetime(2024, 3, 28, 2, 0, tzinfo=UTC)


def union() -> Union:
    return Union(federation=1, kind=Kind.FEDERATION, level=Level.PROVINCE, name="四川省总工会", code="510000")


@pytest.mark.django_db
def test_save_is_refused_outside_an_action() -> None:
    with pytest.raises(WroteOutsideAction):
        union().save()


@pytest.mark.django_db
def test_update_and_delete_are_refused_outside_an_action() -> None:
    with writing():
        union().save()
    with pytest.raises(WroteOutsideAction):
        Union.objects.update(name="x")
    with pytest.raises(WroteOutsideAction):
        Union.objects.all().delete()
    assert Union.objects.get().name == "四川省总工会"


def served(*, counts: bool) -> ledger.Service:
    return ledger.Service(date(2024, 3, 1), 1, 1, 7, 3, Measure.PERSON_TIME, 99, counts)


@pytest.mark.django_db
def test_ledger_writes_each_change_once() -> None:
    written = [ledger.record([served(counts=c)], at=NOW) for c in (False, True, True, False, True)]
    assert written == [0, 1, 0, 1, 1]
    assert list(ServedRow.objects.order_by("turn").values_list("turn", "quantity")) == [(1, 1), (2, -1), (3, 1)]


@pytest.mark.django_db(transaction=True)
def test_ledger_rows_cannot_be_changed_even_by_an_action() -> None:
    ledger.record([served(counts=True)], at=NOW)
    with pytest.raises(IntegrityError), writing():
        ServedRow.objects.update(quantity=-1)
    with pytest.raises(IntegrityError), writing():
        ServedRow.objects.all().delete()
    assert ServedRow.objects.get().quantity == 1


@pytest.mark.django_db
def test_no_table_keeps_an_index_for_beginnings_of_public_ids() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%%(public_id%%'")
        found = [definition for (definition,) in cursor.fetchall()]
    assert len(found) > 20
    assert [one for one in found if "pattern_ops" in one or "UNIQUE" not in one] == []
