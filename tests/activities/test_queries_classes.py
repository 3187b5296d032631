"""What workers, teachers and staff see, in how many queries."""

from datetime import timedelta

import pytest
from tests.cast import NOW, Cast, member_of_staff
from tests.factories.activities import CLOSES, OPENS, School, at, enrolment, fresh, lesson, sign_up

from tongxin.activities.actions import attendance, endings, enrolments, openings
from tongxin.activities.models import Cohort, Term
from tongxin.activities.queries.classes import (
    Filters,
    PartOfDay,
    class_list,
    class_page,
    count_matching,
    topics,
    visible,
)
from tongxin.activities.queries.lists import CohortFilters, cohorts_of, term_cohorts
from tongxin.activities.queries.mine import my_things, teachers_cohorts
from tongxin.activities.queries.overviews import lines
from tongxin.activities.queries.rosters import roster
from tongxin.activities.queries.standing import stands
from tongxin.activities.states import Mark, Standing
from tongxin.people.roles import RoleName


def shown(cohort: Cohort, when: object, cast: Cast) -> tuple[str, int | None]:
    """For 王小华."""
    (row,) = [one for one in class_list(at=when, person=cast.wang.person.pk).rows if one.cohort == cohort]
    page = class_page(visible().get(pk=cohort.pk), at=when, person=cast.wang.person.pk)
    assert row.stands == page.stands
    return row.stands.state.value, row.stands.place


def test_standing_through_the_life_of_a_cohort(school: School, cast: Cast) -> None:
    cohort = school.cohort(units=1)
    before = stands(fresh(cohort), OPENS - timedelta(seconds=1))
    assert (before.state, before.opens, before.tone) == (Standing.NOT_YET, OPENS, "info")
    assert shown(cohort, NOW, cast) == ("open", None)
    sign_up(cohort, cast.zhang, cast.gao)
    full = stands(fresh(cohort), NOW)
    assert (full.state, full.left, full.waiting, full.can_ask) == (Standing.FULL, 0, 1, True)
    sign_up(cohort, cast.wang)
    assert shown(cohort, NOW, cast) == ("waiting", 2)
    enrolments.withdraw(cohort=cohort, person=cast.gao.person, by=cast.gao.actor, at=NOW)
    assert shown(cohort, NOW, cast) == ("waiting", 1)
    enrolments.withdraw(cohort=cohort, person=cast.zhang.person, by=cast.zhang.actor, at=NOW)
    assert shown(cohort, NOW, cast) == ("enrolled", None)
    assert stands(fresh(cohort), CLOSES).state == Standing.RUNNING
    assert stands(fresh(cohort), at(6, 5)).state == Standing.DONE
    endings.cancel(cohort=cohort, why="不开了", by=school.by, at=NOW)
    assert stands(fresh(cohort), NOW).state == Standing.CANCELLED


def test_standing_between_the_window_and_the_first_lesson_is_closed(school: School) -> None:
    cohort = school.cohort(weekday=3, first_day=at(4, 10).date())
    assert stands(fresh(cohort), CLOSES - timedelta(microseconds=1)).state == Standing.OPEN
    assert stands(fresh(cohort), CLOSES).state == Standing.CLOSED
    openings.close_cohort(cohort=cohort, by=school.by, at=NOW)
    assert stands(fresh(cohort), NOW).state == Standing.CLOSED


@pytest.mark.parametrize("planned", [True, False])
def test_a_term_that_is_not_published_is_not_to_be_found(school: School, planned: bool) -> None:
    cohort = school.planned() if planned else school.cohort()
    assert [row.cohort for row in class_list(at=NOW).rows] == ([] if planned else [cohort])
    assert visible().filter(pk=cohort.pk).exists() is not planned


def test_class_list_filters(school: School, cast: Cast) -> None:
    yoga = school.cohort()
    choir = school.cohort(
        course=school.course("合唱", "文化艺术"),
        weekday=6,
        starts_at=at(4, 6, 9).time(),
        ends_at=at(4, 6, 10).time(),
        teacher=None,
        teacher_name="",
        units=1,
        site=school.new_site("文化宫"),
    )
    sign_up(choir, cast.wang)

    def found(**values: object) -> list[Cohort]:
        filters = Filters(**values)  # type: ignore[arg-type]
        rows = [row.cohort for row in class_list(at=NOW, filters=filters).rows]
        assert count_matching(at=NOW, filters=filters) == len(rows)
        return rows

    assert found() == [yoga, choir]
    assert found(weekdays=(6, 7)) == [choir]
    assert found(part=PartOfDay.EVENING) == [yoga]
    assert found(part=PartOfDay.MORNING) == [choir]
    assert found(part=PartOfDay.AFTERNOON) == []
    assert found(topic="健身") == [yoga]
    assert found(text="合") == [choir]
    assert found(text="孟老") == [yoga]
    assert found(open_only=True) == [yoga]
    assert found(site=school.site) == [yoga]
    assert found(area=cast.chongqing) == [yoga, choir]
    assert found(area=cast.yongchuan) == [yoga, choir]
    assert found(area=cast.zhongshan) == []
    assert found(area=cast.sichuan) == []
    assert sorted(topics(NOW)) == sorted(["健身", "文化艺术"])


