"""Rehearsed, accepted by name, only then published; what was decided before is asked again."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.calls import QuietKind, a_pool, heard

from tongxin.calls.actions import applications, calls
from tongxin.calls.models import Pool, Preference
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused
from tongxin.people.facts import facts_of
from tongxin.people.models import Person
from tongxin.people.queries.population import answers_then, columns_then
from tongxin.records.models import JournalEntry
from tongxin.rulebook.actions import drafts, parameters, rules
from tongxin.rulebook.actions.drafts import Terms
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import Draft, ParameterKey, Rule, RuleVersion
from tongxin.rulebook.queries import rehearsal, verdict_on, version_in_force
from tongxin.rules.conditions import Condition, all_of, any_of, compare, not_, to_data
from tongxin.rules.parameters import Param
from tongxin.rules.statements import compiled
from tongxin.rules.verdicts import Truth, evaluate
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

__all__ = ["QuietKind", "heard"]
MEMBER = compare("is_member", "=", True, words="是工会会员")
RIDER = compare("gig_group", "=", "food_delivery_rider", words="是外卖配送员")
FACTORY = compare("membership_unions", "has", "500118-J1", words="会籍在机械厂")
OLD = compare("age", ">=", Param("old_at"), words="到了年龄")
TRUTH = {True: Truth.YES, False: Truth.NO, None: Truth.UNKNOWN}


@pytest.fixture
def rule(cast: Cast) -> Rule:
    rule = rules.add_rule(union=cast.yongchuan, name="会员", by=cast.admin.actor, at=NOW)
    rules.publish(rule=rule, condition=any_of(FACTORY, RIDER), valid_from=date(2020, 1, 1), by=HOUSE, at=NOW)
    return rule


@pytest.fixture
def old_at(cast: Cast) -> None:
    key = parameters.define(key="old_at", words="年龄", type="whole", unit="周岁", by=HOUSE, at=NOW)
    parameters.enter(key=key, region=None, said=Said(30, "某办法"), valid_from=date(2020, 1, 1), by=HOUSE, at=NOW)


def drafted(cast: Cast, rule: Rule, condition: Condition, **terms: Any) -> Draft:
    draft = drafts.begin(rule=rule, by=cast.admin.actor, at=NOW)
    draft = drafts.write(
        draft=draft, condition=to_data(condition), revision=draft.revision, by=cast.admin.actor, at=NOW
    )
    if terms:
        draft = drafts.set_terms(draft=draft, terms=Terms(**{"valid_from": TODAY} | terms), by=cast.admin.actor, at=NOW)
    return draft


def accept(cast: Cast, draft: Draft, at: datetime = NOW, **changes: Any) -> Any:
    said = {"revision": draft.revision, "differing": 0, "remark": "", "by": cast.admin.actor, "at": at} | changes
    return drafts.accept(draft=draft, **said)


def decided(cast: Cast, rule: Rule) -> Pool:
    """王小华, 李建国 and 张路 were let in yesterday."""
    yesterday = NOW - timedelta(days=1)
    version = RuleVersion.objects.get(rule=rule)
    call = calls.open_call(
        union=cast.yongchuan,
        kind="quiet",
        opens=yesterday,
        closes=NOW,
        rule_version=version,
        manner=calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多于想来的人"),
        by=HOUSE,
        at=yesterday,
    )
    pool = a_pool(calls.publish(call=call, by=HOUSE, at=yesterday), 2)
    for player in (cast.wang, cast.li, cast.zhang):
        applications.apply(pool=pool, person=player.person, by=HOUSE, at=yesterday)
    return pool


def test_figures_say_who_is_reached_at_what_cost_and_who_gains_and_loses(cast: Cast, rule: Rule, old_at: None) -> None:
    draft = drafted(cast, rule, FACTORY, amount=Decimal("120.50"))
    found = rehearsal.figures(draft, today=TODAY)
    in_factory = Person.objects.filter(memberships__union=cast.factory).count()
    assert (found.reached, found.counted.gain, found.counted.lose) == (in_factory, 0, 1)  # 张路 rides
    assert found.cost == Decimal("120.50") * in_factory
    assert found.cost_before == Decimal("120.50") * (in_factory + 1)
    assert rehearsal.people(draft, "lose", on=TODAY, size=9) == [cast.zhang.person.pk]
    assert rehearsal.people(draft, "gain", on=TODAY, size=9) == []


def test_figures_take_a_supposed_limit(cast: Cast, rule: Rule, old_at: None) -> None:
    draft = drafted(cast, rule, OLD)
    everyone = rehearsal.figures(draft, today=TODAY).counted.members
    assert rehearsal.figures(draft, today=TODAY).reached == everyone
    supposed = rehearsal.figures(draft, today=TODAY, limits={"old_at": Decimal(80)})
    assert (supposed.reached, supposed.counted.lose) == (0, supposed.counted.before(Truth.YES))
    assert len(rehearsal.people(draft, "lose", on=TODAY, size=2, limits={"old_at": Decimal(80)})) == 2
    gaining = rehearsal.people(draft, "gain", on=TODAY, size=99)
    assert len(gaining) == rehearsal.figures(draft, today=TODAY).counted.gain
    assert rehearsal.people(draft, "gain", on=TODAY, size=99, after=gaining[0]) == gaining[1:]


def test_decisions_of_the_year_are_asked_again_each_on_its_day(cast: Cast, rule: Rule, old_at: None) -> None:
    decided(cast, rule)
    found = rehearsal.figures(drafted(cast, rule, FACTORY), today=TODAY).replayed
    assert (found.total, found.differing) == (3, 1)
    assert [(one.decision.person_id, one.truth, one.decision.words) for one in found.kept] == [
        (cast.zhang.person.pk, Truth.NO, "摄影")
    ]
    with writing():  # the first wish was cancelled
        Preference.objects.filter(application__applicants__person=cast.li.person).update(rank=2)
    assert rehearsal.figures(drafted(cast, rule, OLD), today=TODAY).replayed.total == 3
    assert rehearsal.figures(drafted(cast, rule, OLD), today=TODAY).replayed.differing == 0
    supposed = rehearsal.figures(drafted(cast, rule, OLD), today=TODAY, limits={"old_at": Decimal(99)})
    assert supposed.replayed.differing == 3
    later = TODAY + timedelta(days=400)
    assert rehearsal.figures(drafted(cast, rule, OLD), today=later).replayed.total == 0
    assert rehearsal.figures(drafted(cast, rule, OLD), today=TODAY, on=later).replayed.total == 3
    assert rehearsal.figures(drafted(cast, rule, OLD), today=TODAY, on=TODAY - timedelta(days=1)).replayed.total == 0


def test_draft_that_begins_later_is_counted_on_that_day_like_the_verdict_for_one_person(
    cast: Cast, rule: Rule, old_at: None
) -> None:
    """The parameter changes between today and then; what was decided yesterday keeps yesterday's."""
    decided(cast, rule)
    begins, key = TODAY + timedelta(days=40), ParameterKey.objects.get(key="old_at")
    with writing():
        Person.objects.filter(pk=cast.wang.person.pk).update(born=date(1964, 5, 7))  # sixty on that very day
    parameters.change(key=key, region=None, said=Said(60, "某办法"), valid_from=begins, by=HOUSE, at=NOW)
    draft = drafted(cast, rule, OLD, valid_from=begins, amount_key=key)
    before, after = version_in_force(rule, begins), RuleVersion(rule=rule, condition=draft.condition)
    members = Person.objects.filter(memberships__union__in=Union.objects.under(cast.yongchuan, on=begins)).order_by(
        "pk"
    )
    each = {one.pk: tuple(verdict_on(it, one, begins).truth for it in (before, after)) for one in members}
    found = rehearsal.figures(draft, today=TODAY)
    assert (found.on, found.cost, found.counted.counts) == (begins, Decimal(60), Counter(each.values()))
    assert (found.reached, rehearsal.figures(draft, today=TODAY, on=TODAY).reached) == (1, len(each))
    losing = [pk for pk, truths in each.items() if truths == (Truth.YES, Truth.NO)]
    assert rehearsal.people(draft, "lose", on=begins, size=99) == losing
    assert (found.replayed.total, found.replayed.differing) == (3, 0)
    assert accept(cast, draft).on == begins


