"""Statements of the hot path: bound on the server, prepared once, seen by Django like any other."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from tongxin.people.models import Account
from tongxin.store.prepared import Columns, Prepared

pytestmark = pytest.mark.django_db
SUM = Prepared("SELECT %(a)s::bigint + %(b)s::bigint, %(words)s::text")


def prepared(part: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, %s) > 0", [part])
        return int(cursor.fetchone()[0])


def test_a_statement_is_prepared_once_whatever_the_size_of_its_numbers() -> None:
    assert SUM.row(a=1, b=2, words="两个") == (3, "两个")
    assert SUM.row(a=1_000_000, b=2**40, words="") == (1_000_000 + 2**40, "")
    assert prepared("::bigint + $2::bigint") == 1


def test_lists_of_numbers_are_one_statement_too() -> None:
    total = Prepared("SELECT coalesce(sum(one), 0)::bigint FROM unnest(%(numbers)s::bigint[]) AS one")
    assert [total.row(numbers=numbers) for numbers in ([1, 2], [2**40], [])] == [(3,), (2**40,), (0,)]


def test_no_row_is_none() -> None:
    assert Prepared("SELECT 1 WHERE %(yes)s").row(yes=False) is None


def test_statements_are_counted_with_the_others() -> None:
    with CaptureQueriesContext(connection) as queries:
        SUM.row(a=1, b=2, words="")
    assert len(queries) == 1


def test_what_a_constraint_refuses_arrives_as_django_knows_it() -> None:
    insert = Prepared("INSERT INTO cache (cache_key, value, expires) VALUES (%(key)s, NULL, now())")
    with pytest.raises(IntegrityError):
        insert.run(key="once")


def test_columns_that_django_converts_must_be_left_out() -> None:
    with pytest.raises(TypeError, match="phone"):
        Columns(Account)


def test_an_instance_reads_what_was_left_out_when_it_is_asked_for() -> None:
    made = Account.objects.create_user(login="someone", phone="13800000000")
    columns = Columns(Account, "phone")
    row = Prepared(f"SELECT {columns.of('a')} FROM people_account a WHERE id = %(pk)s").row(pk=made.pk)
    assert row is not None
    account = columns.read(row)
    assert (account, account.login, account.get_deferred_fields()) == (made, "someone", {"phone"})
    assert account.phone.open() == "13800000000"
