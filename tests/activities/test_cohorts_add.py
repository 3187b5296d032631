"""Cohorts and the days on which they meet."""

from datetime import date, time
from decimal import Decimal

import pytest
from tests.activities.asking import refused, told
from tests.cast import NOW, Cast
from tests.factories.activities import School, at, enrolment, fresh, lesson, sign_up

from tongxin.activities.actions import cohorts, openings, sessions
from tongxin.activities.models import Cohort, Session
from tongxin.activities.planning import plan_days
from tongxin.kernel.refused import Refused
from tongxin.kernel.workdays import WorkdayCalendar
from tongxin.records.models import OutboxRow
from tongxin.venues.models import Booking

CALENDAR = WorkdayCalendar.shipped()


def test_add_skips_holidays_and_says_why(school: School) -> None:
    made = school.planned(weekday=4)  # Thursdays: 4 April is 清明节
    assert (made.first_day, made.last_day, made.session_count) == (date(2024, 4, 11), date(2024, 6, 20), 10)
    first = lesson(made, 1)
    assert (first.starts_at, first.ends_at) == (at(4, 11, 19), at(4, 11, 20, 30))
    assert list(Session.objects.exclude(note="").order_by("no").values_list("no", "note")) == [
        (1, "4月4日（周四）清明节放假，停课一次"),
        (4, "5月2日（周四）劳动节放假，停课一次"),
    ]


def test_a_day_class_skips_worked_weekends_and_an_evening_class_does_not(school: School) -> None:
    morning = school.planned(weekday=7, starts_at=time(9), ends_at=time(10), session_count=3, teacher=None)
    evening = school.planned(weekday=7, session_count=3)
    days = [[s.starts_at.astimezone().date() for s in one.sessions.order_by("no")] for one in (morning, evening)]
    assert days == [  # 7 and 28 April are worked Sundays
        [date(2024, 4, 14), date(2024, 4, 21), date(2024, 5, 12)],
        [date(2024, 4, 7), date(2024, 4, 14), date(2024, 4, 21)],
    ]
    assert lesson(morning, 3).note == "4月28日（周日）调休上班，停课一次；5月5日（周日）劳动节放假，停课一次"


def test_beyond_the_calendar_days_are_planned_and_marked_for_checking() -> None:
    year = CALENDAR.last_year + 1
    days = plan_days(first_day=date(year, 1, 1), weekday=5, count=1, starts_at=time(19), calendar=CALENDAR)
    assert days[0].note == f"{year}年的放假安排公布后，请再核对这一天"


def test_add_books_the_room_for_each_lesson(school: School) -> None:
    made = school.planned(room=school.room, session_count=3)
    assert [s.booking.starts_at for s in made.sessions.select_related("booking").order_by("no")] == [
        at(4, 2, 19),
        at(4, 9, 19),
        at(4, 16, 19),
    ]


def test_add_is_refused_when_the_room_is_taken_and_nothing_is_left(school: School) -> None:
    school.planned(room=school.room, session_count=3)
    with refused("room-taken"):
        school.planned(room=school.room, session_count=3, teacher=None, starts_at=time(20), ends_at=time(21))
    assert (Cohort.objects.count(), Booking.objects.count(), Session.objects.count()) == (1, 3, 3)


def test_nobody_teaches_two_classes_at_once(school: School) -> None:
    school.planned(session_count=3)
    with pytest.raises(Refused, match="4月2日（周二）19:00要上“瑜伽入门”"):
        school.planned(session_count=3, starts_at=time(20), ends_at=time(21))
    school.planned(session_count=3, starts_at=time(20, 30), ends_at=time(21, 30))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("cohort-times", {"starts_at": time(19), "ends_at": time(19)}),
        ("places", {"units": 0}),
        ("sessions-count", {"session_count": 0}),
        ("sessions-count", {"session_count": 121}),
        ("sessions-weekday", {"weekday": 8}),
        ("outside-term", {"session_count": 40}),
        ("outside-term", {"first_day": date(2024, 3, 26)}),
    ],
)
def test_add_refuses(school: School, code: str, changes: dict[str, object]) -> None:
    with refused(code):
        school.planned(**changes)
    assert Cohort.objects.count() == 0


def test_add_refuses_more_places_than_seats(school: School) -> None:
    with pytest.raises(Refused, match="“舞蹈室”坐40人，名额不能是41个"):
        school.planned(room=school.room, units=41)


def test_add_refuses_a_room_of_another_site(school: School) -> None:
    with refused("room-elsewhere"):
        school.planned(site=school.new_site("另一处"), room=school.room)


def test_add_is_refused_to_a_sibling_and_to_the_teacher(school: School, cast: Cast) -> None:
    for stranger in (cast.sibling_officer, cast.teacher):
        with refused("no-power"):
            cohorts.add(term=school.term, plan=school.plan(), by=stranger.actor, at=NOW)


