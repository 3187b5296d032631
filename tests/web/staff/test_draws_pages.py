"""办理抽签 on the staff's pages: announce, hand over links, type the value by two, draw, void and repeat, slips."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import HOUSE, Cast, Player
from tests.factories.calls import heard
from tests.factories.draws import FREEZES, RESULT, a_drawn_call, a_pool, announced, enter_all, open_all, sealed
from tests.web.conftest import Clock

from tongxin.calls.actions import rounds
from tongxin.calls.models import Draw, Round, Seal
from tongxin.calls.states import How, RoundState

__all__ = ["heard"]
pytestmark = pytest.mark.django_db
AFTER = RESULT + timedelta(minutes=5)
VALUE = "01 05 09 12 23 31 07"
AsStaff = Callable[[Player], Client]


def text(answer) -> str:
    return answer.content.decode()


def body(cast: Cast, **changed: str) -> dict[str, str]:
    return {
        "result_at": "2024-03-30T10:00", "how": "computed", "source": "", "event": "",
        "role_1": "主办工会", "login_1": cast.admin.account.login, "name_1": "",
        "role_2": "经审委员", "login_2": cast.auditor.account.login, "name_2": "",
        "role_3": "职工代表", "login_3": "", "name_3": "张师傅", **changed,
    }  # fmt: skip


def test_call_that_draws_is_listed_until_it_is_announced(cast: Cast, as_staff: AsStaff) -> None:
    call, _pool = a_drawn_call(cast)
    officer = as_staff(cast.officer)
    assert f"/staff/draws/new/{call.public_id}/" in text(officer.get("/staff/draws/"))
    made = officer.post(f"/staff/draws/new/{call.public_id}/", body(cast))
    assert made.status_code == 200
    (link,) = re.findall(r"http://testserver(/seal/[\w-]+/)", text(made))
    assert Client().get(link).status_code == 200
    held = Round.objects.get()
    listed = text(officer.get("/staff/draws/"))
    assert f"/staff/draws/new/{call.public_id}/" not in listed
    assert f"/staff/draws/{held.public_id}/" in listed
    page = text(officer.get(f"/staff/draws/{held.public_id}/"))
    assert link not in page  # shown once
    assert "张师傅" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"result_at": "2024-03-29T09:00"}, "抽签要在报名截止以后"),
        ({"login_1": "nobody"}, "没有这个登录名"),
        ({"name_3": ""}, "至少要3个人各封存一个数"),
        ({"source": "ssq"}, "期号写得不对"),
        ({"role_3": " "}, "请写明每位持有人的身份"),
        ({"result_at": "soon"}, ""),
    ],
)
def test_refused_plan_keeps_what_was_typed(cast: Cast, as_staff: AsStaff, changed: dict[str, str], words: str) -> None:
    call, _pool = a_drawn_call(cast)
    answer = as_staff(cast.officer).post(f"/staff/draws/new/{call.public_id}/", body(cast, **changed))
    assert answer.status_code == 422
    shown = text(answer)
    assert words in shown
    assert 'value="经审委员"' in shown
    assert Round.objects.count() == 0


def test_value_is_typed_by_one_and_confirmed_by_another(cast: Cast, clock: Clock, as_staff: AsStaff) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 4)
    made = sealed(call, cast, source="ssq", event="2026138")
    open_all(made, cast)
    clock.now = AFTER
    here = f"/staff/draws/{made.round.public_id}/"
    officer, admin = as_staff(cast.officer), as_staff(cast.admin)
    wrong = officer.post(f"{here}value/", {"value": "3 9"})
    assert wrong.status_code == 422
    assert 'value="3 9"' in text(wrong)
    assert officer.post(f"{here}value/", {"value": VALUE}).status_code == 302
    assert VALUE not in text(admin.get(here))  # to be typed without looking
    other = admin.post(f"{here}value/", {"value": VALUE.replace("07", "08")})
    assert other.status_code == 422
    assert "两个人输入的不一样" in text(other)
    early = officer.post(f"{here}hold/")
    assert early.status_code == 422
    assert "还没有由两个人填好" in text(early)
    assert ("还差：公开来源的数没有由两个人填好" in text(early), "抽签，公布结果" in text(early)) == (True, False)
    assert admin.post(f"{here}value/", {"value": VALUE}).status_code == 302
    assert officer.post(f"{here}hold/").status_code == 302
    assert Round.objects.get().state == RoundState.DRAWN
    assert "draw.json" in text(officer.get(here))


def test_withheld_seal_voids_and_the_round_is_repeated(cast: Cast, clock: Clock, as_staff: AsStaff) -> None:
    call, _pool = a_drawn_call(cast)
    made = sealed(call, cast)
    third = Seal.objects.get(order=3)
    here = f"/staff/draws/{made.round.public_id}/"
    clock.now = AFTER
    officer = as_staff(cast.officer)
    early = officer.post(f"{here}seals/{third.public_id}/withheld/")
    assert early.status_code == 422
    assert "才能记为没有交出" in text(early)
    clock.now = RESULT + timedelta(hours=24)
    officer = as_staff(cast.officer)
    assert officer.post(f"{here}seals/{third.public_id}/withheld/").status_code == 302
    repeat = f"{here}repeat/"
    assert repeat in text(officer.get(here))
    again = body(cast, result_at="2024-04-05T10:00")
    missing = officer.post(repeat, again)
    assert missing.status_code == 422
    assert officer.post(repeat, {**again, "reason": "职工代表没有交"}).status_code == 200
    second = Round.objects.get(number=2)
    assert second.state == RoundState.FROZEN
    assert repeat not in text(officer.get(here))


def test_void_asks_why_and_new_links_replace_old_ones(cast: Cast, clock: Clock, as_staff: AsStaff) -> None:
    call, _pool = a_drawn_call(cast)
    made = announced(call, cast)
    here = f"/staff/draws/{made.round.public_id}/"
    officer = as_staff(cast.officer)
    third = Seal.objects.get(order=3)
    given = officer.post(f"{here}seals/{third.public_id}/link/")
    (link,) = re.findall(r"http://testserver(/seal/[\w-]+/)", text(given))
    assert Client().get(f"/seal/{made.links[third.public_id]}/").status_code == 404
    assert Client().get(link).status_code == 200
    assert officer.post(f"{here}freeze/").status_code == 422
    assert officer.post(f"{here}void/", {"reason": ""}).status_code == 422
    assert officer.post(f"{here}void/", {"reason": "时间写错了"}).status_code == 302
    assert Round.objects.get().void_why == "时间写错了"


def test_slips_are_printed_typed_and_signed_by_two(cast: Cast, clock: Clock, as_staff: AsStaff) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = announced(call, cast, how=How.SLIPS, holders=())
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    draw = Draw.objects.get()
    here, paper = (
        f"/staff/draws/{made.round.public_id}/",
        f"/staff/draws/{made.round.public_id}/slips/{draw.public_id}/",
    )
    clock.now = AFTER
    officer, admin = as_staff(cast.officer), as_staff(cast.admin)
    sheet = officer.get(paper)
    assert (sheet["Content-Type"], sheet.content[:4]) == ("application/pdf", b"%PDF")
    wrong = officer.post(f"{paper}order/", {"numbers": "1 2 2"})
    assert wrong.status_code == 422
    assert "这些号录了不止一次：2。" in text(wrong)
    assert "1 2 2" in text(wrong)
    assert officer.post(f"{paper}order/", {"numbers": "2 3 1"}).status_code == 302
    assert officer.post(f"{paper}sign/", {"compared": "on"}).status_code == 422
    assert admin.post(f"{paper}sign/", {"witnesses": "职工12人", "compared": "on"}).status_code == 302
    assert officer.post(f"{here}hold/").status_code == 302
    shown = text(Client().get(f"/draws/{made.round.public_id}/"))
    assert "2 3 1" in shown
    assert "职工12人" in shown


def test_order_that_is_refused_stays_with_its_own_list(cast: Cast, clock: Clock, as_staff: AsStaff) -> None:
    call, pool = a_drawn_call(cast)
    other = a_pool(call, 1)
    enter_all(call, pool, cast, 2)
    enter_all(call, other, cast, 3)
    made = announced(call, cast, how=How.SLIPS, holders=())
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    clock.now = AFTER
    first = Draw.objects.get(pool=pool)
    wrong = text(
        as_staff(cast.officer).post(
            f"/staff/draws/{made.round.public_id}/slips/{first.public_id}/order/", {"numbers": "2 2"}
        )
    )
    assert (wrong.count("这些号录了不止一次：2。"), wrong.count(">\n2 2</textarea>")) == (2, 1)  # summary, field
    ids = re.findall(r'id="(id_\w+_numbers)"', wrong)
    assert (len(ids), len(set(ids))) == (2, 2)


def test_list_costs_the_same_for_one_and_for_three(cast: Cast, clock: Clock, as_staff: AsStaff) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    officer, counts = as_staff(cast.officer), []
    for _ in range(3):
        call, _pool = a_drawn_call(cast)
        announced(call, cast)
        with CaptureQueriesContext(connection) as caught:
            assert officer.get("/staff/draws/").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[2]
