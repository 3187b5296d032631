"""点名: the grid, its cells, columns and the rest."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player
from tests.factories.activities import School, enrolment, lesson, school, sign_up
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import HTMX, done, of, refused, text

from tongxin.activities.models import Attendance, AttendanceChange, Cohort
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


@pytest.fixture
def cohort(ours: School, clock: Clock) -> Cohort:
    """王小华 and 张路 are enrolled; it is the evening of the first lesson."""
    made = ours.cohort()
    sign_up(made, ours.cast.wang, ours.cast.zhang)
    clock.now = lesson(made, 1).starts_at
    return made


def cell(cohort: Cohort, player: Player, no: int = 1) -> str:
    return of(cohort, f"roll/{lesson(cohort, no).public_id}/{enrolment(cohort, player).public_id}/")


def column(cohort: Cohort, no: int = 1, rest: str = "") -> str:
    return of(cohort, f"roll/{lesson(cohort, no).public_id}/{rest}")


def test_teacher_sees_names_and_no_numbers(ours: School, cohort: Cohort, as_staff: As) -> None:
    html = text(as_staff(ours.cast.teacher), of(cohort))
    roster = text(as_staff(ours.cast.teacher), of(cohort, "roster/"))
    for page in (html, roster):
        assert "王小华" in page
        assert "永川同心机械厂" not in page
        assert "199****" not in page
    assert 'aria-label="王小华 第1次 未点"' in html
    assert html.count('<button type="submit" class="s-cell') == 2


def test_cell_is_marked_by_htmx_and_comes_back_with_its_sums(ours: School, cohort: Cohort, as_staff: As) -> None:
    answer = as_staff(ours.cast.teacher).post(cell(cohort, ours.cast.wang), {"mark": "late"}, headers=HTMX)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert '<button type="submit" class="s-cell l"' in part
    assert "<html" not in part
    assert f'id="s-{lesson(cohort, 1).public_id}" class="tx-num" hx-swap-oob="true">1</span>' in part
    assert f'id="r-{enrolment(cohort, ours.cast.wang).public_id}" class="tx-num" hx-swap-oob="true">1/1</span>' in part
    assert 'id="roll-total" class="tx-num" hx-swap-oob="true">1/1</span>' in part
    assert "已保存 19:00" in part
    assert Attendance.objects.get().mark == "late"


def test_swapped_cell_equals_the_fresh_page(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.teacher)
    part = client.post(cell(cohort, ours.cast.wang), {"mark": "absent"}, headers=HTMX).content.decode()
    button = part[: part.index("</button>")].strip()
    assert button in text(client, of(cohort))


def test_press_without_javascript_goes_back_to_the_grid(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.officer)
    done(client.post(cell(cohort, ours.cast.wang), {"mark": "present"}), of(cohort))
    html = text(client, of(cohort))
    assert 'name="mark" value="late" data-mark="present"' in html  # one press more makes it late
    assert "1<small>/ 2人</small>" in html


def test_double_click_leaves_one_mark_and_one_entry(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.teacher)
    for _ in range(2):
        assert client.post(cell(cohort, ours.cast.wang), {"mark": "present"}, headers=HTMX).status_code == 200
    assert Attendance.objects.count() == 1
    assert JournalEntry.objects.filter(verb="attendance.marked").count() == 1


def test_past_day_needs_a_reason(ours: School, cohort: Cohort, as_staff: As, clock: Clock) -> None:
    clock.tick(days=1)
    client = as_staff(ours.cast.teacher)
    refused(
        client.post(cell(cohort, ours.cast.wang), {"mark": "present"}, headers=HTMX),
        "上课那天已经过了，改记录请写明原因。",
    )
    assert Attendance.objects.count() == 0
    assert "data-fix=" in text(client, of(cohort))
    client.post(cell(cohort, ours.cast.wang), {"mark": "present", "reason": "签到表漏记"}, headers=HTMX)
    assert [(one.after, one.reason) for one in AttendanceChange.objects.all()] == [("present", "签到表漏记")]


def test_future_lesson_and_unknown_mark_are_refused_in_words(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.teacher)
    refused(client.post(cell(cohort, ours.cast.wang, no=2), {"mark": "present"}), "到那天才能点名。")
    refused(client.post(cell(cohort, ours.cast.wang), {"mark": "在"}, headers=HTMX), "请选到、迟、假、缺中的一个。")
    assert Attendance.objects.count() == 0


def test_column_is_a_plain_form(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.teacher)
    html = text(client, column(cohort))
    assert html.count('type="radio"') == 8
    wang, zhang = (enrolment(cohort, one).public_id for one in (ours.cast.wang, ours.cast.zhang))
    done(client.post(column(cohort), {f"m-{wang}": "present", f"m-{zhang}": "leave"}), of(cohort))
    assert set(Attendance.objects.values_list("enrolment__public_id", "mark")) == {(wang, "present"), (zhang, "leave")}
    assert JournalEntry.objects.filter(verb="attendance.column-marked").count() == 1
    done(client.post(column(cohort), {f"m-{wang}": "present"}), of(cohort))
    assert JournalEntry.objects.filter(verb="attendance.column-marked").count() == 1


def test_column_of_a_past_day_keeps_what_was_chosen_until_the_reason_comes(
    ours: School, cohort: Cohort, as_staff: As, clock: Clock
) -> None:
    clock.tick(days=1)
    client, wang = as_staff(ours.cast.teacher), enrolment(cohort, ours.cast.wang).public_id
    html = refused(client.post(column(cohort), {f"m-{wang}": "late"}), "上课那天已经过了，改记录请写明原因。")
    assert f'name="m-{wang}" value="late" checked' in html
    done(client.post(column(cohort), {f"m-{wang}": "late", "reason": "补记"}), of(cohort))
    assert AttendanceChange.objects.get().reason == "补记"


def test_rest_is_marked_after_a_second_look_as_one_batch(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.teacher)
    client.post(cell(cohort, ours.cast.wang), {"mark": "absent"})
    assert "还有1人没点名，全部记为“到”" in text(client, of(cohort))
    done(client.post(column(cohort, rest="rest/")), of(cohort))
    assert sorted(Attendance.objects.values_list("mark", "how")) == [("absent", "grid"), ("present", "rest_present")]
    assert JournalEntry.objects.filter(verb="attendance.rest-present").count() == 1
    assert "其余都到" not in text(client, of(cohort))


def test_ratio_stands_with_its_denominator(ours: School, cohort: Cohort, as_staff: As) -> None:
    client = as_staff(ours.cast.officer)
    client.post(cell(cohort, ours.cast.wang), {"mark": "present"})
    client.post(cell(cohort, ours.cast.zhang), {"mark": "absent"})
    assert "50.0%<small>1 / 2次</small>" in text(client, of(cohort))


def test_grid_asks_as_much_for_one_row_as_for_three(ours: School, as_staff: As, clock: Clock) -> None:
    made, client, counts = ours.cohort(), as_staff(ours.cast.teacher), []
    for player in ours.workers(3):
        sign_up(made, player)
        with CaptureQueriesContext(connection) as queries:
            text(client, of(made))
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_others_do_not_get_in(ours: School, cohort: Cohort, as_staff: As) -> None:
    for player, status in ((ours.cast.cadre, 403), (ours.cast.auditor, 403), (ours.cast.sibling_officer, 404)):
        client = as_staff(player)
        assert client.get(of(cohort)).status_code == status
        assert client.post(cell(cohort, ours.cast.wang), {"mark": "present"}).status_code == status
        assert client.post(column(cohort, rest="rest/")).status_code == status
    admin = as_staff(ours.cast.admin)
    assert '<button type="submit" class="s-cell' not in text(admin, of(cohort))
    assert admin.post(cell(cohort, ours.cast.wang), {"mark": "present"}).status_code == 403
    assert Attendance.objects.count() == 0


def test_teacher_reaches_only_own_cohorts(ours: School, cohort: Cohort, as_staff: As) -> None:
    other = ours.cohort(name="别人的班", weekday=3, teacher=None, teacher_name="李老师")
    client = as_staff(ours.cast.teacher)
    shown = text(client, "/staff/cohorts/").partition("<main")[2]
    assert (of(cohort) in shown, of(other) in shown) == (True, False)
    assert {client.get(of(other, one)).status_code for one in ("", "roster/", "lessons/", "roster/sheet/")} == {404}
    assert {client.get(of(cohort, one)).status_code for one in ("settings/", "line/", "roster/new/")} == {403}
    assert client.post(of(cohort, "roster/export/")).status_code == 403
