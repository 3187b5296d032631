"""Cards as they are now, signed anew whenever they are shown; which ones count no more; the keys that others check with."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from tongxin.people import passport_card
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Passport
from tongxin.people.models.transfers import PassportKind
from tongxin.people.passport_card import SCREEN, Card, Revoked
from tongxin.store.signing import SigningKey, SigningRing, signing_ring
from tongxin.unions.models import Union

LAST: Final = 4
PUBLISHED: Final = timedelta(days=400)  # an old key's public half: longer than any card that it signed


def current(person: int, kind: PassportKind, at: datetime) -> Passport | None:
    rows = _standing(at).filter(person=person, kind=kind)
    found: Passport | None = rows.select_related("person", "membership__union").first()
    return found


def issued_to(person: int, *, most: int) -> Sequence[Passport]:
    rows = Passport.objects.filter(person=person).select_related("membership__union")
    return list(rows.order_by("-issued_at", "-pk")[:most])


def text_of(passport: Passport, at: datetime) -> str:
    """Paper says the same each time; a screen's is signed for the next two minutes."""
    ring = signing_ring(timezone.localdate(at))
    screen = passport.kind == PassportKind.SCREEN
    begins, ends = (at, at + timedelta(seconds=SCREEN)) if screen else (passport.issued_at, passport.ends_at)
    key = ring.on(timezone.localdate(at))
    return passport_card.write(_card(passport, ring, key, begins, ends), key)


def revoked(at: datetime) -> list[str]:
    """Serials that someone may still hold and that count no more: revoked, or without the membership that they tell of.

    Worked out rather than written down, so that no way of ending a membership can forget it. A screen's codes have died
    by themselves within the hour, so that only paper stays on the list for long.
    """
    gone = Q(revoked_at__isnull=False) | Q(membership__ends__isnull=False) | Q(person__merged_into__isnull=False)
    gone |= Q(membership__union__dissolved_on__lte=timezone.localdate(at))
    rows = Passport.objects.filter(gone, ends_at__gt=at)
    rows = rows.exclude(kind=PassportKind.SCREEN, revoked_at__lt=at - timedelta(hours=1))
    rows = rows.exclude(kind=PassportKind.SCREEN, membership__ends__lt=timezone.localdate(at))
    return sorted(rows.values_list("public_id", flat=True))


def list_text(at: datetime) -> str:
    key = _key(at)
    return passport_card.write_list(int(at.timestamp()), revoked(at), key)


def published(at: datetime) -> dict[str, Any]:
    """What other federations take over to check our cards."""
    ring, today = signing_ring(timezone.localdate(at)), timezone.localdate(at)
    keys = [key for key in ring.keys if key.until is None or key.until + PUBLISHED > today]
    rows = [{"id": key.id, "x": _url(key.public), "since": str(key.since), "until": _day(key.until)} for key in keys]
    return {"format": "tongxin-passport-keys/1", "at": int(at.timestamp()), "keys": rows}


def public_keys(at: datetime) -> dict[str, bytes]:
    return {key.id: key.public for key in signing_ring(timezone.localdate(at)).keys}


def own_list(at: datetime) -> dict[str, Revoked]:
    return {_key(at).id: Revoked(int(at.timestamp()), frozenset(revoked(at)))}


def _standing(at: datetime) -> Any:
    on = timezone.localdate(at)
    rows = Passport.objects.filter(revoked_at=None, ends_at__gt=at, membership__ends=None, person__merged_into=None)
    return rows.exclude(membership__union__dissolved_on__lte=on)


def _key(at: datetime) -> SigningKey:
    day = timezone.localdate(at)
    return signing_ring(day).on(day)


def _card(passport: Passport, ring: SigningRing, key: SigningKey, begins: datetime, ends: datetime) -> Card:
    union = passport.membership.union
    last = passport.person.document_text()[-LAST:]
    salt = hmac.digest(ring.salt, passport.person.public_id.encode(), hashlib.sha256).hex()[:12]
    return Card(
        key=key.id, serial=passport.public_id, kind=passport.kind,
        name=str(shown(passport.person, "name", Purpose.STAFF_LIST)), state=passport.membership.state.value,
        union=union.name, union_code=union.code, province=_province(union),
        issued=int(begins.timestamp()), ends=int(ends.timestamp()),
        salt=salt, second=passport_card.second_of(salt, last) if last else "",
    )  # fmt: skip


def _province(union: Union) -> str:
    return str(Union.objects.values_list("code", flat=True).get(pk=union.federation))


def _url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)
