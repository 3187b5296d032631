"""Getting on a roster, off it, and from one to another."""

from datetime import timedelta

import pytest
from tests.activities.asking import refused, told
from tests.cast import NOW, Cast
from tests.factories.activities import CLOSES, OPENS, School, at, enrolment, fresh, lesson, sign_up

from tongxin.activities.actions import attendance, enrolments, openings
from tongxin.activities.models import Attendance, Enrolment
from tongxin.activities.states import Mark
from tongxin.calls.models import Application
from tongxin.calls.queries import miscounted
from tongxin.served.models import Measure, ServedRow


def test_sign_up_gives_a_place_and_a_line_on_the_roster(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    (application,) = sign_up(cohort, cast.wang)
    row = enrolment(cohort, cast.wang)
    assert (application.state, row.state, row.at, row.federation) == (
        "granted",
        "enrolled",
        NOW,
        cast.chongqing.pk,
    )
    assert row.award.application == application


def test_two_taps_give_one_place(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    first, second = sign_up(cohort, cast.wang, cast.wang)
    assert first == second
    assert (Enrolment.objects.count(), fresh(cohort).pool.taken) == (1, 1)


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (OPENS - timedelta(microseconds=1), "not-open-yet"),
        (OPENS, None),
        (CLOSES - timedelta(microseconds=1), None),
        (CLOSES, "closed-already"),
    ],
)
def test_sign_up_at_the_very_second(school: School, cast: Cast, when: object, code: str | None) -> None:
    cohort = school.cohort()
    if code is None:
        assert sign_up(cohort, cast.wang, when=when)[0].state == "granted"
        return
    with refused(code):
        sign_up(cohort, cast.wang, when=when)
    assert (Enrolment.objects.count(), Application.objects.count()) == (0, 0)


def test_sign_up_is_refused_when_the_cohort_itself_is_closed_and_again_open_when_reopened(
    school: School, cast: Cast
) -> None:
    cohort = school.cohort()
    openings.close_cohort(cohort=cohort, by=school.by, at=NOW)
    with refused("cohort-closed"):
        sign_up(cohort, cast.wang)
    assert Application.objects.count() == 0
    openings.open_cohort(cohort=cohort, by=school.by, at=NOW)
    assert sign_up(cohort, cast.wang)[0].state == "granted"


def test_sign_up_for_a_planned_cohort_is_refused(school: School, cast: Cast) -> None:
    with refused("cohort-planned"):
        sign_up(school.planned(), cast.wang)


