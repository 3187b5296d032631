"""How cohorts end, and who hears of it."""

import pytest
from tests.activities.asking import refused, told
from tests.cast import NOW, Cast
from tests.factories.activities import School, at, enrolment, fresh, lesson, sign_up

from tongxin.activities import jobs
from tongxin.activities.actions import attendance, endings, openings, reminders
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.queries.overviews import due_to_finish
from tongxin.activities.states import Mark
from tongxin.calls.queries import miscounted
from tongxin.notices.catalogue import fill
from tongxin.records.models import OutboxRow
from tongxin.served.models import Measure, ServedRow
from tongxin.venues.models import Booking


def everything_told_has_words() -> None:
    for row in OutboxRow.objects.all():
        fill(row.kind, row.data)


def attend(school: School, cohort: Cohort, *players: object, no: int = 1) -> None:
    session = lesson(cohort, no)
    for player in players:
        attendance.mark(
            session=session,
            enrolment=enrolment(cohort, player),
            mark=Mark.PRESENT,
            by=school.cast.teacher.actor,
            at=session.starts_at,
        )


def test_cancel_takes_everything_back_and_tells_everyone_concerned(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1, room=school.room, session_count=3)
    sign_up(cohort, cast.wang, cast.zhang)
    gone = endings.cancel(cohort=cohort, why="报名人数不够", by=school.by, at=at(3, 30))
    assert (gone.state, gone.ended_why, fresh(cohort).pool.closed_at) == ("cancelled", "报名人数不够", at(3, 30))
    assert list(Enrolment.objects.values_list("state", "ended_at")) == [("cancelled", at(3, 30))]
    assert set(Session.objects.values_list("state", "note")) == {("cancelled", "报名人数不够")}
    assert Booking.objects.filter(released_at=None).count() == 0
    assert told("place.ended") == {cast.wang.person.pk, cast.zhang.person.pk}
    assert told("teaching.cancelled") == {cast.teacher.person.pk}
    everything_told_has_words()
    assert miscounted() == []


