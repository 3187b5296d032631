"""What everyone reads of a draw, before and after; the files; and the page of an outsider who holds a seal."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import HOUSE, Cast
from tests.factories.calls import CLOSES, heard
from tests.factories.draws import (
    FREEZES,
    RESULT,
    TEXTS,
    a_drawn_call,
    announced,
    commit_all,
    drawn,
    enter_all,
    holders,
    sealed,
)
from tests.web.conftest import Clock

from tongxin.calls.actions import publications, rounds
from tongxin.calls.models import Call, Draw, Round, Seal
from tongxin.calls.states import How, RoundState
from tongxin.kernel import draw as kernel

__all__ = ["heard"]
pytestmark = pytest.mark.django_db
AFTER = RESULT + timedelta(minutes=5)


def text(answer) -> str:
    return answer.content.decode()


def test_before_the_draw_all_that_binds_is_published_and_no_secret(cast: Cast, clock: Clock) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 5)
    made = sealed(call, cast, source="ssq", event="2026138")
    shown = text(Client().get(f"/draws/{made.round.public_id}/"))
    draw = Draw.objects.get()
    for words in (
        draw.list_digest, *(kernel.commitment(one) for one in TEXTS), "中国福利彩票双色球 第2026138期", "职工代表",
        "不是工会工作人员", "5张", "tongxin verify_draw", "防不住谁", f"/draws/{made.round.public_id}/{draw.public_id}/list.txt",
    ):  # fmt: skip
        assert words in shown
    for secret in (*TEXTS, "张师傅", cast.admin.person.name, 'draw.json"'):
        assert secret not in shown


def test_outcome_names_what_was_given_and_the_draw_and_the_draw_leads_to_it(cast: Cast, clock: Clock) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = drawn(call, cast)
    published = publications.publish(call=Call.objects.get(), by=HOUSE, at=AFTER)
    clock.now = AFTER
    page = text(Client().get(f"/outcomes/{published.public_id}/"))
    assert (pool.name in page, f'href="/draws/{made.public_id}/"' in page) == (True, True)
    assert "<span>1人</span>" in page  # how many wait
    assert f'href="/outcomes/{published.public_id}/"' in text(Client().get(f"/draws/{made.public_id}/"))


def test_list_is_the_very_text_of_the_digest_and_the_file_is_there_once_drawn(cast: Cast, clock: Clock) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 5)
    made = sealed(call, cast)
    draw = Draw.objects.get()
    base = f"/draws/{made.round.public_id}/{draw.public_id}"
    listed = Client().get(f"{base}/list.txt")
    assert hashlib.sha256(listed.content).hexdigest() == draw.list_digest
    assert Client().get(f"{base}/draw.json").status_code == 404
    from tests.factories.draws import open_all

    open_all(made, cast)
    rounds.draw(held=made.round, by=HOUSE, at=AFTER)
    content = Client().get(f"{base}/draw.json").getvalue()
    assert kernel.first_difference(json.loads(content)) is None
    assert Client().get(f"/api{base}/draw.json").getvalue() == content
    shown = text(Client().get(f"/draws/{made.round.public_id}/"))
    assert hashlib.sha256(content).hexdigest() in shown
    assert all(one in shown for one in TEXTS)
    check = text(Client().get(f"/draws/check/?of={made.round.public_id}/{draw.public_id}"))
    assert f'data-file="{base}/draw.json"' in check
    assert hashlib.sha256(content).hexdigest() in check
    told = json.loads(Client().get(f"/api/draws/{made.round.public_id}").content)
    assert (told["state"], [one["seal"] for one in told["seals"]]) == ("drawn", TEXTS)
    assert told["lists"][0]["list_digest"] == draw.list_digest


def test_checking_page_opens_without_a_file_and_refuses_a_made_up_one(cast: Cast, clock: Clock) -> None:
    assert Client().get("/draws/check/").status_code == 200
    assert Client().get("/draws/check/?of=../../etc/passwd").status_code == 200
    assert Client().get("/draws/check/?of=zzzzzzzzzzzz/zzzzzzzzzzzz").status_code == 404


def test_withdrawn_after_freezing_is_marked(cast: Cast, clock: Clock) -> None:
    from tongxin.calls.actions import applications

    call, pool = a_drawn_call(cast)
    rows = enter_all(call, pool, cast, 3)
    made = sealed(call, cast)
    applications.withdraw(application=rows[0], why="不去了", by=HOUSE, at=FREEZES + timedelta(hours=1))
    shown = text(Client().get(f"/draws/{made.round.public_id}/"))
    assert "封存以后退出的1张，仍在名单里" in shown
    assert rows[0].ticket in shown


def test_round_that_failed_stays_and_says_why(cast: Cast, clock: Clock) -> None:
    call, _pool = a_drawn_call(cast)
    made = announced(call, cast)
    rounds.void(held=made.round, why="时间写错了", by=cast.officer.actor, at=CLOSES - timedelta(hours=5))
    plan = rounds.Plan(RESULT + timedelta(days=2), made_holders(cast))
    again = rounds.repeat(before=Round.objects.get(), plan=plan, why="改了时间", by=cast.officer.actor, at=CLOSES)
    first, second = (text(Client().get(f"/draws/{one.public_id}/")) for one in (made.round, again.round))
    assert "这一轮作废，不算数：时间写错了。" in first
    assert "改了时间" in second
    assert f"/draws/{made.round.public_id}/" in second
    listed = text(Client().get("/draws/"))
    assert made.round.public_id in listed
    assert again.round.public_id in listed


def made_holders(cast: Cast) -> tuple[rounds.Holder, ...]:
    return (
        rounds.Holder("主办工会", cast.admin.person), rounds.Holder("经审委员", cast.auditor.person),
        rounds.Holder("街坊", outsider="李师傅"),
    )  # fmt: skip


def test_slips_say_that_nobody_can_compute_them(cast: Cast, clock: Clock) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = announced(call, cast, how=How.SLIPS, holders=())
    shown = text(Client().get(f"/draws/{made.round.public_id}/"))
    assert "不能用电脑重算" in shown
    assert "verify_draw" not in shown


def test_drafts_are_nobody_s_business(cast: Cast, clock: Clock) -> None:
    from tests.factories.calls import DRAWN, OPENS

    from tongxin.calls.actions import calls

    call = calls.open_call(
        union=cast.yongchuan, kind="quiet", opens=OPENS, closes=CLOSES, manner=DRAWN, by=HOUSE, at=OPENS
    )
    made = announced(call, cast)
    assert Client().get(f"/draws/{made.round.public_id}/").status_code == 404
    assert made.round.public_id not in text(Client().get("/draws/"))
    assert Client().get(f"/api/draws/{made.round.public_id}").status_code == 404


def test_list_costs_the_same_for_one_and_for_three(cast: Cast, clock: Clock, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert Client().get("/draws/").status_code == 200
        return len(caught)

    counts = []
    for _ in range(3):
        call, _pool = a_drawn_call(cast)
        announced(call, cast)
        counts.append(queries())
    assert counts[0] == counts[2]


# ---- a seal by a link ---------------------------------------------------------------------------------------------


def test_outsider_commits_and_opens_by_the_link(cast: Cast, clock: Clock) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = announced(call, cast)
    rows = holders(made, cast)
    link = rows[2][2]
    browser, here = Client(), f"/seal/{link}/"
    assert "取一个数" in text(browser.get(here))
    half = browser.post(here, {"deed": "commit", "commitment": "abc", "kept": "on"})
    assert half.status_code == 422
    assert 'value="abc"' in text(half)
    code = kernel.commitment(TEXTS[2])
    unkept = browser.post(here, {"deed": "commit", "commitment": code})
    assert unkept.status_code == 422
    assert code in text(unkept)
    done = browser.post(here, {"deed": "commit", "commitment": f" {code.upper()} ", "kept": "on"})
    assert done.status_code == 302
    assert Seal.objects.get(order=3).commitment == code
    early = browser.post(here, {"deed": "open", "seal": TEXTS[2]})
    assert early.status_code == 422
    assert "现在还不能交出" in text(early)
    commit_all(made, cast)
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    clock.now = AFTER
    assert "前面一位还没有交出" in text(browser.get(here))
    from tongxin.calls.actions import seals

    for (seal, by, _), told in zip(rows[:2], TEXTS, strict=False):
        seals.open_seal(seal=seal, text=told, by=by, at=AFTER)
    wrong = browser.post(here, {"deed": "open", "seal": TEXTS[1]})
    assert wrong.status_code == 422
    assert "和公布的不一样" in text(wrong)
    assert TEXTS[1] in text(wrong)
    assert browser.post(here, {"deed": "open", "seal": TEXTS[2]}).status_code == 302
    assert Seal.objects.get(order=3).text == TEXTS[2]
    assert browser.post(here, {"deed": "nothing"}).status_code == 200


def test_outsider_says_that_the_number_is_lost(cast: Cast, clock: Clock) -> None:
    call, _pool = a_drawn_call(cast)
    made = announced(call, cast)
    commit_all(made, cast)
    here = f"/seal/{holders(made, cast)[2][2]}/"
    assert Client().post(here, {"deed": "lose"}).status_code == 302
    assert Round.objects.get().state == RoundState.VOID
    assert "这一轮已经作废" in text(Client().get(here))


def test_link_that_was_not_given_leads_nowhere(cast: Cast, clock: Clock) -> None:
    assert Client().get("/seal/abcdefgh/").status_code == 404


def test_english_is_complete_on_a_drawn_round(cast: Cast, clock: Clock) -> None:
    import re

    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    held = drawn(call, cast)
    browser = Client()
    browser.cookies["tx-language"] = "en"
    main = text(browser.get(f"/draws/{held.public_id}/")).partition("<main")[2].partition("</main>")[0]
    for known in ("主办工会", "经审委员", "职工代表", "摄影", cast.yongchuan.name):  # names that someone typed
        main = main.replace(known, "")
    assert re.findall(r"[\u4e00-\u9fff]+", main) == []
