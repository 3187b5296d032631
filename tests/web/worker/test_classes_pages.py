"""A worker on a phone: finding, signing up in two taps, waiting, leaving, showing the code."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player
from tests.factories.activities import School, at, enrolment, lesson, school, sign_up
from tests.web.conftest import Clock

from tongxin.activities.models import Cohort, Enrolment
from tongxin.calls.models import Application
from tongxin.notices.actions import messages
from tongxin.people.models import Account, Person
from tongxin.web.worker import listing

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


CARD = re.compile(r'<a class="w-card w-class".*?</a>', re.DOTALL)


def rows(client: Client) -> list[str]:
    return CARD.findall(text(client, "/classes/"))


def address(cohort: Cohort, verb: str = "") -> str:
    return f"/classes/{cohort.public_id}/{verb}"


def test_visitor_finds_a_class_and_is_asked_to_sign_in_for_it(ours: School, client: Client) -> None:
    cohort = ours.cohort()
    assert "瑜伽入门" in text(client, "/classes/")
    page = text(client, address(cohort))
    assert "登录后报名" in page
    assert f"/sign-in/?next={address(cohort)}" in page.replace("%2F", "/")
    answer = client.post(address(cohort, "sign-up/"))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")
    assert Application.objects.count() == 0


def test_two_taps_give_one_place(ours: School, as_worker: As) -> None:
    cohort = ours.cohort(units=2)
    client = as_worker(ours.cast.wang)
    key = "k" * 12
    for _ in range(2):
        answer = client.post(address(cohort, "sign-up/"), {"key": key})
        assert (answer.status_code, answer["Location"]) == (302, address(cohort))
    assert client.post(address(cohort, "sign-up/"), {"key": "another"}).status_code == 302
    assert Enrolment.objects.filter(person=ours.cast.wang.person).count() == 1
    assert "您已报名" in text(client, address(cohort))


def test_a_tap_is_eight_statements(ours: School, as_worker: As) -> None:
    """Each one more is paid for by everybody in a rush: a column read late costs as much as the sign-up itself."""
    cohort = ours.cohort(units=3)
    client = as_worker(ours.cast.wang)
    with CaptureQueriesContext(connection) as queries:
        client.post(address(cohort, "sign-up/"))
    assert len(queries) == 8 + 2  # the two are the savepoint of the test's own transaction


def test_full_class_gives_a_place_in_the_line_and_moves_up(ours: School, as_worker: As, clock: Clock) -> None:
    cohort = ours.cohort(units=1)
    wang, zhang = as_worker(ours.cast.wang), as_worker(ours.cast.zhang)
    wang.post(address(cohort, "sign-up/"))
    assert "加入候补" in text(zhang, address(cohort))
    zhang.post(address(cohort, "sign-up/"))
    assert "您的候补位置" in text(zhang, address(cohort))
    wang.post(address(cohort, "withdraw/"))
    assert "您已报名" in text(zhang, address(cohort))
    messages.deliver(at=clock.now)
    assert "候补轮到您了" in text(zhang, "/inbox/")


def test_sign_up_at_the_second_of_closing_is_refused_with_the_page_as_it_stands(
    ours: School, as_worker: As, clock: Clock
) -> None:
    cohort = ours.cohort()
    client = as_worker(ours.cast.wang)
    clock.now = at(4, 8, 18)
    answer = client.post(address(cohort, "sign-up/"))
    assert answer.status_code == 422
    assert "截止" in answer.content.decode()
    assert Application.objects.count() == 0


def test_class_of_a_term_that_is_not_published_is_not_there(ours: School, client: Client) -> None:
    assert client.get(address(ours.planned())).status_code == 404
    assert client.get("/classes/222222222222/").status_code == 404


def test_filters_narrow_the_list_and_stay_in_the_address(ours: School, client: Client) -> None:
    ours.two_cohorts()
    assert text(client, "/classes/", weekday="4").count("w-class") == 1
    assert text(client, "/classes/", place=ours.site.public_id).count("w-class") == 2
    assert text(client, "/classes/", place=ours.union.public_id).count("w-class") == 2
    assert "没有符合的课程" in text(client, "/classes/", q="书法")
    assert text(client, "/classes/", weekday="x", part="y", page="zz").count("w-class") == 2


def test_htmx_gets_the_rows_alone(ours: School, client: Client) -> None:
    ours.cohort()
    part = client.get("/classes/", headers={"HX-Request": "true"}).content.decode()
    assert "w-class" in part
    assert "<html" not in part


def test_list_asks_as_much_for_one_row_as_for_three(ours: School, as_worker: As) -> None:
    client = as_worker(ours.cast.wang)
    counts = []
    for number in range(3):
        ours.cohort(name=f"{number}班", weekday=number + 1)
        caches["process"].clear()
        with CaptureQueriesContext(connection) as queries:
            client.get("/classes/")
        counts.append(len(queries))
    assert counts[0] == counts[2]


@pytest.fixture
def _slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for two seconds stays for the whole test, however slow the machine is."""
    monkeypatch.setattr(listing, "FRESH", 600)


