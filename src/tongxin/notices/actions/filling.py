"""From a delivery to a parcel: the words, the template's places, the address opened from its seal."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings
from django.db.models import Count

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused
from tongxin.notices.catalogue import Told, fill, shown
from tongxin.notices.gateways.parcels import Filled, Parcel
from tongxin.notices.models import Delivery, Message, Template
from tongxin.notices.queries.inbox import full_data
from tongxin.notices.queries.routes import SUMMARY, Router
from tongxin.notices.states import Channel
from tongxin.people.models import Person
from tongxin.store.among import among

ONE_PART: Final = 70  # characters of one text message
_PLACE: Final = re.compile(r"\$\{(\w+)\}")
OF_MANY: Final = 67  # and of each part of a long one


class Filler:
    """For one batch: people, messages with their words, unread counts of digests, in one query each."""

    def __init__(self, rows: Iterable[Delivery], router: Router) -> None:
        rows = list(rows)
        self._router = router
        self._people = {one.pk: one for one in Person.objects.filter(pk__in=among(row.person_id for row in rows))}
        data = full_data([(row.message.kind, row.message.data) for row in rows])
        self._data = dict(zip((row.message_id for row in rows), data, strict=True))
        self._unread = _unread({row.person_id for row in rows if row.digest})

    def read(self, row: Delivery) -> bool:
        """Nothing left to say: the message was read, or of a digest every message."""
        if row.digest:
            return self._unread.get(row.person_id, 0) == 0
        return row.message.read_at is not None

    def parcel(self, row: Delivery) -> Parcel:
        """Refused: "no-address"; whatever the words lack ("notice-data")."""
        channel, person = Channel(row.channel), self._people[row.person_id]
        kind = SUMMARY if row.digest else row.message.kind
        told = self._told(row)
        template = self._router.template(row.person_id, kind, channel)
        scene = 0
        if channel == Channel.OFFICIAL and template is not None:
            allowed = self._router.subscription(person.pk, template.number)
            scene = allowed.scene if allowed is not None else 0
        values = {**shown(self._data[row.message_id]), "title": told.title, "body": told.body}
        return Parcel(
            serial=row.public_id,
            address=self._address(person, channel),
            title=told.title,
            body=told.body,
            link=f"{settings.NOTICE_ORIGIN}{told.link}",
            template=filled(template, values) if template is not None else None,
            scene=scene,
        )

    def _told(self, row: Delivery) -> Told:
        if not row.digest:
            return fill(row.message.kind, self._data[row.message_id])
        count = self._unread.get(row.person_id, 0)
        return Told(f"您有{count}条没看的消息", f"今天汇总：{count}条没看的消息，请打开同心的“消息”查看。", "/inbox/")

    def _address(self, person: Person, channel: Channel) -> str:
        if channel == Channel.SMS:
            number = person.phone_text()
            if not number or not phones.is_mobile(number):
                raise Refused("no-address", "没有能收短信的号码。")
            return number
        contact = self._router.contact(person.pk, channel)
        if contact is None:
            raise Refused("no-address", "没有核实过的地址。")
        return str(contact.address.open())


def filled(template: Template, values: Mapping[str, object]) -> Filled:
    """Refused("template-data") when the notice does not have what the template names."""
    if missing := [name for name in template.names if name not in values]:
        raise Refused("template-data", "模板要的%(names)s，这条通知里没有。", names="、".join(missing))
    places = {name: str(values[name]) for name in template.names}
    text = _PLACE.sub(lambda found: places.get(found[1], found[0]), template.text)
    return Filled(template.number, template.signature, places, text)


def parts(parcel: Parcel) -> int:
    """How many text messages it is charged as: its characters with the signature and its two brackets."""
    if parcel.template is None:
        return 1
    return parts_of(parcel.template.text, parcel.template.signature)


def parts_of(text: str, signature: str) -> int:
    length = len(text) + (len(signature) + 2 if signature else 0)
    return 1 if length <= ONE_PART else -(-length // OF_MANY)


def _unread(people: set[int]) -> dict[int, int]:
    rows = (
        Message.objects.filter(person__in=among(people), read_at=None)
        .order_by()
        .values("person")
        .annotate(n=Count("pk"))
    )
    return dict(rows.values_list("person", "n")) if people else {}
