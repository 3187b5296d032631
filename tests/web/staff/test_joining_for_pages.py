"""代为申请入会: at a window, for who has no phone at hand."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, TODAY, Cast, Player, an_id
from tests.factories.likenesses import again

from tongxin.people.actions import memberships
from tongxin.people.models import JoinApplication, Person
from tongxin.unions.models import Union

AsStaff = Callable[[Player], Client]


def text(answer) -> str:
    return answer.content.decode()


def loose(union: Union, name: str = "周海", **values: object) -> Person:
    """On record, a member no longer."""
    person = again(union, name, **values).person
    memberships.end(membership=person.memberships.get(), on=TODAY, reason="left", by=HOUSE, at=NOW)
    return person


def address(person: Person) -> str:
    return f"/staff/people/{person.public_id}/join/"


def test_the_window_asks_for_the_worker_and_the_unions_cadre_answers(cast: Cast, as_staff: AsStaff) -> None:
    person = loose(cast.factory)
    clerk = as_staff(cast.clerk)
    assert f'href="{address(person)}"' in text(clerk.get(f"/staff/people/{person.public_id}/check/"))
    body = {"union": cast.riders.public_id, "basis": "works_here", "occupation": "家政", "gig_group": ""}
    assert clerk.post(address(person), body)["Location"] == address(person)
    made = JoinApplication.objects.get()
    person.refresh_from_db()
    assert (made.person, made.union, made.account, person.occupation) == (
        person, cast.riders, cast.clerk.account.pk, "家政",
    )  # fmt: skip
    shown = text(clerk.get(address(person)))
    assert "永川区总工会审核，最晚4月2日答复" in shown
    assert as_staff(cast.admin).post(f"/staff/joining/{made.public_id}/accept/").status_code == 302
    assert "发卡号和密码" in text(clerk.get(f"/staff/people/{person.public_id}/check/"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"union": ""}, "请填写申请加入哪个工会"),
        ({"union": "江津米业公司工会"}, "不在您的范围内"),
        ({"basis": ""}, "请选择按什么入会"),
        ({"document": "11010119900307123"}, "只有17位，少1位"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    cast: Cast, as_staff: AsStaff, body: dict[str, str], said: str
) -> None:
    person = loose(cast.factory)
    good = {"union": cast.riders.public_id, "basis": "works_here", "occupation": "家政"}
    answer = as_staff(cast.clerk).post(address(person), good | body)
    assert (answer.status_code, 'value="家政"' in text(answer)) == (422, True)
    assert said in text(answer)
    assert not JoinApplication.objects.exists()


def test_a_number_of_someone_else_and_a_second_application_are_refused(cast: Cast, as_staff: AsStaff) -> None:
    person = loose(cast.factory)
    clerk, body = as_staff(cast.clerk), {"union": cast.riders.public_id, "basis": "works_here"}
    taken = clerk.post(address(person), body | {"document": cast.wang.person.document_text()})
    assert (taken.status_code, "这个证件号码已经有登记" in text(taken)) == (422, True)
    assert clerk.post(address(person), body | {"document": an_id()}).status_code == 302
    again_ = clerk.post(address(person), body)
    assert (again_.status_code, "已经有一份入会申请在审核" in text(again_)) == (422, True)


def test_a_member_is_led_to_the_transfer_and_strangers_find_nobody(cast: Cast, as_staff: AsStaff) -> None:
    body = {"union": cast.riders.public_id, "basis": "works_here"}
    answer = as_staff(cast.clerk).post(address(cast.wang.person), body)
    assert (answer.status_code, "请办会籍转接" in text(answer)) == (422, True)
    assert as_staff(cast.clerk).get(address(cast.gao.person)).status_code == 404
    assert as_staff(cast.reader).get(address(cast.wang.person)).status_code == 403
