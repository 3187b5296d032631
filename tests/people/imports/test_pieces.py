"""A file that arrives in pieces: it goes on where it stopped, and comes in once."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.cast import NOW, Cast, Player
from tests.factories.rosters import members, sheet

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports import pieces
from tongxin.people.models import ImportBatch, RosterUpload

pytestmark = pytest.mark.django_db


def begun(cast: Cast, content: bytes, by: Player | None = None, **more: object) -> RosterUpload:
    given: dict[str, object] = {
        "union": cast.factory, "file_name": "花名册.xlsx", "size": len(content), "fingerprint": "花名册.xlsx:1:2",
        "by": (by or cast.cadre).actor, "at": NOW,
    }  # fmt: skip
    return pieces.begin(**(given | more))  # type: ignore[arg-type]


def taken(upload: RosterUpload, cast: Cast, start: int, piece: bytes) -> int:
    return pieces.take(upload=upload, start=start, piece=piece, by=cast.cadre.actor, at=NOW).arrived


def code(deed: object, *args: object, **given: object) -> str:
    with pytest.raises(Refused) as refusal:
        deed(*args, **given)  # type: ignore[operator]
    return refusal.value.code


def file_of(upload: RosterUpload) -> Path:
    return Path(settings.TONGXIN_DATA) / "uploads" / upload.public_id


def test_pieces_make_the_same_file_and_its_batch_once(cast: Cast) -> None:
    content = sheet(*members(5))
    upload = begun(cast, content)
    assert [taken(upload, cast, start, content[start : start + 3000]) for start in range(0, len(content), 3000)][
        -1
    ] == len(content)
    batch = pieces.finish(upload=upload, by=cast.cadre.actor, at=NOW)
    assert (batch.added, batch.file_name) == (5, "花名册.xlsx")
    assert pieces.finish(upload=upload, by=cast.cadre.actor, at=NOW) == batch
    assert (ImportBatch.objects.count(), file_of(upload).exists()) == (1, False)


def test_broken_connection_goes_on_from_what_arrived(cast: Cast) -> None:
    content = sheet(*members(5))
    upload = begun(cast, content)
    taken(upload, cast, 0, content[:2000])
    again = begun(cast, content, at=NOW + timedelta(hours=2))
    assert (again, again.arrived) == (upload, 2000)
    assert code(taken, again, cast, 0, content[:2000]) == "piece-elsewhere"  # the answer to it was lost: sent twice
    assert taken(again, cast, 2000, content[2000:]) == len(content)
    assert pieces.finish(upload=again, by=cast.cadre.actor, at=NOW).added == 5


def test_piece_whose_row_was_never_written_is_written_again(cast: Cast) -> None:
    """As a kill between the disk and the database leaves it."""
    content = sheet(*members(5))
    upload = begun(cast, content)
    file_of(upload).write_bytes(b"x" * 5000)
    taken(upload, cast, 0, content)
    assert pieces.finish(upload=upload, by=cast.cadre.actor, at=NOW).added == 5


def test_another_file_person_or_day_begins_anew(cast: Cast) -> None:
    content = sheet(*members(5))
    first = begun(cast, content)
    others = [
        begun(cast, content, fingerprint="other"),
        begun(cast, content, size=len(content) + 1),
        begun(cast, content, by=cast.admin),
        begun(cast, content, at=NOW + timedelta(days=2)),
    ]
    assert first not in others


def test_what_does_not_fit_is_refused(cast: Cast) -> None:
    upload = begun(cast, b"12345")
    assert code(taken, upload, cast, 0, b"123456") == "piece-elsewhere"
    assert code(taken, upload, cast, 3, b"45") == "piece-elsewhere"
    assert code(pieces.finish, upload=upload, by=cast.cadre.actor, at=NOW) == "piece-missing"
    assert code(pieces.take, upload=upload, start=0, piece=b"1", by=cast.admin.actor, at=NOW) == "no-power"
    assert code(begun, cast, b"1", size=0) == "file-empty"
    assert code(begun, cast, b"1", size=257 << 20) == "file-large"
    assert code(begun, cast, b"1", by=cast.sibling_cadre) == "no-power"


def test_file_that_is_no_roster_is_refused_when_it_is_whole(cast: Cast) -> None:
    upload = begun(cast, b"%PDF-1.7")
    taken(upload, cast, 0, b"%PDF-1.7")
    assert code(pieces.finish, upload=upload, by=cast.cadre.actor, at=NOW) == "file-pdf"
    assert ImportBatch.objects.count() == 0


def test_what_nobody_went_on_with_is_swept_after_a_day(cast: Cast) -> None:
    upload = begun(cast, b"12345")
    assert pieces.sweep(at=NOW + timedelta(hours=23)) == 0
    assert pieces.sweep(at=NOW + timedelta(hours=25)) == 1
    assert (RosterUpload.objects.count(), file_of(upload).exists()) == (0, False)
