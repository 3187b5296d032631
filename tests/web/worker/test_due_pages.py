"""我能享受什么: what a visitor answers is used for one page and stays nowhere; what is on record is not asked again."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs
from tests.benefits.lines import TwoSides
from tests.cast import HOUSE, NOW, Cast, Player
from tests.web.conftest import Clock
from tests.web.walking import digest_of_everything

from tongxin.benefits.actions import catalogue, shipped
from tongxin.benefits.actions.catalogue import Said
from tongxin.benefits.promises import LineKind, Measure, Promise
from tongxin.people.models import Person
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
RIDER = {
    "region": "500000", "is_member": "yes", "gig_group": "food_delivery_rider", "migrant_worker": "yes",
    "model_worker": "no", "situations": ["pay", "birth"],
}  # fmt: skip


@pytest.fixture
def everything(cast: Cast) -> None:
    """All that the house ships, signed by both."""
    for line in shipped.draft_all(union=cast.chongqing, other=cast.sichuan, by=HOUSE, at=NOW):
        for union in (cast.chongqing, cast.sichuan):
            catalogue.sign(version=line.versions.get(), union=union, by=HOUSE, at=NOW)


def groups(text: str) -> dict[str, list[str]]:
    """Names under each answer, from the page."""
    found: dict[str, list[str]] = {}
    for section in text.split("<section aria-labelledby=")[1:]:
        key = section.split('"')[1]
        found[key] = [card or row for card, row in re.findall(r'<h3>(.*?)</h3>|class="m"><b>(.*?)</b>', section)]
    return found


def test_visitor_s_answers_are_compared_and_kept_nowhere(everything: None, clock: Clock) -> None:
    client, before = Client(enforce_csrf_checks=True), digest_of_everything()
    with capture_logs() as logs, CaptureQueriesContext(connection) as queries:
        answer = client.post("/due/", RIDER)
    assert answer.status_code == 200
    assert groups(answer.content.decode()) == {
        "apply": ["职工夜校和文体活动", "农民工讨薪、工伤的法律援助（不看家境）", "劳动争议的法律援助"],
        "may_give": [
            "节日慰问品", "生日慰问", "结婚、生育慰问", "川渝文旅年票", "跨川渝的春秋游和疗休养线路",
            "看电影、春秋游、逛公园", "文体活动的奖品", "送清凉",
        ],
        "not_you": ["送温暖", "困难职工建档和生活、医疗救助", "金秋助学", "职工互助保障", "疗休养"],
    }  # fmt: skip
    assert digest_of_everything() == before
    assert set(client.cookies) <= {"csrftoken"}  # of the buttons for language and size; no session
    said = [str(one) for one in logs] + [query["sql"] for query in queries]
    assert [one for one in said if "food_delivery_rider" in one] == []
    assert [
        query["sql"] for query in queries if query["sql"].lstrip('"').upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ] == []
    assert answer["Cache-Control"] == "private, no-cache"


def test_answers_stay_in_the_questions_of_the_answered_page(everything: None, clock: Clock) -> None:
    text = Client().post("/due/", RIDER).content.decode()
    for piece in (
        'value="food_delivery_rider" id="id_gig_group_3" checked',
        'value="pay" id="id_situations_7" checked',
    ):
        assert piece in text
    assert 'method="post" action="/due/"' in text
    assert (
        " checked" not in Client().get("/due/?gig_group=food_delivery_rider").content.decode()
    )  # an address says nothing


def test_unanswered_is_not_known_and_says_what_would_tell(everything: None, clock: Clock) -> None:
    text = Client().post("/due/", {"region": "500000"}).content.decode()
    found = groups(text)
    assert "not_you" not in found
    assert "节日慰问品" in found["unknown"]
    assert "答了这些就清楚：</span>是工会会员</p>" in text


def test_both_provinces_are_told_with_their_clauses(everything: None, clock: Clock) -> None:
    here = Client().post("/due/", {**RIDER, "region": "510000"}).content.decode()
    assert "最多2,200元/人·年" in here
    assert "节日慰问品每人每年不超过2200元" in here
    there = Client().post("/due/", RIDER).content.decode()
    card = there.split("<h3>节日慰问品</h3>")[1].split("</article>")[0]
    assert card.index("重庆市总工会") < card.index("四川省总工会")
    assert "金额还不清楚" in card.split("<details")[0]
    assert "最多2,200元/人·年" in card.split("<details")[1]


def test_ceiling_is_never_called_owed(everything: None, clock: Clock) -> None:
    text = Client().post("/due/", {**RIDER, "region": "510000"}).content.decode()
    for card in text.split("<article")[1:]:
        if "最多" in card.split("</article>")[0].split("<details")[0]:
            assert "您的工会可以给" in card
    assert "应得" not in text


def test_place_is_needed_and_nothing_typed_is_lost(everything: None, clock: Clock) -> None:
    answer = Client().post("/due/", {key: value for key, value in RIDER.items() if key != "region"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择您的工会，或您干活的地方，在哪边。" in text
    assert 'value="food_delivery_rider" id="id_gig_group_3" checked' in text


@pytest.mark.parametrize("wrong", [{"region": "999999"}, {"gig_group": "pilot"}, {"situations": ["wealth"]}])
def test_made_up_answers_come_back_as_the_form(everything: None, clock: Clock, wrong: dict[str, object]) -> None:
    assert Client().post("/due/", {**RIDER, **wrong}).status_code == 422


def test_worker_is_not_asked_what_is_on_record(
    cast: Cast, everything: None, as_worker: Callable[[Player], Client]
) -> None:
    with writing():
        Person.objects.filter(pk=cast.zhang.person.pk).update(migrant_worker=True)
    client = as_worker(cast.zhang)
    text = client.get("/due/").content.decode()
    for asked in ("region", "is_member", "gig_group", "migrant_worker"):
        assert f'name="{asked}"' not in text
    assert "会籍登记：" in text
    assert 'name="model_worker"' in text
    before = digest_of_everything()
    found = client.post("/due/", {"situations": ["pay"], "is_member": "no"}).content.decode()
    assert "农民工讨薪、工伤的法律援助（不看家境）" in groups(found)["apply"]
    assert "节日慰问品" in groups(found)["may_give"]  # the record counts, not what was typed over it
    assert digest_of_everything() == before


def test_county_s_own_terms_speak_before_the_nation_s(sides: TwoSides, cast: Cast, clock: Clock) -> None:
    nation = Said(cast.nation, Promise.APPLY, Measure.NONE, how="两地一样")
    ours = Said(cast.chongqing, Promise.MAY_GIVE, Measure.UNKNOWN, how="重庆另有规定")
    sides.signed("两层", LineKind.UNIVERSAL, said=(nation, ours), condition=None)
    assert groups(Client().post("/due/", {"region": "500000"}).content.decode()) == {"may_give": ["两层"]}
    assert groups(Client().post("/due/", {"region": "510000"}).content.decode()) == {"apply": ["两层"]}


def test_region_without_terms_is_not_known(sides: TwoSides, cast: Cast, clock: Clock) -> None:
    sides.signed("只有一边", said=(Said(cast.sichuan, Promise.APPLY, Measure.NONE),), condition=None)
    text = Client().post("/due/", {"region": "500000"}).content.decode()
    assert groups(text) == {"unknown": ["只有一边"]}
    assert "您这边的规定还没有查到。" in text


def test_page_asks_the_database_the_same_for_one_line_and_three(sides: TwoSides, clock: Clock) -> None:
    counts = []
    for name in ("一", "二", "三"):
        sides.signed(name)
        with CaptureQueriesContext(connection) as queries:
            Client().post("/due/", RIDER)
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_no_line_is_no_error(cast: Cast, clock: Clock) -> None:
    assert Client().post("/due/", RIDER).status_code == 200
