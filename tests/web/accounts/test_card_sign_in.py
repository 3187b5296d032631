"""Signing in without a phone, and devices that others use too."""

import re

import pytest
from django.test import Client
from tests.cast import Cast
from tests.web.accounts.test_worker_sign_in import ask, gateway, last_code, signed_in
from tests.web.conftest import Clock

pytestmark = pytest.mark.django_db
__all__ = ["gateway"]


def test_a_window_hands_it_over_and_the_worker_signs_in(cast: Cast, as_staff, clock: Clock) -> None:
    desk = as_staff(cast.clerk)
    place = f"/staff/people/{cast.li.person.public_id}/pin/"
    assert "发卡号和密码" in desk.get(f"/staff/people/{cast.li.person.public_id}/").content.decode().replace(
        "卡号和密码</a>", "发卡号和密码"
    )
    assert "请先核对本人和证件" in desk.get(place).content.decode()
    given = re.findall(r'tx-mono mb-3">([\d ]+)<', desk.post(place).content.decode())
    client = Client()
    wrong = client.post("/sign-in/card/", {"card": given[0], "pin": "12"})
    assert (wrong.status_code, given[0] in wrong.content.decode()) == (422, True)
    came = client.post("/sign-in/card/", {"card": given[0], "pin": given[1], "next": "/me/"})
    assert (came["Location"], signed_in(client)) == ("/me/", True)
    assert client.session.get_expiry_age() == 1800
    assert given[1] not in desk.get(place).content.decode()


def test_a_slip_in_the_card_is_said_at_once(client: Client, db: None) -> None:
    said = client.post("/sign-in/card/", {"card": "1234567890", "pin": "123456"})
    assert (said.status_code, "卡号不对" in said.content.decode()) == (422, True)


@pytest.mark.parametrize(("own", "age"), [({"own_device": "on"}, 90 * 86400), ({}, 1800)])
def test_a_phone_session_is_long_only_on_ones_own(clock: Clock, own: dict[str, str], age: int) -> None:
    client = Client()
    ask(client)
    client.post("/sign-in/code/", {"code": last_code(), **own})
    assert (signed_in(client), client.session.get_expiry_age()) == (True, age)
