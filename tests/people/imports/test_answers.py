"""The cadre corrects rows and answers questions; nothing is guessed meanwhile."""

from datetime import date

import pytest
from tests.cast import NOW, TODAY, Cast, account
from tests.factories.rosters import codes, counts, document, house, line, number, phone, row, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports, persons
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.roster.kept import Entry
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db


def answer(batch: ImportBatch, row_no: int, what: str, cast: Cast) -> list[int]:
    return imports.answer(batch=batch, row_no=row_no, answer=what, by=cast.cadre.actor, at=NOW)


def commit(batch: ImportBatch, cast: Cast) -> ImportBatch:
    return imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)


def test_fixed_row_is_judged_anew(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("新人甲", number(1)[:-1], phone(1)), by=cast.cadre.actor)
    moved = imports.fix(batch=batch, row_no=2, typed={"id_number": f" {number(1)} "}, by=cast.cadre.actor, at=NOW)
    assert (moved, counts(batch)) == ([2], (1, 0, 0, 0, 0))
    commit(batch, cast)
    assert Person.objects.get(name="新人甲").phone_text() == f"+86{phone(1)}"


def test_fix_that_is_still_wrong_keeps_what_was_typed(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("新人甲", number(1)[:-1]), by=cast.cadre.actor)
    imports.fix(batch=batch, row_no=2, typed={"id_number": number(1)[:-2]}, by=cast.cadre.actor, at=NOW)
    found = line(batch, 2)
    assert Entry.from_text(2, found.values.open(), ()).typed["id_number"] == number(1)[:-2]
    assert found.problems[0]["message"] == "身份证号只有16位，少2位。"


def test_fixing_one_of_two_people_with_one_number_frees_the_other(cast: Cast) -> None:
    batch = uploaded(
        cast.factory, row("新人甲", number(1)), row("新人乙", number(1)), row("新人丙", number(3)), by=cast.cadre.actor
    )
    assert counts(batch) == (1, 0, 0, 2, 0)
    moved = imports.fix(batch=batch, row_no=3, typed={"id_number": number(2)}, by=cast.cadre.actor, at=NOW)
    assert (sorted(moved), counts(batch)) == ([2, 3], (3, 0, 0, 0, 0))


def test_using_one_row_of_two_leaves_the_other_out(cast: Cast) -> None:
    batch = uploaded(
        cast.factory, row("新人甲", number(1), "", "甲厂"), row("新人甲", number(1), "", "乙厂"), by=cast.cadre.actor
    )
    assert codes(batch, 2)[0] == codes(batch, 3)[0] == "row-twice-differs"
    answer(batch, 3, "use", cast)
    assert (counts(batch), codes(batch, 2)[0]) == ((1, 0, 0, 0, 1), "row-other-used")
    commit(batch, cast)
    assert Person.objects.get(name="新人甲").employer == "乙厂"


@pytest.mark.parametrize(("what", "name"), [("rename", "王大华"), ("keep-name", "王小华")])
def test_another_name_for_a_known_number_is_asked(cast: Cast, what: str, name: str) -> None:
    batch = uploaded(cast.factory, row("王大华", document(cast.wang), phone(1)), by=cast.cadre.actor)
    assert (counts(batch), codes(batch, 2)[0]) == ((0, 0, 0, 1, 0), "one-id-two-names")
    answer(batch, 2, what, cast)
    commit(batch, cast)
    cast.wang.person.refresh_from_db()
    assert (cast.wang.person.name, cast.wang.person.phone_text()) == (name, f"+86{phone(1)}")


def test_answer_may_be_taken_back_and_skipping_leaves_the_row_out(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("王大华", document(cast.wang)), by=cast.cadre.actor)
    answer(batch, 2, "skip", cast)
    assert (counts(batch), codes(batch, 2)[0]) == ((0, 0, 0, 0, 1), "skipped")
    answer(batch, 2, "", cast)
    assert counts(batch) == (0, 0, 0, 1, 0)


def test_answer_that_was_not_offered_is_refused(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("林蓉", document(cast.lin)), by=cast.cadre.actor)
    with pytest.raises(Refused) as refusal:
        answer(batch, 2, "transfer", cast)
    assert refusal.value.code == "answer-unknown"


