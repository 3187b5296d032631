"""An import taken back: newcomers go, former values return, what moved on stays and is named. Once, and in time."""

from datetime import date, timedelta

import pytest
from tests.cast import NOW, SINCE, TODAY, Cast
from tests.factories.rosters import counts, document, house, members, number, phone, row, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports, membership_states, memberships, persons
from tongxin.people.actions.imports import undoing
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.queries.imports import left_behind
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


def imported(cast: Cast, *rows: object, answers: dict[int, str] | None = None) -> ImportBatch:
    batch = uploaded(cast.factory, *rows, by=cast.admin.actor)
    for number_, answer in (answers or {}).items():
        imports.answer(batch=batch, row_no=number_, answer=answer, by=cast.admin.actor, at=NOW)
    return imports.commit(batch=batch, by=cast.admin.actor, at=NOW)


def undo(batch: ImportBatch, cast: Cast) -> ImportBatch:
    return imports.undo(batch=batch, by=cast.admin.actor, at=LATER)


def records() -> list[tuple[object, ...]]:
    """All that an import can write, but when it was written."""
    people = [
        (one.pk, one.name, one.name_sort, one.document_text(), one.phone_text(), one.employer, one.born, one.sex)
        for one in Person.objects.order_by("pk")
    ]
    stays = Membership.objects.order_by("pk").values_list(
        "pk", "person", "union", "starts", "ends", "end_reason", "post"
    )
    return [*people, *stays]


def test_undo_leaves_everything_as_it_was_before(cast: Cast) -> None:
    before = records()
    batch = imported(
        cast,
        *members(3),
        row("李建国", document(cast.li), phone(1), "新单位", "", "2019-01-01"),
        row("王大华", document(cast.wang), phone(2)),
        row(cast.zhang.person.name, document(cast.zhang)),
        answers={6: "rename", 7: "transfer"},
    )
    assert counts(batch) == (4, 2, 0, 0, 0)
    assert records() != before
    batch = undo(batch, cast)
    assert records() == before
    assert (batch.state, batch.undone, batch.kept, batch.undone_at) == (BatchState.UNDONE, 6, 0, LATER)
    assert JournalEntry.objects.get(verb="roster.undone").data == {"undone": 6, "kept": 0, "changed": 0, "used": 0}


def test_record_changed_since_stays_and_is_named(cast: Cast) -> None:
    batch = imported(cast, *members(2), row("李建国", document(cast.li), phone(1), "新单位"))
    persons.change(person=cast.li.person, employer="更新的单位", by=cast.cadre.actor, at=LATER)
    batch = undo(batch, cast)
    assert (batch.undone, batch.kept) == (2, 1)
    assert Person.objects.get(pk=cast.li.person.pk).employer == "更新的单位"
    assert [(one.row_no, one.undo) for one in left_behind(batch)] == [(4, "changed")]


def test_newcomer_who_moved_left_or_retired_since_stays(cast: Cast) -> None:
    batch = imported(cast, *members(4))
    stays = list(Membership.objects.filter(person__name__in=["赵伟伟", "钱伟伟", "孙伟伟"]).order_by("pk"))
    memberships.end(membership=stays[0], on=TODAY, reason="left", by=house(), at=LATER)
    memberships.move(membership=stays[1], to_union=cast.zhongshan, on=TODAY, by=house(), at=LATER)
    membership_states.retire(membership=stays[2], on=TODAY, by=house(), at=LATER)
    batch = undo(batch, cast)
    assert (batch.undone, batch.kept) == (1, 3)
    assert {one.undo for one in left_behind(batch)} == {"changed"}
    assert Membership.objects.filter(person__name="钱伟伟", ends=None).get().union == cast.zhongshan


def test_newcomer_who_was_looked_at_since_stays(cast: Cast) -> None:
    from tongxin.people.actions import disclosures

    batch = imported(cast, *members(2))
    person = Person.objects.get(name="赵伟伟")
    disclosures.reveal(person=person, field="phone", purpose="contact", by=cast.cadre.actor, at=LATER)
    batch = undo(batch, cast)
    assert (batch.undone, batch.kept) == (1, 1)
    assert [(one.row_no, one.undo) for one in left_behind(batch)] == [(2, "used")]


