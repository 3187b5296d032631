"""Issued = redeemed + refunded + expired + returned + live, on any day, in vouchers and in yuan."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.schemes import a_scheme, a_voucher

from tongxin.benefits.actions import vouchers
from tongxin.benefits.queries.totals import contradictions
from tongxin.figures.vouchers import sheet
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def lived(cast: Cast) -> None:
    """Five of 永川's, each with another end, and one of the factory's; two of the ends come a day later."""
    scheme = a_scheme(cast.yongchuan)
    used, refunded, back, *_ = [
        a_voucher(scheme, player.person) for player in (cast.wang, cast.li, cast.zhang, cast.zhao, cast.cadre)
    ]
    a_voucher(a_scheme(cast.factory), cast.wang.person)
    vouchers.spend(voucher=used, redemption_ref="r1", by=HOUSE, at=NOW)
    vouchers.spend(voucher=refunded, redemption_ref="r2", by=HOUSE, at=NOW)
    vouchers.refund(voucher=refunded, why="停业", by=HOUSE, at=LATER)
    vouchers.give_back(voucher=back, why="不用", by=HOUSE, at=LATER)


def test_the_ends_add_up_to_what_was_issued(cast: Cast) -> None:
    lived(cast)
    found = sheet(cast.reader.actor, TODAY + timedelta(days=1))
    assert found.adds_up
    assert found.total.issued == 6
    assert found.total.ends == {"redeemed": 1, "refunded": 1, "expired": 0, "returned": 1, "live": 3}
    assert found.total.value == Decimal("600.00")
    assert [(row.union, row.issued) for row in found.rows] == [(cast.yongchuan, 5), (cast.factory, 1)]


def test_a_past_day_stays_as_it_was(cast: Cast) -> None:
    lived(cast)
    assert sheet(cast.reader.actor, TODAY).total.ends == {
        "redeemed": 2, "refunded": 0, "expired": 0, "returned": 0, "live": 4,
    }  # fmt: skip
    assert sheet(cast.reader.actor, TODAY - timedelta(days=1)).total.issued == 0


def test_only_what_the_reader_reaches_is_counted(cast: Cast) -> None:
    lived(cast)
    assert sheet(cast.sibling_officer.actor, TODAY).total.issued == 0


def test_a_row_that_nobody_moved_is_found(cast: Cast) -> None:
    """Someone writes into the database by hand: the check names the voucher and the scheme."""
    lived(cast)
    assert contradictions() == []
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE benefits_voucher SET state = 'returned' WHERE state = 'issued' AND union_id = %s", [cast.factory.pk]
        )
    assert [line.split()[0] for line in contradictions()] == ["scheme", "voucher"]