def test_member_elsewhere_without_power_there_can_only_be_skipped(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("张路", document(cast.zhang)), by=cast.cadre.actor)
    found = line(batch, 2)
    assert (found.offers, found.problems[0]["fix"]) == (["skip"], "请联系永川区总工会办理会籍转接，这一行可以先跳过。")


def test_member_elsewhere_is_moved_by_whoever_has_power_over_both(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("张路", document(cast.zhang), "", "厂"), by=cast.admin.actor)
    assert line(batch, 2).offers == ["transfer", "stay", "skip"]
    imports.answer(batch=batch, row_no=2, answer="transfer", by=cast.admin.actor, at=NOW)
    imports.commit(batch=batch, by=cast.admin.actor, at=NOW)
    old, new = Membership.objects.filter(person=cast.zhang.person).order_by("starts")
    assert (old.ends, old.end_reason, new.starts, new.union, new.previous) == (
        TODAY,
        "transferred",
        TODAY,
        cast.factory,
        old,
    )


def test_member_elsewhere_may_stay_and_be_corrected(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("张路", document(cast.zhang), phone(7)), by=cast.admin.actor)
    imports.answer(batch=batch, row_no=2, answer="stay", by=cast.admin.actor, at=NOW)
    assert line(batch, 2).changes == ["phone"]
    imports.commit(batch=batch, by=cast.admin.actor, at=NOW)
    assert Membership.objects.get(person=cast.zhang.person).union == cast.riders


def test_member_of_another_province_needs_consent_and_is_not_moved_by_import(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("林蓉", document(cast.lin)), by=house())
    found = line(batch, 2)
    assert (found.offers, found.problems[0]["fix"]) == (["skip"], "请联系四川省总工会办理会籍转接，这一行可以先跳过。")


def test_record_without_number_may_be_the_same(cast: Cast) -> None:
    declared = account("declared")
    with writing():
        person = persons.declare(
            account=declared,
            name="新人甲",
            near=cast.yongchuan,
            by=persons.Actor(on=TODAY, account_id=declared.pk),
            at=NOW,
        )
        from tongxin.people.actions.values import phone_columns

        Person.objects.filter(pk=person.pk).update(**phone_columns(phone(1)))
    batch = uploaded(cast.factory, row("新人甲", number(1), phone(1)), by=cast.cadre.actor)
    assert (codes(batch, 2)[0], line(batch, 2).offers) == ("maybe-same", ["same", "other", "skip"])
    answer(batch, 2, "same", cast)
    commit(batch, cast)
    person.refresh_from_db()
    assert (person.document_text(), person.born, person.assurance) == (number(1), date(1991, 2, 3), 2)
    assert Membership.objects.get(person=person).union == cast.factory


def test_member_with_same_name_and_phone_and_another_number_is_asked(cast: Cast) -> None:
    batch = uploaded(cast.factory, row("王小华", number(1), cast.wang.person.phone_text()), by=cast.cadre.actor)
    assert (codes(batch, 2)[0], line(batch, 2).offers) == ("number-differs", ["other", "skip"])


def test_member_without_number_on_the_list_is_known_by_name_and_phone(cast: Cast) -> None:
    batch = uploaded(
        cast.factory,
        row("王小华", "", cast.wang.person.phone_text(), "新单位"),
        row("没有人", "", phone(3)),
        by=cast.cadre.actor,
    )
    assert counts(batch) == (0, 1, 0, 0, 1)
    assert (line(batch, 2).changes, line(batch, 2).person_id) == (["employer"], cast.wang.person.pk)
    assert codes(batch, 3)[0] == "id-missing"


def test_one_person_on_two_rows_with_and_without_number_is_written_once(cast: Cast) -> None:
    batch = uploaded(
        cast.factory,
        row("王小华", document(cast.wang), "", "甲厂"),
        row("王小华", "", cast.wang.person.phone_text(), "乙厂"),
        by=cast.cadre.actor,
    )
    assert (counts(batch), codes(batch, 3)) == ((0, 1, 0, 0, 1), ["person-twice"])
    commit(batch, cast)
    cast.wang.person.refresh_from_db()
    assert cast.wang.person.employer == "甲厂"