def test_two_imports_are_taken_back_in_any_order_without_mixing(cast: Cast) -> None:
    first = imported(cast, row("李建国", document(cast.li), phone(1), "甲厂"))
    second = uploaded(cast.factory, row("李建国", document(cast.li), phone(1), "乙厂"), by=cast.admin.actor)
    second = imports.commit(batch=second, by=cast.admin.actor, at=LATER)
    assert undo(first, cast).kept == 1  # the second has changed it since
    assert Person.objects.get(pk=cast.li.person.pk).employer == "乙厂"
    assert undo(second, cast).undone == 1
    assert Person.objects.get(pk=cast.li.person.pk).employer == "甲厂"


def test_undo_is_once_and_cannot_be_undone(cast: Cast) -> None:
    batch = undo(imported(cast, *members(2)), cast)
    before = (records(), JournalEntry.objects.count())
    assert undo(batch, cast).undone == 2  # a second press
    assert (records(), JournalEntry.objects.count()) == before
    for deed in (imports.commit, imports.drop):
        with pytest.raises(Refused) as refusal:
            deed(batch=batch, by=cast.admin.actor, at=LATER)
        assert refusal.value.code == "wrong-state"
    again = imported(cast, *members(2))
    assert counts(again) == (2, 0, 0, 0, 0)


def test_undo_after_its_time_or_without_power_or_before_the_import_is_refused(cast: Cast) -> None:
    batch = imported(cast, *members(2))
    assert batch.undo_until == NOW + timedelta(days=7)
    told = []
    for player, at in ((cast.sibling_cadre, LATER), (cast.admin, NOW + timedelta(days=7))):
        with pytest.raises(Refused) as refusal:
            imports.start_undo(batch=batch, by=player.actor, at=at)
        told.append(refusal.value.code)
    waiting = uploaded(cast.factory, *members(2, first=50), by=cast.cadre.actor)
    with pytest.raises(Refused) as refusal:
        undo(waiting, cast)
    assert [*told, refusal.value.code] == ["no-power", "undo-late", "wrong-state"]
    assert imports.undo(batch=batch, by=cast.admin.actor, at=NOW + timedelta(days=7, seconds=-1)).undone == 2


def test_interrupted_undo_goes_on_with_what_is_left(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "LINES", 2)
    batch = imported(cast, *members(5))
    real, calls = undoing.undo_lines, []

    def killed(**given: object) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(given)
        real(**given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(undoing, "undo_lines", killed)
        with pytest.raises(KeyboardInterrupt):
            undo(batch, cast)
    batch.refresh_from_db()
    assert (batch.state, batch.undone) == (BatchState.UNDOING, 2)
    assert imports.resume(at=NOW + timedelta(days=10_000)) == 1
    batch = undo(batch, cast)
    assert (batch.state, batch.undone, batch.kept) == (BatchState.UNDONE, 5, 0)


def test_whoever_imported_it_is_told_when_another_takes_it_back(cast: Cast) -> None:
    from tongxin.records.models import OutboxRow

    batch = uploaded(cast.factory, *members(2), by=cast.cadre.actor)
    batch = imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)
    undo(batch, cast)
    told = OutboxRow.objects.get(kind="roster.undone")
    assert (told.person, told.data["what"]) == (cast.cadre.person.pk, "花名册.xlsx")


def test_start_comes_back_where_the_import_moved_it(cast: Cast) -> None:
    batch = imported(cast, row("李建国", document(cast.li), "", "厂", "", "2021-05-06"))
    assert Membership.objects.get(person=cast.li.person).starts == date(2021, 5, 6)
    undo(batch, cast)
    assert Membership.objects.get(person=cast.li.person).starts == SINCE


def test_undo_costs_the_same_statements_for_many_rows(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for first, many in ((0, 3), (100, 40)):
        batch = imported(cast, *members(many, first=first))
        with CaptureQueriesContext(connection) as told:
            undo(batch, cast)
        spent.append(len(told))
    assert spent[0] == spent[1]


def test_number_given_back_by_undo_is_free_for_a_newcomer(cast: Cast) -> None:
    undo(imported(cast, row("新人甲", number(1), phone(1))), cast)
    made = persons.register(union=cast.factory, name="另一人", document=number(1), by=house(), at=LATER)
    assert made.document_text() == number(1)
