"""A large file: read and written in parts, with the same outcome as a small one, and taken up again after an interruption."""

from datetime import timedelta
from typing import Any

import pytest
from tests.cast import NOW, TODAY, Cast
from tests.factories.rosters import codes, counts, document, house, members, number, phone, row, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports, memberships, persons
from tongxin.people.actions.imports import parts, uploads
from tongxin.people.models import ImportBatch, ImportPart, Membership, Person
from tongxin.people.queries.lists import missing_members
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any file is large, and five rows are a part."""
    monkeypatch.setattr(uploads, "READ_LATER_BYTES", 10)
    monkeypatch.setattr(uploads, "PACKED_FROM_BYTES", 10)
    monkeypatch.setattr("tongxin.people.roster.streaming.pieces_of.__kwdefaults__", {"rows": 5})


def read(cast: Cast, *rows: Any) -> ImportBatch:
    batch = uploaded(cast.factory, *rows, by=cast.cadre.actor)
    return imports.read(batch=batch, by=cast.cadre.actor, at=NOW)


def commit(batch: ImportBatch, cast: Cast) -> ImportBatch:
    return imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)


def people() -> list[tuple[object, ...]]:
    """All that an import writes, without what differs from one run to another."""
    plain = ("name", "name_sort", "name_initials", "name_pieces", "sex", "born", "document_kind", "assurance", "employer",
             "occupation", "gig_group", "federation", "synthetic", "migrant_worker", "created_at")  # fmt: skip
    found = Person.objects.order_by("name_sort", "document_digest")
    stays = dict(Membership.objects.values_list("person", "starts"))
    return [
        (*(sorted(value) if isinstance(value := getattr(one, name), list) else value for name in plain),
         one.document_text(), one.phone_text(), bytes(one.document_digest or b""), bytes(one.phone_digest or b""),
         stays.get(one.pk))
        for one in found
    ]  # fmt: skip


ROWS = (
    *members(12),
    row("新人甲", number(901), phone(1), "甲\\厂", "", "2001-05-06", "钳工"),
    row("新人乙", number(902), phone(2), "", "外卖配送员"),
    row("阿依古丽·买买提", number(903)),
)


def test_large_file_writes_the_same_people_as_a_small_one(cast: Cast, request: pytest.FixtureRequest) -> None:
    from django.db import transaction

    class Back(Exception):
        pass

    found = []
    for large in (False, True):
        if large:
            request.getfixturevalue("_large")
        with pytest.raises(Back), transaction.atomic():  # noqa: PT012 - all of it is taken back
            batch = read(cast, *ROWS) if large else uploaded(cast.factory, *ROWS, by=cast.cadre.actor)
            batch = commit(batch, cast)
            found.append((counts(batch), batch.missing, people()))
            assert batch.packed is large
            raise Back
    assert found[0] == found[1]


@pytest.mark.usefixtures("_large")
def test_rows_that_need_somebody_are_kept_one_by_one(cast: Cast) -> None:
    batch = read(
        cast,
        *members(7),
        row("王小华", document(cast.wang)),
        row("错一位", number(2)[:-1]),
        row("李建国", document(cast.li), phone(1), "新单位"),
        row("林蓉", document(cast.lin)),
    )
    assert (batch.state, counts(batch)) == (BatchState.READY, (7, 1, 1, 1, 1))
    assert list(batch.lines.order_by("row_no").values_list("row_no", "verdict")) == [
        (10, "refused"), (11, "changed"), (12, "asked"),
    ]  # fmt: skip
    assert list(batch.parts.order_by("number").values_list("added", "unchanged")) == [(4, 0), (3, 1), (0, 0)]
    assert (batch.missing, missing_members(batch).count()) == (1, 1)
    batch = commit(batch, cast)
    assert (batch.state, counts(batch), batch.missing) == (BatchState.DONE, (7, 1, 1, 1, 1), 1)
    assert Membership.objects.filter(union=cast.factory, ends=None).count() == 10
    assert JournalEntry.objects.filter(verb="roster.part-imported").count() == 3


@pytest.mark.usefixtures("_large")
def test_one_number_in_two_parts_is_put_side_by_side(cast: Cast) -> None:
    batch = read(
        cast, row("新人甲", number(1)), *members(6), row("新人乙", number(1)), row("赵伟伟", number(0), "", "别的厂")
    )
    assert counts(batch) == (4, 0, 0, 5, 0)
    assert codes(batch, 2)[0] == codes(batch, 4)[0] == codes(batch, 9)[0] == "id-two-people"
    assert codes(batch, 3)[0] == codes(batch, 10)[0] == "row-twice-differs"


@pytest.mark.usefixtures("_large")
def test_merged_cells_speak_for_rows_of_later_parts(cast: Cast) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["姓名", "身份证号", "工作单位"])
    for n in range(12):
        book.active.append([f"赵伟{'甲乙丙丁戊己庚辛壬癸子丑'[n]}", number(n), "合并的厂" if n == 1 else None])
    book.active.merge_cells("C3:C13")
    stream = io.BytesIO()
    book.save(stream)
    batch = imports.upload(union=cast.factory, file_name="x.xlsx", content=stream.getvalue(), by=house(), at=NOW)
    commit(imports.read(batch=batch, by=house(), at=NOW), cast)
    assert Person.objects.filter(employer="合并的厂").count() == 11


@pytest.mark.usefixtures("_large")
def test_newcomer_registered_meanwhile_is_left_and_named(cast: Cast) -> None:
    batch = read(cast, *members(12))
    persons.register(union=cast.jiangjin_mill, name="赵伟伟", document=number(0), by=house(), at=NOW)
    batch = commit(batch, cast)
    assert (batch.state, counts(batch)) == (BatchState.DONE, (11, 0, 0, 1, 0))
    assert codes(batch, 2)[0] == "in-another-union"


@pytest.mark.usefixtures("_large")
def test_row_that_would_be_written_otherwise_than_shown_is_left(cast: Cast) -> None:
    batch = read(cast, *members(6), row("李建国", document(cast.li), phone(1), "新单位"))
    persons.change(person=cast.li.person, employer="新单位", by=cast.cadre.actor, at=NOW)
    batch = commit(batch, cast)
    assert (counts(batch), codes(batch, 8)) == ((6, 0, 0, 1, 0), ["changed-since"])


@pytest.mark.usefixtures("_large")
def test_interrupted_import_goes_on_with_the_parts_that_are_left(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = read(cast, *members(14))
    written, real = [], parts.write_part

    def killed(**given: Any) -> int:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(given["number"])
        return real(**given)

    with monkeypatch.context() as patched:
        patched.setattr(parts, "write_part", killed)
        with pytest.raises(KeyboardInterrupt):
            commit(batch, cast)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, batch.parts.filter(done=True).count()) == (BatchState.COMMITTING, 9, 2)
    assert imports.resume(at=NOW + timedelta(days=10_000)) == 1
    batch = imports.commit(batch=batch, by=cast.cadre.actor, at=NOW + timedelta(minutes=5))
    assert (batch.state, counts(batch), batch.committed_at) == (BatchState.DONE, (14, 0, 0, 0, 0), NOW)
    assert Membership.objects.filter(union=cast.factory).count() == 17
    assert commit(batch, cast).state == BatchState.DONE


@pytest.mark.usefixtures("_large")
def test_reading_again_takes_nothing_of_an_older_attempt(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(12), by=cast.cadre.actor)
    batch = imports.read(batch=batch, by=cast.cadre.actor, at=NOW)
    from tongxin.people.actions.imports.taking import Reading, _store, sort_out

    with pytest.raises(Refused) as refusal:
        _store(Reading(batch, batch.attempt - 1, None, cast.cadre.actor), 9, sort_out([], None, batch, house()), [])  # type: ignore[arg-type]
    assert (refusal.value.code, ImportPart.objects.count()) == ("wrong-state", 3)


@pytest.mark.usefixtures("_large")
def test_large_import_is_undone_and_who_moved_on_is_left_and_named(cast: Cast) -> None:
    batch = commit(read(cast, *members(12)), cast)
    changed = Person.objects.get(name="赵伟伟")
    persons.change(person=changed, employer="新厂", by=cast.cadre.actor, at=NOW + timedelta(hours=1))
    stay = Membership.objects.get(person__name="钱伟伟")
    memberships.end(membership=stay, on=TODAY, reason="left", by=house(), at=NOW)
    batch = imports.undo(batch=batch, by=cast.cadre.actor, at=NOW + timedelta(days=6))
    assert (batch.state, batch.undone, batch.kept) == (BatchState.UNDONE, 10, 2)
    assert list(batch.lines.order_by("row_no").values_list("row_no", "undo")) == [(2, "changed"), (3, "changed")]
    assert Membership.objects.filter(union=cast.factory, ends=None).count() == 4