def test_staff_sign_up_a_worker_without_a_phone(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    for helper in (cast.officer, cast.cadre):
        enrolments.sign_up(cohort=cohort, person=cast.li.person, by=helper.actor, at=NOW)
    assert enrolment(cohort, cast.li).state == "enrolled"
    assert told("place.granted") == {cast.li.person.pk}


def test_nobody_signs_up_another(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    for stranger in (cast.zhang, cast.teacher, cast.sibling_officer, cast.jinjiang_cadre):
        with refused("no-power"):
            enrolments.sign_up(cohort=cohort, person=cast.wang.person, by=stranger.actor, at=NOW)
    assert Enrolment.objects.count() == 0


def test_withdraw_lets_the_first_in_line_move_up(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    sign_up(cohort, cast.wang, cast.zhang, cast.gao)
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=at(3, 29))
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=at(3, 30))
    gone = enrolment(cohort, cast.wang)
    assert (gone.state, gone.ended_at, enrolment(cohort, cast.zhang).state) == ("withdrawn", at(3, 29), "enrolled")
    assert told("place.moved-up") == {cast.zhang.person.pk}
    assert (fresh(cohort).pool.waiting, miscounted()) == (1, [])


def test_withdraw_from_the_line(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    sign_up(cohort, cast.wang, cast.zhang)
    enrolments.withdraw(cohort=cohort, person=cast.zhang.person, by=cast.zhang.actor, at=NOW)
    assert (fresh(cohort).pool.waiting, fresh(cohort).pool.taken, Enrolment.objects.count()) == (0, 1, 1)


def test_withdraw_of_another_is_refused(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    with refused("no-power"):
        enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.zhang.actor, at=NOW)
    with refused("not-enrolled"):
        enrolments.withdraw(cohort=cohort, person=cast.li.person, by=school.by, at=NOW)
    assert enrolment(cohort, cast.wang).state == "enrolled"


def test_who_comes_back_takes_up_the_same_row_and_stays_one_person_time(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    row = enrolment(cohort, cast.wang)
    attendance.mark(session=lesson(cohort, 1), enrolment=row, mark=Mark.PRESENT, by=cast.teacher.actor, at=at(4, 2, 19))
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=at(4, 3))
    sign_up(cohort, cast.wang, when=at(4, 5))
    back = enrolment(cohort, cast.wang)
    attendance.mark(session=lesson(cohort, 2), enrolment=back, mark=Mark.LATE, by=cast.teacher.actor, at=at(4, 9, 19))
    assert (back.pk, back.public_id, back.state, back.ended_at) == (row.pk, row.public_id, "enrolled", None)
    assert ServedRow.objects.filter(measure=Measure.PERSON_TIME).count() == 1
    assert ServedRow.objects.filter(measure=Measure.ATTENDANCE).count() == 2


def test_move_keeps_attendance_where_it_was_and_tells_the_worker_and_both_teachers(school: School, cast: Cast) -> None:
    source, into = school.two_cohorts(units=1)
    openings.resize(cohort=source, units=2, by=school.by, at=NOW)
    sign_up(source, cast.wang, cast.gao, cast.zhang)
    row = enrolment(source, cast.wang)
    attendance.mark(session=lesson(source, 1), enrolment=row, mark=Mark.PRESENT, by=cast.teacher.actor, at=at(4, 2, 19))
    moved = enrolments.move(enrolment=row, into=into, why="换班时间合适", by=school.by, at=at(4, 3))
    row.refresh_from_db()
    assert (row.state, row.moved_to, row.ended_at, moved.state) == ("moved", moved, at(4, 3), "enrolled")
    assert Attendance.objects.get().enrolment == row
    assert enrolment(source, cast.zhang).state == "enrolled"  # the place that became free
    assert told("place.moved") == {cast.wang.person.pk}
    assert told("teaching.worker-moved") == {cast.teacher.person.pk}
    attendance.mark(
        session=lesson(into, 1), enrolment=moved, mark=Mark.PRESENT, by=cast.teacher.actor, at=at(4, 11, 19)
    )
    person_times = ServedRow.objects.filter(measure=Measure.PERSON_TIME).values_list("source", flat=True)
    assert sorted(person_times) == sorted([row.pk, moved.pk])
    assert miscounted() == []


def test_move_and_back_again_and_forth(school: School, cast: Cast) -> None:
    first, second = school.two_cohorts()
    sign_up(first, cast.wang)
    for into, source in ((second, first), (first, second), (second, first)):
        enrolments.move(enrolment=enrolment(source, cast.wang), into=into, why="换班", by=school.by, at=NOW)
    rows = {row.cohort_id: row for row in Enrolment.objects.all()}
    assert [(rows[one.pk].state, rows[one.pk].moved_to_id) for one in (first, second)] == [
        ("moved", rows[second.pk].pk),
        ("enrolled", None),
    ]


def test_move_into_a_full_cohort_is_refused(school: School, cast: Cast) -> None:
    source, into = school.two_cohorts(units=1)
    sign_up(source, cast.wang)
    sign_up(into, cast.zhang)
    with refused("pool-full"):
        enrolments.move(enrolment=enrolment(source, cast.wang), into=into, why="换班", by=school.by, at=NOW)
    assert (enrolment(source, cast.wang).state, Enrolment.objects.count()) == ("enrolled", 2)


def test_move_is_refused_to_the_teacher_and_to_a_sibling(school: School, cast: Cast) -> None:
    source, into = school.two_cohorts()
    sign_up(source, cast.wang)
    for stranger in (cast.teacher, cast.sibling_officer, cast.wang):
        with refused("no-power"):
            enrolments.move(enrolment=enrolment(source, cast.wang), into=into, why="换班", by=stranger.actor, at=NOW)


def test_move_without_a_reason_is_refused(school: School, cast: Cast) -> None:
    source, into = school.two_cohorts()
    sign_up(source, cast.wang)
    with refused("why-missing"):
        enrolments.move(enrolment=enrolment(source, cast.wang), into=into, why="", by=school.by, at=NOW)
