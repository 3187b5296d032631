"""A person's inbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from tongxin.notices.catalogue import Told, fill
from tongxin.notices.groups import group_of
from tongxin.notices.models import Message, Sending
from tongxin.people.models import Person


@dataclass(frozen=True, slots=True)
class Line:
    """A message as its reader sees it, in the language active now."""

    message: Message
    told: Told

    @property
    def group(self) -> str:
        return group_of(self.message.kind).name


def inbox(person: Person | int) -> QuerySet[Message]:
    """Newest first. Slice it, then give it to `lines`."""
    rows: QuerySet[Message] = Message.objects.filter(person=person)
    return rows.order_by("-at", "-pk")


def lines(messages: Iterable[Message]) -> list[Line]:
    rows = list(messages)
    data = full_data([(row.kind, row.data) for row in rows])
    return [Line(row, fill(row.kind, whole)) for row, whole in zip(rows, data, strict=True)]


def full_data(notices: Iterable[tuple[str, dict[str, object]]]) -> list[dict[str, object]]:
    """With the words of a large sending, which stand once in its own row instead of in a million messages."""
    rows = list(notices)
    wanted = {str(data["sending"]) for _, data in rows if "sending" in data}
    texts = (
        {
            row.public_id: {"title": row.title, "body": row.body, "union": row.union.name}
            for row in Sending.objects.filter(public_id__in=wanted).select_related("union")
        }
        if wanted
        else {}
    )
    return [{**data, **texts.get(str(data.get("sending", "")), {})} for _, data in rows]


def unread(person: Person | int, *, most: int = 99) -> int:
    """Counted up to `most` + 1, from an index that holds the unread alone."""
    return Message.objects.filter(person=person, read_at=None)[: most + 1].count()