def test_published_only_after_somebody_accepted_the_differences_by_name(cast: Cast, rule: Rule) -> None:
    decided(cast, rule)
    draft = drafted(cast, rule, FACTORY)
    for attempt, code in (
        (lambda: drafts.publish(draft=draft, by=cast.admin.actor, at=NOW), "rehearsal-missing"),
        (lambda: accept(cast, draft), "rehearsal-moved"),
        (lambda: accept(cast, draft, differing=1), "accept-remark"),
        (lambda: accept(cast, draft, differing=1, remark="行", revision=1), "draft-moved"),
        (lambda: accept(cast, draft, differing=1, remark="行", by=cast.officer.actor), "no-power"),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == code
    made = accept(cast, draft, differing=1, remark="骑手另有专场")
    assert (made.name, made.differing, made.replayed, made.lose, made.remark) == ("周永", 1, 3, 1, "骑手另有专场")
    version = drafts.publish(draft=draft, by=cast.admin.actor, at=NOW)
    assert (version.number, version.condition) == (2, to_data(FACTORY))
    assert Draft.objects.get().version == version
    verbs = ["rule.drafted", "rule.draft-changed", "rule.accepted", "rule.published"]
    found = JournalEntry.objects.filter(verb__in=verbs, account=cast.admin.actor.account_id).order_by("pk")
    assert list(found.values_list("verb", flat=True)) == verbs


def test_an_acceptance_is_for_one_revision_and_for_seven_days(cast: Cast, rule: Rule) -> None:
    draft = drafted(cast, rule, FACTORY)
    accept(cast, draft, at=NOW - timedelta(days=8))
    with pytest.raises(Refused, match="超过七天"):
        drafts.publish(draft=draft, by=cast.admin.actor, at=NOW)
    accept(cast, draft)
    changed = drafts.set_terms(draft=draft, terms=Terms(TODAY, amount=Decimal(1)), by=cast.admin.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        drafts.publish(draft=changed, by=cast.admin.actor, at=NOW)
    assert refusal.value.code == "rehearsal-missing"


def test_unfinished_and_uncountable_drafts_are_not_accepted(cast: Cast, rule: Rule) -> None:
    empty = drafts.begin(rule=rule, by=cast.admin.actor, at=NOW)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"all": []}, "rule-form"),
        ({"all": [{"fact": "wealth", "op": "=", "value": 1, "words": "有钱"}]}, "rule-fact"),
        ({"fact": "age", "op": "<", "value": {"param": "nowhere"}, "words": "年轻"}, "rule-param"),
    ]
    for condition, code in wrong:
        empty = drafts.write(
            draft=empty, condition=condition, revision=empty.revision, by=cast.admin.actor, at=NOW
        )  # fmt: skip
        with pytest.raises(Refused) as refusal:
            accept(cast, empty)
        assert refusal.value.code == code


