"""所思所想所盼: one answer each, changeable to the end; small counts are kept back; wishes become drafts of the next term."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.db import transaction
from tests.activities.asking import told
from tests.cast import NOW, Cast, Player, worker
from tests.factories.activities import ENDS, STARTS, School, at
from tests.factories.racing import side_by_side

from tongxin.activities.actions import polls, terms
from tongxin.activities.actions.polls import Asked, Slot
from tongxin.activities.models import Cohort, Poll, PollAnswer, PollTick, Term
from tongxin.activities.queries.polls import of_person, own_answer, results
from tongxin.activities.states import ActivityKind, CohortState
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

CLOSES = at(4, 5)
CHOICES = (("川剧变脸", ActivityKind.LESSONS), ("亲子采摘", ActivityKind.FAMILY), ("羽毛球赛", ActivityKind.SPORTS))


@pytest.fixture
def poll(school: School) -> Poll:
    return asked(school)


def asked(school: School, **changed: object) -> Poll:
    values = {"title": "下一期想学什么", "choices": CHOICES, "opens": NOW, "closes": CLOSES, "most": 2, **changed}
    return polls.ask(programme=school.programme, asked=Asked(**values), by=school.by, at=NOW)


def answers(poll: Poll, player: Player, *chosen: int, words: str = "", when: datetime = NOW) -> PollAnswer:
    return polls.answer(poll=poll, person=player.person, chosen=chosen, words=words, by=player.actor, at=when)


def crowd(cast: Cast, poll: Poll, *wishes: tuple[int, ...]) -> list[Player]:
    people = [worker(cast.factory, f"众{number}", login=f"crowd-{number}") for number in range(len(wishes))]
    for player, chosen in zip(people, wishes, strict=True):
        answers(poll, player, *chosen)
    return people


def next_term(school: School) -> Term:
    return terms.add(programme=school.programme, starts=STARTS, ends=ENDS, ordinal=28, by=school.by, at=NOW)


def slot(school: School, **changed: object) -> Slot:
    values = {
        "site": school.site,
        "weekday": 6,
        "starts_at": time(19),
        "ends_at": time(20, 30),
        "session_count": 8,
        "units": 30,
    }
    return Slot(**{**values, **changed})


def test_answer_is_given_once_and_changed_until_the_end(cast: Cast, poll: Poll) -> None:
    answers(poll, cast.wang, 1, 2, words=" 想学唱戏 ")
    assert own_answer(poll, cast.wang.person.pk) == ([1, 2], "想学唱戏")
    answers(poll, cast.wang, 3, when=CLOSES - timedelta(seconds=1))
    assert own_answer(poll, cast.wang.person.pk) == ([3], "")
    assert (PollAnswer.objects.count(), PollTick.objects.count()) == (1, 1)
    with pytest.raises(Refused) as refusal:
        answers(poll, cast.wang, 1, when=CLOSES)
    assert refusal.value.code == "poll-over"
    entry = JournalEntry.objects.filter(verb="poll.answered").first()
    assert entry is not None
    assert (entry.of_id, entry.data) == (poll.public_id, {})  # that, not what


def test_refused_with_words_that_help(cast: Cast, school: School, poll: Poll) -> None:
    later = asked(school, opens=at(4, 1))
    for deed, code in (
        (lambda: answers(poll, cast.wang, 1, 2, 3), "poll-too-many"),
        (lambda: answers(poll, cast.wang, 99), "poll-empty"),
        (lambda: answers(poll, cast.wang, words="长" * 201), "poll-words-long"),
        (lambda: answers(later, cast.wang, 1), "poll-not-open"),
        (lambda: answers(poll, cast.lin, 1), "poll-not-yours"),
        (lambda: answers(poll, cast.gao, 1), "poll-not-yours"),
    ):
        with pytest.raises(Refused) as refusal:
            deed()
        assert refusal.value.code == code
    with pytest.raises(Refused) as refusal:
        polls.answer(poll=poll, person=cast.wang.person, chosen=[1], words="", by=cast.admin.actor, at=NOW)
    assert refusal.value.code == "not-yours"
    assert PollAnswer.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"choices": CHOICES[:1]}, "poll-choices"),
        ({"choices": [(f"第{n}项", ActivityKind.LESSONS) for n in range(13)]}, "poll-choices"),
        ({"choices": [CHOICES[0], CHOICES[0]]}, "poll_choice_once"),
        ({"closes": NOW}, "poll_times"),
        ({"opens": at(4, 6)}, "poll_times"),
        ({"most": 6}, "poll_most"),
        ({"title": " "}, "name-missing"),
    ],
)
def test_poll_that_cannot_be_answered_is_refused(school: School, changed: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        asked(school, **changed)
    assert refusal.value.code == code
    assert Poll.objects.count() == 0


def test_only_who_runs_courses_asks_and_ends(school: School, cast: Cast, poll: Poll) -> None:
    for by in (cast.teacher, cast.reader, cast.sibling_officer):
        with pytest.raises(Refused) as refusal:
            polls.close(poll=poll, by=by.actor, at=at(3, 29))
        assert refusal.value.code == "no-power"
    polls.close(poll=poll, by=school.by, at=at(3, 29))
    with pytest.raises(Refused) as refusal:
        answers(poll, cast.wang, 1, when=at(3, 29))
    assert refusal.value.code == "poll-over"


def test_worker_sees_polls_of_their_union_and_those_above(cast: Cast, poll: Poll) -> None:
    answers(poll, cast.wang, 1)
    seen = {
        player.person.name: [(one.pk, one.answered) for one in of_person(player.person.pk, on=NOW.date(), at=NOW)]
        for player in (cast.wang, cast.zhang, cast.lin)
    }
    assert seen == {"王小华": [(poll.pk, True)], "张路": [(poll.pk, False)], "林蓉": []}


def test_few_answers_show_no_number_at_all(cast: Cast, poll: Poll) -> None:
    crowd(cast, poll, (1,), (1,), (1,), (2,))
    found = results(poll, at=CLOSES)
    assert (found.answers, {row.count for row in found.rows}) == (None, {None})


def test_small_counts_are_kept_back(cast: Cast, poll: Poll) -> None:
    crowd(cast, poll, (1,), (1,), (1,), (1,), (1, 2), (1, 2))
    running = results(poll, at=CLOSES - timedelta(seconds=1))
    assert (running.answers, {row.count for row in running.rows}) == (None, {None})  # nobody watches it grow
    found = results(poll, at=CLOSES)
    assert (found.answers, [(row.choice.no, row.count) for row in found.rows]) == (6, [(1, 6), (2, None), (3, 0)])


def test_one_small_count_does_not_follow_from_the_others(cast: Cast, school: School) -> None:
    """Where each ticks one, 12 - 6 - 5 would tell that one person wished for the third."""
    poll = asked(school, most=1)
    crowd(cast, poll, *[(1,)] * 6, *[(2,)] * 5, (3,))
    assert [(row.choice.no, row.count) for row in results(poll, at=CLOSES).rows] == [(1, 6), (2, None), (3, None)]


def test_own_words_come_without_order_and_name(cast: Cast, poll: Poll) -> None:
    people = crowd(cast, poll, *[(1,)] * 5)
    for player, words in zip(people, ["丙", "甲", "乙", "", ""], strict=True):
        answers(poll, player, 1, words=words)
    assert results(poll, at=CLOSES, with_words=True).words == sorted(["丙", "甲", "乙"])
    assert results(poll, at=CLOSES).words == ()


def test_wishes_become_drafts_and_whoever_wished_is_told(cast: Cast, school: School, poll: Poll) -> None:
    people = crowd(cast, poll, (1, 2), (1,), (3,))
    term = next_term(school)
    made = polls.take_up(poll=poll, chosen=[1, 2], term=term, slot=slot(school), by=school.by, at=CLOSES)
    drafts = [(one.course.name, one.course.kind, one.session_count, one.state, one.course.asked.poll) for one in made]
    assert drafts == [
        ("川剧变脸", "lessons", 8, CohortState.PLANNED, poll),
        ("亲子采摘", "family", 1, CohortState.PLANNED, poll),
    ]
    assert told("poll.taken-up") == {people[0].person.pk, people[1].person.pk}
    assert [one.taken_up_at for one in poll.choices.order_by("no")] == [CLOSES, CLOSES, None]
    with pytest.raises(Refused) as refusal:
        polls.take_up(poll=poll, chosen=[1], term=term, slot=slot(school), by=school.by, at=CLOSES)
    assert refusal.value.code == "poll-taken-up"


def test_known_course_is_used_again(school: School, poll: Poll, cast: Cast) -> None:
    known = school.course("川剧变脸", "文化艺术")
    made = polls.take_up(poll=poll, chosen=[1], term=next_term(school), slot=slot(school), by=school.by, at=CLOSES)
    assert made[0].course == known
    known.refresh_from_db()
    assert known.asked == poll.choices.get(no=1)


def test_taking_up_is_refused_whole(school: School, poll: Poll, cast: Cast) -> None:
    term = next_term(school)

    def take(
        chosen: tuple[int, ...] = (1,), when: datetime = CLOSES, by: Player = school.officer, **changed: object
    ) -> None:
        given = changed.pop("term", term)
        polls.take_up(poll=poll, chosen=chosen, term=given, slot=slot(school, **changed), by=by.actor, at=when)

    for deed, code in (
        (lambda: take(when=CLOSES - timedelta(seconds=1)), "poll-open"),
        (lambda: take(chosen=()), "poll-none"),
        (lambda: take(term=published(school)), "term-not-draft"),
        (lambda: take(by=cast.teacher), "no-power"),
        (lambda: take(session_count=100), "outside-term"),
        (lambda: take(ends_at=time(18)), "cohort-times"),
    ):
        with pytest.raises(Refused) as refusal, transaction.atomic():
            deed()
        assert refusal.value.code == code
    assert (Cohort.objects.filter(term=term).count(), poll.choices.exclude(taken_up_at=None).count()) == (0, 0)


def published(school: School) -> Term:
    school.cohort()
    return Term.objects.get(pk=school.term.pk)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(cast: Cast, school: School) -> None:
    poll = asked(school)

    def tap(*chosen: int) -> Callable[[], object]:
        return lambda: answers(poll, cast.wang, *chosen)

    assert side_by_side(tap(1), tap(2), tap(1, 3)) == ["done"] * 3
    given = PollAnswer.objects.get()
    assert sorted(given.ticks.values_list("choice__no", flat=True)) in ([1], [2], [1, 3])
