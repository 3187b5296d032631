"""One cohort through its pages: settings, endings, lessons, roster, line, file."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player, worker
from tests.factories.activities import School, at, enrolment, lesson, school, sign_up
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import done, of, refused, text, value_of

from tongxin.activities.actions import attendance
from tongxin.activities.models import Cohort, Enrolment, Session
from tongxin.calls.models import Application
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]
WHY = {"why": "老师生病"}


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


@pytest.fixture
def desk(ours: School, as_staff: As) -> Client:
    return as_staff(ours.cast.officer)


def state(cohort: Cohort) -> str:
    return Cohort.objects.get(pk=cohort.pk).state


def test_sign_up_is_closed_and_opened_again(ours: School, desk: Client) -> None:
    cohort = ours.cohort()
    done(desk.post(of(cohort, "close/")), of(cohort, "settings/"))
    assert state(cohort) == "closed"
    assert "不再接受报名。候补的人保留位置。" in text(desk, of(cohort, "settings/"))
    done(desk.post(of(cohort, "open/")), of(cohort, "settings/"))
    refused(desk.post(of(cohort, "open/")), "现在的状态不能这样办")
    refused(desk.post(of(cohort, "finish/")), "这个班还有课没上，不能结课。")


def test_places_are_changed_and_the_line_moves_up(ours: School, desk: Client) -> None:
    cohort = ours.cohort(units=1)
    sign_up(cohort, ours.cast.wang, ours.cast.zhang)
    assert "张路" in text(desk, of(cohort, "line/"))
    refused(desk.post(of(cohort, "places/"), {"units": "0"}), "请填1到9999之间的整数。")
    done(desk.post(of(cohort, "places/"), {"units": "2"}), of(cohort, "settings/"))
    assert "没有人候补" in text(desk, of(cohort, "line/"))
    html = refused(desk.post(of(cohort, "places/"), {"units": "1"}), "已录取2人，名额不能少于这个数。")
    assert value_of(html, "units") == "1"


def test_name_room_teacher_and_hours_are_changed(ours: School, desk: Client) -> None:
    cohort = ours.cohort()
    done(desk.post(of(cohort, "describe/"), {"name": "晚班", "fee": "20.50"}), of(cohort, "settings/"))
    sent = {
        "place": ours.room.public_id,
        "teacher": ours.cast.teacher.person.public_id,
        "teacher_name": "",
        "starts_at": "18:30",
        "ends_at": "20:00",
    }
    done(desk.post(of(cohort, "change/"), sent), of(cohort, "settings/"))
    html = text(desk, of(cohort, "settings/"))
    assert "瑜伽入门（晚班）" in html
    assert "周二 18:30—20:00" in html
    assert "20.5元" in html
    assert "职工服务中心 舞蹈室" in html
    refused(desk.post(of(cohort, "change/"), {**sent, "ends_at": "18:00"}), "下课时间要晚于上课时间，请改其中一个。")


def test_cancelling_says_how_many_will_be_told(ours: School, desk: Client) -> None:
    cohort = ours.cohort(units=1)
    sign_up(cohort, ours.cast.wang, ours.cast.zhang)
    assert "会通知1名学员、1名候补和老师。" in text(desk, of(cohort, "cancel/"))
    html = refused(desk.post(of(cohort, "cancel/"), {"why": ""}), "请填写原因。")
    assert 'id="id_why_error"' in html
    done(desk.post(of(cohort, "cancel/"), WHY), of(cohort, "settings/"))
    assert (state(cohort), enrolment(cohort, ours.cast.wang).state) == ("cancelled", "cancelled")
    refused(desk.post(of(cohort, "cancel/"), WHY), "现在的状态不能这样办")


def test_attended_cohort_ends_early_instead(ours: School, as_staff: As, clock: Clock) -> None:
    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    clock.now = lesson(cohort, 1).starts_at
    by = ours.cast.teacher.on(clock.now.date())
    attendance.mark(
        session=lesson(cohort, 1), enrolment=enrolment(cohort, ours.cast.wang), mark="present", by=by, at=clock.now
    )
    desk = as_staff(ours.cast.officer)
    refused(desk.post(of(cohort, "cancel/"), WHY), "请改用“提前结课”")
    done(desk.post(of(cohort, "end-early/"), WHY), of(cohort, "settings/"))
    assert state(cohort) == "finished"


def test_merge_moves_all_over(ours: School, desk: Client) -> None:
    first, second = ours.two_cohorts()
    sign_up(first, ours.cast.wang)
    refused(desk.post(of(first, "merge/"), {**WHY, "into": first.public_id}), "并到哪个班")
    done(desk.post(of(first, "merge/"), {**WHY, "into": second.public_id}), of(first, "settings/"))
    assert enrolment(second, ours.cast.wang).state == "enrolled"
    assert "周四班" in text(desk, of(first, "settings/"))


def test_worker_is_moved_once(ours: School, desk: Client) -> None:
    first, second = ours.two_cohorts()
    sign_up(first, ours.cast.wang)
    address = of(first, f"roster/{enrolment(first, ours.cast.wang).public_id}/move/")
    text(desk, address)
    done(desk.post(address, {**WHY, "into": second.public_id}), of(first, "roster/"))
    refused(desk.post(address, {**WHY, "into": second.public_id}), "这位职工已经不在这个班的名单里")
    assert "周四班" in text(desk, of(first, "roster/"), left="1")
    assert "王小华" in text(desk, of(second, "roster/"))


def test_worker_is_withdrawn_with_a_reason(ours: School, desk: Client) -> None:
    cohort = ours.cohort(units=1)
    sign_up(cohort, ours.cast.wang, ours.cast.zhang)
    address = of(cohort, f"people/{ours.cast.wang.person.public_id}/withdraw/")
    refused(desk.post(address, {"why": ""}), "请填写原因。")
    done(desk.post(address, {"why": "本人来电"}), of(cohort, "roster/"))
    assert enrolment(cohort, ours.cast.zhang).state == "enrolled"
    stranger = of(cohort, f"people/{ours.cast.gao.person.public_id}/withdraw/")
    assert desk.post(stranger, WHY).status_code == 422


def test_worker_is_signed_up_by_name_or_number_once(ours: School, desk: Client) -> None:
    cohort, wang = ours.cohort(), ours.cast.wang.person
    address = of(cohort, "roster/new/")
    assert wang.public_id in text(desk, address, q="小华")
    html = text(desk, address, q=wang.phone_text())
    sent = {"person": wang.public_id, "key": value_of(html, "key")}
    for _ in range(2):
        done(desk.post(address, sent), of(cohort, "roster/"))
    assert Application.objects.count() == 1
    assert "已在名单里" in text(desk, address, q="小华")
    assert ours.cast.gao.person.public_id not in text(desk, address, q="高松")
    assert desk.post(address, {"person": ours.cast.gao.person.public_id, "key": "k"}).status_code == 404
    assert Enrolment.objects.count() == 1


def test_lesson_is_moved_cancelled_and_added(ours: School, desk: Client) -> None:
    cohort = ours.cohort(session_count=3)
    first = lesson(cohort, 1)
    hours = {"starts_at": "19:00", "ends_at": "20:30", "place": "", "why": "老师出差"}
    move = of(cohort, f"lessons/{first.public_id}/move/")
    refused(desk.post(move, {**hours, "day": "2024-02-30"}), "2024年2月没有30日，请改成实际有的日期。")
    html = refused(desk.post(move, {**hours, "day": "2024-03-01"}), "这个时间已经过了，请选以后的日期。")
    assert 'id="id_day_error"' in html
    done(desk.post(move, {**hours, "day": "2024-04-03"}), of(cohort, "lessons/"))
    assert lesson(cohort, 1).starts_at == at(4, 3, 19)
    done(desk.post(of(cohort, f"lessons/{first.public_id}/cancel/"), WHY), of(cohort, "lessons/"))
    added = of(cohort, "lessons/new/")
    done(desk.post(added, {**hours, "day": "2024-05-08"}), of(cohort, "lessons/"))
    refused(desk.post(added, {**hours, "day": "2024-05-08"}), "这个班那个时间已经有一节课，请换一个时间。")
    assert Session.objects.filter(cohort=cohort).count() == 4
    assert "老师出差" in text(desk, of(cohort, "lessons/"))


def test_export_holds_the_filtered_rows_and_no_formula(ours: School, desk: Client) -> None:
    cohort = ours.cohort()
    evil = worker(ours.cast.factory, "王恶意", login="evil", employer='=HYPERLINK("x")')
    sign_up(cohort, ours.cast.zhang, evil, ours.cast.wang)
    with writing():
        type(evil.person).objects.filter(pk=evil.person.pk).update(name="=1+1王")
    answer = desk.post(of(cohort, "roster/export/"), {"q": "王"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[value.value for value in row] for row in sheet.iter_rows()]
    assert [row[1] for row in rows] == ["姓名", "=1+1王", "王小华"]
    assert {value.data_type for row in sheet.iter_rows() for value in row} <= {"s", "n", "d"}
    assert rows[1][3] == '=HYPERLINK("x")'
    number = ours.cast.wang.person.phone_text().replace("+86", "")
    assert rows[2][2] == f"{number[:3]}****{number[-4:]}"
    entry = JournalEntry.objects.get(verb="roster.exported")
    assert entry.data == {"rows": 2, "left": False, "searched": True}
    assert desk.get(of(cohort, "roster/export/")).status_code == 405


def test_sheet_for_paper_holds_names_only(ours: School, as_staff: As) -> None:
    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    html = text(as_staff(ours.cast.teacher), of(cohort, "roster/sheet/"))
    assert "王小华" in html
    assert "****" not in html


@pytest.mark.parametrize("page", ["roster/", "line/", "lessons/", "roster/sheet/"])
def test_page_asks_as_much_for_one_row_as_for_three(ours: School, desk: Client, page: str) -> None:
    cohort, counts = ours.cohort(units=1), []
    sign_up(cohort, *ours.workers(1))
    for _ in range(3):
        sign_up(cohort, *ours.workers(1))
        with CaptureQueriesContext(connection) as queries:
            text(desk, of(cohort, page))
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_every_page_of_a_cohort_has_no_fault(ours: School, desk: Client) -> None:
    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    pages = [
        "",
        "roster/",
        "line/",
        "lessons/",
        "settings/",
        "describe/",
        "change/",
        "places/",
        "cancel/",
        "end-early/",
        "merge/",
        "roster/new/",
        "lessons/new/",
        f"lessons/{lesson(cohort, 1).public_id}/move/",
    ]
    for page in pages:
        text(desk, of(cohort, page))


def test_others_do_not_get_in(ours: School, as_staff: As) -> None:
    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    person, row = ours.cast.wang.person.public_id, enrolment(cohort, ours.cast.wang).public_id
    writes = [
        "open/",
        "close/",
        "finish/",
        "describe/",
        "change/",
        "places/",
        "cancel/",
        "end-early/",
        "merge/",
        "lessons/new/",
        f"lessons/{lesson(cohort, 1).public_id}/move/",
        f"lessons/{lesson(cohort, 1).public_id}/cancel/",
        "roster/export/",
        f"roster/{row}/move/",
        f"people/{person}/withdraw/",
    ]
    before = JournalEntry.objects.count()
    for player, status in ((ours.cast.cadre, 403), (ours.cast.teacher, 403), (ours.cast.sibling_officer, 404)):
        client = as_staff(player)
        for page in writes:
            assert client.post(of(cohort, page), {**WHY, "units": "5", "into": "x"}).status_code == status, page
        expected = 403 if player is ours.cast.teacher else 404  # a cadre acts for workers, but not in this cohort
        assert client.post(of(cohort, "roster/new/"), {"person": person}).status_code == expected
    assert JournalEntry.objects.count() == before
