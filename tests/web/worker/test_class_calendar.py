"""Lessons as a file for a phone's own calendar, as strict readers take it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override
from tests.cast import NOW, Cast
from tests.factories.activities import lesson, school
from tests.web.conftest import Clock

from tongxin.activities.models import Session
from tongxin.activities.states import SessionState
from tongxin.store.atomic import writing
from tongxin.web.calendar_file import LONGEST, Event, as_file


@pytest.mark.django_db
def test_each_lesson_that_takes_place_is_an_event(cast: Cast, clock: Clock) -> None:
    cohort = school(cast).cohort()
    with writing():
        Session.objects.filter(pk=lesson(cohort, 2).pk).update(state=SessionState.CANCELLED)
    answer = Client().get(f"/classes/{cohort.public_id}/calendar.ics")
    lines = answer.content.decode().split("\r\n")
    first = lesson(cohort, 1)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert lines.count("BEGIN:VEVENT") == cohort.session_count - 1
    assert f"UID:{first.public_id}@tongxin" in lines
    assert "DTSTART:20240402T110000Z" in lines  # 19:00 in Beijing
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])


def test_long_words_are_folded_between_letters_and_marks_are_escaped() -> None:
    title = "很长的名字，" * 20 + "a;b,c\\d\ne"
    event = Event("k", title, "", NOW, NOW + timedelta(hours=1))
    with override("zh-hans"):
        text = as_file([event], name="x", at=NOW).content
    lines = text.split(b"\r\n")
    assert max(len(line) for line in lines) <= LONGEST
    whole = b"".join(text.split(b"\r\n ")).decode()
    assert "SUMMARY:" + "很长的名字，" * 20 + "a\\;b\\,c\\\\d\\ne\r\n" in whole
