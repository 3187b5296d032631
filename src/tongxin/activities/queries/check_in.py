"""The codes that a phone or a room's screen shows, computed from the moment; nothing is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from tongxin.activities import codes
from tongxin.activities.models import Enrolment, Session

EARLY = timedelta(minutes=30)  # before the start; until the end of the lesson, since late is a mark and no refusal
_ID = 12  # characters of a public id


@dataclass(frozen=True, slots=True)
class ShownCode:
    """`text` goes into the QR (after the page's address), `characters` under it; ask again after `seconds`."""

    text: str
    characters: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Window:
    """When a lesson takes check-ins: from `opens` until `closes`, which is out."""

    opens: datetime
    closes: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


def window_of(session: Session) -> Window:
    return Window(session.starts_at - EARLY, session.ends_at)


def worker_code(*, enrolment: Enrolment, session: Session, at: datetime) -> ShownCode:
    """The worker's own: whoever stands at the door scans it, or types the eight characters."""
    code = codes.code_at(worker_key(), worker_subject(enrolment.public_id, session.public_id), at, codes.WORKER_STEP)
    text = f"{session.public_id}{enrolment.public_id}{code}"
    return ShownCode(text, codes.spaced(code), codes.seconds_left(at, codes.WORKER_STEP))


def screen_code(*, session: Session, at: datetime) -> ShownCode:
    """The lesson's, for the screen in the room."""
    code = codes.code_at(screen_key(), session.public_id, at, codes.SCREEN_STEP)
    return ShownCode(f"{session.public_id}{code}", codes.spaced(code), codes.seconds_left(at, codes.SCREEN_STEP))


def session_named_in(text: str) -> str:
    """The public id of the lesson that a scanned text names (it may not exist); the page looks it up in its own reach."""
    return codes.canonical(text)[:_ID]


def enrolment_named_in(text: str) -> str:
    return codes.canonical(text)[_ID : 2 * _ID]


def code_in(text: str) -> str:
    return codes.canonical(text)[-codes.LENGTH :]


def is_whole(text: str) -> bool:
    """Scanned (lesson, enrolment, code), not typed (the code alone)."""
    return len(codes.canonical(text)) == 2 * _ID + codes.LENGTH


def worker_subject(enrolment: str, session: str) -> str:
    return f"{enrolment}|{session}"


def worker_key() -> bytes:
    return codes.derive_key(settings.SECRET_KEY, "worker")


def screen_key() -> bytes:
    return codes.derive_key(settings.SECRET_KEY, "screen")
