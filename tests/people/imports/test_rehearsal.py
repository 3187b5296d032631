"""--dry-run of a large file: the same answer as the import gives, and nothing is written."""

from pathlib import Path

import pytest
from tests.cast import NOW, Cast
from tests.factories.rosters import counts, document, house, members, number, row, sheet

from tongxin.people.actions import imports
from tongxin.people.actions.imports import rehearsal, uploads
from tongxin.people.models import ImportBatch, Person

pytestmark = pytest.mark.django_db


def test_large_rehearsal_says_what_the_import_does(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "PACKED_FROM_BYTES", 10)
    monkeypatch.setattr("tongxin.people.roster.streaming.pieces_of.__kwdefaults__", {"rows": 5})
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(
        sheet(
            *members(7),
            row("错一位", number(70)[:-1]),
            row("李建国", document(cast.li), "", "新单位"),
            row("王小华", document(cast.wang)),
            row("林蓉", document(cast.lin)),
            row("别的名", number(0)),  # the first row's number, two parts later
            row("新人甲", number(90)),
            row("新人甲", number(90)),
        )
    )
    people = Person.objects.count()
    told = imports.rehearse(union=cast.factory, file_name=path.name, content=path, by=house())
    assert (Person.objects.count(), ImportBatch.objects.count()) == (people, 0)
    monkeypatch.setattr(uploads, "PACKED_FROM_BYTES", 10)
    batch = imports.upload(union=cast.factory, file_name=path.name, content=path, by=house(), at=NOW, at_once=True)
    assert batch.packed
    assert tuple(told.counts[one] for one in ("added", "changed", "unchanged", "asked", "refused")) == counts(batch)
    assert (told.rows, told.missing) == (batch.rows, batch.missing)
    assert [one["row"] for one in told.left_out["asked"]] == list(
        batch.lines.filter(verdict="asked").order_by("row_no").values_list("row_no", flat=True)
    )
