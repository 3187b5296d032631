"""Publishing rules: versions stay, the newest that holds on the day counts."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry
from tongxin.rulebook.actions import parameters, rules, shipped
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import Rule, RuleVersion
from tongxin.rulebook.queries import verdict_given, verdict_on, version_in_force
from tongxin.rules.conditions import all_of, compare, to_data
from tongxin.rules.parameters import Param
from tongxin.rules.verdicts import Truth

MEMBER = compare("is_member", "=", True, words="是工会会员")
ADULT = compare("age", ">=", 18, words="年满18周岁")


@pytest.fixture
def rule(cast: Cast) -> Rule:
    return rules.add_rule(union=cast.yongchuan, name="会员", by=cast.admin.actor, at=NOW)


def publish(rule: Rule, condition: Any, valid_from: date, valid_to: date | None = None) -> RuleVersion:
    return rules.publish(rule=rule, condition=condition, valid_from=valid_from, valid_to=valid_to, by=HOUSE, at=NOW)


def test_version_in_force_is_the_newest_that_holds_on_the_day(rule: Rule) -> None:
    first = publish(rule, MEMBER, date(2020, 1, 1))
    second = publish(rule, all_of(MEMBER, ADULT), date(2024, 1, 1), date(2025, 1, 1))
    found = {
        day: version_in_force(rule, day) for day in (date(2019, 12, 31), date(2023, 12, 31), TODAY, date(2025, 1, 1))
    }
    assert list(found.values()) == [None, first, second, first]
    assert (first.number, second.number) == (1, 2)


def test_publish_keeps_the_condition_as_data_and_a_journal_line(cast: Cast, rule: Rule) -> None:
    version = publish(rule, to_data(MEMBER), date(2024, 1, 1))
    assert RuleVersion.objects.get(pk=version.pk).condition == {
        "fact": "is_member",
        "op": "=",
        "value": True,
        "words": "是工会会员",
    }
    entry = JournalEntry.objects.get(verb="rule.published")
    assert (entry.of_id, entry.union, entry.federation) == (rule.public_id, cast.yongchuan.pk, cast.chongqing.pk)


def test_verdict_on_a_person(cast: Cast, rule: Rule) -> None:
    version = publish(rule, all_of(MEMBER, ADULT), date(2024, 1, 1))
    assert verdict_on(version, cast.wang.person, TODAY).truth is Truth.YES
    before = verdict_on(version, cast.wang.person, date(2017, 1, 1))
    assert (before.truth, [o.words for o in before.in_the_way()]) == (Truth.NO, ["是工会会员"])


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"fact": "is_member"}, "rule-form"),
        ({"fact": "wealth", "op": ">", "value": 3, "words": "x"}, "rule-fact"),
        ({"fact": "age", "op": "=", "value": "18", "words": "x"}, "rule-type"),
        ({"fact": "age", "op": "=", "value": True, "words": "x"}, "rule-type"),
        ({"fact": "age", "op": "in", "value": ["18"], "words": "x"}, "rule-type"),
        ({"fact": "gig_group", "op": "has", "value": "courier", "words": "x"}, "rule-type"),
        ({"fact": "age", "op": "<", "value": {"param": "no_such"}, "words": "x"}, "rule-param"),
        ({"fact": "age", "op": "=", "value": {"param": "prize_share_most"}, "words": "x"}, "rule-type"),
        ({"fact": "gig_group", "op": "<", "value": {"param": "prize_share_most"}, "words": "x"}, "rule-type"),
        ({"fact": "membership_unions", "op": "has", "value": {"param": "outing_days_most"}, "words": "x"}, "rule-type"),
    ],
)
def test_rule_that_cannot_be_asked_is_refused_before_it_is_published(rule: Rule, condition: Any, code: str) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refusal:
        publish(rule, condition, date(2024, 1, 1))
    assert refusal.value.code == code
    assert str(refusal.value)
    assert RuleVersion.objects.count() == 0


def test_verdict_takes_the_parameter_of_the_day_and_of_the_place(cast: Cast, rule: Rule) -> None:
    """Used by another union, a rule takes that union's parameters; unknown there, the answer is not known."""
    old_enough = compare("age", ">=", Param("retires_at"), words="到了年龄")
    key = parameters.define(key="retires_at", words="年龄", type="whole", unit="周岁", by=HOUSE, at=NOW)
    version = publish(rule, old_enough, date(2020, 1, 1))
    for region, value, since in ((None, 60, 2020), (cast.sichuan, 20, 2024), (cast.yongchuan, 30, 2024)):
        parameters.enter(
            key=key, region=region, said=Said(value, "某办法", "第三条"), valid_from=date(since, 1, 1), by=HOUSE, at=NOW
        )  # fmt: skip
    found = verdict_on(version, cast.wang.person, TODAY)
    assert (found.truth, found.clause) == (Truth.YES, "某办法 第三条")
    assert found.parameter is not None
    assert (found.parameter.value, found.parameter.unit) == (30, "周岁")
    assert verdict_on(version, cast.wang.person, date(2023, 6, 1)).truth is Truth.NO
    assert verdict_on(version, cast.wang.person, date(2019, 6, 1)).truth is Truth.UNKNOWN
    assert verdict_on(version, cast.wang.person, TODAY, union=cast.jiangjin).truth is Truth.NO
    assert verdict_given(version, {"age": 25}, TODAY).truth is Truth.NO
    assert verdict_given(version, {"age": 25}, TODAY, union=cast.jinjiang).truth is Truth.YES


def test_answers_by_hand_are_used_and_named_as_such(cast: Cast, rule: Rule) -> None:
    version = publish(rule, all_of(MEMBER, ADULT), date(2024, 1, 1))
    said: list[dict[str, Any]] = [
        {"is_member": True, "age": 18},
        {"is_member": True},
        {"is_member": False},
        {"age": None, "is_member": True},
    ]
    with CaptureQueriesContext(connection) as captured:
        found = [verdict_given(version, answers, TODAY) for answers in said]
    assert [verdict.truth for verdict in found] == [Truth.YES, Truth.UNKNOWN, Truth.NO, Truth.UNKNOWN]
    assert [leaf.fact.source for leaf in found[0].comparisons() if leaf.fact] == ["您刚才的回答", "您刚才的回答"]
    assert len(captured) == 0
    for answers, code in (
        ({"shoe_size": 40}, "answer-fact"),
        ({"age": "18"}, "answer-type"),
        ({"age": True}, "answer-type"),
    ):
        with pytest.raises(Refused) as refusal:
            verdict_given(version, answers, TODAY)
        assert refusal.value.code == code


def test_days_that_end_before_they_begin_are_refused(rule: Rule) -> None:
    with pytest.raises(Refused) as refusal:
        publish(rule, MEMBER, date(2024, 1, 1), date(2024, 1, 1))
    assert refusal.value.code == "period-empty"


def test_names_are_given_once_and_by_those_with_the_power(cast: Cast, rule: Rule) -> None:
    for name, by, code in (
        ("会员 ", cast.admin.actor, "name-taken"),
        (" ", cast.admin.actor, "name-missing"),
        ("别的", cast.officer.actor, "no-power"),
        ("别的", cast.jinjiang_admin.actor, "no-power"),
    ):
        with pytest.raises(Refused) as refusal:
            rules.add_rule(union=cast.yongchuan, name=name, by=by, at=NOW)
        assert refusal.value.code == code
    with pytest.raises(Refused, match="您的岗位不能"):
        rules.publish(rule=rule, condition=MEMBER, valid_from=TODAY, by=cast.jinjiang_admin.actor, at=NOW)
