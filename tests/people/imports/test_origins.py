"""A workbook of ours comes back: rows are found by their keys wherever they were sorted to; foreign keys are refused."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from tests.cast import NOW, Cast
from tests.factories.rosters import codes, counts, document, line, members, number, phone, row, uploaded

from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch, Membership
from tongxin.people.states import BatchState

pytestmark = pytest.mark.django_db
KEY, NAME, NUMBER = 5, 6, 7  # columns of the workbook, from 1


def first(cast: Cast) -> ImportBatch:
    """Two good rows, two that are refused, one that is asked about."""
    return uploaded(
        cast.factory,
        *members(2),
        row("错一位", number(70)[:-1]),
        row("错两位", number(71)[:-2]),
        row("林蓉", document(cast.lin)),
        by=cast.cadre.actor,
    )


def returned(batch: ImportBatch, cast: Cast, change: Callable[[Worksheet], None], *, only: bool = False) -> ImportBatch:
    content = imports.annotated(batch=batch, only_left_out=only, by=cast.cadre.actor, at=NOW)
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return imports.upload(
        union=batch.union, file_name="花名册-标注.xlsx", content=stream.getvalue(), by=cast.cadre.actor, at=NOW
    )


def _as_it_is(_sheet: Worksheet) -> None:
    """Downloaded and sent back."""


def origins(batch: ImportBatch) -> list[tuple[int, int | None]]:
    return list(batch.lines.order_by("row_no").values_list("row_no", "origin"))


def test_rows_are_found_again_after_sorting_and_deleting(cast: Cast) -> None:
    def change(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in one] for one in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, len(rows))
        for one in [rows[4], rows[2], rows[0]]:
            sheet.append(one)

    assert origins(returned(first(cast), cast, change)) == [(2, 6), (3, 4), (4, 2)]


def test_corrected_rows_go_on_with_the_imported_list_and_nobody_is_missing_for_it(cast: Cast) -> None:
    batch = imports.commit(batch=first(cast), by=cast.cadre.actor, at=NOW)

    def change(sheet: Worksheet) -> None:
        sheet.cell(2, NUMBER).value = number(70)

    again = returned(batch, cast, change, only=True)
    assert (again.continues, counts(again), again.held) == (batch, (1, 0, 0, 1, 1), False)
    assert again.missing == batch.missing
    again = imports.commit(batch=again, by=cast.cadre.actor, at=NOW)
    assert again.state == BatchState.DONE
    assert Membership.objects.filter(union=cast.factory, person__name="错一位").count() == 1


def test_answer_given_on_the_page_holds_when_the_row_comes_back_as_it_was(cast: Cast) -> None:
    batch = first(cast)
    imports.answer(batch=batch, row_no=6, answer="skip", by=cast.cadre.actor, at=NOW)
    again = returned(batch, cast, _as_it_is)
    assert (line(again, 6).answers, codes(again, 6)[0]) == (["skip"], "skipped")

    def change(sheet: Worksheet) -> None:
        sheet.cell(6, 8).value = phone(9)

    assert line(returned(batch, cast, change), 6).answers == []


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("{batch}-4-000000000000", "key-wrong"),
        ("{batch}-5-{proof}", "key-wrong"),  # the proof of another row
        ("不是我们写的", "key-wrong"),
        ("{foreign}", "key-foreign"),
        ("{other}", "key-twice"),
    ],
)
def test_forged_foreign_or_copied_key_is_refused(cast: Cast, key: str, code: str) -> None:
    from tongxin.people.actions.imports.origins import key_of

    batch = first(cast)
    there = uploaded(cast.jiangjin_mill, row("错一位", number(80)[:-1]), by=cast.sibling_cadre.actor)
    fill = {
        "batch": batch.public_id,
        "proof": key_of(batch, 4).rpartition("-")[2],
        "foreign": key_of(there, 2),
        "other": key_of(batch, 2),
    }

    def change(sheet: Worksheet) -> None:
        sheet.cell(4, KEY).value = key.format(**fill)
        sheet.cell(4, NUMBER).value = number(70)

    again = returned(batch, cast, change)
    assert code in codes(again, 4)
    assert (line(again, 4).verdict, line(again, 4).origin) == ("refused", None)
    imports.fix(batch=again, row_no=4, typed={"name": "错一位"}, by=cast.cadre.actor, at=NOW)
    assert code in codes(again, 4)  # typing into other cells does not make it right
    imports.commit(batch=again, by=cast.cadre.actor, at=NOW)
    assert not Membership.objects.filter(person__name="错一位").exists()


def test_row_without_key_is_a_new_one(cast: Cast) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.append([None] * (KEY + 0) + ["新人丁", number(300), phone(300)])

    again = returned(first(cast), cast, change)
    assert (line(again, 7).verdict, line(again, 7).origin) == ("added", None)
