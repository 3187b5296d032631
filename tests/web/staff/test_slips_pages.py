"""Slips on the screen and on paper, and the public page where a code is typed."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player
from tests.factories.slips import by_hand

from tongxin.notices.models import Delivery, Slip
from tongxin.notices.states import Channel
from tongxin.people.names import mask

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


def code_on(page: str) -> list[str]:
    return re.findall(r'class="letters">([a-z0-9-]+)<', page)


def test_list_masks_and_paper_names(cast: Cast, as_staff: AsStaff) -> None:
    rows, clerk = [by_hand(cast.li), by_hand(cast.zhao)], as_staff(cast.clerk)
    listed = clerk.get("/staff/slips/").content.decode()
    assert mask("李建国") in listed
    assert "李建国" not in listed
    paper = clerk.post("/staff/slips/print/", {"slip": [row.public_id for row in rows]}).content.decode()
    assert "李建国" in paper
    assert "您" in paper
    assert "“摄影基础”已有您的名额" in paper
    assert "http://testserver/n/" in paper
    codes = code_on(paper)
    assert len({*codes}) == 2
    again = clerk.post("/staff/slips/print/", {"slip": [row.public_id for row in rows]}).content.decode()
    assert code_on(again) == codes
    assert "已打印，还没看" in clerk.get("/staff/slips/").content.decode()


def test_print_without_choice_says_so_and_foreign_ones_are_left_out(cast: Cast, as_staff: AsStaff) -> None:
    clerk, theirs = as_staff(cast.clerk), by_hand(cast.gao)
    for given in ({}, {"slip": [theirs.public_id]}):
        answer = clerk.post("/staff/slips/print/", given)
        assert answer.status_code == 422
        assert "还没有选" in answer.content.decode()
    assert Slip.objects.count() == 0


def test_whoever_has_the_paper_reads_that_notice_only(cast: Cast, as_staff: AsStaff, client: Client) -> None:
    row = by_hand(cast.li)
    [code] = code_on(as_staff(cast.clerk).post("/staff/slips/print/", {"slip": [row.public_id]}).content.decode())
    looked = client.get("/n/", {"c": code.replace("-", "")})
    assert f'value="{code.replace("-", "")}"' in looked.content.decode()
    assert Delivery.objects.get(pk=row.pk).state == "accepted"  # a look at the link is not reading
    page = client.post("/n/", {"code": code}).content.decode()
    assert "“摄影基础”已有您的名额" in page
    assert "李建国" not in page
    assert Delivery.objects.get(pk=row.pk).state == "delivered"
    assert client.get("/inbox/").status_code == 302  # it opened nothing else


def test_wrong_code_is_kept_in_the_form_and_limited(cast: Cast, client: Client, clock: object) -> None:
    for _ in range(10):
        answer = client.post("/n/", {"code": "zzzz-zzzz"})
        assert answer.status_code == 422
    assert "没有这个短码，或已过期" in answer.content.decode()
    assert 'value="zzzz-zzzz"' in answer.content.decode()
    assert "次数太多" in client.post("/n/", {"code": "zzzz-zzzz"}).content.decode()


def test_told_by_mouth_shows_who(cast: Cast, as_staff: AsStaff) -> None:
    row, clerk = by_hand(cast.li, Channel.WINDOW), as_staff(cast.clerk)
    answer = clerk.post(f"/staff/slips/{row.public_id}/told/")
    assert answer["Location"] == "/staff/slips/?show=window"
    page = clerk.get("/staff/slips/?show=told").content.decode()
    assert "窗口口头告知，高台" in page
    assert clerk.post(f"/staff/slips/{row.public_id}/told/").status_code == 422


def test_list_asks_the_same_for_one_and_three(cast: Cast, as_staff: AsStaff) -> None:
    clerk, counts = as_staff(cast.clerk), []
    for players in ([cast.li], [cast.zhao, cast.wang]):
        for player in players:
            by_hand(player)
        clerk.get("/staff/slips/")
        with CaptureQueriesContext(connection) as seen:
            clerk.get("/staff/slips/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
