"""Devices at the counter: paired once by a code, known by a token, revoked at once."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.utils.timezone import localdate

from tongxin.benefits.models import Device, PartnerSite
from tongxin.benefits.queries.tills import token_digest
from tongxin.kernel.public_ids import ALPHABET
from tongxin.kernel.refused import Refused
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.authority import Actor, require, visitor
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring
from tongxin.store.moments import Day

CODE: Final = 8  # characters of the alphabet of public ids: 31**8 is about 2**40, and it is good for minutes
CODE_LASTS: Final = timedelta(minutes=30)
KEY: Final = 32
_WRONG: Final = Refused(
    "pairing-wrong", "配对码不对，或已经用过、过期。请看着工会发来的码再输一次；不行的话，请工会重新生成一个。"
)


@atomic
def add_device(*, site: PartnerSite, name: str, by: Actor, at: datetime) -> tuple[Device, str]:
    """The device to be, and its pairing code, shown this once.

    Refused: "no-power", "name-missing", "site-closed", "device_name_once".
    """
    site = _lock_site(site, by)
    if not (clean := name.strip()):
        raise Refused("name-missing", "请给设备起个名称，好认是哪一台。")
    if site.closed_on is not None and site.closed_on <= by.on:
        raise Refused("site-closed", "“%(name)s”已从%(on)s起停用，不用再办。", name=site.name, on=Day(site.closed_on))
    code = _new_code()
    device = Device.make(site=site, name=clean[:40], code_digest=_code_digest(code), code_ends_at=at + CODE_LASTS)
    journal.write("device.added", of=device, by=by, at=at, union=site.partner.union_id)
    return device, code


@atomic
def renew_code(*, device: Device, by: Actor, at: datetime) -> tuple[Device, str]:
    """Another code for a device that was not paired in time. Refused: "no-power", "device-paired", "device-revoked"."""
    _lock_site(device.site, by)
    device = lock(device)
    if device.revoked_at is not None:
        raise Refused("device-revoked", "这台设备已停用，请添加一台新的再配对。")
    if device.paired_at is not None:
        raise Refused("device-paired", "这台设备已经配对好了。要换一台，请先停用它，再添加新的。")
    code = _new_code()
    Device.objects.filter(pk=device.pk).update(code_digest=_code_digest(code), code_ends_at=at + CODE_LASTS)
    journal.write("device.code-renewed", of=device, by=by, at=at, union=device.site.partner.union_id)
    return device, code


def pair(*, code: str, network: str, at: datetime) -> tuple[Device, str]:
    """The device and its token, handed to the browser this once. Refused: "pairing-wrong", "too-often"."""
    outcome = _pair(code=canonical_code(code), network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _pair(*, code: str, network: str, at: datetime) -> tuple[Device, str] | Refused:
    """Returns the refusal of a wrong try instead of raising it, so that its count is kept."""
    limits = [Limit(Kind.PAIRING_WRONG, f"network:{network}", 10, timedelta(minutes=10))]
    attempts.check(limits, at=at)
    rows = Device.objects.select_for_update(of=("self",)).select_related("site__partner")
    device = rows.filter(code_digest__in=ring().digests(code, purpose="device.code")).first()
    if device is None or device.code_ends_at is None or device.code_ends_at <= at or device.revoked_at is not None:
        attempts.note(limits, at=at)
        return _WRONG
    token = secrets.token_urlsafe(32)
    device.token_digest, device.code_digest, device.code_ends_at = token_digest(token), None, None
    device.paired_at = device.last_seen_at = at
    device.save(update_fields=["token_digest", "code_digest", "code_ends_at", "paired_at", "last_seen_at"])
    write(device, "device.paired", at=at)
    return device, token


@atomic
def revoke(*, device: Device, by: Actor, at: datetime) -> Device:
    """Lost, stolen, replaced: from now on it opens nothing. A second time changes nothing. Refused: "no-power"."""
    _lock_site(device.site, by)
    device = lock(device)
    if device.revoked_at is None:
        device.revoked_at, device.code_digest, device.code_ends_at, device.last_seen_at = at, None, None, None
        device.save(update_fields=["revoked_at", "code_digest", "code_ends_at", "last_seen_at"])
        journal.write("device.revoked", of=device, by=by, at=at, union=device.site.partner.union_id)
    return device


@atomic
def note_revoked(*, device: Device, at: datetime) -> None:
    """It was used after it was revoked: someone should look. Once an hour is enough."""
    device = lock(device)
    if device.last_seen_at is None or device.last_seen_at < at - timedelta(hours=1):
        Device.objects.filter(pk=device.pk).update(last_seen_at=at)
        write(device, "device.revoked-used", at=at)


def set_key(*, device: Device, key: bytes, at: datetime) -> Device:
    """The public half with which this device signs what it accepts without network. It is set once: a device with
    another key is another device. Refused: "key-wrong", "key-other".
    """
    outcome = _set_key(device=device, key=key, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _set_key(*, device: Device, key: bytes, at: datetime) -> Device | Refused:
    """Returns the refusal of another key instead of raising it, so that the journal keeps it."""
    device = lock(device)
    if len(key) != KEY:
        return Refused("key-wrong", "这台设备的签名密钥读不出来，请刷新后再试。")
    if device.offline_key is not None:
        if bytes(device.offline_key) == key:
            return device
        write(device, "device.key-refused", at=at)
        return Refused("key-other", "这台设备断网核销的密钥变了（可能清过浏览器数据），请工会停用后重新配对。")
    device.offline_key = key
    device.save(update_fields=["offline_key"])
    write(device, "device.key-set", at=at)
    return device


def write(device: Device, verb: str, *, at: datetime, **data: str | int) -> None:
    """A journal line of a deed at the counter: no account stands behind it, so the device is named."""
    partner = device.site.partner
    by = visitor(localdate(at))
    journal.write(verb, of=device, by=by, at=at, union=partner.union_id, till=f"{partner.name} {device.name}", **data)


def lock(device: Device) -> Device:
    """Every deed at a counter holds its device's row: two tabs of one till follow each other."""
    locked: Device = Device.objects.select_related("site__partner__union").lock(device.pk)
    return locked


def canonical_code(text: str) -> str:
    """As read from a screen: blanks, hyphens and capitals do not matter."""
    return "".join(character for character in text.lower() if character.isalnum())


def spaced(code: str) -> str:
    """Abcd efgh: in two groups, as people read it."""
    return f"{code[:4]} {code[4:]}"


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE))


def _code_digest(code: str) -> bytes:
    return ring().digest(code, purpose="device.code")


def _lock_site(site: PartnerSite, by: Actor) -> PartnerSite:
    locked: PartnerSite = PartnerSite.objects.select_related("partner__union").lock(site.pk)
    require(by, Power.MANAGE_PARTNERS, locked.partner.union)
    return locked
