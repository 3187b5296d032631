"""The import itself: all or nothing, once, and only what was shown."""

from datetime import date

import pytest
from tests.cast import NOW, SINCE, TODAY, Cast
from tests.factories.rosters import codes, counts, document, house, line, members, number, phone, row, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports, memberships, persons
from tongxin.people.actions.imports import writes
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db


def commit(batch: ImportBatch, cast: Cast) -> ImportBatch:
    return imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)


def state_of_people() -> list[tuple[object, ...]]:
    return [
        *Person.objects.order_by("pk").values_list("pk", "name", "phone_digest", "employer", "changed_at"),
        *Membership.objects.order_by("pk").values_list("pk", "person", "union", "starts", "ends"),
    ]


def test_commit_registers_with_membership_from_the_day_of_joining(cast: Cast) -> None:
    batch = uploaded(
        cast.factory,
        row("新人甲", number(1), phone(1), "永川同心机械厂", "", "2020-05-06", "钳工"),
        row("新人乙", number(2), phone(2), "", "外卖配送员"),
        row("新人丙", number(3), phone(3), "厂", "", "2001-05-06"),
        by=cast.cadre.actor,
    )
    batch = commit(batch, cast)
    assert (batch.state, counts(batch)) == (BatchState.DONE, (3, 0, 0, 0, 0))
    first, gig, early = (Person.objects.get(name=name) for name in ("新人甲", "新人乙", "新人丙"))
    assert (first.document_text(), first.phone_text(), first.occupation) == (number(1), f"+86{phone(1)}", "钳工")
    assert (first.born, first.federation, first.name_initials) == (date(1991, 2, 3), cast.chongqing.pk, "xrj")
    assert (gig.gig_group, gig.employer) == ("food_delivery_rider", "")
    starts = dict(Membership.objects.filter(union=cast.factory).values_list("person_id", "starts"))
    assert [starts[one.pk] for one in (first, gig, early)] == [date(2020, 5, 6), TODAY, SINCE]
    assert codes(batch, 4) == ["joined-before-union"]
    assert [one.done for one in batch.lines.all()] == [True, True, True]


def test_same_file_twice_changes_nothing(cast: Cast) -> None:
    rows = [*members(4), row("李建国", document(cast.li), phone(1), "新单位"), row("王小华", document(cast.wang))]
    commit(uploaded(cast.factory, *rows, by=cast.cadre.actor), cast)
    before = state_of_people()
    again = uploaded(cast.factory, *rows, by=cast.cadre.on(date(2024, 4, 30)))
    assert counts(again) == (0, 0, 6, 0, 0)
    commit(again, cast)
    assert state_of_people() == before


def test_import_after_a_change_updates_what_differs_and_leaves_blank_cells_alone(cast: Cast) -> None:
    commit(
        uploaded(
            cast.factory, row("新人甲", number(1), phone(1), "甲厂", "", "2020-05-06", "钳工"), by=cast.cadre.actor
        ),
        cast,
    )
    batch = uploaded(cast.factory, row("新人甲", number(1), phone(2), "", "", "2021-05-06", ""), by=cast.cadre.actor)
    assert line(batch, 2).changes == ["phone", "joined_on"]
    commit(batch, cast)
    person = Person.objects.get(name="新人甲")
    assert (person.phone_text(), person.employer, person.occupation) == (f"+86{phone(2)}", "甲厂", "钳工")
    assert Membership.objects.get(person=person).starts == date(2021, 5, 6)
    assert JournalEntry.objects.get(verb="person.changed").data == {"fields": "phone", "batch": batch.public_id}


def test_someone_who_left_joins_again_after_the_end(cast: Cast) -> None:
    stay = Membership.objects.get(person=cast.li.person)
    memberships.end(membership=stay, on=date(2023, 1, 1), reason="left", by=house(), at=NOW)
    batch = uploaded(cast.factory, row("李建国", document(cast.li), "", "厂", "", "2010-01-01"), by=cast.cadre.actor)
    assert codes(batch, 2)[0] == "joined-after-last"
    commit(batch, cast)
    assert [one.starts for one in Membership.objects.filter(person=cast.li.person).order_by("starts")] == [
        SINCE,
        date(2023, 1, 1),
    ]


def test_rows_that_are_asked_or_refused_stay_out(cast: Cast) -> None:
    batch = uploaded(
        cast.factory,
        row("新人甲", number(1)),
        row("错一位", number(2)[:-1]),
        row("林蓉", document(cast.lin)),
        by=cast.cadre.actor,
    )
    batch = commit(batch, cast)
    assert counts(batch) == (1, 0, 0, 1, 1)
    assert not Person.objects.filter(name="错一位").exists()
    assert Membership.objects.get(person=cast.lin.person).union == cast.jinjiang_shop


def test_identical_rows_are_imported_once(cast: Cast) -> None:
    same = row("新人甲", number(1), phone(1))
    batch = commit(uploaded(cast.factory, same, same, by=cast.cadre.actor), cast)
    assert (counts(batch), Person.objects.filter(name="新人甲").count()) == ((1, 0, 1, 0, 0), 1)


