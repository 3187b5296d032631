"""E-mail over a real socket: a small server that says what it is told to say."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

import pytest
from tests.cast import NOW
from tests.notices.aliyun_standin import closed_door

from tongxin.notices.gateways.mail import Mail
from tongxin.notices.gateways.parcels import Fate, Parcel, Verdict


@dataclass
class Post:
    """Answers by command; an empty answer hangs up."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator["Post"]:  # noqa: C901 - a whole small server
        post = self

        class Window(socketserver.StreamRequestHandler):
            def say(self, step: str, usual: str) -> bool:
                answer = post.says.get(step, usual)
                if answer:
                    self.wfile.write(f"{answer}\r\n".encode())
                return bool(answer)

            def handle(self) -> None:
                if not self.say("hello", "220 post"):
                    return
                while line := self.rfile.readline().decode():
                    verb = line.split(":")[0].split()[0].upper() if line.strip() else ""
                    if verb == "RCPT":
                        post.recipients.append(line.strip())
                    if verb == "DATA" and self.say("DATA", "354 go on"):
                        if post.says.get("DATA", "354")[:3] == "354" and not self.letter():
                            return
                        continue
                    if not self.say(verb, "221 bye" if verb == "QUIT" else "250 well"):
                        return

            def letter(self) -> bool:
                lines = []
                while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                    lines.append(line)
                post.letters.append(b"".join(lines))
                return self.say("letter", "250 taken")

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Window)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.port = server.server_address[1]
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with Post().open() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 60
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "tongxin@example.cn"
        yield found


def send(title: str = "候补轮到您了") -> tuple[Verdict, str]:
    answer = Mail().send(Parcel("s1", "wang@example.cn", title, "正文", "https://example.cn/inbox/"), at=NOW)
    return answer.verdict, answer.code


def test_letter_arrives_with_words_link_and_our_serial(post: Post) -> None:
    assert send() == (Verdict.ACCEPTED, "")
    [text] = post.letters
    letter = message_from_bytes(text, policy=policy.default)
    assert (letter["Subject"], letter["To"], letter["From"]) == (
        "候补轮到您了",
        "wang@example.cn",
        "tongxin@example.cn",
    )
    assert (letter["Message-ID"], letter["Auto-Submitted"]) == ("<s1@tongxin.invalid>", "auto-generated")
    assert letter.get_content().split() == ["正文", "https://example.cn/inbox/"]
    assert post.recipients == ["rcpt TO:<wang@example.cn>"]


def test_title_with_a_line_break_cannot_add_a_header(post: Post) -> None:
    verdict, _ = send("标题\r\nBcc: all@example.cn")
    assert verdict is Verdict.ACCEPTED
    letter = message_from_bytes(post.letters[0], policy=policy.default)
    assert letter["Bcc"] is None
    assert len(post.recipients) == 1


@pytest.mark.parametrize(
    ("step", "says", "expected"),
    [
        ("RCPT", "550 no such box", (Verdict.REFUSED, "550")),
        ("RCPT", "450 later", (Verdict.LATER, "450")),
        ("MAIL", "553 not you", (Verdict.REFUSED, "553")),
        ("DATA", "451 later", (Verdict.LATER, "451")),
        ("letter", "554 spam", (Verdict.REFUSED, "554")),
        ("letter", "452 full", (Verdict.LATER, "452")),
        ("hello", "421 closed", (Verdict.LATER, "SMTPConnectError")),
    ],
)
def test_each_answer_says_whether_it_was_taken(post: Post, step: str, says: str, expected: tuple[Verdict, str]) -> None:
    post.says = {step: says}
    assert send() == expected


def test_server_that_hangs_up_after_the_letter_leaves_a_doubt(post: Post) -> None:
    post.says = {"letter": ""}
    assert send() == (Verdict.DOUBT, "SMTPServerDisconnected")
    assert len(post.letters) == 1


def test_server_that_hangs_up_at_the_door_has_taken_nothing(post: Post) -> None:
    post.says = {"hello": ""}
    assert send()[0] is Verdict.LATER


def test_closed_door_is_certainly_not_sent(post: Post, settings: Any) -> None:
    with closed_door() as settings.EMAIL_PORT:
        assert send() == (Verdict.LATER, "ConnectionRefusedError")


def test_server_cannot_be_asked(post: Post) -> None:
    assert (Mail.asks, Mail().trace("s1", "wang@example.cn", sent=NOW).fate) == (False, Fate.UNKNOWN)