@pytest.mark.usefixtures("_slow_clock")
def test_listing_serves_all_readers_for_two_seconds(ours: School, as_worker: As, client: Client) -> None:
    cohort = ours.cohort(units=5)
    assert "余 5 / 5席" in text(client, "/classes/")
    sign_up(cohort, ours.cast.zhang)
    with CaptureQueriesContext(connection) as queries:
        assert "余 5 / 5席" in text(Client(), "/classes/")
    assert len(queries) == 0
    assert "余 5 / 5席" in text(as_worker(ours.cast.wang), "/classes/")
    caches["process"].clear()  # two seconds later
    assert "余 4 / 5席" in text(client, "/classes/")
    assert "余 4 / 5席" in text(as_worker(ours.cast.wang), "/classes/")


@pytest.mark.usefixtures("_slow_clock")
def test_own_state_is_in_the_shared_listing_at_once_and_nobody_else_sees_it(
    ours: School, as_worker: As, client: Client
) -> None:
    first, second = ours.two_cohorts(units=1)
    wang, zhang = as_worker(ours.cast.wang), as_worker(ours.cast.zhang)
    open_to_all = rows(wang)
    assert rows(client) == rows(zhang) == open_to_all
    wang.post(address(first, "sign-up/"))
    zhang.post(address(first, "sign-up/"))
    (own, *others) = rows(wang)
    assert ("已报名" in own, "余 0 / 1席" in own, others) == (True, True, open_to_all[1:])
    assert "候补第1位" in rows(zhang)[0]
    assert rows(client) == open_to_all  # for two seconds
    wang.post(address(first, "withdraw/"))
    assert rows(wang) == open_to_all
    assert ["已报名" in card for card in rows(zhang)] == [True, False]  # moved up
    sign_up(second, ours.cast.gao)
    caches["process"].clear()
    assert ["席已满" in card for card in rows(client)] == [True, True]
    assert ["已报名" in card for card in rows(zhang)] == [True, False]


