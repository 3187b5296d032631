"""Who is no longer on the list: asked once, never ended by itself; a list far below the last is held."""

from datetime import timedelta

import pytest
from tests.cast import NOW, TODAY, Cast
from tests.factories.rosters import counts, document, members, row, sheet

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch, Membership, MissingAnswer
from tongxin.people.queries.lists import last_list, open_questions
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db


def upload(cast: Cast, *rows: object, name: str = "花名册.xlsx") -> ImportBatch:
    return imports.upload(union=cast.factory, file_name=name, content=sheet(*rows), by=cast.cadre.actor, at=NOW)  # type: ignore[arg-type]


def commit(batch: ImportBatch, cast: Cast) -> ImportBatch:
    return imports.commit(batch=batch, by=cast.cadre.actor, at=NOW)


def answer(batch: ImportBatch, cast: Cast, *stays: Membership, **more: object) -> list[MissingAnswer]:
    given: dict[str, object] = {"answer": "here", "on": TODAY, "reason": "名册漏了", "by": cast.cadre.actor, "at": NOW}
    return imports.answer_missing(batch=batch, members=[stay.public_id for stay in stays], **(given | more))  # type: ignore[arg-type]


def stay_of(player: object) -> Membership:
    return Membership.objects.get(person=player.person, ends=None)  # type: ignore[attr-defined]


@pytest.fixture
def done(cast: Cast) -> ImportBatch:
    """李建国 is on the list; 王小华 and the cadre are not."""
    return commit(upload(cast, row("李建国", document(cast.li))), cast)


@pytest.mark.parametrize(
    ("said", "ends", "retired"),
    [("left", TODAY, None), ("retired", None, TODAY), ("transferred", None, None), ("here", None, None)],
)
def test_answer_does_what_it_says_and_no_more(
    cast: Cast, done: ImportBatch, said: str, ends: object, retired: object
) -> None:
    stay = stay_of(cast.wang)
    (made,) = answer(done, cast, stay, answer=said, reason=" 本人已办手续 ")
    stay.refresh_from_db()
    assert (stay.ends, stay.retired_on) == (ends, retired)
    assert (made.answer, made.on, made.reason) == (said, TODAY, "本人已办手续")
    assert list(open_questions(done)) == [stay_of(cast.cadre)]
    assert JournalEntry.objects.get(verb="membership.missing-answered").data == {
        "answer": said,
        "on": TODAY.isoformat(),
    }


def test_each_is_asked_once_until_a_list_names_them_again(cast: Cast, done: ImportBatch) -> None:
    stay = stay_of(cast.wang)
    answer(done, cast, stay)
    with pytest.raises(Refused) as refusal:
        answer(done, cast, stay)
    assert refusal.value.code == "member-answered"
    later = commit(upload(cast, row("李建国", document(cast.li))), cast)
    assert stay not in open_questions(later)
    commit(upload(cast, row("李建国", document(cast.li)), row("王小华", document(cast.wang))), cast)
    again = commit(upload(cast, row("李建国", document(cast.li))), cast)
    assert stay in open_questions(again)


def test_several_are_answered_at_once_or_none(cast: Cast, done: ImportBatch) -> None:
    both = stay_of(cast.wang), stay_of(cast.cadre)
    with pytest.raises(Refused) as refusal:
        answer(done, cast, *both, stay_of(cast.li))  # who is on the list is not asked about
    assert (refusal.value.code, MissingAnswer.objects.count()) == ("member-answered", 0)
    assert len(answer(done, cast, *both)) == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"answer": "gone"}, "answer-unknown"),
        ({"reason": "  "}, "reason-missing"),
        ({"on": TODAY + timedelta(days=1)}, "day-to-come"),
        ({"on": TODAY.replace(year=1990), "answer": "left"}, "move-before-start"),
    ],
)
def test_answer_that_says_too_little_is_refused(
    cast: Cast, done: ImportBatch, more: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        answer(done, cast, stay_of(cast.wang), **more)
    assert (refusal.value.code, MissingAnswer.objects.count()) == (code, 0)


def test_nobody_chosen_no_power_and_not_imported_yet_are_refused(cast: Cast, done: ImportBatch) -> None:
    told = []
    waiting = upload(cast, row("李建国", document(cast.li)))
    for batch, stays, more in (
        (done, [], {}),
        (done, [stay_of(cast.wang)], {"by": cast.sibling_cadre.actor}),
        (waiting, [stay_of(cast.wang)], {}),
    ):
        with pytest.raises(Refused) as refusal:
            answer(batch, cast, *stays, **more)
        told.append(refusal.value.code)
    assert told == ["nobody-chosen", "no-power", "wrong-state"]


# ---- held ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "held"), [(14, False), (13, True)])
def test_list_under_seven_tenths_of_the_last_is_held(cast: Cast, rows: int, held: bool) -> None:
    commit(upload(cast, *members(20), name="花名册(2).xlsx"), cast)
    batch = upload(cast, *members(rows), name="花名册(3)(1).xlsx")
    assert batch.held is held
    if held:
        with pytest.raises(Refused) as refusal:
            imports.start_commit(batch=batch, by=cast.cadre.actor, at=NOW)
        assert str(refusal.value) == "这份名册有13行，不到上次（20行）的七成。请先确认是全部会员，还是只传了一部分。"
        assert Membership.objects.filter(union=cast.factory, ends=None).count() == 23


def test_short_list_confirmed_whole_is_imported_and_asks_about_the_others(cast: Cast) -> None:
    commit(upload(cast, *members(20)), cast)
    batch = imports.confirm_short(batch=upload(cast, *members(3)), what="whole", by=cast.cadre.actor, at=NOW)
    batch = commit(batch, cast)
    assert (batch.state, batch.missing, open_questions(batch).count()) == (BatchState.DONE, 20, 20)
    assert JournalEntry.objects.get(verb="roster.confirmed").data == {"what": "whole", "rows": 3}


def test_addition_asks_about_nobody_and_is_no_measure_for_the_next(cast: Cast) -> None:
    whole = commit(upload(cast, *members(20)), cast)
    batch = imports.confirm_short(
        batch=upload(cast, *members(3, first=50)), what="addition", by=cast.cadre.actor, at=NOW
    )
    batch = commit(batch, cast)
    assert (counts(batch), batch.missing, open_questions(batch).count()) == ((3, 0, 0, 0, 0), 0, 0)
    assert last_list(upload(cast, *members(19))) == whole


def test_confirmation_is_refused_when_it_says_nothing(cast: Cast) -> None:
    commit(upload(cast, *members(20)), cast)
    batch = upload(cast, *members(3))
    with pytest.raises(Refused) as refusal:
        imports.confirm_short(batch=batch, what="", by=cast.cadre.actor, at=NOW)
    assert refusal.value.code == "short-unknown"
    assert ImportBatch.objects.get(pk=batch.pk).held


def test_list_follows_the_last_of_its_own_name(cast: Cast) -> None:
    one = commit(upload(cast, *members(12), name="一车间花名册3月.xlsx"), cast)
    commit(upload(cast, *members(30, first=100), name="二车间花名册.xlsx"), cast)
    batch = upload(cast, *members(11), name="一车间花名册 4月(1).xlsx")
    assert (last_list(batch), batch.held) == (one, False)


def test_few_members_are_no_measure(cast: Cast) -> None:
    commit(upload(cast, *members(9)), cast)
    assert not upload(cast, *members(1)).held
