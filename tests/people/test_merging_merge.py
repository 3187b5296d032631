"""Two records become one and two again: nothing lost, nothing counted twice, nobody merged by the wrong hands."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import NOW, TODAY, Cast, Player, a_phone, an_id
from tests.factories.activities import enrolment, school, sign_up
from tests.factories.likenesses import again, pair_of, twice

from tongxin.calls.models import Applicant, Award
from tongxin.kernel.refused import Refused
from tongxin.notices.models import Message
from tongxin.people.actions import appointments, likenesses, memberships, merging, persons
from tongxin.people.actions.merging import Choice
from tongxin.people.kept_records import PURPOSES, plain
from tongxin.people.models import (
    Account,
    ClaimCode,
    Disclosure,
    JoinApplication,
    Likeness,
    Membership,
    Merge,
    MergedRow,
    Person,
    PhoneChange,
    Verification,
)
from tongxin.people.powers import Power
from tongxin.people.queries import lookup
from tongxin.people.queries.pointing import STAY, columns
from tongxin.people.queries.search import search
from tongxin.people.roles import RoleName
from tongxin.records.models import OutboxRow
from tongxin.served.models import ServedRow
from tongxin.store.atomic import writing

UNTOUCHED_BY_DESIGN = {  # what a merge writes about itself
    "people_merge", "people_mergedrow", "people_likeness", "records_journalentry", "records_outboxrow", "served_servedrow",
}  # fmt: skip


def merged(cast: Cast, pair: Likeness, kept: Player, *, by: Player | None = None, **choice: object) -> Merge:
    values = {
        "membership": kept.person.memberships.get(ends=None).public_id,
        "account": kept.account and kept.account.pk,
    }
    actor = (by or cast.cadre).actor
    return merging.merge(pair=pair, choice=Choice(kept=kept.person, **{**values, **choice}), by=actor, at=NOW)


def rows_of_house() -> dict[str, dict[int, object]]:
    """Every row of every table but those that tell of merges."""
    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if model.__module__.startswith("tongxin.") and table not in UNTOUCHED_BY_DESIGN:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT id, (to_jsonb(t) - 'sessions_ended')::text FROM {table} t")
                found[table] = {pk: json.loads(row) for pk, row in cursor.fetchall()}
    people = found["people_person"]
    found["people_person"] = {
        pk: row | {name: plain(name, row[name]) for name in PURPOSES} for pk, row in people.items()
    }
    return found


def counted(person: int) -> int:
    return sum(ServedRow.objects.filter(person=person).values_list("quantity", flat=True))


def headcount() -> int:
    sums: dict[int, int] = {}
    for person, quantity in ServedRow.objects.values_list("person", "quantity"):
        sums[person] = sums.get(person, 0) + quantity
    return sum(1 for total in sums.values() if total > 0)


def test_merge_moves_what_pointed_at_the_record_that_is_gone(cast: Cast) -> None:
    other, pair = twice(cast)
    first = school(cast)
    cohort = first.cohort()
    sign_up(cohort, other)
    done = merged(cast, pair, cast.wang)
    assert enrolment(cohort, cast.wang).person_id == cast.wang.person.pk
    assert Award.objects.get().person_id == cast.wang.person.pk
    gone = Person.objects.get(pk=other.person.pk)
    assert (gone.merged_into_id, gone.name) == (cast.wang.person.pk, "王晓华")
    assert list(Person.objects.within(cast.cadre.actor, Power.SEE_PEOPLE).filter(pk=gone.pk)) == []
    assert done.undo_until.astimezone(NOW.tzinfo).date() == TODAY + timedelta(days=91)
    assert Likeness.objects.get(pk=pair.pk).state == "same"


def test_merge_keeps_one_chain_of_stays_and_says_which_goes_on(cast: Cast) -> None:
    other, pair = twice(cast)
    with pytest.raises(Refused) as refused:
        merged(cast, pair, cast.wang, membership="")
    assert refused.value.code == "choose-stay"
    mine = cast.wang.person.memberships.get()
    merged(cast, pair, cast.wang)
    stays = Membership.objects.filter(person=cast.wang.person)
    assert [(stay.pk, stay.ends) for stay in stays] == [(mine.pk, None)]
    aside = Membership.objects.get(person=other.person)
    assert (aside.ends, aside.end_reason) == (TODAY, "corrected")


def test_merge_lets_the_other_ones_stay_go_on(cast: Cast) -> None:
    other = again(cast.riders, "王晓华")
    pair = pair_of(cast.wang.person, other.person)
    memberships.end(
        membership=other.person.memberships.get(), on=date(2019, 1, 1), reason="left", by=cast.admin.actor, at=NOW
    )
    stay = memberships.join(
        person=other.person, union=cast.riders, starts=date(2022, 1, 1), by=cast.admin.actor, at=NOW
    )
    merged(cast, pair, cast.wang, by=cast.admin, membership=stay.public_id)
    chain = Membership.objects.filter(person=cast.wang.person).order_by("starts").values_list("union", "starts", "ends")
    assert list(chain) == [
        (cast.factory.pk, date(2018, 1, 1), date(2022, 1, 1)),
        (cast.riders.pk, date(2022, 1, 1), None),
    ]
    assert Membership.objects.get(person=other.person).ends == date(2019, 1, 1)


def test_merge_takes_over_what_the_record_lacks_and_keeps_both_numbers_leading_to_it(cast: Cast) -> None:
    number, typed = an_id(date(1991, 2, 3)), an_id(date(1991, 2, 4))
    kept = again(cast.factory, "张三丰", document=typed)
    other = again(cast.factory, "张三丰", document=number, phone="19912340002")
    merged(cast, pair_of(kept.person, other.person), kept, take=frozenset({"document"}))
    person = Person.objects.get(pk=kept.person.pk)
    assert person.document_text() == number
    assert person.born == date(1991, 2, 3)
    assert person.phone_text() == "+8619912340002"
    assert lookup.by_document("resident_id", typed) == person
    assert lookup.by_document("resident_id", number) == person
    assert [hit.person.pk for hit in search(cast.cadre.actor, typed).hits] == [person.pk]


def test_merge_of_two_accounts_asks_which_sign_in_stays(cast: Cast) -> None:
    other, pair = twice(cast)
    with pytest.raises(Refused) as refused:
        merged(cast, pair, cast.wang, account=None)
    assert refused.value.code == "choose-account"
    merged(cast, pair, cast.wang, account=other.account.pk)
    chosen, ended = Account.objects.get(pk=other.account.pk), Account.objects.get(pk=cast.wang.account.pk)
    assert (chosen.person_id, chosen.sessions_ended) == (cast.wang.person.pk, 0)
    assert (ended.person_id, ended.sessions_ended) == (None, 1)


def test_merge_puts_aside_what_both_have_with_all_that_belongs_to_it(cast: Cast) -> None:
    other, pair = twice(cast)
    cohort = school(cast).cohort()
    sign_up(cohort, cast.wang, other)
    done = merged(cast, pair, cast.wang)
    assert Applicant.objects.filter(person=other.person).count() == 1
    assert Award.objects.filter(person=other.person).count() == 1
    assert enrolment(cohort, other).cohort_id == cohort.pk
    aside = MergedRow.objects.filter(merge=done, aside=True).values_list("table", flat=True)
    assert sorted(aside) == ["activities_enrolment", "calls_applicant", "calls_award"]


def test_merge_counts_one_person_once(cast: Cast) -> None:
    other, pair = twice(cast)
    with writing():
        for source, player in ((1, cast.wang), (2, other), (3, other)):
            _served(player.person, source)
    assert headcount() == 2
    done = merged(cast, pair, cast.wang)
    assert (headcount(), counted(cast.wang.person.pk), counted(other.person.pk)) == (1, 3, 0)
    merging.undo(merge=done, why="不是同一人", by=cast.cadre.actor, at=NOW)
    assert (headcount(), counted(cast.wang.person.pk), counted(other.person.pk)) == (2, 1, 2)


def _served(person: Person, source: int) -> None:
    ServedRow.make(
        federation=person.federation, day=TODAY, union=1, person=person.pk, programme=1, measure="person_time",
        quantity=1, source=source, written_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "code"), [("officer", "no-power"), ("sibling_cadre", "no-power"), ("clerk", "no-power")]
)
def test_merge_is_refused_without_the_power_at_the_deciding_union(cast: Cast, who: str, code: str) -> None:
    _other, pair = twice(cast)
    with pytest.raises(Refused) as refused:
        merged(cast, pair, cast.wang, by=getattr(cast, who))
    assert refused.value.code == code


def test_merge_across_two_unions_is_for_the_one_above_both(cast: Cast) -> None:
    other = again(cast.riders, "王小华")
    pair = pair_of(cast.wang.person, other.person)
    assert pair.union_id == cast.yongchuan.pk
    with pytest.raises(Refused, match="您的岗位不能"):
        merged(cast, pair, cast.wang)
    assert merged(cast, pair, cast.wang, by=cast.admin).kept_id == cast.wang.person.pk


def test_merge_of_ones_own_record_is_refused(cast: Cast) -> None:
    other = again(cast.factory, "罗勤")
    with pytest.raises(Refused) as refused:
        merged(cast, pair_of(cast.cadre.person, other.person), cast.cadre)
    assert refused.value.code == "merge-self"


def test_merge_with_a_post_is_for_who_may_appoint_there(cast: Cast) -> None:
    other, pair = twice(cast)
    appointments.appoint(
        person=other.person, role=RoleName.TEACHER, union=cast.yongchuan, starts=TODAY, ends=TODAY + timedelta(days=9),
        by=cast.admin.actor, at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        merged(cast, pair, cast.wang)
    assert refused.value.code == "merge-posts"
    merged(cast, pair, cast.wang, by=cast.admin)
    assert cast.wang.person.appointments.get().role == RoleName.TEACHER


def test_second_decider_is_told_that_it_is_decided(cast: Cast) -> None:
    _other, pair = twice(cast)
    stale = Likeness.objects.get(pk=pair.pk)
    merged(cast, pair, cast.wang)
    for late in (
        lambda: merged(cast, stale, cast.wang),
        lambda: likenesses.decide_different(pair=stale, why="", by=cast.cadre.actor, at=NOW),
    ):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.code == "likeness-decided"


def test_what_was_written_in_the_very_moment_follows(cast: Cast) -> None:
    other, pair = twice(cast)
    merged(cast, pair, cast.wang)
    with writing():
        late = Message.make(federation=other.person.federation, person=other.person, kind="x", key="late", at=NOW)
        _served(other.person, 77)
    merging.follow_stragglers(at=NOW)
    assert Message.objects.get(pk=late.pk).person_id == cast.wang.person.pk
    assert (counted(cast.wang.person.pk), counted(other.person.pk)) == (1, 0)
    assert merging.follow_stragglers(at=NOW) == 0


# ---- the way back -------------------------------------------------------------------------------------------------


def test_undo_is_refused_after_its_time_twice_and_without_a_reason(cast: Cast) -> None:
    _other, pair = twice(cast)
    done = merged(cast, pair, cast.wang)
    by = cast.cadre.actor

    def code(**values: object) -> str:
        with pytest.raises(Refused) as refused:
            merging.undo(merge=done, **{"why": "看错了", "by": by, "at": NOW, **values})
        return refused.value.code

    assert code(why=" ") == "why-missing"
    assert code(by=cast.officer.actor) == "no-power"
    assert code(at=done.undo_until) == "undo-late"
    merging.undo(merge=done, why="看错了", by=by, at=NOW + timedelta(days=90))
    assert code() == "undo-done"
    assert Likeness.objects.get(pk=pair.pk).state == "different"


def test_undo_says_what_changed_since_and_leaves_it(cast: Cast) -> None:
    other, pair = twice(cast)
    with writing():
        note = Message.make(federation=other.person.federation, person=other.person, kind="x", key="one", at=NOW)
    done = merged(cast, pair, cast.wang, take=frozenset({"name"}))
    persons.change(person=cast.wang.person, name="王筱华", by=cast.cadre.actor, at=NOW)
    with writing():
        Message.objects.filter(pk=note.pk).delete()
    undone = merging.undo(merge=done, why="看错了", by=cast.cadre.actor, at=NOW)
    assert Person.objects.get(pk=cast.wang.person.pk).name == "王筱华"
    assert Person.objects.get(pk=other.person.pk).name == "王晓华"
    assert [words for words in undone.left if "姓名" in words] == ["姓名合并后又改过，保留改后的"]
    assert len(undone.left) == 2


def test_undo_leaves_a_chain_of_stays_that_was_touched_since(cast: Cast) -> None:
    _other, pair = twice(cast)
    done = merged(cast, pair, cast.wang)
    stay = Membership.objects.get(person=cast.wang.person, ends=None)
    memberships.move(membership=stay, to_union=cast.riders, on=TODAY, by=cast.cadre.actor, at=NOW)
    undone = merging.undo(merge=done, why="看错了", by=cast.admin.actor, at=NOW)
    assert undone.left == ("会籍合并后又办过转接或更正，保持现在的样子",)


def test_undo_of_the_first_merge_waits_for_the_second(cast: Cast) -> None:
    other, pair = twice(cast)
    third = again(cast.factory, "王小花")
    first = merged(cast, pair, cast.wang)
    second = merged(cast, pair_of(cast.wang.person, third.person), third, account=None)
    assert Person.objects.get(pk=other.person.pk).merged_into_id == third.person.pk
    with pytest.raises(Refused) as refused:
        merging.undo(merge=first, why="看错了", by=cast.cadre.actor, at=NOW)
    assert refused.value.code == "undo-later-first"
    merging.undo(merge=second, why="看错了", by=cast.cadre.actor, at=NOW)
    assert Person.objects.get(pk=other.person.pk).merged_into_id == cast.wang.person.pk
    merging.undo(merge=first, why="看错了", by=cast.cadre.actor, at=NOW)
    assert Person.objects.get(pk=other.person.pk).merged_into_id is None


# ---- whatever stands in the tables --------------------------------------------------------------------------------


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _many(draw: st.DrawFn, people: list[Person]) -> None:
    """Rows in the tables that point at people, for either record, as chance has it."""
    number = st.integers(0, 2)
    for person in people:
        common = {"federation": person.federation, "person": person}
        for n in range(draw(number)):
            Message.make(**common, kind="x", key=f"{person.pk}-{n}", at=NOW)
        for n in range(draw(number)):
            OutboxRow.make(
                federation=person.federation, key=f"o{person.pk}-{n}", kind="x", person=person.pk, at=NOW, next_try=NOW
            )
        for _ in range(draw(number)):
            Disclosure.make(**common, field="phone", purpose="核对", at=NOW)
        for n in range(draw(number)):
            ClaimCode.make(**common, digest=f"{person.pk}-{n}".encode(), issued_by=1, issued_at=NOW, expires_at=NOW)
        for level in draw(st.lists(st.integers(1, 4), max_size=2)):
            Verification.make(**common, level=level, how="window", passed=True, at=NOW)
        for _ in range(draw(number)):
            PhoneChange.make(**common, how="own", at=NOW)
        for n in range(draw(number)):
            _served(person, person.pk * 10 + n)
        for state in draw(st.lists(st.sampled_from(["waiting", "refused"]), max_size=2, unique=True)):
            union = person.memberships.get(ends=None).union
            JoinApplication.make(
                **common, union=union, reviewer=union, basis="workplace", state=state, at=NOW, due_at=NOW
            )


def _older_stays(draw: st.DrawFn, people: list[Person]) -> None:
    for person in people:
        days = sorted(draw(st.lists(st.dates(date(2001, 1, 1), date(2017, 12, 31)), max_size=4, unique=True)))
        union = person.memberships.get(ends=None).union
        for starts, ends in zip(days[::2], days[1::2], strict=False):
            Membership.make(
                federation=person.federation, person=person, union=union, starts=starts, ends=ends, end_reason="left"
            )


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_merge_loses_no_row_and_undo_is_the_way_back(cast: Cast, data: st.DataObject) -> None:
    with rolled_back():
        other, pair = twice(cast)
        players = [cast.wang, other]
        draw = data.draw
        cohorts = school(cast).two_cohorts()
        for player in players:
            for cohort in draw(st.lists(st.sampled_from(cohorts), max_size=1)):
                sign_up(cohort, player)
        with writing():
            _many(draw, [player.person for player in players])
            _older_stays(draw, [player.person for player in players])
        kept, goes_on, signs_in = (draw(st.sampled_from(players)) for _ in range(3))
        before, heads = rows_of_house(), headcount()
        served = {player.person.pk: counted(player.person.pk) for player in players}
        done = merged(
            cast, pair, kept,
            membership=goes_on.person.memberships.get(ends=None).public_id,
            account=signs_in.account.pk,
            take=draw(st.frozensets(st.sampled_from(["name", "document", "phone"]))),
        )  # fmt: skip
        after = rows_of_house()
        assert {table: rows.keys() for table, rows in after.items()} == {t: rows.keys() for t, rows in before.items()}
        assert headcount() == (1 if heads else 0)
        assert counted(kept.person.pk) == sum(served.values())
        aside = set(MergedRow.objects.filter(merge=done, aside=True).values_list("table", "row"))
        left = {(c.table, pk) for c in columns() for pk in c.rows(done.gone_id).values_list("pk", flat=True)}
        assert left - {("people_person", done.gone_id)} == aside
        undone = merging.undo(merge=done, why="看错了", by=cast.cadre.actor, at=NOW)
        assert undone.left == ()
        assert rows_of_house() == before
        assert {pk: counted(pk) for pk in served} == served


def test_every_column_that_names_a_person_follows_or_has_a_reason_to_stay() -> None:
    named = {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
        for field in model._meta.concrete_fields
        if field.related_model is Person or field.name in {"person", "person_id"}
    }
    assert named == {f"{c.table}.{c.name}" for c in columns()} | set(STAY)


def test_likeness_that_people_found_different_is_asked_again_when_a_record_changes(cast: Cast) -> None:
    number = an_id(date(1988, 8, 8))
    one = again(cast.factory, "赵敏", document=number, phone=a_phone())
    other = again(cast.factory, "赵珉", phone=one.person.phone_text())
    likenesses.look(person=other.person, at=NOW)
    pair = Likeness.objects.get(one=one.person)
    assert pair.reasons == ["same-phone", "same-sound", "no-number"]
    likenesses.decide_different(pair=pair, why="姐妹", by=cast.cadre.actor, at=NOW)
    assert likenesses.look(person=other.person, at=NOW) == 0
    persons.change(person=other.person, name="赵敏", by=cast.cadre.actor, at=NOW)
    pair.refresh_from_db()
    assert (pair.state, pair.reasons) == ("open", ["same-name", "same-phone", "no-number"])
