"""我能报吗: each condition beside the record, why not, what would change it; asking writes nothing."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import CLOSES, OPENS, School, school
from tests.web.conftest import Clock

from tongxin.activities.actions import terms
from tongxin.activities.models import Cohort, Term
from tongxin.records.models import JournalEntry
from tongxin.rulebook.actions import parameters, rules
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import Parameter
from tongxin.rules.conditions import Condition, all_of, any_of, compare, not_
from tongxin.rules.parameters import Param
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
RIDER = compare("gig_group", "=", "food_delivery_rider", words="是外卖配送员", clause="示例办法第三条")
HERE = compare("membership_unions", "has", "500118-J1", words="会籍在机械厂")
GROWN = compare("age", ">=", Param("grown_at"), words="到了年龄")
AsWorker = Callable[[Player], Client]


@pytest.fixture(autouse=True)
def at_now(clock: Clock) -> None:
    clock.now = NOW


def a_class(cast: Cast, condition: Condition | None) -> Cohort:
    ours: School = school(cast)
    version = None
    if condition is not None:
        key = parameters.define(key="grown_at", words="最低年龄", type="whole", unit="周岁", by=HOUSE, at=NOW)
        parameters.enter(
            key=key, region=cast.chongqing, said=Said(18, "某条例", "第五条"), valid_from=date(2024, 1, 1), by=HOUSE, at=NOW
        )  # fmt: skip
        rule = rules.add_rule(union=cast.yongchuan, name="报名条件", by=HOUSE, at=NOW)
        version = rules.publish(rule=rule, condition=condition, valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    term = terms.add(programme=ours.programme, starts=date(2024, 4, 1), ends=date(2024, 6, 30), by=ours.by, at=NOW)
    ours.__dict__["term"] = terms.set_window(
        term=term, opens=OPENS, closes=CLOSES, rule_version=version, by=ours.by, at=NOW
    )
    assert isinstance(ours.term, Term)
    return ours.cohort()


def page(client: Client, cohort: Cohort) -> str:
    answer = client.get(f"/classes/{cohort.public_id}/may/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_may_is_told_why_and_what_would_change_it(cast: Cast, as_worker: AsWorker) -> None:
    cohort = a_class(cast, all_of(any_of(HERE, RIDER), GROWN))
    entries = JournalEntry.objects.count()
    client = as_worker(cast.wang)
    said = page(client, cohort)
    for words in ("您可以报", "2项条件都符合", "会籍在机械厂", "永川同心机械厂工会，2018年1月1日起", "示例办法第三条",
                  "最低年龄：18周岁", "某条例 第五条", "什么会改变这个结果", "第1版", "去报名"):  # fmt: skip
        assert words in said
    assert JournalEntry.objects.count() == entries
    assert f'href="/classes/{cohort.public_id}/may/"' in client.get(f"/classes/{cohort.public_id}/").content.decode()


def test_who_may_not_is_told_what_it_would_take(cast: Cast, as_worker: AsWorker) -> None:
    cohort = a_class(cast, all_of(RIDER, GROWN))
    client = as_worker(cast.gao)
    said = page(client, cohort)
    assert "现在还不能判断" in said  # nobody has said whether 高松 delivers
    assert "补上什么就能判断" in said
    assert "登记里没有这一项" in said
    assert "请所在工会的干部补登记或更正" in said
    refused = client.post(f"/classes/{cohort.public_id}/sign-up/", {"key": "k"})
    assert refused.status_code == 422
    assert "/may/" in refused.content.decode()


def test_under_a_not_the_contrary_is_what_is_shown(cast: Cast, as_worker: AsWorker) -> None:
    cohort = a_class(cast, not_(any_of(RIDER, HERE)))
    said = page(as_worker(cast.zhang), cohort)
    assert "现在还不能报" in said
    assert "2项条件，符合1项" in said
    assert "不是“是外卖配送员”" in said
    assert "怎样才符合" in said


def test_visitor_sees_the_conditions_and_nothing_of_anyone(cast: Cast, client: Client) -> None:
    said = page(client, a_class(cast, all_of(RIDER, GROWN)))
    assert "报名条件" in said
    assert "是外卖配送员" in said
    assert "登录后核对" in said
    for words in ("还不知道", "登记里没有这一项", "补上什么"):
        assert words not in said


def test_class_without_a_rule_is_open_to_all(cast: Cast, as_worker: AsWorker) -> None:
    cohort = a_class(cast, None)
    client = as_worker(cast.wang)
    for reader in (client, Client()):
        assert "谁都可以报" in page(reader, cohort)
        assert "登录后核对" not in page(reader, cohort)
    assert "/may/" not in client.get(f"/classes/{cohort.public_id}/").content.decode()
    assert client.get("/classes/nosuchclass/may/").status_code == 404


def test_a_rule_that_asks_what_nobody_found_is_said_and_noted(cast: Cast, as_worker: AsWorker) -> None:
    """Nothing is missing in the worker's record: they are told so, and whoever keeps the rule should look."""
    cohort = a_class(cast, GROWN)
    with writing():
        Parameter.objects.all().delete()
    client = as_worker(cast.wang)
    assert "没有查到" in page(client, cohort)
    refused = client.post(f"/classes/{cohort.public_id}/sign-up/", {"key": "k"})
    assert refused.status_code == 422
    assert "不是您的登记有问题" in refused.content.decode()
    entry = JournalEntry.objects.get(verb="rule.stuck")
    assert (entry.union, entry.data) == (cast.yongchuan.pk, {"number": 1, "missing": "最低年龄"})


def test_staff_choose_the_rule_of_a_term_until_it_is_published(
    cast: Cast, as_staff: Callable[[Player], Client]
) -> None:
    ours = school(cast)
    rule = rules.add_rule(union=cast.chongqing, name="全市条件", by=HOUSE, at=NOW)
    rules.publish(rule=rule, condition=HERE, valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    client, at = as_staff(cast.officer), f"/staff/programmes/terms/{ours.term.public_id}/window/"
    assert "全市条件" in client.get(at).content.decode()
    given = {
        "opens": "2024-03-25T09:00",
        "closes": "2024-04-08T18:00",
        "per_person": "2",
        "assurance": "",
        "rule": rule.public_id,
    }
    assert client.post(at, given).status_code == 302
    call = Term.objects.select_related("call__rule_version").get(pk=ours.term.pk).call
    assert call is not None
    assert call.rule_version is not None
    assert (call.rule_version.rule, call.rule_version.number) == (rule, 1)
