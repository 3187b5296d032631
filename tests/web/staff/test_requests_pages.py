"""Asking once on the pages: the sender's, the union's, the worker's."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast, Player
from tests.records.forms import opened, saved
from tests.web.staff.courses_desk import done, refused, text, value_of
from tests.web.staff.filing_things import DUE, draft, sent

from tongxin.filings.models import Filler, Request
from tongxin.filings.states import Audience

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]


def test_a_district_drafts_prices_and_sends(as_staff: AsStaff, cast: Cast) -> None:
    client = as_staff(cast.admin)
    text(client, "/staff/requests/")
    text(client, "/staff/requests/new/")
    body = {
        "union": cast.yongchuan.public_id,
        "title": "食堂情况",
        "why_asked": "安排送清凉",
        "due_on": DUE.isoformat(),
        "audience": "grassroots",
    }
    refused(client.post("/staff/requests/new/", {**body, "due_on": "2024-03-01"}), "截止日要晚于今天")
    answer = client.post("/staff/requests/new/", body)
    found = Request.objects.get()
    page = f"/staff/requests/{found.public_id}/"
    done(answer, page)
    held = {"text": "会员人数", "kind": "number", "handling": "ask", "choices": ""}
    html = refused(client.post(f"{page}questions/", held), "“会员数”系统里有")
    assert 'value="会员人数"' in html
    done(client.post(f"{page}questions/", {**held, "handling": "take"}), page)
    done(
        client.post(f"{page}questions/", {"text": "有没有食堂", "kind": "yes_no", "handling": "ask", "choices": ""}),
        page,
    )
    html = text(client, page)
    assert "这是估计" in html
    assert client.post(f"{page}send/", {"minutes": "1"}).status_code == 422
    done(client.post(f"{page}send/", {"minutes": value_of(html, "minutes")}), page)
    assert cast.factory.name in text(client, page)
    done(client.post(f"{page}remind/"), page)
    assert client.post(f"{page}remind/").status_code == 422
    assert opened(client.post(f"{page}export/").content).active["A1"].value == "填的人"
    done(client.post(f"{page}close/"), page)


def test_a_draft_s_question_is_dropped(as_staff: AsStaff, cast: Cast) -> None:
    made = draft(cast.yongchuan, cast.admin.actor)
    page = f"/staff/requests/{made.public_id}/"
    question = made.questions.get(no=1).public_id
    done(as_staff(cast.admin).post(f"{page}questions/{question}/drop/"), page)
    assert made.questions.count() == 2


def test_a_cadre_answers_by_page_and_by_sheet(as_staff: AsStaff, cast: Cast) -> None:
    filler = sent(cast.yongchuan, cast.admin.actor).answered.get(union=cast.factory)
    client, page = as_staff(cast.cadre), f"/staff/filings/{filler.public_id}/"
    assert "食堂情况" in text(client, "/staff/filings/")
    assert "由系统给出，不用填" in text(client, page)
    first, _, third = filler.request.questions.order_by("no")
    html = refused(client.post(page, {first.public_id: "Y", third.public_id: ""}), "第3题还没有回答")
    assert '<option value="Y" selected>' in html
    done(client.post(page, {first.public_id: "Y", third.public_id: "李建国"}), page)
    book = opened(client.get(f"{page}sheet/").content)
    assert [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)] == [
        [1, "有没有食堂", None, "是"], [3, "工会主席", None, "李建国"],
    ]  # fmt: skip
    book.active["D2"] = "否"
    done(client.post(f"{page}back/", {"file": SimpleUploadedFile("填报.xlsx", saved(book))}), page)
    assert {one.text.open() for one in filler.answers.all()} == {"否", "李建国"}
    wrong = SimpleUploadedFile("别的.csv", "甲,乙\n1,2\n".encode())
    refused(client.post(f"{page}back/", {"file": wrong}), "第一行缺少")


def test_a_worker_answers_what_is_asked_of_them(as_staff: AsStaff, as_worker: AsStaff, cast: Cast) -> None:
    made = sent(cast.zhongshan, cast.admin.actor, Audience.MEMBERS)
    own = made.answered.get(person=cast.wang.person)
    client, page = as_worker(cast.wang), f"/filings/{own.public_id}/"
    assert "安排送清凉用" in text(client, page)
    first, _, third = made.questions.order_by("no")
    refused(client.post(page, {}), "第1题还没有回答")
    done(client.post(page, {first.public_id: "Y", third.public_id: "不清楚"}), page)
    assert Filler.objects.get(pk=own.pk).state == "answered"
    assert as_worker(cast.zhang).get(page).status_code == 404
    assert "王*华" in text(as_staff(cast.admin), f"/staff/requests/{made.public_id}/")
