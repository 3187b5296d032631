"""Addresses beside the phone, each proved by its owner; permissions of the official account, each used up once."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.notices.models import ContactPoint, Subscription
from tongxin.notices.states import Channel
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

GOOD_FOR: Final = timedelta(hours=24)
AGAIN_AFTER: Final = timedelta(minutes=1)
MOST_TRIES: Final = 5
PURPOSE: Final = "contact.address"
_MAIL = re.compile(r"[^@\s<>,;:\"\\]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")


@atomic
def propose_mail(*, person: Person, address: str, by: Actor, at: datetime) -> str:
    """Keeps the address unproved, and returns the code that goes to it. Refused: "mail-wrong", "too-often"."""
    text = address.strip()
    if len(text) > 120 or not _MAIL.fullmatch(text):
        raise Refused("mail-wrong", "这不像一个邮箱地址，请检查，例如name@example.cn。")
    code = f"{secrets.randbelow(10**6):06d}"
    digest = ring().digest(text.lower(), purpose=PURPOSE)
    limits = [
        Limit(Kind.CODE_SENT, f"mail-of:{person.pk}", 5, timedelta(days=1)),
        Limit(Kind.CODE_SENT, f"mail-to:{text.lower()}", 5, timedelta(days=1)),
    ]
    attempts.check(limits, at=at)
    attempts.note(limits, at=at)
    Person.objects.lock(person.pk)
    found = _open(person, Channel.EMAIL)
    until = found.code_until if found is not None and found.verified_at is None else None
    if until is not None and at < until - GOOD_FOR + AGAIN_AFTER:
        raise Refused("too-often", "刚刚发过确认码，请一分钟后再试。")
    if found is not None:
        found.ended_at = at
        found.save(update_fields=["ended_at"])
    made = ContactPoint.make(
        federation=person.federation, person=person, channel=Channel.EMAIL, address=text, digest=digest, at=at,
        code_digest=_code_digest(person, code), code_until=at + GOOD_FOR,
    )  # fmt: skip
    journal.write("contact.proposed", of=made, by=by, at=at, channel=str(Channel.EMAIL))
    return code


@atomic
def prove_mail(*, person: Person, code: str, by: Actor, at: datetime) -> bool:
    """Whether the code is the one that went there; a wrong one counts. Refused: "no-code", "code-used-up"."""
    Person.objects.lock(person.pk)
    found = _open(person, Channel.EMAIL)
    if found is None or found.verified_at is not None or found.code_until is None or at >= found.code_until:
        raise Refused("no-code", "没有等着确认的邮箱，或确认码已过期。请重新填邮箱。")
    if found.code_tries >= MOST_TRIES:
        raise Refused("code-used-up", "确认码错得太多，已作废。请重新填邮箱。")
    right = ring().knows(bytes(found.code_digest or b""), f"{person.pk}:{code.strip()}", purpose="contact.code")
    found.code_tries += 1
    if right:
        found.verified_at, found.code_digest = at, None
        journal.write("contact.proved", of=found, by=by, at=at, channel=str(Channel.EMAIL))
    found.save(update_fields=["code_tries", "verified_at", "code_digest"])
    return right


@atomic
def end(*, person: Person, channel: Channel, by: Actor, at: datetime) -> None:
    """The address is used no longer."""
    found = _open(person, channel)
    if found is not None:
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        journal.write("contact.ended", of=found, by=by, at=at, channel=str(channel))


@atomic
def allow(*, person: Person, identity: str, number: str, scene: int, by: Actor, at: datetime) -> bool:
    """The person let the official account send one message. False: that permission is still unused."""
    Person.objects.lock(person.pk)
    digest = ring().digest(identity, purpose=PURPOSE)
    found = _open(person, Channel.OFFICIAL)
    if found is None or bytes(found.digest) != digest:
        if found is not None:
            found.ended_at = at
            found.save(update_fields=["ended_at"])
        made = ContactPoint.make(
            federation=person.federation, person=person, channel=Channel.OFFICIAL, address=identity, digest=digest,
            at=at, verified_at=at,
        )  # fmt: skip
        journal.write("contact.proved", of=made, by=by, at=at, channel=str(Channel.OFFICIAL))
    if Subscription.objects.filter(person=person, number=number, scene=scene, used_at=None).exists():
        return False
    Subscription.make(federation=person.federation, person=person, number=number, scene=scene, at=at)
    return True


@atomic
def use(*, person: int, number: str, at: datetime) -> int | None:
    """One permission less: its key, or None where another was quicker and none is left."""
    rows = Subscription.objects.select_for_update().filter(person=person, number=number, used_at=None)
    row = rows.order_by("-at", "-pk").first()
    if row is None:
        return None
    row.used_at = at
    row.save(update_fields=["used_at"])
    return int(row.pk)


@atomic
def unuse(subscription: int) -> None:
    """Nothing was sent: it is good again, unless the person has allowed the same once more meanwhile."""
    row = Subscription.objects.lock(subscription)
    same = Subscription.objects.filter(person=row.person_id, number=row.number, scene=row.scene, used_at=None)
    if not same.exists():
        row.used_at = None
        row.save(update_fields=["used_at"])


def _open(person: Person, channel: Channel) -> ContactPoint | None:
    found: ContactPoint | None = ContactPoint.objects.filter(person=person, channel=channel, ended_at=None).first()
    return found


def _code_digest(person: Person, code: str) -> bytes:
    return ring().digest(f"{person.pk}:{code}", purpose="contact.code")
