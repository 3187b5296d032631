"""Lessons as a file that a phone's own calendar opens (RFC 5545): what a class's page says to everyone, nobody's name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.http import HttpResponse

LONGEST: Final = 75  # octets of a line, the blank of a continued one included


@dataclass(frozen=True, slots=True)
class Event:
    key: str  # the same event keeps it, so that a file taken again brings no second one
    title: str
    where: str
    starts: datetime
    ends: datetime


def as_file(events: Iterable[Event], *, name: str, at: datetime) -> HttpResponse:
    text = "".join(f"{part}\r\n" for line in _lines(events, at) for part in _folded(line))
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer


def _lines(events: Iterable[Event], at: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongxin//classes//ZH")
    for one in events:
        yield from ("BEGIN:VEVENT", f"UID:{one.key}@tongxin", f"DTSTAMP:{_utc(at)}")
        yield from (f"DTSTART:{_utc(one.starts)}", f"DTEND:{_utc(one.ends)}")
        yield from (f"SUMMARY:{_escaped(one.title)}", f"LOCATION:{_escaped(one.where)}", "END:VEVENT")
    yield "END:VCALENDAR"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[str]:
    """In parts of at most LONGEST octets, none of which cuts a character in two."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LONGEST:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + octets
    yield part
