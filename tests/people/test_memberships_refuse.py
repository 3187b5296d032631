"""One membership at any moment, no gap, no overlap: the database itself says so, to raw SQL and to two writers at once."""

from collections.abc import Callable
from datetime import date

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.racing import side_by_side

from tongxin.people.actions import memberships
from tongxin.people.actions.transfers import ask
from tongxin.people.models import Membership, Transfer

NEW = (
    "INSERT INTO people_membership (federation, public_id, person_id, union_id, starts, ends, end_reason, post, retained,"
    " retained_why) SELECT federation, %s, person_id, union_id, %s, %s, %s, '', false, '' FROM people_membership WHERE id = %s"
)


def stay(cast: Cast) -> Membership:
    return Membership.objects.get(person=cast.wang.person, ends=None)


def broken(error: IntegrityError) -> str:
    return str(error.__cause__.diag.constraint_name) if isinstance(error.__cause__, psycopg.Error) else str(error)


def refused(*statements: tuple[str, list[object]]) -> str:
    """The name of the constraint that the statements break when their transaction ends; "" where none is."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in statements:
                cursor.execute(sql, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        return broken(error)
    return ""


def test_a_second_open_stay(cast: Cast) -> None:
    assert refused((NEW, ["x" * 12, TODAY, None, "", stay(cast).pk])) == "membership_one_open"


@pytest.mark.parametrize(
    ("starts", "ends", "broken"),
    [
        (date(2017, 1, 1), date(2018, 1, 1), ""),  # until the day on which the open one begins
        (date(2017, 1, 1), date(2018, 1, 2), "membership_no_overlap"),
        (date(2020, 1, 1), date(2020, 2, 1), "membership_no_overlap"),
        (date(2020, 1, 1), date(2020, 1, 1), ""),  # no day at all
        (date(2020, 1, 2), date(2020, 1, 1), "membership_days"),
    ],
)
def test_a_closed_stay_beside_the_open_one(cast: Cast, starts: date, ends: date, broken: str) -> None:
    assert refused((NEW, ["x" * 12, starts, ends, "left", stay(cast).pk])) == broken


def test_two_closed_stays(cast: Cast) -> None:
    pk, day = stay(cast).pk, date(2017, 6, 1)
    first = (NEW, ["x" * 12, date(2016, 1, 1), day, "left", pk])
    assert refused(first, (NEW, ["y" * 12, date(2017, 5, 31), date(2017, 7, 1), "left", pk])) == "membership_no_overlap"
    assert refused(first, (NEW, ["y" * 12, day, date(2017, 7, 1), "left", pk])) == ""


def test_a_stay_that_grows_into_another(cast: Cast) -> None:
    now = stay(cast)
    earlier = (NEW, ["x" * 12, date(2016, 1, 1), date(2017, 1, 1), "left", now.pk])
    grown = ("UPDATE people_membership SET starts = %s WHERE id = %s", [date(2016, 12, 31), now.pk])
    assert refused(earlier, grown) == "membership_no_overlap"


def test_a_transfer_that_leaves_a_gap(cast: Cast) -> None:
    now = stay(cast)
    leave = ("UPDATE people_membership SET ends = %s, end_reason = 'transferred' WHERE id = %s", [TODAY, now.pk])
    assert refused(leave) == "membership_no_gap"
    assert refused(leave, (NEW, ["x" * 12, date(2024, 3, 29), None, "", now.pk])) == "membership_no_gap"
    assert refused(leave, (NEW, ["x" * 12, TODAY, None, "", now.pk])) == ""


def test_taking_away_what_a_transfer_began(cast: Cast) -> None:
    new = memberships.move(membership=stay(cast), to_union=cast.riders, on=date(2024, 2, 1), by=HOUSE, at=NOW)
    assert refused(("DELETE FROM people_membership WHERE id = %s", [new.pk])) == "membership_no_gap"
    later = ("UPDATE people_membership SET starts = starts + 1 WHERE id = %s", [new.pk])
    assert refused(later) == "membership_no_gap"


def test_a_lapse_without_a_reminder(cast: Cast) -> None:
    lapse = "UPDATE people_membership SET ends = %s, end_reason = 'lapsed' WHERE id = %s"
    assert refused((lapse, [TODAY, stay(cast).pk])) == "membership_lapsed_reminded"


def test_a_transfer_done_without_both(cast: Cast) -> None:
    made = ask(person=cast.wang.person, to_union=cast.jiangjin_mill, by=cast.wang.actor, at=NOW)
    done = "UPDATE people_transfer SET state = 'done', new_answer = 'yes', result_id = membership_id WHERE id = %s"
    assert refused((done, [made.pk])) == "transfer_done_agreed"


def test_a_clause_that_is_empty(cast: Cast) -> None:
    row = (
        "INSERT INTO people_clock (name, amount, unit, valid_from, source, clause, confidence)"
        " VALUES ('transfer_completes', 10, 'days', '2024-01-01', 'x', %s, 'sure')"
    )
    assert refused((row, [""])) == "clock_completes_by_clause"
    assert refused((row, ["逾期不答复的，视为同意"])) == ""


# ---- at the same moment -------------------------------------------------------------------------------------------


def raw(sql: str, values: list[object]) -> Callable[[], object]:
    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            cursor.execute(sql, values)

    return run


@pytest.mark.django_db(transaction=True)
def test_two_unions_that_claim_one_worker_at_once(cast: Cast) -> None:
    """One of them is heard, the other reads that one is on its way."""
    mill, shop = cast.sibling_cadre.actor, cast.jinjiang_cadre.actor
    told = side_by_side(
        lambda: ask(person=cast.wang.person, to_union=cast.jiangjin_mill, by=mill, at=NOW),
        lambda: ask(person=cast.wang.person, to_union=cast.jinjiang_shop, by=shop, at=NOW),
    )
    assert sorted(told) == ["done", "transfer_one_waiting"]
    assert Transfer.objects.filter(person=cast.wang.person).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_unions_that_join_one_worker_at_once(cast: Cast) -> None:
    memberships.end(membership=stay(cast), on=TODAY, reason="left", by=HOUSE, at=NOW)
    told = side_by_side(
        lambda: memberships.join(person=cast.wang.person, union=cast.riders, starts=TODAY, by=HOUSE, at=NOW),
        lambda: memberships.join(person=cast.wang.person, union=cast.jiangjin_mill, starts=TODAY, by=HOUSE, at=NOW),
    )
    assert sorted(told) == ["done", "membership-open"]
    assert Membership.objects.filter(person=cast.wang.person, ends=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_moves_of_one_stay_at_once(cast: Cast) -> None:
    now = stay(cast)
    told = side_by_side(
        lambda: memberships.move(membership=now, to_union=cast.riders, on=TODAY, by=HOUSE, at=NOW),
        lambda: memberships.move(membership=now, to_union=cast.jiangjin_mill, on=TODAY, by=HOUSE, at=NOW),
    )
    assert sorted(told) == ["done", "membership-ended"]


@pytest.mark.django_db(transaction=True)
def test_raw_writers_of_an_open_and_a_closed_stay_at_once(cast: Cast) -> None:
    """Neither sees the other's row when it begins; the lock on the record lets the second one see the first one's."""
    now = stay(cast)
    memberships.end(membership=now, on=date(2019, 1, 1), reason="left", by=HOUSE, at=NOW)
    told = []

    def guarded(deed: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                deed()
            except IntegrityError as error:
                told.append(broken(error))

        return run

    side_by_side(
        guarded(raw(NEW, ["x" * 12, date(2020, 1, 1), None, "", now.pk])),
        guarded(raw(NEW, ["y" * 12, date(2020, 1, 1), date(2020, 6, 1), "left", now.pk])),
    )
    assert told == ["membership_no_overlap"]
    assert Membership.objects.filter(person=cast.wang.person).count() == 2
