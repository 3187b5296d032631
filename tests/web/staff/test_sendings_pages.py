"""群发 in the browser without a screen: written, looked at, answered by another, stopped."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player
from tests.factories.activities import school, sign_up
from tests.factories.sendings import (
    BODY,
    CONNECTED,
    TITLE,
    asked,
    deliver_all,
    fresh,
    order,
    priced,
    queue_all,
    queue_some,
    running,
    sms_template,
    written,
)

from tongxin.notices.models import Sending
from tongxin.notices.states import Channel
from tongxin.people.names import mask

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]
FORM = {"audience": "below", "title": TITLE, "body": BODY, "gig_group": "", "roster": ""}


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_new_is_kept_as_draft_and_shows_count_cost_and_samples(cast: Cast, as_staff: AsStaff, settings: object) -> None:
    settings.NOTICE_GATEWAYS = CONNECTED  # type: ignore[attr-defined]
    order("sendings", Channel.SMS)
    sms_template()
    priced(cast, cap="0.05")
    officer = as_staff(cast.officer)
    answer = officer.post("/staff/sendings/new/", {**FORM, "union": cast.zhongshan.public_id})
    row = Sending.objects.get()
    assert answer["Location"] == f"/staff/sendings/{row.public_id}/"
    page = text_of(officer, answer["Location"])
    assert "3人" in page
    assert "0.10元" in page
    assert "预算不够" in page
    assert page.count('class="tx-sample"') == 3
    for player in (cast.wang, cast.li):
        assert mask(player.person.name) in page
        assert player.person.name not in page
    assert f"【永川工会】工会通知：{TITLE}。" in page
    assert "送批" in page


def test_refused_form_keeps_what_was_typed(cast: Cast, as_staff: AsStaff) -> None:
    given = {**FORM, "union": cast.zhongshan.public_id, "audience": "roster", "title": "留住的标题"}
    answer = as_staff(cast.officer).post("/staff/sendings/new/", given)
    assert answer.status_code == 422
    assert "没有这份名单" in answer.content.decode()
    assert 'value="留住的标题"' in answer.content.decode()
    assert Sending.objects.count() == 0


def test_foreign_union_is_not_in_the_form(cast: Cast, as_staff: AsStaff) -> None:
    answer = as_staff(cast.officer).post("/staff/sendings/new/", {**FORM, "union": cast.jiangjin.public_id})
    assert answer.status_code == 422
    assert Sending.objects.count() == 0


def test_roster_of_a_class_is_offered_and_taken(cast: Cast, as_staff: AsStaff) -> None:
    cohort = school(cast).cohort()
    sign_up(cohort, cast.wang)
    officer = as_staff(cast.officer)
    address = f"/staff/sendings/new/?cohort={cohort.public_id}"
    assert f'<option value="{cohort.public_id}" selected>' in text_of(officer, address)
    given = {**FORM, "union": cast.yongchuan.public_id, "audience": "roster", "roster": cohort.public_id}
    officer.post("/staff/sendings/new/", given)
    assert f"名单“{cohort.title}”上的人" in text_of(officer, f"/staff/sendings/{Sending.objects.get().public_id}/")


def test_writer_asks_and_sees_no_button_to_approve(cast: Cast, as_staff: AsStaff) -> None:
    row = written(cast, by=cast.admin)
    admin = as_staff(cast.admin)
    address = f"/staff/sendings/{row.public_id}/"
    assert admin.post(f"{address}ask/")["Location"] == address
    page = text_of(admin, address)
    assert "要由另一个人批准" in page
    assert f"{address}approve/" not in page
    answer = admin.post(f"{address}approve/")
    assert (answer.status_code, fresh(row).state) == (422, "asked")
    assert "不能批准自己写的群发" in answer.content.decode()


def test_second_person_approves(cast: Cast, as_staff: AsStaff) -> None:
    row, admin = asked(cast), as_staff(cast.admin)
    address = f"/staff/sendings/{row.public_id}/"
    assert f'action="{address}approve/"' in text_of(admin, address)
    assert admin.post(f"{address}approve/")["Location"] == address
    assert fresh(row).state == "running"
    page = text_of(admin, address)
    assert "没有排队" in page
    assert f'action="{address}stop/"' in page
    assert "周永" in page


def test_declined_without_reason_is_asked_again_with_reason_is_shown(cast: Cast, as_staff: AsStaff) -> None:
    row, admin = asked(cast), as_staff(cast.admin)
    address = f"/staff/sendings/{row.public_id}/"
    answer = admin.post(f"{address}decline/", {"why_not": ""})
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()
    admin.post(f"{address}decline/", {"why_not": "日期不对"})
    assert "日期不对" in text_of(as_staff(cast.officer), address)
    officer = as_staff(cast.officer)
    officer.post(f"{address}edit/", {**FORM, "title": "改过的"})
    assert (fresh(row).state, fresh(row).title) == ("draft", "改过的")


def test_officer_may_not_open_the_approver_s_addresses(cast: Cast, as_staff: AsStaff) -> None:
    row = asked(cast)
    for deed in ("approve", "decline"):
        assert as_staff(cast.officer).post(f"/staff/sendings/{row.public_id}/{deed}/").status_code == 403


def test_stop_shows_what_did_not_go(cast: Cast, as_staff: AsStaff) -> None:
    row, officer = running(cast, union=cast.zhongshan), as_staff(cast.officer)
    queue_some(row)
    deliver_all()
    address = f"/staff/sendings/{row.public_id}/"
    assert officer.post(f"{address}stop/")["Location"] == address
    page = " ".join(text_of(officer, address).split())
    assert '停止未发</dt><dd class="tx-num">2人' in page
    assert '页面消息</dt><dd class="tx-num">1人' in page
    assert officer.post(f"{address}stop/").status_code == 422


def test_progress_is_the_same_whole_and_in_part(cast: Cast, as_staff: AsStaff) -> None:
    row, officer = running(cast), as_staff(cast.officer)
    queue_all(row)
    part = officer.get(f"/staff/sendings/{row.public_id}/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="s-box" id="progress"')
    assert "排队中" in part
    assert part.partition("</section>")[0] in text_of(officer, f"/staff/sendings/{row.public_id}/")


def test_list_filters_and_asks_the_same_for_one_and_three(cast: Cast, as_staff: AsStaff) -> None:
    officer, counts = as_staff(cast.officer), []
    for rows in (1, 3):
        while Sending.objects.count() < rows:
            written(cast, title=f"第{Sending.objects.count() + 1}条")
        officer.get("/staff/sendings/")
        with CaptureQueriesContext(connection) as seen:
            page = text_of(officer, "/staff/sendings/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert "第3条" in page
    assert "第3条" not in text_of(officer, "/staff/sendings/?show=asked")


def test_sibling_sees_nothing(cast: Cast, as_staff: AsStaff) -> None:
    row = written(cast)
    sibling = as_staff(cast.sibling_officer)
    assert TITLE not in text_of(sibling, "/staff/sendings/")
    assert sibling.get(f"/staff/sendings/{row.public_id}/").status_code == 404
