"""A file comes in: read, judged, kept; or refused and nothing kept."""

from datetime import timedelta

import pytest
from tests.cast import NOW, Cast
from tests.factories.rosters import codes, counts, document, line, members, number, phone, row, sheet, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch, ImportRow, Membership, Person
from tongxin.people.states import BatchState
from tongxin.records.models import Document

pytestmark = pytest.mark.django_db


def test_upload_judges_every_row_and_writes_nobody(cast: Cast) -> None:
    people = Person.objects.count()
    batch = uploaded(
        cast.factory,
        row("新人甲", number(1), phone(1), "永川同心机械厂"),
        row("王小华", document(cast.wang), "", "永川同心机械厂"),
        row("李建国", document(cast.li), phone(2), "永川同心机械厂", "", "", "钳工"),
        row("错一位", number(2)[:-1]),
        row("林蓉", document(cast.lin)),
        row("王大华", document(cast.wang)),
        by=cast.cadre.actor,
    )
    assert batch.state == BatchState.READY
    assert counts(batch) == (1, 1, 0, 3, 1)
    assert [one.verdict for one in batch.lines.order_by("row_no")] == [
        "added",
        "asked",
        "changed",
        "refused",
        "asked",
        "asked",
    ]
    assert line(batch, 4).changes == ["phone", "occupation"]
    assert codes(batch, 5) == ["id-length", "phone-missing", "employer-missing"]
    assert codes(batch, 6)[0] == "in-another-union"
    assert codes(batch, 3)[0] == codes(batch, 7)[0] == "id-two-people"
    assert Person.objects.count() == people
    assert batch.missing == 1  # the cadre, who is a member there and not on the list


def test_upload_is_refused_without_power_there(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        uploaded(cast.factory, row("新人甲", number(1)), by=cast.jinjiang_cadre.actor)
    assert refusal.value.code == "no-power"


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"", b"PK\x03\x04broken"])
def test_upload_of_no_roster_is_refused_and_nothing_kept(cast: Cast, content: bytes) -> None:
    with pytest.raises(Refused):
        imports.upload(union=cast.factory, file_name="名册.xlsx", content=content, by=cast.cadre.actor, at=NOW)
    assert (ImportBatch.objects.count(), ImportRow.objects.count(), Document.objects.count()) == (0, 0, 0)


def test_large_file_waits_for_the_job_and_reads_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.people.actions.imports.uploads.READ_LATER_BYTES", 10)
    batch = uploaded(cast.factory, *members(5), by=cast.cadre.actor)
    assert (batch.state, batch.lines.count()) == (BatchState.READING, 0)
    batch = imports.read(batch=batch, by=cast.cadre.actor, at=NOW)
    assert (batch.state, counts(batch), batch.rows_done) == (BatchState.READY, (5, 0, 0, 0, 0), 5)


def test_interrupted_reading_starts_again_and_doubles_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.people.actions.imports.uploads.READ_LATER_BYTES", 10)
    batch = uploaded(cast.factory, *members(5), by=cast.cadre.actor)
    from tongxin.people.actions.imports import uploads

    stored, parts = uploads._store, []

    def killed(found: ImportBatch, part: object) -> None:
        parts.append(part)
        if len(parts) == 2:
            raise KeyboardInterrupt
        stored(found, part)

    monkeypatch.setattr(uploads, "_store", killed)
    monkeypatch.setattr("tongxin.people.actions.imports.judged.chunks", lambda things: iter([things[:2], things[2:]]))
    with pytest.raises(KeyboardInterrupt):
        imports.read(batch=batch, by=cast.cadre.actor, at=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, batch.lines.count()) == (BatchState.READING, 2, 2)
    monkeypatch.setattr(uploads, "_store", stored)
    batch = imports.read(batch=batch, by=cast.cadre.actor, at=NOW)
    assert (batch.state, batch.lines.count(), batch.rows_done) == (BatchState.READY, 5, 5)


def test_two_columns_for_one_thing_are_asked_before_anything_is_judged(cast: Cast) -> None:
    headers = ("姓名", "身份证号", "手机", "联系电话")
    batch = uploaded(
        cast.factory,
        ["新人甲", number(1), phone(1), phone(2)],
        by=cast.cadre.actor,
        headers=headers,
    )
    assert (batch.state, batch.lines.count()) == (BatchState.CHOOSING, 0)
    assert [one["about"] for one in batch.questions] == ["phone"]
    with pytest.raises(Refused) as refusal:
        imports.choose(batch=batch, choices={"phone": "99"}, by=cast.cadre.actor, at=NOW)
    assert refusal.value.code == "choice-missing"
    batch = imports.choose(batch=batch, choices={"phone": "3"}, by=cast.cadre.actor, at=NOW)
    assert batch.state == BatchState.READY
    assert imports.commit(batch=batch, by=cast.cadre.actor, at=NOW).state == BatchState.DONE
    assert Person.objects.get(name="新人甲").phone_text() == f"+86{phone(2)}"


def test_dropped_batch_loses_its_rows(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(3), by=cast.cadre.actor)
    imports.drop(batch=batch, by=cast.cadre.actor, at=NOW)
    assert (ImportBatch.objects.get().state, ImportRow.objects.count()) == (BatchState.DROPPED, 0)


def test_list_that_names_another_union_is_noticed(cast: Cast) -> None:
    headers = ("姓名", "身份证号", "所属工会")
    rows = [["新人甲", number(1), "江津米业公司工会"], ["新人乙", number(2), "同心机械厂工会"]]
    batch = uploaded(cast.factory, *rows, by=cast.cadre.actor, headers=headers)
    assert batch.notes == ["有1行写的所属工会不是“永川同心机械厂工会”，请看看是不是选错了工会。"]


def test_rows_are_swept_after_ninety_days_and_the_counts_stay(cast: Cast) -> None:
    old = uploaded(cast.factory, *members(3), by=cast.cadre.actor)
    imports.commit(batch=old, by=cast.cadre.actor, at=NOW)
    left = uploaded(cast.factory, *members(3, first=5), by=cast.cadre.actor)
    assert imports.sweep(at=NOW + timedelta(days=90)) == 0
    assert imports.sweep(at=NOW + timedelta(days=91)) == 6
    old.refresh_from_db()
    left.refresh_from_db()
    assert (old.state, old.added, left.state) == (BatchState.DONE, 3, BatchState.DROPPED)


def test_rehearsal_writes_nothing_and_counts_the_same(cast: Cast) -> None:
    content = sheet(*members(3), row("错一位", number(9)[:-1]))
    told = imports.rehearse(union=cast.factory, file_name="x.xlsx", content=content, by=cast.cadre.actor)
    assert (told.rows, told.counts["added"], told.missing) == (4, 3, 3)
    assert [(one["row"], one["column"], one["code"]) for one in told.left_out["refused"]] == [
        (5, "身份证号", "id-length")
    ]
    assert (ImportBatch.objects.count(), Document.objects.count()) == (0, 0)
    assert Membership.objects.filter(union=cast.factory).count() == 3
