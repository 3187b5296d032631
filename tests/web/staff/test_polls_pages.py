"""A poll from the form to the phone and back into the term; an event with children from the phone to the roster."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import NOW, Cast, Player
from tests.factories.activities import ENDS, STARTS, School, at
from tests.factories.activities import school as make_school
from tests.web.conftest import Clock

from tongxin.activities.actions import programmes, terms
from tongxin.activities.models import Cohort, Family, Poll
from tongxin.activities.states import ActivityKind

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def school(cast: Cast) -> School:
    return make_school(cast)


def asked(school: School, **changed: object) -> dict[str, object]:
    return {
        "programme": school.programme.public_id, "title": "下一期想学什么", "lessons": "川剧变脸\n面点制作\n", "family": "亲子采摘",
        "most": 2, "opens": "2024-03-28T10:00", "closes": "2024-04-05T10:00", **changed,
    }  # fmt: skip


def test_poll_goes_out_comes_back_and_becomes_drafts(
    school: School, cast: Cast, clock: Clock, as_staff: As, as_worker: As
) -> None:
    officer, wang = as_staff(cast.officer), as_worker(cast.wang)
    assert officer.post("/staff/polls/new/", asked(school)).status_code == 302
    poll = Poll.objects.get()
    assert [(one.name, one.kind) for one in poll.choices.order_by("no")] == [
        ("川剧变脸", "lessons"), ("面点制作", "lessons"), ("亲子采摘", "family"),
    ]  # fmt: skip
    assert "下一期想学什么" in wang.get("/polls/").content.decode()
    address = f"/polls/{poll.public_id}/"
    many = wang.post(address, {"choice": ["1", "2", "3"], "words": "想唱戏"})
    assert (many.status_code, "最多选2项" in many.content.decode(), "想唱戏" in many.content.decode()) == (
        422,
        True,
        True,
    )
    assert wang.post(address, {"choice": ["1", "3"], "words": "想唱戏"}).status_code == 302
    assert 'value="3" checked' in wang.get(address).content.decode()
    clock.now = at(4, 5)
    officer, wang = as_staff(cast.officer), as_worker(cast.wang)
    assert "回答的人少" in wang.get(address).content.decode()
    terms.add(programme=school.programme, starts=STARTS, ends=ENDS, ordinal=28, by=school.by, at=NOW)
    text = officer.get(f"/staff/polls/{poll.public_id}/").content.decode()
    assert ("回答的少于5人" in text, "王" in text.split("<main")[1]) == (True, False)
    slot = {
        "term": school.programme.terms.get().public_id, "site": school.site.public_id, "weekday": 6, "starts_at": "19:00",
        "ends_at": "20:30", "session_count": 8, "units": 30,
    }  # fmt: skip
    none = officer.post(f"/staff/polls/{poll.public_id}/take-up/", slot)
    assert (none.status_code, "请选要排进去的项" in none.content.decode()) == (422, True)
    assert officer.post(f"/staff/polls/{poll.public_id}/take-up/", {**slot, "choice": ["1", "3"]}).status_code == 302
    made = list(Cohort.objects.order_by("pk").values_list("course__name", "session_count"))
    assert made == [("川剧变脸", 8), ("亲子采摘", 1)]
    assert "来自所思所盼" in officer.get(f"/staff/programmes/{school.programme.public_id}/").content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lessons": "一项", "family": ""}, "请写2到12个选项"),
        ({"family": "川剧变脸"}, "有两个选项写得一样"),
        ({"closes": "2024-03-28T09:00"}, "截止时间要晚于现在"),
    ],
)
def test_poll_that_cannot_be_answered_comes_back(
    school: School, cast: Cast, as_staff: As, changed: dict[str, object], words: str
) -> None:
    answer = as_staff(cast.officer).post("/staff/polls/new/", asked(school, **changed))
    text = answer.content.decode()
    assert (answer.status_code, words in text, "下一期想学什么" in text) == (422, True, True)
    assert Poll.objects.count() == 0


def test_family_signs_up_with_numbers_and_consent(school: School, cast: Cast, as_worker: As, as_staff: As) -> None:
    course = programmes.add_course(
        programme=school.programme, name="亲子采摘", topic="亲子", kind=ActivityKind.FAMILY, by=school.by, at=NOW
    )
    cohort = school.cohort(course=course, session_count=1)
    wang, address = as_worker(cast.wang), f"/classes/{cohort.public_id}/"
    assert f'href="{address}family/"' in wang.get(address).content.decode()
    body = {"under_6": "1", "from_6_to_11": "0", "from_12_to_17": "0"}
    refused = wang.post(f"{address}family/", body)
    assert (refused.status_code, "要监护人同意才能填" in refused.content.decode()) == (422, True)
    assert wang.post(f"{address}family/", {**body, "consents": "on"}).status_code == 302
    assert Family.objects.get().children == 1
    roster = as_staff(cast.officer).get(f"/staff/cohorts/{cohort.public_id}/roster/").content.decode()
    assert "1家带孩子来：6岁以下1个，6到11岁0个，12到17岁0个" in roster
    listed = Client().get("/classes/?kind=family").content.decode()
    assert ("亲子采摘" in listed, "亲子采摘" in Client().get("/classes/?kind=sports").content.decode()) == (True, False)


def test_staff_sign_a_family_up_with_what_its_guardian_says(school: School, cast: Cast, as_staff: As) -> None:
    course = programmes.add_course(
        programme=school.programme, name="亲子采摘", topic="亲子", kind=ActivityKind.FAMILY, by=school.by, at=NOW
    )
    cohort, client = school.cohort(course=course, session_count=1), as_staff(cast.officer)
    address = f"/staff/cohorts/{cohort.public_id}/roster/new/"
    one = f"{address}people/{cast.wang.person.public_id}/"
    assert f'href="{one}"' in client.get(address, {"q": cast.wang.person.name}).content.decode()
    body = {"under_6": "1", "from_6_to_11": "0", "from_12_to_17": "0"}
    assert client.post(one, body).status_code == 422
    assert client.post(one, {**body, "consents": "on"}).status_code == 302
    assert Family.objects.get().person == cast.wang.person
    assert client.get(f"{address}people/{cast.lin.person.public_id}/").status_code == 404
    lessons = school.cohort(weekday=6)
    plain = f"/staff/cohorts/{lessons.public_id}/roster/new/"
    assert client.get(f"{plain}people/{cast.wang.person.public_id}/")["Location"] == plain


def test_class_without_children_leads_back_to_the_class(school: School, cast: Cast, as_worker: As) -> None:
    cohort = school.cohort()
    answer = as_worker(cast.wang).get(f"/classes/{cohort.public_id}/family/")
    assert answer["Location"] == f"/classes/{cohort.public_id}/"
