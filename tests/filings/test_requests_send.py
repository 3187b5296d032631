"""Asking once: drafted, priced, sent, answered by unions and by people, reminded once, exported."""

import pytest
from tests.activities.asking import refused, told
from tests.cast import NOW, Cast
from tests.web.staff.filing_things import DUE, draft, sent

from tongxin.filings.actions import requests
from tongxin.filings.actions.answers import answer
from tongxin.filings.actions.requests import Asked, Wish
from tongxin.filings.models import Answer, Filler, Question, Request
from tongxin.filings.queries.requests import cost_of, lines_of
from tongxin.filings.states import Audience, Handling, Kind
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db


def minutes(request: Request) -> int:
    return cost_of(request, NOW.date()).minutes


def filler_of(request: Request, cast: Cast) -> Filler:
    return Filler.objects.select_related("request", "union").get(request=request, union=cast.factory)


def given(filler: Filler, **texts: str) -> dict[str, str]:
    """By number: n1="是"."""
    ids = {one.no: one.public_id for one in filler.request.questions.all()}
    return {ids[int(name[1:])]: text for name, text in texts.items()}


def fill(filler: Filler, cast: Cast, **texts: str) -> Filler:
    return answer(filler=filler, given=given(filler, **texts), by=cast.cadre.actor, at=NOW)


# ---- drafting -----------------------------------------------------------------------------------------------------


def test_what_is_held_cannot_be_asked_without_a_reason(cast: Cast) -> None:
    made, by = draft(cast.yongchuan, cast.admin.actor), cast.admin.actor
    with pytest.raises(Refused) as caught:
        requests.add_question(request=made, asked=Asked("贵会现有会员人数", Kind.NUMBER), by=by, at=NOW)
    assert (caught.value.code, caught.value.params) == ("held-already", {"field": "会员数", "where": "会员登记"})
    kept = requests.add_question(
        request=made, asked=Asked("去年底的会员人数", Kind.NUMBER, Handling.OTHER_DAY), by=by, at=NOW
    )
    assert (kept.field, kept.no) == ("members", 4)
    with refused("not-held"):
        requests.add_question(request=made, asked=Asked("有没有食堂", Kind.YES_NO, Handling.TAKE), by=by, at=NOW)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(" ", "安排送清凉用", DUE, Audience.DIRECT), "request-title"),
        (Wish("食堂", "x", DUE, Audience.DIRECT), "request-why"),
        (Wish("食堂", "安排送清凉用", NOW.date(), Audience.DIRECT), "request-due"),
    ],
)
def test_a_draft_says_what_why_and_until_when(cast: Cast, wish: Wish, code: str) -> None:
    with refused(code):
        requests.draft(union=cast.yongchuan, wish=wish, by=cast.admin.actor, at=NOW)
    assert Request.objects.count() == 0


def test_cadres_do_not_send_requests(cast: Cast) -> None:
    with refused("no-power"):
        requests.draft(
            union=cast.factory, wish=Wish("食堂", "安排送清凉用", DUE, Audience.DIRECT), by=cast.cadre.actor, at=NOW
        )


def test_a_choice_needs_two_options_and_a_question_can_be_dropped(cast: Cast) -> None:
    made, by = draft(cast.yongchuan, cast.admin.actor), cast.admin.actor
    with refused("question-choices"):
        requests.add_question(request=made, asked=Asked("谁办食堂", Kind.CHOICE, choices=["自办"]), by=by, at=NOW)
    requests.drop_question(question=made.questions.select_related("request").get(no=1), by=by, at=NOW)
    assert list(made.questions.order_by("no").values_list("no", flat=True)) == [2, 3]


# ---- sending ------------------------------------------------------------------------------------------------------


def test_sending_wants_the_cost_that_was_shown(cast: Cast) -> None:
    made, by = draft(cast.yongchuan, cast.admin.actor), cast.admin.actor
    with refused("cost-changed"):
        requests.send(request=made, minutes=minutes(made) + 1, by=by, at=NOW)
    done = requests.send(request=made, minutes=minutes(made), by=by, at=NOW)
    assert (done.state, done.fillers, done.minutes) == ("sent", 2, 8)  # the factory and the riders, 3.8 minutes each
    assert set(done.answered.values_list("union__name", flat=True)) == {cast.factory.name, cast.riders.name}
    assert cast.cadre.person.pk in told("filing.to-answer")
    with refused("not-a-draft"):
        requests.add_question(request=done, asked=Asked("又一题", Kind.TEXT), by=by, at=NOW)
    with refused("wrong-state"):
        requests.send(request=done, minutes=done.minutes, by=by, at=NOW)


def test_nothing_to_answer_and_nobody_to_ask_are_refused(cast: Cast) -> None:
    by = cast.admin.actor
    made = requests.draft(union=cast.yongchuan, wish=Wish("人数", "安排送清凉用", DUE, Audience.DIRECT), by=by, at=NOW)
    requests.add_question(request=made, asked=Asked("会员数", Kind.NUMBER, Handling.TAKE), by=by, at=NOW)
    with refused("questions-none"):
        requests.send(request=made, minutes=0, by=by, at=NOW)
    alone = draft(cast.factory, by)
    with refused("fillers-none"):
        requests.send(request=alone, minutes=0, by=by, at=NOW)


