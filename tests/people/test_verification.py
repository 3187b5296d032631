"""Levels of assurance: what raises them, what takes them away, and what an outside service may say."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.cast import NOW, Cast, an_id
from tests.factories.likenesses import again

from tongxin.kernel.refused import Refused
from tongxin.people import outside
from tongxin.people.actions import persons, verification
from tongxin.people.models import Person, Verification
from tongxin.records.models import JournalEntry, OutboxRow

KEY = "a key of the test"


def level(person: Person) -> int:
    return Person.objects.get(pk=person.pk).assurance


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def paper(cast: Cast, **values: object) -> dict[str, object]:
    return {
        "person": cast.wang.person, "name": "王小华", "kind": "resident_id",
        "number": cast.wang.person.document_text(), "by": cast.clerk.actor, "at": NOW, **values,
    }  # fmt: skip


def test_the_paper_typed_at_a_window_makes_a_person_seen(cast: Cast) -> None:
    verification.confirm_on_paper(**paper(cast))
    row = Verification.objects.get()
    assert (row.level, row.how, row.union_id, row.account, row.passed) == (
        3,
        "window",
        cast.factory.pk,
        cast.clerk.account.pk,
        True,
    )
    assert level(cast.wang.person) == 3
    assert OutboxRow.objects.get(kind="person.checked").person == cast.wang.person.pk


@pytest.mark.parametrize("wrong", [{"name": "王晓华"}, {"number": an_id()}])
def test_another_paper_is_refused_and_leaves_a_trace(cast: Cast, wrong: dict[str, object]) -> None:
    assert code_of(lambda: verification.confirm_on_paper(**paper(cast, **wrong))) == "paper-differs"
    assert [(row.passed, row.how) for row in Verification.objects.all()] == [(False, "window")]
    assert (level(cast.wang.person), JournalEntry.objects.filter(verb="person.check-failed").count()) == (2, 1)


def test_guessing_papers_ends_after_ten(cast: Cast) -> None:
    for _ in range(10):
        code_of(lambda: verification.confirm_on_paper(**paper(cast, name="某某")))
    assert code_of(lambda: verification.confirm_on_paper(**paper(cast))) == "too-often"


@pytest.mark.parametrize(
    ("who", "code"), [("officer", "no-power"), ("sibling_cadre", "no-power"), ("clerk", "paper-missing")]
)
def test_the_screen_is_compared_by_a_window_and_only_where_there_is_a_number(cast: Cast, who: str, code: str) -> None:
    bare = again(cast.factory, "无号")
    assert (
        code_of(lambda: verification.confirm_on_screen(person=bare.person, by=getattr(cast, who).actor, at=NOW)) == code
    )
    verification.confirm_on_screen(person=cast.wang.person, by=cast.clerk.actor, at=NOW)
    assert level(cast.wang.person) == 3


def test_nobody_verifies_themselves(cast: Cast) -> None:
    assert (
        code_of(lambda: verification.confirm_on_screen(person=cast.clerk.person, by=cast.clerk.actor, at=NOW))
        == "verify-self"
    )


def test_a_paper_fills_in_the_number_that_was_missing(cast: Cast) -> None:
    bare, number = again(cast.factory, "无号"), an_id()
    verification.confirm_on_paper(**paper(cast, person=bare.person, name="无号", number=number))
    assert Person.objects.get(pk=bare.person.pk).document_text() == number


def test_a_changed_name_falls_back_to_the_roster_and_a_changed_phone_does_not(cast: Cast) -> None:
    verification.confirm_on_paper(**paper(cast))
    persons.change(person=cast.wang.person, phone="19977770000", by=cast.cadre.actor, at=NOW)
    assert level(cast.wang.person) == 3
    persons.change(person=cast.wang.person, name="王筱华", by=cast.cadre.actor, at=NOW)
    assert level(cast.wang.person) == 2
    assert list(Verification.objects.order_by("pk").values_list("how", "level")) == [("window", 3), ("changed", 2)]


def test_a_roster_that_names_a_declared_person_raises_them_once(cast: Cast) -> None:
    person = persons.declare(account=cast.newcomer, name="周海", near=cast.chongqing, by=_as(cast), at=NOW)
    named = {"people": [person, cast.wang.person], "union": cast.factory, "by": cast.cadre.actor, "at": NOW}
    assert (verification.note_roster(**named), level(person)) == (1, 2)
    assert verification.note_roster(**named) == 0


def _as(cast: Cast):
    from tests.cast import TODAY

    from tongxin.people.authority import actor_of

    return actor_of(cast.newcomer, TODAY)


# ---- outside ------------------------------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, object] = {}
    wait = threading.Event()
    asked: list[dict[str, object]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        moment, request_id = self.headers["X-Tongxin-Time"], self.headers["X-Tongxin-Id"]
        signed = hmac.new(KEY.encode(), f"{moment}\n{request_id}\n".encode() + body, hashlib.sha256).hexdigest()
        assert signed == self.headers["X-Tongxin-Signature"]
        self.asked.append(json.loads(body))
        if self.answers.get("silent"):
            self.wait.wait(60)
            return
        told = {"request_id": request_id, "reference": "R-1", **self.answers}
        raw = self.answers.get("raw", json.dumps(told).encode())
        self.send_response(int(self.answers.get("status", 200)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def service(settings, **answers: object) -> Iterator[type[_Handler]]:
    """A service on the loopback that checks the signature and answers as it is told."""
    _Handler.answers, _Handler.asked, _Handler.wait = answers, [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.CONFIRM_URL = f"http://127.0.0.1:{server.server_port}/confirm"
    settings.CONFIRM_KEY, settings.CONFIRM_NAME = KEY, "local-test"
    settings.CONFIRM_SECONDS = 0.5 if answers.get("silent") else 60.0
    try:
        yield _Handler
    finally:
        _Handler.wait.set()
        server.shutdown()
        server.server_close()
        thread.join()


def ask(cast: Cast, **values: object) -> outside.Answer:
    return verification.ask_outside(
        **{"person": cast.wang.person, "consent": True, "by": cast.wang.actor, "at": NOW, **values}
    )


def test_yes_confirms_and_keeps_the_services_own_number(cast: Cast, settings) -> None:
    with service(settings, answer="yes") as handler:
        assert ask(cast) is outside.Answer.YES
    assert handler.asked[0]["name"] == "王小华"
    row = Verification.objects.get()
    assert (row.level, row.how, row.reference, row.passed) == (4, "local-test", "R-1", True)
    assert level(cast.wang.person) == 4


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_no_and_unknown_are_noted_and_raise_nothing(cast: Cast, settings, answer: str) -> None:
    with service(settings, answer=answer):
        assert ask(cast) == answer
    assert (level(cast.wang.person), Verification.objects.get().passed) == (2, False)


@pytest.mark.parametrize(
    "answers",
    [
        {"silent": True},
        {"raw": b"<html>busy</html>"},
        {"raw": b"[]"},
        {"raw": b"x" * 70_000},
        {"answer": "yes", "request_id": "another"},
        {"answer": "perhaps"},
        {"answer": "yes", "status": 500},
    ],
)  # fmt: skip
def test_whatever_is_no_answer_is_silence_and_changes_nothing(cast: Cast, settings, answers: dict[str, object]) -> None:
    with service(settings, **answers):
        assert code_of(lambda: ask(cast)) == "service-silent"
    assert (level(cast.wang.person), Verification.objects.count()) == (2, 0)


def test_outside_is_refused_without_service_consent_number_or_reach(cast: Cast, settings) -> None:
    assert code_of(lambda: ask(cast)) == "no-service"
    settings.CONFIRM_URL = "http://127.0.0.1:9/"
    assert code_of(lambda: ask(cast, consent=False)) == "consent-needed"
    assert code_of(lambda: ask(cast, person=again(cast.factory, "无号").person, by=cast.clerk.actor)) == "paper-missing"
    assert code_of(lambda: ask(cast, by=cast.officer.actor)) == "no-power"
    assert code_of(lambda: ask(cast)) == "service-silent"
    settings.CONFIRM_URL = "http://elsewhere.example/"
    assert code_of(lambda: ask(cast)) == "service-silent"
    for _ in range(3):
        code_of(lambda: ask(cast))
    assert code_of(lambda: ask(cast)) == "too-often"


def test_an_import_that_names_a_declared_person_notes_the_match_and_a_new_name_falls_back(cast: Cast) -> None:
    from tests.factories.rosters import row, uploaded

    from tongxin.people.actions import imports

    declared = persons.declare(account=cast.newcomer, name="周海", near=cast.chongqing, by=_as(cast), at=NOW)
    number = an_id()
    verification.confirm_on_paper(**paper(cast, person=declared, name="周海", number=number))
    Person.objects.filter(pk=declared.pk)
    batch = uploaded(cast.factory, row("周海", number), by=cast.cadre.actor)
    imports.start_commit(batch=batch, by=cast.cadre.actor, at=NOW)
    assert level(declared) == 3  # a roster takes nothing away from what a window saw
    assert declared.memberships.get().union_id == cast.factory.pk
