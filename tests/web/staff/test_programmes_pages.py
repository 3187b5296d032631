"""Programmes, terms and adding cohorts through the pages."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import School, at, school
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import HTMX, done, of_programme, of_term, refused, text, value_of

from tongxin.activities.models import Cohort, Course, Programme, Term
from tongxin.rulebook.actions import shipped

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


@pytest.fixture
def desk(ours: School, as_staff: As) -> Client:
    return as_staff(ours.cast.officer)


def plan(ours: School, **changes: str) -> dict[str, str]:
    """A Thursday evening class in the dance room, as the form sends it."""
    values = {
        "course": ours.course().public_id,
        "name": "晚班",
        "weekday": "4",
        "starts_at": "19:00",
        "ends_at": "20:30",
        "session_count": "3",
        "first_day": "2024-04-01",
        "place": ours.room.public_id,
        "units": "20",
        "fee": "0",
        "teacher": ours.cast.teacher.person.public_id,
        "teacher_name": "",
        "step": "add",
    }
    return {**values, **changes}


def test_programme_is_started_and_shown(ours: School, desk: Client) -> None:
    answer = desk.post(
        "/staff/programmes/new/",
        {
            "union": ours.union.public_id,
            "name": "读书会",
            "began_on": "2024-03-01",
            "about": "",
            "late_after": "15",
        },
    )
    made = Programme.objects.get(name="读书会")
    done(answer, f"/staff/programmes/{made.public_id}/")
    assert (made.union_id, made.late_after) == (ours.union.pk, 15)
    assert "开课15分钟后签到算迟到" in text(desk, f"/staff/programmes/{made.public_id}/")


def test_programme_of_the_same_name_is_refused_under_the_name(ours: School, desk: Client) -> None:
    html = refused(
        desk.post(
            "/staff/programmes/new/",
            {
                "union": ours.union.public_id,
                "name": "惠工之家",
                "began_on": "2024年2月30日",
                "late_after": "10",
            },
        ),
        "2024年2月没有30日，请改成实际有的日期。",
    )
    assert value_of(html, "began_on") == "2024年2月30日"
    assert value_of(html, "name") == "惠工之家"
    again = desk.post(
        "/staff/programmes/new/",
        {
            "union": ours.union.public_id,
            "name": "惠工之家",
            "began_on": "2024-03-01",
            "late_after": "10",
        },
    )
    refused(again, "这个工会已有同名的项目，请换个名称。")


def test_programme_is_edited_and_synthetic_stands_on_its_pages(ours: School, desk: Client) -> None:
    done(
        desk.post(of_programme(ours, "edit/"), {"name": "惠工之家", "about": "课程", "late_after": "5"}),
        of_programme(ours),
    )
    assert Programme.objects.get().late_after == 5
    from tongxin.store.atomic import writing

    with writing():
        Programme.objects.filter(pk=ours.programme.pk).update(synthetic="学员是合成的。")
    cohort = ours.planned()
    for address in (
        "/staff/programmes/",
        of_programme(ours),
        of_programme(ours, "edit/"),
        of_term(ours.term),
        of_term(ours.term, "cohorts/new/"),
        "/staff/cohorts/",
        f"/staff/cohorts/{cohort.public_id}/",
        f"/staff/cohorts/{cohort.public_id}/roster/sheet/",
        f"/staff/cohorts/{cohort.public_id}/cancel/",
    ):
        assert "学员是合成的。" in text(desk, address)


def test_course_is_added_and_edited(ours: School, desk: Client) -> None:
    done(
        desk.post(of_programme(ours, "courses/new/"), {"name": "书法", "kind": "lessons", "topic": "文化艺术"}),
        of_programme(ours),
    )
    course = Course.objects.get(name="书法")
    again = desk.post(of_programme(ours, "courses/new/"), {"name": "书法", "kind": "lessons", "topic": "文化艺术"})
    refused(again, "这个项目已有同名课程，直接用它开班就行。")
    done(
        desk.post(
            f"/staff/programmes/courses/{course.public_id}/", {"name": "楷书", "kind": "lessons", "topic": "文化艺术"}
        ),
        of_programme(ours),
    )
    assert Course.objects.get(pk=course.pk).name == "楷书"


def test_term_is_added_once_however_often_it_is_pressed(ours: School, desk: Client) -> None:
    page = text(desk, of_programme(ours, "terms/new/"))
    sent = {"ordinal": value_of(page, "ordinal"), "starts": "2024-04-01", "ends": "2024-06-30"}
    term_page = desk.post(of_programme(ours, "terms/new/"), sent)["Location"]
    assert term_page == of_term(Term.objects.get())
    refused(desk.post(of_programme(ours, "terms/new/"), sent), "这个项目已有同样期数，请换一个期数。")
    assert Term.objects.count() == 1
    backwards = desk.post(of_programme(ours, "terms/new/"), {**sent, "ordinal": "9", "ends": "2024-03-01"})
    refused(backwards, "结束日期不能早于开始日期。")


def test_copy_shows_what_will_be_made_and_makes_it_once(ours: School, desk: Client) -> None:
    ours.planned(session_count=3)
    address = of_programme(ours, "terms/copy/")
    days = {"source": ours.term.public_id, "starts": "2024-09-23", "ends": "2024-12-31"}
    html = desk.post(address, {**days, "step": "look"}).content.decode()
    assert Term.objects.count() == 1
    assert "2024年9月24日—10月15日" in html
    assert "10月1日（周二）国庆节放假，停课一次" in html
    assert "新建一期，建这1个班" in html
    made = desk.post(address, {**days, "step": "make"})
    term = Term.objects.get(ordinal=28)
    done(made, of_term(term))
    assert [day.isoformat() for day in term.cohorts.values_list("first_day", flat=True)] == ["2024-09-24"]
    refused(desk.post(address, {**days, "step": "make"}), "刚才已经新建了第28期，没有再复制一次。")
    assert Term.objects.count() == 2


def test_copy_says_which_cohort_does_not_fit(ours: School, desk: Client) -> None:
    ours.planned()
    days = {"source": ours.term.public_id, "starts": "2024-09-02", "ends": "2024-09-20"}
    address = of_programme(ours, "terms/copy/")
    assert "次课超出本期，请延后结束日期。" in desk.post(address, {**days, "step": "look"}).content.decode()
    html = refused(desk.post(address, {**days, "step": "make"}), "“瑜伽入门”：")
    assert value_of(html, "ends") == "2024-09-20"


def test_window_that_closes_before_it_opens_is_refused_under_the_field(ours: School, desk: Client) -> None:
    sent = {"opens": "2024-04-08T09:00", "closes": "2024-04-08T08:00", "per_person": "2"}
    html = refused(desk.post(of_term(ours.term, "window/"), sent), "报名截止时间要晚于开始时间，请改其中一个。")
    assert 'id="id_closes_error"' in html
    assert value_of(html, "closes") == "2024-04-08T08:00"
    done(desk.post(of_term(ours.term, "window/"), {**sent, "closes": "2024年4月9日 18:00"}), of_term(ours.term))
    assert Term.objects.select_related("call").get().call.closes == at(4, 9, 18)


def test_window_on_30_february_keeps_what_was_typed(ours: School, desk: Client) -> None:
    sent = {"opens": "2024-02-30T09:00", "closes": "2024-04-09T18:00", "per_person": "2"}
    html = refused(desk.post(of_term(ours.term, "window/"), sent), "2024年2月没有30日，请改成实际有的日期。")
    assert value_of(html, "opens") == "2024-02-30T09:00"
    assert 'type="text" name="opens"' in html


def test_term_days_are_changed_unless_a_class_falls_out(ours: School, desk: Client) -> None:
    ours.planned()
    refused(
        desk.post(of_term(ours.term, "days/"), {"starts": "2024-04-01", "ends": "2024-04-30"}), "的课不在这些日期以内"
    )
    done(desk.post(of_term(ours.term, "days/"), {"starts": "2024-04-01", "ends": "2024-07-30"}), of_term(ours.term))


def test_term_is_published_and_finished(ours: School, desk: Client) -> None:
    refused(desk.post(of_term(ours.term, "publish/")), "这一期还没有班次，请先加上班次再公布。")
    cohort = ours.planned()
    done(desk.post(of_term(ours.term, "publish/")), of_term(ours.term))
    assert Cohort.objects.get(pk=cohort.pk).state == "open"
    refused(desk.post(of_term(ours.term, "publish/")), "现在的状态不能这样办")
    refused(desk.post(of_term(ours.term, "finish/")), "还有1个班没有结课，请先结课或取消。")


def test_cohort_is_shown_with_its_days_then_added_once(ours: School, desk: Client) -> None:
    address = of_term(ours.term, "cohorts/new/")
    assert ours.course().public_id in text(desk, address)
    looked = desk.post(address, plan(ours, step="look"))
    assert looked.status_code == 200
    html = looked.content.decode()
    assert "4月11日（周四）" in html
    assert "4月4日（周四）清明节放假，停课一次" in html
    assert Cohort.objects.count() == 0
    part = desk.post(of_term(ours.term, "cohorts/preview/"), plan(ours), headers=HTMX).content.decode()
    assert "4月11日（周四）" in part
    assert "<html" not in part
    added = desk.post(address, plan(ours))
    cohort = Cohort.objects.get()
    done(added, f"/staff/cohorts/{cohort.public_id}/")
    made = (cohort.title, cohort.room_id, cohort.teacher_name, cohort.session_count)
    assert made == ("瑜伽入门（晚班）", ours.room.pk, "孟老师", 3)
    refused(desk.post(address, plan(ours)), "这一期在同一时间、同一地点已经有这个班。")
    assert Cohort.objects.count() == 1


@pytest.mark.parametrize(("change", "words", "field"), [
    ({"first_day": "2024-02-30"}, "2024年2月没有30日，请改成实际有的日期。", "first_day"),
    ({"ends_at": "18:00"}, "下课时间要晚于上课时间，请改其中一个。", "ends_at"),
    ({"units": "41"}, "“舞蹈室”坐40人，名额不能是41个。请减少名额或换教室。", "units"),
    ({"units": "0"}, "请填1到9999之间的整数。", "units"),
    ({"session_count": "40"}, "晚于本期结束的", "first_day"),
    ({"starts_at": "25:00"}, "没看懂这个时间，请写成19:00这样。", "starts_at"),
])  # fmt: skip
def test_cohort_form_refuses_under_the_field_and_keeps_all(
    ours: School, desk: Client, change: dict[str, str], words: str, field: str
) -> None:
    html = refused(desk.post(of_term(ours.term, "cohorts/new/"), plan(ours, **change)), words)
    assert f'id="id_{field}_error"' in html
    sent = plan(ours, **change)
    kept = ("name", "starts_at", "ends_at", "session_count", "first_day", "units")
    assert [value_of(html, name) for name in kept] == [sent[name] for name in kept]
    assert f'<option value="{ours.room.public_id}" selected>' in html
    assert Cohort.objects.count() == 0


def test_teacher_of_another_place_cannot_be_chosen(ours: School, desk: Client) -> None:
    html = refused(
        desk.post(of_term(ours.term, "cohorts/new/"), plan(ours, teacher=ours.cast.gao.person.public_id)), "老师"
    )
    assert 'id="id_teacher_error"' in html


def test_filters_stand_in_the_address(ours: School, desk: Client) -> None:
    ours.two_cohorts()
    assert "周四班" in text(desk, of_term(ours.term))
    found = text(desk, of_term(ours.term), weekday="2")
    assert ("周二班" in found, "周四班" in found) == (True, False)
    part = desk.get(of_term(ours.term), {"q": "周四"}, headers=HTMX).content.decode()
    assert ("周二班" in part, "周四班" in part, "<html" in part) == (False, True, False)
    assert "没有符合的班次" in text(desk, of_term(ours.term), state="cancelled")


@pytest.mark.parametrize("where", ["term", "cohorts"])
def test_list_asks_as_much_for_one_cohort_as_for_three(ours: School, desk: Client, where: str) -> None:
    counts = []
    for number in range(3):
        ours.cohort(name=f"{number}班", weekday=number + 1)
        with CaptureQueriesContext(connection) as queries:
            text(desk, of_term(ours.term) if where == "term" else "/staff/cohorts/")
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_others_do_not_get_in(ours: School, as_staff: As) -> None:
    term, programme = ours.term, ours.programme
    addresses = ["", "window/", "days/", "cohorts/new/"]
    for player, status in ((ours.cast.cadre, 403), (ours.cast.reader, 403), (ours.cast.sibling_officer, 404)):
        client = as_staff(player)
        assert {client.get(of_term(term, one)).status_code for one in addresses} == {status}
        assert client.post(of_term(term, "publish/")).status_code == status
        assert client.post(of_term(term, "cohorts/new/"), plan(ours)).status_code == status
        assert (
            client.post(of_programme(ours, "courses/new/"), {"name": "x", "kind": "lessons", "topic": "y"}).status_code
            == status
        )
    teacher = as_staff(ours.cast.teacher)
    assert teacher.get(of_term(term)).status_code == 404
    assert teacher.get(f"/staff/programmes/{programme.public_id}/").status_code == 404
    assert teacher.post(of_term(term, "publish/")).status_code == 403
    assert "您负责的班次在“班次”里。" in text(teacher, "/staff/programmes/")
    assert Term.objects.get().state == "draft"
    assert "惠工之家" not in text(as_staff(ours.cast.sibling_officer), "/staff/programmes/").partition("<main")[2]


def test_term_in_a_busy_hour_is_said_in_the_draft_and_refused_at_publishing(ours: School, desk: Client) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)
    ours.planned()
    sent = {"opens": "2024-04-02T12:00", "closes": "2024-04-09T18:00", "per_person": "2"}
    done(desk.post(of_term(ours.term, "window/"), sent), of_term(ours.term))
    words = "请把开始时间改到2024年4月2日 13:00或者更晚"
    assert words in text(desk, of_term(ours.term))
    refused(desk.post(of_term(ours.term, "publish/")), words)
    done(desk.post(of_term(ours.term, "window/"), {**sent, "opens": "2024-04-02T13:00"}), of_term(ours.term))
    assert words not in text(desk, of_term(ours.term))
    done(desk.post(of_term(ours.term, "publish/")), of_term(ours.term))
    html = refused(desk.post(of_term(ours.term, "window/"), sent), words)
    assert 'id="id_opens_error"' in html
    assert value_of(html, "opens") == "2024-04-02T12:00"