def test_second_press_is_the_same_import(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(3), by=cast.cadre.actor)
    commit(batch, cast)
    before = (state_of_people(), JournalEntry.objects.count())
    assert commit(batch, cast).state == BatchState.DONE
    assert (state_of_people(), JournalEntry.objects.count()) == before


def test_what_changed_since_the_preview_is_shown_anew_and_nothing_written(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(2), row("李建国", document(cast.li), phone(1)), by=cast.cadre.actor)
    persons.change(person=cast.li.person, phone=phone(1), by=cast.cadre.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        commit(batch, cast)
    assert (refusal.value.code, str(refusal.value)) == ("import-changed", "有1行的情况变了，请再核对一遍，再导入。")
    assert (counts(batch), batch.state) == ((2, 0, 1, 0, 0), BatchState.READY)
    assert commit(batch, cast).state == BatchState.DONE


def test_two_unions_registering_the_same_newcomer_make_one_person(cast: Cast) -> None:
    here = uploaded(cast.factory, row("新人甲", number(1), phone(1)), by=cast.cadre.actor)
    there = uploaded(cast.jiangjin_mill, row("新人甲", number(1), phone(1)), by=cast.sibling_cadre.actor)
    commit(here, cast)
    with pytest.raises(Refused) as refusal:
        imports.commit(batch=there, by=cast.sibling_cadre.actor, at=NOW)
    assert refusal.value.code == "import-changed"
    assert (codes(there, 2)[0], Person.objects.filter(name="新人甲").count()) == ("in-another-union", 1)
    assert "永川区总工会" in line(there, 2).problems[0]["fix"]


def test_constraint_broken_by_a_race_is_answered_in_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival's row is there before ours is written, and after we looked."""
    batch = uploaded(cast.factory, row("新人甲", number(1), phone(1)), by=cast.cadre.actor)
    look = imports.commits._judge

    def late(*args: object) -> object:
        found = look(*args)
        if not Person.objects.filter(name="新人甲").exists():
            persons.register(union=cast.jiangjin_mill, name="新人甲", document=number(1), by=house(), at=NOW)
        return found

    monkeypatch.setattr(imports.commits, "_judge", late)
    with pytest.raises(Refused) as refusal:
        commit(batch, cast)
    assert refusal.value.code == "import-changed"
    assert ImportBatch.objects.get(pk=batch.pk).state == BatchState.READY


def test_import_that_dies_in_the_middle_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = uploaded(cast.factory, *members(3), row("李建国", document(cast.li), phone(1)), by=cast.cadre.actor)
    before = (state_of_people(), JournalEntry.objects.count())

    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(writes, "_note_done", die)
        with pytest.raises(KeyboardInterrupt):
            commit(batch, cast)
    batch.refresh_from_db()
    assert ((state_of_people(), JournalEntry.objects.count()), batch.state) == (before, BatchState.READY)
    assert commit(batch, cast).state == BatchState.DONE


def test_commit_is_refused_without_power_there(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(2), by=cast.cadre.actor)
    with pytest.raises(Refused) as refusal:
        imports.commit(batch=batch, by=cast.sibling_cadre.actor, at=NOW)
    assert refusal.value.code == "no-power"


def test_missing_members_are_counted_and_stay_members(cast: Cast) -> None:
    batch = commit(uploaded(cast.factory, row("李建国", document(cast.li)), by=cast.cadre.actor), cast)
    assert batch.missing == 2  # 王小华 and the cadre
    assert Membership.objects.filter(union=cast.factory, ends=None).count() == 3


def test_journal_tells_of_batch_and_people_without_personal_data(cast: Cast) -> None:
    batch = commit(uploaded(cast.factory, row("新人甲", number(1), phone(1)), by=cast.cadre.actor), cast)
    told = JournalEntry.objects.filter(account=cast.cadre.actor.account_id).values_list("verb", "union", "data")
    assert sorted(told, key=str) == sorted([
        ("roster.uploaded", cast.factory.pk, {"bytes": told[0][2].get("bytes")}),
        ("roster.read", cast.factory.pk, {"rows": 1}),
        ("person.registered", cast.factory.pk, {"batch": batch.public_id}),
        ("roster.imported", cast.factory.pk, {"added": 1, "changed": 0, "unchanged": 0, "asked": 0, "refused": 0, "missing": 3}),
    ], key=str)  # fmt: skip


def test_commit_costs_the_same_statements_for_many_rows(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for few in (members(3), members(60, first=100)):
        batch = uploaded(cast.factory, *few, by=house())
        with CaptureQueriesContext(connection) as told:
            imports.commit(batch=batch, by=house(), at=NOW)
        spent.append(len(told))
    assert spent[0] == spent[1]


def test_union_that_is_gone_takes_no_roster(cast: Cast) -> None:
    from tongxin.store.atomic import writing

    with writing():
        Union.objects.filter(pk=cast.factory.pk).update(dissolved_on=TODAY)
    with pytest.raises(Refused) as refusal:
        uploaded(cast.factory, *members(1), by=cast.cadre.actor)
    assert refusal.value.code == "union-not-there"
