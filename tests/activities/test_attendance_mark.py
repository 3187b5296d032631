"""点名, corrections, and the ledger right after each."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.activities.asking import refused
from tests.cast import Cast
from tests.factories.activities import School, at, enrolment, lesson, sign_up

from tongxin.activities.actions import attendance, enrolments, sessions
from tongxin.activities.days import day_of
from tongxin.activities.models import Attendance, AttendanceChange, Cohort, Enrolment, Session
from tongxin.activities.states import ATTENDED, How, Mark
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry
from tongxin.served.models import Measure, ServedRow


def balance() -> dict[tuple[str, object, int], int]:
    """What the ledger comes to, by measure, day and person; zeros left out."""
    sums: Counter[tuple[str, object, int]] = Counter()
    for row in ServedRow.objects.all():
        sums[row.measure, row.day, row.person] += row.quantity
    return {key: value for key, value in sums.items() if value}


def recount() -> dict[tuple[str, object, int], int]:
    """The same from the marks alone, by brute force."""
    sums: Counter[tuple[str, object, int]] = Counter()
    for row in Enrolment.objects.all():
        days = [
            day_of(one.session.starts_at)
            for one in Attendance.objects.filter(enrolment=row).select_related("session")
            if one.mark in ATTENDED
        ]
        for day in days:
            sums[Measure.ATTENDANCE.value, day, row.person_id] += 1
        if days:
            sums[Measure.PERSON_TIME.value, min(days), row.person_id] += 1
    return dict(sums)


def class_of_two(school: School, cast: Cast) -> tuple[Cohort, Enrolment, Enrolment]:
    cohort = school.cohort(session_count=3)
    sign_up(cohort, cast.wang, cast.zhang)
    return cohort, enrolment(cohort, cast.wang), enrolment(cohort, cast.zhang)


def test_mark_on_the_day_writes_mark_ledger_and_journal(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    row = attendance.mark(
        session=lesson(cohort, 1), enrolment=wang, mark=Mark.PRESENT, by=cast.teacher.actor, at=at(4, 2, 19, 5)
    )
    assert (row.mark, row.how, row.account, row.at) == ("present", "grid", cast.teacher.account.pk, at(4, 2, 19, 5))
    day, person = at(4, 2).date(), cast.wang.person.pk
    assert balance() == {("attendance", day, person): 1, ("person_time", day, person): 1} == recount()
    served = ServedRow.objects.get(measure="person_time")
    assert (served.union, served.federation, served.programme, served.source) == (
        cast.yongchuan.pk,
        cast.chongqing.pk,
        school.programme.pk,
        wang.pk,
    )
    entry = JournalEntry.objects.get(verb="attendance.marked")
    assert (entry.of_id, entry.union, entry.account) == (
        lesson(cohort, 1).public_id,
        cast.yongchuan.pk,
        cast.teacher.account.pk,
    )
    assert lesson(cohort, 1).state == "held"


def test_leave_and_absent_are_marks_that_serve_nobody(school: School, cast: Cast) -> None:
    cohort, wang, zhang = class_of_two(school, cast)
    for row, mark in ((wang, Mark.LEAVE), (zhang, Mark.ABSENT)):
        attendance.mark(session=lesson(cohort, 1), enrolment=row, mark=mark, by=cast.teacher.actor, at=at(4, 2, 19))
    assert (Attendance.objects.count(), ServedRow.objects.count()) == (2, 0)


def test_the_same_mark_again_changes_nothing(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    for _ in range(2):
        attendance.mark(
            session=lesson(cohort, 1), enrolment=wang, mark=Mark.LATE, by=cast.teacher.actor, at=at(4, 2, 19)
        )
    assert (ServedRow.objects.count(), JournalEntry.objects.filter(verb="attendance.marked").count()) == (2, 1)


def test_on_the_day_until_midnight_a_correction_is_free(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    for mark, when in ((Mark.PRESENT, at(4, 2, 19)), (Mark.ABSENT, at(4, 2, 23, 59, 59))):
        attendance.mark(session=lesson(cohort, 1), enrolment=wang, mark=mark, by=cast.teacher.actor, at=when)
    assert (AttendanceChange.objects.count(), balance()) == (0, {})
    assert ServedRow.objects.count() == 4


def test_after_the_day_a_mark_needs_a_reason_and_keeps_what_stood(school: School, cast: Cast) -> None:
    cohort, wang, zhang = class_of_two(school, cast)
    first, teacher = lesson(cohort, 1), cast.teacher.actor
    attendance.mark(session=first, enrolment=wang, mark=Mark.ABSENT, by=teacher, at=at(4, 2, 19))
    with refused("reason-missing"):
        attendance.mark(session=first, enrolment=wang, mark=Mark.LATE, reason=" ", by=teacher, at=at(4, 3, 0))
    attendance.mark(session=first, enrolment=wang, mark=Mark.LATE, reason="点错了", by=teacher, at=at(4, 3, 0))
    attendance.mark(session=first, enrolment=zhang, mark=Mark.PRESENT, reason="漏点", by=teacher, at=at(4, 3, 0))
    assert list(AttendanceChange.objects.order_by("pk").values_list("before", "after", "reason", "account")) == [
        ("absent", "late", "点错了", cast.teacher.account.pk),
        ("", "present", "漏点", cast.teacher.account.pk),
    ]
    assert balance() == recount()


def test_not_before_the_sessions_day(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    with refused("roll-early"):
        attendance.mark(
            session=lesson(cohort, 1), enrolment=wang, mark=Mark.LEAVE, by=cast.teacher.actor, at=at(4, 1, 23, 59)
        )


def test_a_cancelled_session_refuses(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    sessions.cancel(session=lesson(cohort, 1), why="停电", by=school.by, at=at(4, 1))
    with refused("session-cancelled"):
        attendance.mark(session=lesson(cohort, 1), enrolment=wang, mark=Mark.PRESENT, by=school.by, at=at(4, 2, 19))


def test_an_attended_session_can_be_neither_cancelled_nor_moved(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    attendance.mark(session=lesson(cohort, 1), enrolment=wang, mark=Mark.LATE, by=school.by, at=at(4, 2, 19))
    with refused("session-attended"):
        sessions.cancel(session=lesson(cohort, 1), why="停电", by=school.by, at=at(4, 2, 20))
    with refused("wrong-state"):
        sessions.reschedule(session=lesson(cohort, 1), day=at(4, 20).date(), by=school.by, at=at(4, 2, 20))


def test_who_is_not_on_the_roster_gets_no_mark(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    other = school.cohort(name="周四班", weekday=4)
    with refused("not-on-roster"):
        attendance.mark(session=lesson(other, 1), enrolment=wang, mark=Mark.PRESENT, by=school.by, at=at(4, 11, 19))
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=at(4, 5))
    with refused("not-on-roster"):
        attendance.mark(session=lesson(cohort, 2), enrolment=wang, mark=Mark.PRESENT, by=school.by, at=at(4, 9, 19))
    attendance.mark(
        session=lesson(cohort, 1), enrolment=wang, mark=Mark.PRESENT, reason="当时来了", by=school.by, at=at(4, 9, 19)
    )


def test_only_its_teacher_and_the_unions_staff_call_the_roll(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    for stranger in (cast.wang, cast.admin, cast.cadre, cast.sibling_officer, cast.reader):
        with refused("no-power"):
            attendance.mark(
                session=lesson(cohort, 1), enrolment=wang, mark=Mark.PRESENT, by=stranger.actor, at=at(4, 2, 19)
            )
    others = school.cohort(
        name="别人的", teacher=cast.chief.person, starts_at=at(4, 2, 9).time(), ends_at=at(4, 2, 10).time()
    )
    sign_up(others, cast.gao)
    with refused("no-power"):
        attendance.mark_rest_present(session=lesson(others, 1), by=cast.teacher.actor, at=at(4, 2, 19))


def test_rest_present_marks_the_unmarked_and_is_one_entry(school: School, cast: Cast) -> None:
    cohort, wang, zhang = class_of_two(school, cast)
    session = lesson(cohort, 1)
    attendance.mark(session=session, enrolment=zhang, mark=Mark.LEAVE, by=cast.teacher.actor, at=at(4, 2, 19))
    sign_up(cohort, cast.gao, when=at(4, 3))  # came to the class later
    count = attendance.mark_rest_present(session=session, reason="补点", by=cast.teacher.actor, at=at(4, 4))
    assert (count, Attendance.objects.get(enrolment=wang).how) == (1, How.REST_PRESENT)
    entry = JournalEntry.objects.get(verb="attendance.rest-present")
    assert entry.data == {"count": 1, "late": True}
    assert balance() == recount()


def test_rest_present_after_the_day_needs_a_reason(school: School, cast: Cast) -> None:
    cohort, _, _ = class_of_two(school, cast)
    with refused("reason-missing"):
        attendance.mark_rest_present(session=lesson(cohort, 1), by=cast.teacher.actor, at=at(4, 3))


def test_a_person_time_counts_on_the_day_of_the_earliest_attended_lesson(school: School, cast: Cast) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    teacher, person = cast.teacher.actor, cast.wang.person.pk

    def mark(no: int, mark: Mark, when: object) -> object:
        attendance.mark(session=lesson(cohort, no), enrolment=wang, mark=mark, reason="更正", by=teacher, at=when)
        (day,) = [key[1] for key in balance() if key[0] == "person_time"] or [None]
        assert balance() == recount()
        return day

    assert mark(2, Mark.PRESENT, at(4, 9, 19)) == at(4, 9).date()
    assert mark(1, Mark.LATE, at(4, 10)) == at(4, 2).date()  # an earlier one was forgotten
    assert mark(1, Mark.ABSENT, at(4, 11)) == at(4, 9).date()  # and was wrong after all
    assert mark(2, Mark.ABSENT, at(4, 12)) is None
    turns = ServedRow.objects.filter(measure="person_time", person=person).order_by("turn")
    assert list(turns.values_list("day", "quantity")) == [
        (at(4, 9).date(), 1),
        (at(4, 9).date(), -1),
        (at(4, 2).date(), 1),
        (at(4, 2).date(), -1),
        (at(4, 9).date(), 1),
        (at(4, 9).date(), -1),
    ]


def test_mark_takes_a_fixed_number_of_statements(
    school: School, cast: Cast, django_assert_max_num_queries: object
) -> None:
    cohort, wang, _ = class_of_two(school, cast)
    teacher = cast.teacher.actor
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        attendance.mark(session=lesson(cohort, 1), enrolment=wang, mark=Mark.PRESENT, by=teacher, at=at(4, 2, 19))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from([*Mark, None, "leave", "back", "over"])),
        min_size=1,
        max_size=12,
    )
)
def test_the_ledger_equals_a_recount_after_whatever_happened(
    school: School, cast: Cast, deeds: list[tuple[int, int, object]]
) -> None:
    """Marks in any order, corrections, the rest present, withdrawing, coming back, moving over."""
    first, second = _two_classes(school, cast)
    players = (cast.wang, cast.zhang, cast.gao)
    for who, no, deed in deeds:
        player = players[who]
        cohort = Cohort.objects.get(pk=first.pk)
        try:
            if isinstance(deed, Mark):
                row = Enrolment.objects.filter(person=player.person, cohort__in=[first, second]).order_by("-at").first()
                session = Session.objects.get(cohort=row.cohort_id, no=no)
                attendance.mark(session=session, enrolment=row, mark=deed, reason="更正", by=school.by, at=at(6, 20))
            elif deed is None:
                attendance.mark_rest_present(session=lesson(cohort, no), reason="补点", by=school.by, at=at(6, 20))
            elif deed == "leave":
                enrolments.withdraw(cohort=cohort, person=player.person, why="请退", by=school.by, at=at(4, 5))
            elif deed == "back":
                sign_up(cohort, player, when=at(4, 6))
            else:
                enrolments.move(enrolment=enrolment(cohort, player), into=second, why="换班", by=school.by, at=at(4, 7))
        except Refused:
            continue
    assert balance() == recount()
    everything = ServedRow.objects.values_list("measure", "source", "quantity", "turn")
    assert all((quantity == 1) == (turn % 2 == 1) for _, _, quantity, turn in everything)


def _two_classes(school: School, cast: Cast) -> tuple[Cohort, Cohort]:
    """Anew for each example: the examples share one transaction."""
    number = Cohort.objects.count()
    first = school.cohort(name=f"甲{number}", teacher=None, session_count=3)
    second = school.cohort(name=f"乙{number}", teacher=None, weekday=4, session_count=3)
    for player in (cast.wang, cast.zhang, cast.gao):
        for old in Enrolment.objects.filter(person=player.person, state="enrolled").select_related("cohort"):
            enrolments.withdraw(cohort=old.cohort, person=player.person, why="重来", by=school.by, at=at(4, 1))
        sign_up(first, player, when=at(4, 1))
    return first, second
