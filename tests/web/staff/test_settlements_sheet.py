"""The settlement as a file: opened as Excel opens it, it equals the drawer and the page, by the clock on the wall."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from tests.cast import NOW, TODAY, Cast, Player
from tests.factories.counters import Counter, a_counter, given, shown, text_of
from tests.web.conftest import Clock

from tongxin.benefits.actions import redemptions, settlements, shifts
from tongxin.benefits.models import Redemption, Settlement
from tongxin.benefits.queries.tills import drawer_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Player], Client]
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def settled(cast: Cast, clock: Clock) -> tuple[Counter, Settlement]:
    """Three taken early in the morning, which is the day before in Greenwich; one undone, one refunded; the count is short."""
    early = NOW.replace(hour=1, minute=5)
    clock.now = early
    counter = a_counter(cast)
    done = [taken(counter, player, early) for player in (cast.wang, cast.li, cast.zhang)]
    redemptions.undo(redemption=done[0], shift=counter.shift, at=early + timedelta(minutes=2))
    redemptions.refund(redemption=done[1], why="停电", by=cast.admin.actor, at=NOW)
    shifts.close_shift(shift=counter.shift, counted=Decimal("150.50"), remark="少一张", at=NOW)
    clock.now = TOMORROW
    by = cast.officer.on(TOMORROW.date())
    return counter, settlements.draw_up(partner=counter.partner, last=TODAY, by=by, at=TOMORROW)


def taken(counter: Counter, who: Player, at: datetime) -> Redemption:
    voucher = shown(given(counter.scheme, who.person), at=at)
    return redemptions.redeem(shift=counter.shift, text=text_of(voucher), request=voucher.public_id, at=at)


def test_the_file_equals_the_drawer_and_the_page(
    cast: Cast, settled: tuple[Counter, Settlement], as_staff: SignIn
) -> None:
    counter, made = settled
    client = as_staff(cast.admin)
    answer = client.get(f"/staff/partners/settlements/{made.public_id}/sheet/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet, notes = book["第1期"], [row[0] for row in book["说明"].iter_rows(values_only=True)]
    head, *rows, sums = sheet.iter_rows(values_only=True)
    assert head[0] == "时间"
    plus = [Decimal(str(row[6])) for row in rows if row[6] is not None]
    minus = [Decimal(str(row[7])) for row in rows if row[7] is not None]
    assert (len(plus), len(minus)) == (3, 2)
    assert (sum(plus), sum(minus)) == (made.redeemed, made.reversed) == (Decimal(str(sums[6])), Decimal(str(sums[7])))
    assert made.total == sum(plus) - sum(minus) == Decimal("100.00")
    assert drawer_of(counter.shift).total == Decimal("200.00")  # the refund came after the drawer was counted
    assert "应付100.00元" in sums[8]
    assert [row[0].date() for row in rows] == [TODAY] * 5
    assert rows[0][0].strftime("%H:%M") == "01:05"
    assert sheet["G2"].number_format == "#,##0.00"
    assert "2024年1月1日—3月28日" in notes
    assert any(note.startswith("交班不符") and "系统200.00元，清点150.50元 少一张" in note for note in notes)
    assert f"明细的SHA-256：{bytes(made.digest).hex()}" in notes
    page = client.get(f"/staff/partners/settlements/{made.public_id}/").content.decode()
    assert all(text in page for text in ("300.00", "200.00", "100.00", bytes(made.digest).hex()))


def test_on_paper_all_columns_stand_side_by_side(
    cast: Cast, settled: tuple[Counter, Settlement], as_staff: SignIn
) -> None:
    _, made = settled
    answer = as_staff(cast.admin).get(f"/staff/partners/settlements/{made.public_id}/sheet/")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.print_title_rows == "$1:$1"


def test_another_union_s_settlement_is_not_there(
    cast: Cast, settled: tuple[Counter, Settlement], as_staff: SignIn
) -> None:
    _, made = settled
    assert as_staff(cast.sibling_officer).get(f"/staff/partners/settlements/{made.public_id}/sheet/").status_code in {
        403,
        404,
    }
