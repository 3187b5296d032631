"""A person's inbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from tongxin.notices.catalogue import Told, fill
from tongxin.notices.models import Message
from tongxin.people.models import Person


@dataclass(frozen=True, slots=True)
class Line:
    """A message as its reader sees it, in the language active now."""

    message: Message
    told: Told


def inbox(person: Person | int) -> QuerySet[Message]:
    """Newest first. Slice it, then give it to `lines`."""
    rows: QuerySet[Message] = Message.objects.filter(person=person)
    return rows.order_by("-at", "-pk")


def lines(messages: Iterable[Message]) -> list[Line]:
    return [Line(message, fill(message.kind, message.data)) for message in messages]


def unread(person: Person | int, *, most: int = 99) -> int:
    """Counted up to `most` + 1, from an index that holds the unread alone."""
    return Message.objects.filter(person=person, read_at=None)[: most + 1].count()