@pytest.mark.usefixtures("_slow_clock")
def test_shared_listing_with_one_s_own_put_in_is_the_listing_drawn_for_one(
    ours: School, as_worker: As, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ours.two_cohorts(units=1)
    sign_up(second, ours.cast.gao, ours.cast.wang)
    sign_up(first, ours.cast.wang)
    client = as_worker(ours.cast.wang)
    shared = text(client, "/classes/", open="")
    kept = caches["process"]
    monkeypatch.setattr(
        kept, "get", lambda key, *rest: None if key.endswith("-rows") else type(kept).get(kept, key, *rest)
    )  # as if dropped to make room: then it is drawn for the one
    assert rows(client) == CARD.findall(shared)
    assert ["候补第1位" in card for card in CARD.findall(shared)] == [False, True]


@pytest.mark.usefixtures("_slow_clock")
def test_own_state_costs_a_query_and_another_only_for_a_line(ours: School, as_worker: As) -> None:
    first, second = ours.two_cohorts(units=1)
    client = as_worker(ours.cast.wang)
    text(client, "/classes/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            text(client, "/classes/")
        return len(found)

    free = queries()
    sign_up(first, ours.cast.wang)
    assert queries() == free
    sign_up(second, ours.cast.gao, ours.cast.wang)
    assert queries() == free + 1


def test_code_is_shown_half_an_hour_before_the_lesson(ours: School, as_worker: As, clock: Clock) -> None:
    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    client = as_worker(ours.cast.wang)
    assert "起可以签到" in text(client, address(cohort, "code/"))
    first = lesson(cohort, 1)
    clock.now = first.starts_at
    assert "秒后换新码" in text(client, address(cohort, "code/"))
    assert as_worker(ours.cast.zhang).get(address(cohort, "code/")).status_code == 404


def test_screen_code_checks_in_by_post_only(ours: School, as_worker: As, clock: Clock) -> None:
    from tongxin.activities.queries.check_in import screen_code

    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    clock.now = lesson(cohort, 1).starts_at
    shown = screen_code(session=lesson(cohort, 1), at=clock.now).text
    client = as_worker(ours.cast.wang)
    text(client, f"/check-in/{shown}/")
    assert enrolment(cohort, ours.cast.wang).attendances.count() == 0
    assert client.post(f"/check-in/{shown}/").status_code == 302
    assert enrolment(cohort, ours.cast.wang).attendances.get().mark == "present"
    stranger = as_worker(ours.cast.zhang).post(f"/check-in/{shown}/")
    assert stranger.status_code == 422
    assert client.get("/check-in/222222222222/").status_code == 404


def test_screen_s_characters_can_be_typed_and_stay_when_they_are_wrong(
    ours: School, as_worker: As, clock: Clock
) -> None:
    from tongxin.activities.queries.check_in import screen_code

    cohort = ours.cohort()
    sign_up(cohort, ours.cast.wang)
    clock.now = lesson(cohort, 1).starts_at
    client = as_worker(ours.cast.wang)
    wrong = client.post(address(cohort, "code/"), {"characters": "abcd efgh"})
    assert wrong.status_code == 422
    assert 'value="abcd efgh"' in wrong.content.decode()
    characters = screen_code(session=lesson(cohort, 1), at=clock.now).characters
    assert client.post(address(cohort, "code/"), {"characters": characters}).status_code == 302
    assert enrolment(cohort, ours.cast.wang).attendances.get().how == "screen_code"


def test_my_things_holds_classes_waits_and_record(ours: School, as_worker: As) -> None:
    first, second = ours.two_cohorts(units=1)
    sign_up(first, ours.cast.wang)
    sign_up(second, ours.cast.zhang)
    client = as_worker(ours.cast.wang)
    page = text(client, "/me/")
    assert "周二班" in page
    record = text(client, "/me/record/")
    assert ours.cast.wang.person.document_text() not in record
    assert "永川同心机械厂工会" in record


def test_newcomer_is_led_to_say_who_they_are_and_back(ours: School, clock: Clock, client: Client) -> None:
    cohort = ours.cohort()
    client.force_login(ours.cast.newcomer)
    answer = client.post(address(cohort, "sign-up/"))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/me/claim/")
    wrong = client.post(
        "/me/claim/",
        {
            "way": "document",
            "document-name": "王小华",
            "document-kind": "resident_id",
            "document-number": "500118199001011234",
        },
    )
    assert wrong.status_code == 422
    assert "500118199001011234" in wrong.content.decode()  # nothing typed is lost
    done = client.post(
        "/me/claim/",
        {
            "way": "declare",
            "declare-name": "新来",
            "next": address(cohort),
            "declare-near": ours.cast.chongqing.public_id,
        },
    )
    assert (done.status_code, done["Location"]) == (302, address(cohort))
    assert client.post(address(cohort, "sign-up/")).status_code == 302
    person = Account.objects.get(pk=ours.cast.newcomer.pk).person
    assert Enrolment.objects.get().person == person


def test_record_is_claimed_with_name_and_whole_number(ours: School, clock: Clock, client: Client) -> None:
    li = ours.cast.li.person
    client.force_login(ours.cast.newcomer)
    done = client.post(
        "/me/claim/",
        {
            "way": "document",
            "document-name": "李建国",
            "document-kind": "resident_id",
            "document-number": li.document_text(),
        },
    )
    assert done.status_code == 302
    assert Account.objects.get(pk=ours.cast.newcomer.pk).person == Person.objects.get(pk=li.pk)
