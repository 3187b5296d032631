"""Staff write a rule step by step, rehearse it, accept the differences by name, publish; and see why someone may."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.web.conftest import Clock

from tongxin.people.roles import RoleName
from tongxin.records.models import JournalEntry
from tongxin.rulebook.actions import drafts, rules, shipped
from tongxin.rulebook.models import Acceptance, Draft, Parameter, Rule
from tongxin.rules.conditions import all_of, any_of, compare, to_data

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]
MEMBER = compare("is_member", "=", value=True, words="是工会会员", clause="示例办法第三条")
RIDER = compare("gig_group", "=", "food_delivery_rider", words="是外卖配送员")


@pytest.fixture(autouse=True)
def at_now(clock: Clock) -> None:
    clock.now = NOW


@pytest.fixture
def rule(cast: Cast) -> Rule:
    made = rules.add_rule(union=cast.yongchuan, name="文旅券条件", by=HOUSE, at=NOW)
    rules.publish(rule=made, condition=any_of(MEMBER, RIDER), valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    return made


def body(client: Client, address: str, status: int = 200, **data: str) -> str:
    answer = client.post(address, data, follow=True) if data else client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def revision() -> str:
    return str(Draft.objects.get(version=None).revision)


def test_a_cadre_writes_a_rule_from_nothing_to_published(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    body(client, "/staff/rules/new/", union=cast.yongchuan.public_id, name="春游条件")
    at = f"/staff/rules/{Rule.objects.get().public_id}"
    assert "还没有条件" in body(client, f"{at}/draft/")
    assert "至少要有一个条件" in body(client, f"{at}/rehearsal/", 422)
    body(client, f"{at}/draft/", step="any", place="", revision=revision())
    body(
        client, f"{at}/draft/condition/?in=0", revision=revision(), fact="gig_group", op="in",
        value="外卖配送员、快递员", param="", words="", clause="第三条",
    )  # fmt: skip
    body(
        client, f"{at}/draft/condition/?in=0", revision=revision(), fact="age", op=">=", value="18", words="年满18周岁"
    )
    body(client, f"{at}/draft/", step="turn", place="0.1", revision=revision())
    body(client, f"{at}/draft/", step="turn", place="0.1", revision=revision())
    body(client, f"{at}/draft/terms/", valid_from="2024-04-01", valid_to="", amount="120.50", amount_key="")
    assert Draft.objects.get().condition == {
        "all": [
            {
                "any": [
                    {"fact": "gig_group", "op": "in", "value": ["courier", "food_delivery_rider"], "clause": "第三条",
                     "words": "新就业形态群体是其中之一：快递员、外卖配送员"},
                    {"fact": "age", "op": ">=", "value": 18, "words": "年满18周岁"},
                ]
            }
        ]
    }  # fmt: skip
    said = body(client, f"{at}/rehearsal/")
    assert "没有什么可比" in said
    assert "前一年没有按这条规则做过决定" in said
    assert "周永" in body(client, f"{at}/rehearsal/", revision=revision(), differing="0", remark="")
    assert "第1版已发布" in body(client, f"{at}/publish/", sure="1")
    assert Acceptance.objects.get().cost == Acceptance.objects.get().reached * Draft.objects.get().amount


def test_what_is_typed_wrong_is_said_and_kept(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    client, at = as_staff(cast.admin), f"/staff/rules/{rule.public_id}"
    body(client, f"{at}/begin/", go="1")
    wrong = {"revision": revision(), "param": "", "clause": "", "words": "别丢了这句"}
    for given, said in (
        ({"fact": "age", "op": ">=", "value": "十八"}, "请填数"),
        ({"fact": "age", "op": ">=", "value": ""}, "请填要比较的值"),
        ({"fact": "is_member", "op": "=", "value": "大概"}, "请填“是”或“否”"),
        ({"fact": "age", "op": "in", "value": "18、19"}, "不能这样比较"),
        ({"fact": "gig_group", "op": "<", "value": "快递员"}, "比大小要用数"),
    ):
        page = body(client, f"{at}/draft/condition/?in=", 422, **wrong, **given)
        assert said in page
        assert "别丢了这句" in page
    for text, said in (
        ("{", "不是JSON"),
        ('{"all": []}', "至少要有一个条件"),
        ('{"fact":"x","op":"=","value":1,"words":"x"}', "没有“x”这项事实"),
    ):
        assert said in body(client, f"{at}/draft/text/", 422, text=text, revision=revision())
    assert revision() == "1"


def test_a_rule_written_on_english_pages_is_kept_in_chinese(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    client.cookies["tx-language"] = "en"
    body(client, "/staff/rules/new/", union=cast.yongchuan.public_id, name="春游条件")
    at = f"/staff/rules/{Rule.objects.get().public_id}/draft"
    for fact, op, value in (("is_member", "=", "Yes"), ("gig_group", "in", "Food delivery rider, Courier")):
        body(client, f"{at}/condition/?in=", revision=revision(), fact=fact, op=op, value=value, words="", clause="")
    kept = Draft.objects.get().condition["all"]
    assert [(one["value"], one["words"]) for one in kept] == [
        (True, "是工会会员：是"),
        (["courier", "food_delivery_rider"], "新就业形态群体是其中之一：快递员、外卖配送员"),
    ]
    assert 'value="Courier, Food delivery rider"' in body(client, f"{at}/condition/?at=1")
    wrong = body(client, f"{at}/text/", 422, text='{"all": []}', revision=revision())
    assert "all of the rule is wrong: it needs at least one condition. Correct it and save again." in wrong


def test_a_step_on_an_old_page_is_refused_with_the_draft_as_it_is(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    client, at = as_staff(cast.admin), f"/staff/rules/{rule.public_id}"
    body(client, f"{at}/begin/", go="1")
    body(client, f"{at}/draft/", step="remove", place="1", revision="1")
    for step, place, seen in (
        ("remove", "0", "1"),
        ("remove", "7", "2"),
        ("dance", "0", "2"),
        ("turn", "x", "2"),
        ("turn", "0", "²"),
    ):
        assert body(client, f"{at}/draft/", 422, step=step, place=place, revision=seen)
    assert Draft.objects.get().condition == to_data(any_of(MEMBER))
    assert client.get(f"{at}/draft/condition/?at=5").status_code == 422


def test_rehearsal_counts_supposes_and_names(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    client, at = as_staff(cast.admin), f"/staff/rules/{rule.public_id}"
    draft = drafts.begin(rule=rule, by=cast.admin.actor, at=NOW)
    shipped.load_parameters(by=HOUSE, at=NOW)
    drafts.write(
        draft=draft, revision=1, by=cast.admin.actor, at=NOW,
        condition={"all": [{"fact": "age", "op": ">=", "value": {"param": "outing_days_most"}, "words": "年龄"}]},
    )  # fmt: skip
    entries = JournalEntry.objects.count()
    assert "确认和发布" in body(client, f"{at}/rehearsal/")
    supposed = body(client, f"{at}/rehearsal/?limit-outing_days_most=80")
    assert "假设的数和别的日期只用来看" in supposed
    assert "who=lose&amp;limit-outing_days_most=80" in supposed
    assert cast.wang.person.name in body(client, f"{at}/rehearsal/names/?who=lose&limit-outing_days_most=80")
    assert "没有人" in body(client, f"{at}/rehearsal/names/?who=gain")
    assert body(client, f"{at}/rehearsal/?limit-outing_days_most=NaN&on=nonsense")
    assert "理由" not in body(client, f"{at}/rehearsal/", 422, revision="2", differing="5")
    assert JournalEntry.objects.count() == entries


def test_rehearsal_of_a_draft_that_begins_later_is_of_that_day_and_says_so(
    cast: Cast, as_staff: AsStaff, rule: Rule
) -> None:
    client, at = as_staff(cast.admin), f"/staff/rules/{rule.public_id}"
    draft = drafts.begin(rule=rule, by=cast.admin.actor, at=NOW)
    assert "才有效" not in body(client, f"{at}/rehearsal/")
    drafts.set_terms(draft=draft, terms=drafts.Terms(date(2024, 5, 7)), by=cast.admin.actor, at=NOW)
    said = body(client, f"{at}/rehearsal/")
    assert "草稿从2024年5月7日起才有效：会员、周岁和参数都按那一天算" in said
    assert "回到2024年5月7日、照登记的" in body(client, f"{at}/rehearsal/?on=2024-03-28")
    assert "确认了这一稿" in body(client, f"{at}/rehearsal/", revision="2", differing="0", remark="")
    assert Acceptance.objects.get().on == date(2024, 5, 7)


def test_only_who_makes_rules_there_reads_them(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    drafts.begin(rule=rule, by=cast.admin.actor, at=NOW)
    foreign = as_staff(cast.jinjiang_admin)
    for tail in ("", "draft/", "draft/terms/", "draft/text/", "rehearsal/", "rehearsal/names/"):
        assert foreign.get(f"/staff/rules/{rule.public_id}/{tail}").status_code == 404
    assert "文旅券条件" not in body(foreign, "/staff/rules/")
    assert as_staff(cast.officer).get("/staff/rules/").status_code == 403
    assert foreign.post(f"/staff/rules/{rule.public_id}/publish/").status_code == 404


def test_list_asks_the_same_for_one_rule_and_for_three(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    client = as_staff(cast.admin)
    counts = []
    for more in ((), ("二", "三")):
        for name in more:
            rules.add_rule(union=cast.yongchuan, name=name, by=HOUSE, at=NOW)
        with CaptureQueriesContext(connection) as captured:
            body(client, "/staff/rules/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_parameters_are_changed_from_a_day_on_and_the_old_value_stays(cast: Cast, as_staff: AsStaff) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)
    client = as_staff(cast.chief)
    assert "没有查到" in body(client, "/staff/parameters/")
    at = "/staff/parameters/birthday_person_year_most/"
    given = {
        "region": cast.chongqing.public_id, "value": "500", "valid_from": "2024-03-01", "certainty": "sure",
        "document": "某通知", "clause": "第二条", "note": "",
    }  # fmt: skip
    said = body(client, at, **given)
    assert "已登记" in said
    assert "未查到重庆市的规定" in said
    again = body(client, at, 422, **given)
    assert "请选后面的日期" in again
    assert "某通知" in again
    entry = JournalEntry.objects.get(verb="parameter.refused")
    assert (entry.union, entry.data["code"]) == (cast.chongqing.pk, "parameter-same-day")
    for change, words in (
        ({"value": "五百"}, "请填数"),
        ({"value": "", "valid_from": "2024-05-01"}, "请填一个值"),
        ({"region": "510000"}, "没有找到这个工会"),
        ({"document": ""}, "请填写哪份文件"),
    ):
        assert words in body(client, at, 422, **given | change)
    assert Parameter.objects.filter(key__key="birthday_person_year_most", region=cast.chongqing).count() == 2
    assert client.get("/staff/parameters/no_such/").status_code == 404


def test_a_new_parameter_is_defined_and_given_a_value(cast: Cast, as_staff: AsStaff) -> None:
    client = as_staff(cast.admin)
    given = {"words": "春游每人每次上限", "key": "outing_person_most", "type": "decimal", "unit": "元/人/次"}
    assert "现在登记它的值" in body(client, "/staff/parameters/new/", **given)
    assert "已经有代号" in body(client, "/staff/parameters/new/", 422, **given)
    for key in ("new", "春游", "a-b"):
        assert "代号用英文" in body(client, "/staff/parameters/new/", 422, **given | {"key": key})
    value = {
        "region": cast.yongchuan.public_id, "value": "99.5", "valid_from": "2024-03-01", "certainty": "sure",
        "document": "区里的通知", "clause": "", "note": "",
    }  # fmt: skip
    assert "99.5" in body(client, "/staff/parameters/outing_person_most/", **value)
    assert as_staff(cast.officer).post("/staff/parameters/new/", given).status_code == 403


def test_staff_see_why_this_person_may(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    wide = rules.add_rule(union=cast.chongqing, name="全市条件", by=HOUSE, at=NOW)
    rules.publish(rule=wide, condition=all_of(MEMBER, RIDER), valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    client = as_staff(cast.admin)
    at = f"/staff/people/{cast.wang.person.public_id}/rules/"
    said = body(client, at)
    for words in ("全市条件", "文旅券条件", "还不能判断", "永川同心机械厂工会，2018年1月1日起", "补上什么就能判断"):
        assert words in said
    assert "示例办法第三条" in body(client, f"{at}?rule={rule.public_id}")
    assert "没有管到这个人的规则" in body(client, f"{at}?on=2023-01-01")
    assert as_staff(cast.jinjiang_admin).get(at).status_code == 404


def test_a_verdict_says_which_limit_since_when_and_how_surely(cast: Cast, as_staff: AsStaff, rule: Rule) -> None:
    """One that was found, by hearsay; and one that somebody looked for and did not find."""
    shipped.load_parameters(by=HOUSE, at=NOW)
    leaves = [
        {"fact": "age", "op": ">=", "value": {"param": key}, "words": "年龄"}
        for key in ("year_ticket_person_year_most", "birthday_person_year_most")
    ]
    rules.publish(rule=rule, condition={"all": leaves}, valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    client, at = as_staff(cast.admin), f"/staff/people/{cast.wang.person.public_id}/rules/"
    said = body(client, at)
    assert "川渝文旅年票每人每年上限：200元/人/年，2024年1月1日起，转引，未见原文" in said
    assert "生日慰问每人每年上限：没有查到" in said
    client.cookies["tx-language"] = "en"
    said = body(client, at)
    assert "a person a year: 200 yuan a person a year, from 1 January 2024, quoted by others; document not seen" in said
    assert "Ceiling on birthday gifts, a person a year: not found" in said


def test_figures_without_the_power_to_read_names(
    cast: Cast, as_staff: AsStaff, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Today's roles give both powers together; a role that makes rules only would read numbers, no names."""
    from tongxin.people import roles
    from tongxin.people.powers import Power

    admin = roles.ROLES[RoleName.FEDERATION_ADMIN]
    narrower = roles.Role(admin.powers - {Power.DRILL_TO_NAMES}, admin.reach)
    monkeypatch.setitem(roles.ROLES, RoleName.FEDERATION_ADMIN, narrower)
    drafts.begin(rule=rule, by=HOUSE, at=NOW)
    client, at = as_staff(cast.admin), f"/staff/rules/{rule.public_id}/rehearsal/"
    assert "rehearsal/names" not in body(client, at)
    assert "可以看人数，不能看姓名" in body(client, f"{at}names/", 422)


def test_a_post_that_ended_makes_no_rules(cast: Cast, as_staff: AsStaff, rule: Rule, clock: Clock) -> None:
    client = as_staff(cast.admin)
    clock.now = NOW + timedelta(days=366)
    assert client.post(f"/staff/rules/{rule.public_id}/begin/").status_code in {302, 403}
    assert Draft.objects.count() == 0