def test_above_the_threshold_another_person_approves(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.filings.costs.Cost.needs_second", property(lambda _: True))
    made, by = draft(cast.yongchuan, cast.admin.actor), cast.admin.actor
    assert requests.send(request=made, minutes=minutes(made), by=by, at=NOW).state == "asked"
    assert Filler.objects.count() == 0
    with refused("same-person"):
        requests.approve(request=made, by=by, at=NOW)
    assert requests.take_back(request=made, by=by, at=NOW).state == "draft"
    requests.send(request=made, minutes=minutes(made), by=by, at=NOW)
    done = requests.approve(request=made, by=cast.chief.actor, at=NOW)
    assert (done.state, done.approved_by, Filler.objects.count()) == ("sent", cast.chief.account.pk, 2)


# ---- answering ----------------------------------------------------------------------------------------------------


def test_a_union_sees_what_is_held_and_answers_the_rest(cast: Cast) -> None:
    filler = filler_of(sent(cast.yongchuan, cast.admin.actor), cast)
    assert [(line.question.no, line.held, line.value) for line in lines_of(filler, NOW.date())] == [
        (1, "", ""), (2, "3", ""), (3, "", ""),
    ]  # fmt: skip
    fill(filler, cast, n1="有", n3="李建国")
    again = filler_of(filler.request, cast)
    assert [line.value for line in lines_of(again, NOW.date())] == ["是", "", "李建国"]
    fill(again, cast, n1="否", n3="李建国")
    assert (again.answers.count(), Filler.objects.get(pk=again.pk).state) == (2, "answered")
    assert Answer.objects.filter(filler=again).first().text.raw != b""


@pytest.mark.parametrize(
    ("texts", "code"),
    [({"n1": "是"}, "answer-missing"), ({"n1": "也许", "n3": "李建国"}, "answer-unread"), ({}, "answer-missing")],
)
def test_an_answer_that_is_not_one_keeps_nothing(cast: Cast, texts: dict[str, str], code: str) -> None:
    filler = filler_of(sent(cast.yongchuan, cast.admin.actor), cast)
    with refused(code):
        fill(filler, cast, **texts)
    assert (Answer.objects.count(), filler_of(filler.request, cast).state) == (0, "waiting")


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        (Kind.NUMBER, "1,204", "1204"), (Kind.NUMBER, "-3", "-3"), (Kind.DATE, "2024年4月2日", "2024-04-02"),
        (Kind.DATE, "2024/4/2", "2024-04-02"), (Kind.YES_NO, "Y", "是"), (Kind.CHOICE, "自办", "自办"),
    ],
)  # fmt: skip
def test_answers_are_read_as_people_write_them(cast: Cast, kind: Kind, text: str, read: str) -> None:
    by = cast.admin.actor
    made = requests.draft(
        union=cast.yongchuan, wish=Wish("食堂", "安排送清凉用", DUE, Audience.GRASSROOTS), by=by, at=NOW
    )
    requests.add_question(request=made, asked=Asked("食堂怎样", kind, choices=["自办", "外包"]), by=by, at=NOW)
    requests.send(request=made, minutes=minutes(made), by=by, at=NOW)
    filler = filler_of(made, cast)
    fill(filler, cast, n1=text)
    assert filler.answers.get().text.open() == read


def test_others_do_not_answer_and_nobody_after_the_end(cast: Cast) -> None:
    made = sent(cast.yongchuan, cast.admin.actor)
    filler = filler_of(made, cast)
    with refused("no-power"):
        answer(filler=filler, given=given(filler, n1="是", n3="甲"), by=cast.sibling_cadre.actor, at=NOW)
    requests.close(request=made, by=cast.admin.actor, at=NOW)
    with refused("request-closed"):
        fill(filler, cast, n1="是", n3="甲")


def test_members_are_asked_themselves(cast: Cast) -> None:
    made = sent(cast.zhongshan, cast.admin.actor, Audience.MEMBERS)
    assert set(made.answered.values_list("person", flat=True)) == set(
        Person.objects.filter(memberships__union=cast.factory).values_list("pk", flat=True)
    )
    filler = Filler.objects.select_related("request").get(request=made, person=cast.wang.person)
    assert cast.wang.person.pk in told("filing.to-answer-yourself")
    with refused("not-yours"):
        answer(filler=filler, given={}, by=cast.cadre.actor, at=NOW)
    done = answer(filler=filler, given=given(filler, n1="是", n3="不知道"), by=cast.wang.actor, at=NOW)
    assert done.state == "answered"


# ---- afterwards ---------------------------------------------------------------------------------------------------


def test_those_who_have_not_answered_are_reminded_once(cast: Cast) -> None:
    made, by = sent(cast.yongchuan, cast.admin.actor), cast.admin.actor
    fill(filler_of(made, cast), cast, n1="是", n3="甲")
    assert requests.remind(request=made, by=by, at=NOW) == 1
    with refused("reminded-already"):
        requests.remind(request=made, by=by, at=NOW)


def test_an_export_is_journalled_and_holds_everyone(cast: Cast) -> None:
    made = sent(cast.yongchuan, cast.admin.actor)
    rows = requests.export(request=made, by=cast.admin.actor, at=NOW)
    assert {filler.union.name for filler, _ in rows} == {cast.factory.name, cast.riders.name}
    assert JournalEntry.objects.get(verb="filing.exported").data == {"rows": 2}
    with refused("no-power"):
        requests.export(request=made, by=cast.sibling_officer.actor, at=NOW)
    assert Question.objects.count() == 3