def test_one_draft_a_rule_and_no_blind_edit(cast: Cast, rule: Rule) -> None:
    first = drafts.begin(rule=rule, by=cast.admin.actor, at=NOW)
    assert drafts.begin(rule=rule, by=cast.chief.actor, at=NOW) == first
    drafts.write(draft=first, condition=to_data(MEMBER), revision=1, by=cast.chief.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        drafts.write(draft=first, condition=to_data(RIDER), revision=1, by=cast.admin.actor, at=NOW)
    assert refusal.value.code == "draft-moved"
    drafts.drop(draft=first, by=cast.admin.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        drafts.write(draft=first, condition=to_data(RIDER), revision=2, by=cast.admin.actor, at=NOW)
    assert refusal.value.code == "draft-closed"
    assert drafts.begin(rule=rule, by=cast.admin.actor, at=NOW) != first


def test_of_anybody_on_any_day_both_evaluations_agree(cast: Cast, old_at: None) -> None:
    """Before they joined, too: who stands in no union's list is no member."""
    days = [date(2017, 12, 31), date(2018, 1, 1), TODAY, date(2024, 2, 29), date(2008, 2, 28)]
    asked = [(player.person, day) for player in (cast.wang, cast.zhang, cast.gao) for day in days]
    for rule in (MEMBER, not_(MEMBER), FACTORY, not_(FACTORY), RIDER, compare("age", ">=", 18, words="x"),
                 compare("membership_union", "=", "500118-J1", words="x"), all_of(not_(RIDER), FACTORY)):  # fmt: skip
        found = answers_then(
            compiled(rule, columns_then()), [person.pk for person, _ in asked], [day for _, day in asked]
        )
        assert [TRUTH[truth] for truth in found] == [
            evaluate(rule, facts_of(person, day)).truth for person, day in asked
        ]