def test_class_list_pages(school: School) -> None:
    made = [
        school.cohort(
            name=f"{hour}点", teacher=None, starts_at=at(4, 2, hour).time(), ends_at=at(4, 2, hour + 1).time()
        )
        for hour in (9, 10, 14)
    ]
    first, second = class_list(at=NOW, size=2), class_list(at=NOW, page=2, size=2)
    assert ([row.cohort for row in first.rows], first.more) == (made[:2], True)
    assert ([row.cohort for row in second.rows], second.more) == (made[2:], False)
    assert class_list(at=NOW, page=-3, size=2).rows == first.rows


def test_lists_take_as_many_queries_with_one_row_as_with_three(
    school: School, cast: Cast, django_assert_num_queries: object
) -> None:
    count = django_assert_num_queries
    person = cast.wang.person.pk
    for number in range(3):
        cohort = school.cohort(name=f"{number}班", weekday=number + 1, room=school.room)
        if number < 2:  # per person: two
            sign_up(cohort, cast.wang)
        sign_up(cohort, *school.workers(1 + number))
        if number == 1:
            continue
        term = Term.objects.get(pk=school.term.pk)
        with count(2):  # type: ignore[operator]
            assert [_touch(row.cohort) for row in class_list(at=NOW).rows]
        with count(3):  # type: ignore[operator]
            assert class_list(at=NOW, person=person).rows
        with count(3):  # type: ignore[operator]
            assert my_things(person, at=NOW).current
        teacher = cast.teacher.actor
        with count(2):  # type: ignore[operator]
            assert len(teachers_cohorts(teacher, at=NOW)) == number + 1
        with count(3):  # type: ignore[operator]
            assert len(lines(term_cohorts(term, CohortFilters()), at=NOW)) == number + 1
        with count(3):  # type: ignore[operator]
            assert len(lines(cohorts_of(teacher, CohortFilters(), at=NOW), at=NOW)) == number + 1
        with count(3):  # type: ignore[operator]
            assert [row.enrolment.person.name for row in roster(cohort, at=NOW).rows]
        page = visible().get(pk=cohort.pk)
        with count(4 if number < 2 else 3):  # type: ignore[operator]
            class_page(page, at=NOW, person=person)


def _touch(cohort: Cohort) -> tuple[str, str, str]:
    return cohort.title, cohort.site.name, cohort.room.name


def test_roster_is_a_grid_with_sums(school: School, cast: Cast) -> None:
    cohort = school.cohort(session_count=3)
    sign_up(cohort, cast.wang)
    sign_up(cohort, cast.zhang, cast.gao, when=at(3, 29))
    for player, mark in ((cast.wang, Mark.PRESENT), (cast.zhang, Mark.LATE), (cast.gao, Mark.LEAVE)):
        attendance.mark(
            session=lesson(cohort, 1),
            enrolment=enrolment(cohort, player),
            mark=mark,
            by=cast.teacher.actor,
            at=at(4, 2, 19),
        )
    enrolments.withdraw(cohort=cohort, person=cast.zhang.person, by=cast.zhang.actor, at=at(4, 3))
    grid = roster(fresh(cohort), at=at(4, 9, 12))
    assert [(row.number, row.enrolment.person.name, row.present, row.attended, row.marked) for row in grid.rows] == [
        (1, "王小华", True, 1, 1),
        (2, "张路", False, 1, 1),
        (3, "高松", True, 0, 1),
    ]
    assert [(cell.mark, cell.free, cell.locked) for cell in grid.rows[0].cells] == [
        ("present", False, False),
        ("", True, False),
        ("", False, True),
    ]
    assert [(column.attended, column.marked) for column in grid.columns] == [(2, 3), (0, 0), (0, 0)]
    assert (grid.attended, grid.marked, grid.enrolled) == (2, 3, 2)


def test_who_left_without_a_mark_is_not_in_the_grid(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    enrolments.withdraw(cohort=cohort, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert roster(cohort, at=NOW).rows == []


def test_my_things_holds_all_of_it(school: School, cast: Cast) -> None:
    tuesday, thursday = school.two_cohorts(units=1)
    sign_up(tuesday, cast.wang)
    sign_up(thursday, cast.zhang, cast.wang)
    attendance.mark(
        session=lesson(tuesday, 1),
        enrolment=enrolment(tuesday, cast.wang),
        mark=Mark.LATE,
        by=school.by,
        at=at(4, 2, 19),
    )
    mine = my_things(cast.wang.person.pk, at=at(4, 9, 18, 45))
    (current,) = mine.current
    assert (current.cohort, current.next, current.attended, current.marked, current.can_check_in) == (
        tuesday,
        lesson(tuesday, 2),
        1,
        1,
        True,
    )
    enrolments.withdraw(cohort=tuesday, person=cast.wang.person, by=cast.wang.actor, at=at(4, 10))
    later = my_things(cast.wang.person.pk, at=at(4, 11))
    assert ([], [tuesday]) == (list(later.current), [one.cohort for one in later.past])


def test_teachers_see_their_own_cohorts_and_nothing_else(school: School, cast: Cast) -> None:
    mine = school.cohort()
    other = member_of_staff(cast.yongchuan, RoleName.TEACHER, "另一位", login="other-teacher")
    theirs = school.cohort(name="别人的", weekday=5, teacher=other.person)
    assert [one.cohort for one in teachers_cohorts(cast.teacher.actor, at=NOW)] == [mine]
    assert [one.cohort for one in teachers_cohorts(other.actor, at=NOW)] == [theirs]
    assert {one.cohort for one in teachers_cohorts(cast.officer.actor, at=NOW)} == {mine, theirs}
    assert teachers_cohorts(cast.sibling_officer.actor, at=NOW) == []
    assert teachers_cohorts(cast.wang.actor, at=NOW) == []
