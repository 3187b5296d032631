"""Terms: their window, publishing, copying, finishing."""

from datetime import date, time, timedelta

import pytest
from tests.activities.asking import refused
from tests.cast import NOW, Cast
from tests.factories.activities import CLOSES, ENDS, OPENS, STARTS, School, at, fresh

from tongxin.activities.actions import endings, programmes, terms
from tongxin.activities.models import Cohort, Term
from tongxin.kernel.refused import Refused


def test_publish_opens_every_planned_cohort_with_a_pool_of_its_places(school: School) -> None:
    first, second = school.planned(name="周二班"), school.planned(name="周四班", weekday=4, units=12)
    term = terms.publish(term=school.term, by=school.by, at=NOW)
    assert (term.state, term.call.state) == ("published", "published")
    assert [(fresh(one).state, fresh(one).pool.units, fresh(one).pool.name) for one in (first, second)] == [
        ("open", 30, "瑜伽入门（周二班）"),
        ("open", 12, "瑜伽入门（周四班）"),
    ]


def test_publish_is_refused_without_a_window(school: School) -> None:
    term = terms.add(programme=school.programme, starts=STARTS, ends=ENDS, by=school.by, at=NOW)
    with refused("window-missing"):
        terms.publish(term=term, by=school.by, at=NOW)


def test_publish_is_refused_without_cohorts(school: School) -> None:
    with refused("cohorts-missing"):
        terms.publish(term=school.term, by=school.by, at=NOW)


def test_publish_is_refused_twice(school: School) -> None:
    school.cohort()
    with refused("wrong-state"):
        terms.publish(term=school.term, by=school.by, at=NOW)


def test_window_that_closes_before_it_opens_is_refused(school: School) -> None:
    with refused("window-order"):
        terms.set_window(term=school.term, opens=CLOSES, closes=OPENS, by=school.by, at=NOW)


def test_window_of_a_published_term_can_be_longer_but_not_for_more_each(school: School) -> None:
    school.cohort()
    later = CLOSES + timedelta(days=3)
    assert terms.set_window(term=school.term, opens=OPENS, closes=later, by=school.by, at=NOW).call.closes == later
    with refused("window-fixed"):
        terms.set_window(term=school.term, opens=OPENS, closes=later, per_person=5, by=school.by, at=NOW)


def test_a_term_belongs_to_its_unions_staff(school: School, cast: Cast) -> None:
    for stranger in (cast.sibling_officer, cast.jinjiang_admin, cast.cadre, cast.teacher, cast.reader, cast.wang):
        with refused("no-power"):
            terms.add(programme=school.programme, starts=STARTS, ends=ENDS, by=stranger.actor, at=NOW)
    assert Term.objects.count() == 0


def test_the_same_ordinal_twice_is_refused_in_words(school: School) -> None:
    assert school.term.ordinal == 27
    with pytest.raises(Refused, match="这个项目已有同样期数") as refusal:
        terms.add(programme=school.programme, starts=STARTS, ends=ENDS, ordinal=27, by=school.by, at=NOW)
    assert refusal.value.code == "term_ordinal_once"


def test_a_term_that_ends_before_it_starts_is_refused_in_words(school: School) -> None:
    with refused("term_days"):
        terms.add(programme=school.programme, starts=ENDS, ends=STARTS, by=school.by, at=NOW)


def test_a_course_of_the_same_name_is_refused_in_words(school: School) -> None:
    school.course("合唱")
    with refused("course_name_once"):
        programmes.add_course(programme=school.programme, name=" 合唱 ", topic="文化艺术", by=school.by, at=NOW)


def test_copy_last_offers_the_same_on_the_first_such_weekday(school: School) -> None:
    school.planned(name="晚班", room=school.room, units=24)
    gone = school.planned(name="取消的", weekday=5)
    endings.cancel(cohort=gone, why="没有老师", by=school.by, at=NOW)
    term = terms.copy_last(
        programme=school.programme, starts=date(2024, 9, 5), ends=date(2024, 12, 31), by=school.by, at=NOW
    )
    copied = Cohort.objects.get(term=term)
    assert term.ordinal == 28
    assert (copied.name, copied.weekday, copied.starts_at, copied.ends_at) == ("晚班", 2, time(19), time(20, 30))
    assert (copied.units, copied.room, copied.teacher, copied.state) == (
        24,
        school.room,
        school.cast.teacher.person,
        "planned",
    )
    assert (copied.first_day, copied.session_count) == (date(2024, 9, 10), 10)
    assert list(copied.sessions.exclude(note="").order_by("no").values_list("no", "note")) == [
        (2, "9月17日（周二）中秋节放假，停课一次"),
        (3, "10月1日（周二）国庆节放假，停课一次"),
    ]


def test_copy_last_that_does_not_fit_names_the_cohort_and_leaves_nothing(school: School) -> None:
    school.planned(name="晚班")
    with pytest.raises(Refused, match=r"瑜伽入门（晚班）.*最后一次课") as refusal:
        terms.copy_last(
            programme=school.programme, starts=date(2024, 9, 5), ends=date(2024, 10, 5), by=school.by, at=NOW
        )
    assert refusal.value.code == "outside-term"
    assert Term.objects.count() == 1


def test_copy_last_without_a_term_is_refused(school: School) -> None:
    with refused("no-term-yet"):
        terms.copy_last(programme=school.programme, starts=STARTS, ends=ENDS, by=school.by, at=NOW)


def test_finish_waits_for_every_cohort(school: School) -> None:
    cohort = school.cohort()
    with refused("cohorts-running"):
        terms.finish(term=school.term, by=school.by, at=NOW)
    endings.finish(cohort=cohort, by=school.by, at=at(7, 1))
    assert terms.finish(term=school.term, by=school.by, at=at(7, 1)).state == "finished"


def test_edit_refuses_days_that_leave_a_cohort_outside(school: School) -> None:
    school.planned()
    with refused("cohort-outside-term"):
        terms.edit(term=school.term, starts=STARTS, ends=date(2024, 5, 31), by=school.by, at=NOW)
