"""What the database refuses, and in which words."""

from collections.abc import Callable
from datetime import time
from decimal import Decimal

import pytest
from django.db import IntegrityError
from tests.activities.asking import refused
from tests.cast import NOW, Cast
from tests.factories.activities import School, at, lesson, sign_up

from tongxin.activities.actions import enrolments, programmes
from tongxin.activities.models import Attendance, Cohort, Enrolment, Programme, Session
from tongxin.records.actions import journal
from tongxin.store.atomic import writing


@pytest.mark.parametrize(
    ("code", "values"),
    [("cohort_times", {"ends_at": time(18)}), ("cohort_places", {"units": 0})],
)
def test_a_cohorts_row_is_refused_in_words(school: School, code: str, values: dict[str, object]) -> None:
    cohort = school.planned()
    with refused(code), writing():
        Cohort.objects.filter(pk=cohort.pk).update(**values)


def test_a_programme_of_the_same_name_or_with_a_wild_lateness_is_refused(school: School) -> None:
    with refused("programme_name_once"):
        programmes.start(union=school.union, name="惠工之家", began_on=NOW.date(), by=school.by, at=NOW)
    with refused("programme_late_after"):
        programmes.edit(programme=school.programme, name="惠工之家", about="", late_after=121, by=school.by, at=NOW)
    assert Programme.objects.get().late_after == 10


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_a_name_that_is_missing_or_too_long_is_refused(school: School, name: str) -> None:
    with refused("name-long" if name.strip() else "name-missing"):
        programmes.add_course(programme=school.programme, name=name, topic="健身", by=school.by, at=NOW)


def test_one_enrolment_a_person_and_cohort(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    with refused("enrolment_once"), writing():
        Enrolment.make(federation=cohort.federation, cohort=cohort, person=cast.wang.person, at=NOW)


def test_one_mark_a_session_and_enrolment_and_one_session_a_number(school: School, cast: Cast) -> None:
    cohort = school.cohort()
    sign_up(cohort, cast.wang)
    row = {
        "federation": cohort.federation,
        "session": lesson(cohort, 1),
        "enrolment": Enrolment.objects.get(),
        "mark": "present",
        "how": "grid",
        "at": NOW,
    }
    with writing():
        Attendance.make(**row)
    with pytest.raises(IntegrityError, match="attendance_once"), writing():
        Attendance.make(**row)
    with pytest.raises(IntegrityError, match="session_no_once"), writing():
        Session.make(federation=cohort.federation, cohort=cohort, no=1, starts_at=at(5, 1, 9), ends_at=at(5, 1, 10))


def test_sign_up_leaves_nothing_when_the_journal_fails(
    school: School, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = school.cohort()

    def fails(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(journal, "write", fails)
    with pytest.raises(OSError):
        sign_up(cohort, cast.wang)
    assert (Enrolment.objects.count(), Cohort.objects.get().pool.taken) == (0, 0)


def test_sign_up_takes_few_statements(
    school: School, cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """A lock, an arrival, the kind's check, the roster's line, the journal; and the transaction's two."""
    cohort = school.cohort(fee=Decimal(5))
    by = cast.wang.actor
    loaded = Cohort.objects.select_related("pool").get(pk=cohort.pk)
    with django_assert_max_num_queries(7):  # type: ignore[attr-defined]
        enrolments.sign_up(cohort=loaded, person=cast.wang.person, by=by, at=NOW, key="tap-1")