def test_change_moves_the_lessons_ahead_and_tells_everyone(school: School, cast: Cast) -> None:
    cohort = school.cohort(room=school.room, session_count=3)
    sign_up(cohort, cast.wang)
    cohorts.change(
        cohort=cohort,
        room=None,
        teacher=cast.chief.person,
        teacher_name="陈老师",
        starts_at=time(18),
        ends_at=time(19),
        by=school.by,
        at=at(4, 5),
    )
    assert [(s.starts_at, s.room_id) for s in cohort.sessions.order_by("no")] == [
        (at(4, 2, 19), school.room.pk),
        (at(4, 9, 18), None),
        (at(4, 16, 18), None),
    ]
    assert Booking.objects.filter(released_at=None).count() == 1
    assert told("cohort.changed") == {cast.wang.person.pk, cast.teacher.person.pk, cast.chief.person.pk}
    assert OutboxRow.objects.filter(kind="cohort.changed").first().data == {
        "what": "瑜伽入门",
        "starts": at(4, 9, 18).isoformat(),
        "hours": "18:00—19:00",
        "place": "职工服务中心",
        "teacher": "陈老师",
    }


def test_edit_renames_the_pool_that_messages_name(school: School) -> None:
    cohort = cohorts.edit(cohort=school.cohort(), name="晚班", fee=Decimal(30), by=school.by, at=NOW)
    assert (fresh(cohort).pool.name, fresh(cohort).fee) == ("瑜伽入门（晚班）", Decimal(30))


def test_resize_moves_the_line_up(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    states = [one.state for one in sign_up(cohort, cast.wang, cast.zhang)]
    openings.resize(cohort=cohort, units=2, by=school.by, at=NOW)
    assert states == ["granted", "waiting"]
    assert enrolment(cohort, cast.zhang).state == "enrolled"
    assert told("place.moved-up") == {cast.zhang.person.pk}
    with refused("places-taken"):
        openings.resize(cohort=cohort, units=1, by=school.by, at=NOW)
    assert fresh(cohort).units == 2


def test_reschedule_moves_the_booking_and_tells(school: School, cast: Cast) -> None:
    cohort = school.cohort(room=school.room, session_count=2)
    sign_up(cohort, cast.wang)
    moved = sessions.reschedule(session=lesson(cohort, 2), day=date(2024, 4, 20), why="老师出差", by=school.by, at=NOW)
    assert (moved.no, moved.starts_at, moved.note) == (2, at(4, 20, 19), "老师出差")
    assert fresh(cohort).last_day == date(2024, 4, 20)
    assert list(Booking.objects.filter(released_at=None).order_by("starts_at").values_list("starts_at", flat=True)) == [
        at(4, 2, 19),
        at(4, 20, 19),
    ]
    assert told("session.changed") == {cast.wang.person.pk, cast.teacher.person.pk}


def test_reschedule_is_refused_into_the_past_and_onto_another_lesson(school: School) -> None:
    cohort = school.planned(session_count=2)
    with refused("session-past"):
        sessions.reschedule(session=lesson(cohort, 2), day=date(2024, 3, 27), by=school.by, at=NOW)
    with refused("session-twice"):
        sessions.reschedule(session=lesson(cohort, 2), day=date(2024, 4, 2), by=school.by, at=NOW)
    with refused("session-times"):
        sessions.reschedule(session=lesson(cohort, 2), day=date(2024, 4, 3), ends_at=time(18), by=school.by, at=NOW)


def test_cancel_of_one_lesson_frees_its_room_and_tells(school: School, cast: Cast) -> None:
    cohort = school.cohort(room=school.room, session_count=3)
    sign_up(cohort, cast.wang)
    gone = sessions.cancel(session=lesson(cohort, 3), why="停电", by=school.by, at=NOW)
    assert (gone.state, gone.note, fresh(cohort).session_count, fresh(cohort).last_day) == (
        "cancelled",
        "停电",
        2,
        date(2024, 4, 9),
    )
    assert Booking.objects.filter(released_at=None).count() == 2
    assert told("session.cancelled") == {cast.wang.person.pk, cast.teacher.person.pk}
    with refused("why-missing"):
        sessions.cancel(session=lesson(cohort, 2), why=" ", by=school.by, at=NOW)


def test_add_of_one_more_lesson_takes_the_next_number(school: School) -> None:
    cohort = school.planned(session_count=2)
    extra = sessions.add(cohort=cohort, day=date(2024, 4, 20), note="补课", by=school.by, at=NOW)
    assert (extra.no, extra.starts_at, fresh(cohort).session_count) == (3, at(4, 20, 19), 3)
