"""What a gateway knows by number: templates with their signatures, added, changed and ended as data. The past stays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.catalogue import CATALOGUE
from tongxin.notices.models import Template
from tongxin.notices.queries.routes import SUMMARY
from tongxin.notices.states import Channel
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

BY_NUMBER: Final = (Channel.SMS, Channel.OFFICIAL)
ALWAYS: Final = frozenset({"title", "body"})
PLACE: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """As the gateway approved them: `text` with its places, `${what}`."""

    channel: str
    kind: str  # of notice; empty: any that has none of its own
    number: str
    signature: str
    text: str

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(PLACE.findall(self.text)))


@atomic
def add(*, union: Union, words: Words, valid_from: date, by: Actor, at: datetime) -> Template:
    """For the union and all below it that have none nearer. One of the same kind ends where this one begins.

    Refused: "template-channel", "template-kind", "template-names", "template-signature", "template-past".
    """
    require(by, Power.APPROVE_SENDINGS, union)
    _check(words)
    if valid_from < localdate(at):
        raise Refused("template-past", "请从今天或以后的一天起；以前发的仍按以前的模板留着。")
    Union.objects.lock(union.pk)
    same = Template.objects.filter(union=union, channel=words.channel, kind=words.kind)
    same.filter(valid_from__gte=valid_from).delete()
    same.filter(valid_to=None).update(valid_to=valid_from)
    made = Template.make(
        union=union, channel=words.channel, kind=words.kind, number=words.number, signature=words.signature,
        text=words.text, names=words.names, valid_from=valid_from,
    )  # fmt: skip
    journal.write("template.added", of=made, by=by, at=at, union=union.pk, channel=words.channel, number=words.number)
    return made


@atomic
def end(*, template: Template, on: date, by: Actor, at: datetime) -> Template:
    """From that day it is used no longer. Refused: "template-past", "template-over"."""
    require(by, Power.APPROVE_SENDINGS, template.union_id or 0)
    found: Template = Template.objects.lock(template.pk)
    if on < localdate(at):
        raise Refused("template-past", "请从今天或以后的一天起；以前发的仍按以前的模板留着。")
    if found.valid_to is not None and found.valid_to <= on:
        raise Refused("template-over", "这个模板到那天已经停用。")
    journal.write("template.ended", of=found, by=by, at=at, on=on.isoformat(), number=found.number)
    if found.valid_from >= on:
        found.delete()
        return found
    found.valid_to = on
    found.save(update_fields=["valid_to"])
    return found


def _check(words: Words) -> None:
    if words.channel not in BY_NUMBER:
        raise Refused("template-channel", "只有短信和公众号按模板发。")
    if words.kind and words.kind != SUMMARY and words.kind not in CATALOGUE:
        raise Refused("template-kind", "没有这种通知，请从列表里选。")
    if words.channel == Channel.SMS and not words.signature:
        raise Refused("template-signature", "短信要有签名，请填网关核准的签名。")
    known = ALWAYS | (CATALOGUE[words.kind].names if words.kind in CATALOGUE else frozenset())
    if strange := _strange(words.names, known):
        raise Refused(
            "template-names", "这种通知里没有%(names)s，能用的有：%(known)s。",
            names="、".join(strange), known="、".join(sorted(known)),
        )  # fmt: skip


def _strange(names: Sequence[str], known: frozenset[str]) -> list[str]:
    return [name for name in names if name not in known]