def test_cancel_is_refused_once_someone_attended(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    attend(school, cohort, cast.wang)
    with refused("cohort-attended"):
        endings.cancel(cohort=cohort, why="老师病了", by=school.by, at=at(4, 3))
    assert (fresh(cohort).state, enrolment(cohort, cast.wang).state) == ("open", "enrolled")


def test_cancel_needs_a_reason_and_the_power(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    with refused("why-missing"):
        endings.cancel(cohort=cohort, why=" ", by=school.by, at=NOW)
    for stranger in (cast.teacher, cast.sibling_officer, cast.cadre):
        with refused("no-power"):
            endings.cancel(cohort=cohort, why="不行", by=stranger.actor, at=NOW)


def test_end_early_keeps_what_was_attended(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1, room=school.room, session_count=3)
    sign_up(cohort, cast.wang, cast.zhang)
    attend(school, cohort, cast.wang)
    done = endings.end_early(cohort=cohort, why="老师病了", by=school.by, at=at(4, 3))
    assert (done.state, fresh(cohort).session_count, enrolment(cohort, cast.wang).state) == ("finished", 1, "enrolled")
    assert list(cohort.sessions.order_by("no").values_list("state", flat=True)) == ["held", "cancelled", "cancelled"]
    assert Booking.objects.filter(released_at=None).count() == 1
    assert ServedRow.objects.filter(measure=Measure.PERSON_TIME).count() == 1
    assert told("cohort.ended-early") == {cast.wang.person.pk, cast.teacher.person.pk}
    assert told("place.line-ended") == {cast.zhang.person.pk}
    everything_told_has_words()
    assert miscounted() == []


def test_merge_takes_everyone_over(school: School, cast: Cast) -> None:
    cohort, into = school.two_cohorts(units=1)
    openings.resize(cohort=into, units=2, by=school.by, at=NOW)
    sign_up(cohort, cast.wang, cast.zhang)
    sign_up(into, cast.gao)
    gone = endings.merge(cohort=cohort, into=into, why="两个班都不满", by=school.by, at=at(3, 30))
    assert (gone.state, gone.merged_into, fresh(into).pool.taken, fresh(into).pool.waiting) == ("cancelled", into, 2, 1)
    row = enrolment(cohort, cast.wang)
    assert (row.state, row.moved_to, enrolment(into, cast.wang).state) == (
        "moved",
        enrolment(into, cast.wang),
        "enrolled",
    )
    assert told("place.moved") == {cast.wang.person.pk}
    assert told("place.moved-to-line") == {cast.zhang.person.pk}
    assert told("teaching.merged") == {cast.teacher.person.pk}
    everything_told_has_words()
    assert miscounted() == []


def test_merge_of_an_attended_cohort_keeps_its_marks_and_counts_both(school: School, cast: Cast) -> None:
    cohort, into = school.two_cohorts()
    sign_up(cohort, cast.wang)
    attend(school, cohort, cast.wang)
    gone = endings.merge(cohort=cohort, into=into, why="人少", by=school.by, at=at(4, 3))
    attend(school, into, cast.wang)
    assert (gone.state, gone.session_count, Attendance.objects.count()) == ("finished", 1, 2)
    assert ServedRow.objects.filter(measure=Measure.PERSON_TIME).count() == 2


def test_merge_is_refused_when_not_all_fit(school: School, cast: Cast) -> None:
    cohort, into = school.two_cohorts(units=1)
    sign_up(cohort, cast.wang)
    sign_up(into, cast.zhang)
    with refused("merge-full"):
        endings.merge(cohort=cohort, into=into, why="人少", by=school.by, at=NOW)
    assert (fresh(cohort).state, enrolment(cohort, cast.wang).state) == ("open", "enrolled")


def test_merge_into_itself_or_into_a_cancelled_cohort_is_refused(school: School) -> None:
    cohort, into = school.two_cohorts()
    with refused("same-cohort"):
        endings.merge(cohort=cohort, into=cohort, why="人少", by=school.by, at=NOW)
    endings.cancel(cohort=into, why="没有老师", by=school.by, at=NOW)
    with refused("cohort-over"):
        endings.merge(cohort=cohort, into=into, why="人少", by=school.by, at=NOW)


def test_finish_after_the_last_lesson_ends_the_line(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1, session_count=2)
    sign_up(cohort, cast.wang, cast.zhang)
    with refused("sessions-ahead"):
        endings.finish(cohort=cohort, by=school.by, at=at(4, 9, 20))
    done = endings.finish(cohort=cohort, by=school.by, at=at(4, 9, 20, 30))
    assert (done.state, enrolment(cohort, cast.wang).state, fresh(cohort).pool.waiting) == ("finished", "enrolled", 0)
    assert told("place.line-ended") == {cast.zhang.person.pk}


def test_due_to_finish_begins_the_day_after_the_last_lesson(school: School) -> None:
    cohort = school.cohort(session_count=2)
    assert list(due_to_finish(at(4, 9, 23, 59))) == []
    assert list(due_to_finish(at(4, 10, 0))) == [cohort]


def test_the_job_finishes_what_is_due(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    due, running = school.cohort(session_count=2), school.cohort(name="周四班", weekday=4)
    monkeypatch.setattr(jobs, "now", lambda: at(4, 15))
    jobs.finish_cohorts.func(timestamp=0)
    assert (fresh(due).state, fresh(running).state) == ("finished", "open")


def test_remind_tells_the_day_before_and_only_once(school: School, cast: Cast) -> None:
    cohort = school.cohort(room=school.room)
    sign_up(cohort, cast.wang)
    days = [reminders.remind(day=at(4, day).date(), at=at(4, day - 1, 12)) for day in (2, 2, 3)]
    row = OutboxRow.objects.get(kind="session.tomorrow")
    assert (days, row.person, row.data["place"]) == ([1, 1, 0], cast.wang.person.pk, "职工服务中心·舞蹈室")
    everything_told_has_words()
