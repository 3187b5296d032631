"""How well one is known, changing one's number, and a number that came to a stranger."""

import re
from datetime import datetime

import pytest
from django.test import Client
from tests.cast import Cast, a_phone
from tests.web.conftest import Clock

from tongxin.people.models import Account, Person
from tongxin.store.keys import ring

SENT: list[tuple[str, str]] = []


class Gateway:
    def send(self, phone: str, text: str, *, at: datetime) -> None:  # noqa: ARG002
        SENT.append((phone, text))


@pytest.fixture(autouse=True)
def gateway(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    SENT.clear()
    for module in ("accounts.worker_sign_in", "worker.known"):
        monkeypatch.setattr(f"tongxin.web.{module}.sender", Gateway)


def code_to(phone: str) -> str:
    return next(re.search(r"\d{6}", text).group() for to, text in reversed(SENT) if to == f"+86{phone}")


def give_phone(cast: Cast, clock: Clock) -> str:
    phone = a_phone()
    digest = ring().digest(f"+86{phone}", purpose="account.phone")
    Account.objects.filter(pk=cast.wang.account.pk).update(
        phone=f"+86{phone}", phone_digest=digest, phone_verified_at=clock.now
    )
    return phone


def sign_in(phone: str) -> tuple[Client, object]:
    client = Client()
    client.post("/sign-in/", {"phone": phone, "next": "/me/"})
    return client, client.post("/sign-in/code/", {"code": code_to(phone), "next": "/me/", "own_device": "on"})


def test_the_page_says_the_level_and_the_next_step(cast: Cast, as_worker) -> None:
    shown = as_worker(cast.wang).get("/me/known/").content.decode()
    assert shown.count("已达到") == 2
    assert "带身份证到任何一个工会窗口" in shown
    refused = as_worker(cast.wang).post("/me/known/", {"consent": "1"})
    assert (refused.status_code, "还没有接通外部核验" in refused.content.decode()) == (422, True)


def test_changing_the_number_takes_both_codes(cast: Cast, as_worker, clock: Clock) -> None:
    old, new = give_phone(cast, clock), a_phone()
    client = as_worker(cast.wang)
    sent = client.post("/me/phone/", {"phone": new})
    assert sent["Location"] == "/me/phone/?step=codes"
    assert {to for to, _ in SENT} == {f"+86{old}", f"+86{new}"}
    wrong = client.post("/me/phone/?step=codes", {"new": code_to(new), "old": "000000"})
    assert wrong.status_code == 422
    done = client.post("/me/phone/?step=codes", {"new": code_to(new), "old": code_to(old)})
    assert done["Location"] == "/me/record/"
    assert client.get("/me/record/").status_code == 200  # this session goes on


def test_a_long_unused_number_shows_nothing_before_its_owner_is_proven(cast: Cast, clock: Clock) -> None:
    phone = give_phone(cast, clock)
    clock.tick(days=181)
    client, answer = sign_in(phone)
    assert answer["Location"] == "/sign-in/owner/?next=%2Fme%2F"
    page = client.get("/sign-in/owner/?next=/me/")
    assert "王小华" not in page.content.decode()
    assert client.get("/me/")["Location"].startswith("/sign-in/")
    assert client.get("/staff/second-factor/")["Location"].startswith("/sign-in/staff/")
    last = cast.wang.person.document_text()[-4:]
    assert client.post("/sign-in/owner/", {"name": "王小华", "last": "0000", "next": "/me/"}).status_code == 422
    assert client.post("/sign-in/owner/", {"name": "王小华", "last": last, "next": "/me/"})["Location"] == "/me/"
    assert client.get("/me/").status_code == 200


def test_this_is_not_me_frees_the_number_for_a_fresh_account(cast: Cast, clock: Clock) -> None:
    phone = give_phone(cast, clock)
    clock.tick(days=181)
    client, _ = sign_in(phone)
    assert client.post("/sign-in/owner/", {"answer": "not-me"})["Location"] == "/"
    fresh = Account.objects.get(pk=client.session["_auth_user_id"])
    assert (fresh.person_id, fresh.pk == cast.wang.account.pk) == (None, False)
    assert client.get("/me/")["Location"].startswith("/me/claim/")
    assert Person.objects.get(pk=cast.wang.person.pk).name == "王小华"
    clock.tick(minutes=2)
    again, answer = sign_in(phone)
    assert answer["Location"] == "/me/"
    assert again.session["_auth_user_id"] == str(fresh.pk)


def test_the_proof_does_not_wait_for_ever(cast: Cast, clock: Clock) -> None:
    phone = give_phone(cast, clock)
    clock.tick(days=181)
    client, _ = sign_in(phone)
    clock.tick(minutes=11)
    assert client.post("/sign-in/owner/", {"answer": "not-me"})["Location"].startswith("/sign-in/?")
    assert Account.objects.get(pk=cast.wang.account.pk).phone is not None
