"""The level that a call asks for, from who sets it to who reaches it: at the desk, on the phone, in the API; and outside."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast, Player
from tests.factories.activities import School, school
from tests.people.test_verification import service
from tests.web.conftest import Clock
from tests.web.staff.courses_desk import of_term

from tongxin.activities.models import Enrolment
from tongxin.people.models import Person, Verification

As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


def text(answer) -> str:
    return answer.content.decode()


def test_a_level_is_set_shown_asked_for_and_reached(ours: School, cast: Cast, as_staff: As, as_worker: As) -> None:
    cohort, term = ours.cohort(), ours.term
    window = of_term(term, "window/")
    desk = as_staff(cast.officer)
    assert "报名的人身份要核验到" in text(desk.get(window))
    body = {"opens": "2024年3月25日 9:00", "closes": "2024年4月1日 18:00", "per_person": "2"}
    assert desk.post(window, body | {"assurance": "9"}).status_code == 422
    assert desk.post(window, body | {"assurance": "3"}).status_code == 302
    assert json.loads(Client().get(f"/api/classes/{cohort.public_id}").content)["assurance"] == 3

    phone, page = as_worker(cast.wang), f"/classes/{cohort.public_id}/"
    shown = text(phone.get(page))
    assert ("报名要求身份达到“窗口核验”" in shown, 'href="/me/known/"' in shown) == (True, True)
    refused = phone.post(f"{page}sign-up/", {"key": "k-1"})
    assert (refused.status_code, "窗口核验" in text(refused)) == (422, True)
    assert not Enrolment.objects.filter(person=cast.wang.person, cohort=cohort).exists()

    check = f"/staff/people/{cast.wang.person.public_id}/check/"
    assert as_staff(cast.clerk).post(check, {"way": "screen"}).status_code == 302
    assert "报名要求身份达到" not in text(phone.get(page))
    assert phone.post(f"{page}sign-up/", {"key": "k-2"}).status_code == 302
    assert Enrolment.objects.filter(person=cast.wang.person, cohort=cohort, state="enrolled").count() == 1


def test_the_outside_service_is_asked_from_the_phone_with_consent_only(cast: Cast, as_worker: As, settings) -> None:
    phone = as_worker(cast.wang)
    with service(settings, answer="yes") as handler:
        assert "核验服务" in text(phone.get("/me/known/"))
        without = phone.post("/me/known/", {})
        assert (without.status_code, handler.asked) == (422, [])
        assert phone.post("/me/known/", {"consent": "1"}).status_code == 302
    assert [asked["name"] for asked in handler.asked] == ["王小华"]
    assert Person.objects.get(pk=cast.wang.person.pk).assurance == 4
    assert text(phone.get("/me/known/")).count("已达到") == 4


def test_silence_outside_changes_nothing_and_says_so(cast: Cast, as_staff: As, settings) -> None:
    check = f"/staff/people/{cast.wang.person.public_id}/check/"
    with service(settings, silent=True):
        answer = as_staff(cast.clerk).post(check, {"way": "outside", "consent": "1"})
    assert (answer.status_code, "外部核验暂时没有回应" in text(answer)) == (422, True)
    assert not Verification.objects.filter(person=cast.wang.person, level=4).exists()


def test_no_from_outside_is_noted_at_the_window(cast: Cast, as_staff: As, settings) -> None:
    check = f"/staff/people/{cast.wang.person.public_id}/check/"
    clerk = as_staff(cast.clerk)
    with service(settings, answer="no"):
        assert clerk.post(check, {"way": "outside", "consent": "1"}).status_code == 302
    shown = text(clerk.get(check))
    assert "外部核验（local-test）：没有通过" in shown
    assert Person.objects.get(pk=cast.wang.person.pk).assurance == 2
