"""收银员 and their PINs; shifts opened with one and closed with what lies in the drawer."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.utils.timezone import localdate

from tongxin.benefits.actions import tills
from tongxin.benefits.models import Clerk, Device, Partner, Shift
from tongxin.benefits.queries.tills import drawer_of
from tongxin.kernel.refused import Refused
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day

DIGITS: Final = 6
TRIES: Final = 10  # wrong ones in a row; then the union gives a new PIN
LASTS: Final = timedelta(hours=16)  # a shift that nobody closed ends by itself


@atomic
def add_clerk(*, partner: Partner, label: str, signs: bool = False, by: Actor, at: datetime) -> tuple[Clerk, str]:
    """The clerk and the PIN, shown this once. Refused: "no-power", "name-missing", "clerk_label_once"."""
    partner = _lock_partner(partner, by)
    if not (clean := label.strip()):
        raise Refused("name-missing", "请写柜台上怎么称呼，比如“3号收银”，不用写全名。")
    pin = _new_pin()
    clerk = Clerk.make(partner=partner, label=clean[:20], pin=make_password(pin), signs=signs)
    journal.write("clerk.added", of=clerk, by=by, at=at, union=partner.union_id, signs=signs)
    return clerk, pin


@atomic
def give_pin(*, clerk: Clerk, by: Actor, at: datetime) -> tuple[Clerk, str]:
    """A new one; the one before opens nothing. Refused: "no-power", "clerk-closed"."""
    partner = _lock_partner(clerk.partner, by)
    clerk = _lock(clerk)
    if clerk.closed_at is not None:
        raise Refused("clerk-closed", "这位收银员已停用，请重新添加。")
    pin = _new_pin()
    clerk.pin, clerk.wrong = make_password(pin), 0
    clerk.save(update_fields=["pin", "wrong"])
    journal.write("clerk.pin-given", of=clerk, by=by, at=at, union=partner.union_id)
    return clerk, pin


@atomic
def close_clerk(*, clerk: Clerk, by: Actor, at: datetime) -> Clerk:
    """A second time changes nothing. An open shift goes on until it is closed. Refused: "no-power"."""
    partner = _lock_partner(clerk.partner, by)
    clerk = _lock(clerk)
    if clerk.closed_at is None:
        clerk.closed_at = at
        clerk.save(update_fields=["closed_at"])
        journal.write("clerk.closed", of=clerk, by=by, at=at, union=partner.union_id)
    return clerk


def open_shift(*, device: Device, clerk: Clerk, pin: str, at: datetime) -> Shift:
    """Refused: "shift-wrong", "too-often", "pin-closed", "shift_one_open", "device-revoked", "partner-over", "site-over"."""
    outcome = _open_shift(device=device, clerk=clerk, pin=pin.strip(), at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _open_shift(*, device: Device, clerk: Clerk, pin: str, at: datetime) -> Shift | Refused:
    """Returns the refusal of a wrong PIN instead of raising it, so that its count is kept."""
    device = tills.lock(device)
    refuse_closed(device, at)
    if refusal := _wrong_pin(device, clerk, pin, at):
        return refusal
    _end_overdue(device, at)
    shift = Shift.make(device=device, clerk=clerk, opened_at=at, until=at + LASTS)
    Device.objects.filter(pk=device.pk).update(last_seen_at=at)
    tills.write(device, "shift.opened", at=at, clerk=clerk.label)
    return shift


def check_pin(*, device: Device, clerk: Clerk, pin: str, at: datetime) -> None:
    """For deeds that ask for the PIN again. Refused: "shift-wrong", "too-often", "pin-closed"."""
    if refusal := _try_pin(device=device, clerk=clerk, pin=pin.strip(), at=at):
        raise refusal


@atomic
def _try_pin(*, device: Device, clerk: Clerk, pin: str, at: datetime) -> Refused | None:
    return _wrong_pin(tills.lock(device), clerk, pin, at)


def _wrong_pin(device: Device, clerk: Clerk, pin: str, at: datetime) -> Refused | None:
    """None when it is right. A row lock on the clerk: guesses at several tills count together."""
    limits = [Limit(Kind.SHIFT_WRONG, f"till:{device.pk}", 5, timedelta(minutes=15))]
    attempts.check(limits, at=at)
    clerk = _lock(clerk)
    if clerk.partner_id != device.site.partner_id or clerk.closed_at is not None:
        return Refused("shift-wrong", "没有这位收银员，请重新选。")
    if clerk.wrong >= TRIES:
        return Refused("pin-closed", "这个PIN连错%(tries)d次，已停用。请工会工作人员给您换一个新的。", tries=TRIES)
    if check_password(pin, clerk.pin):
        Clerk.objects.filter(pk=clerk.pk, wrong__gt=0).update(wrong=0)
        return None
    attempts.note(limits, at=at)
    Clerk.objects.filter(pk=clerk.pk).update(wrong=clerk.wrong + 1)
    if clerk.wrong + 1 >= TRIES:
        tills.write(device, "clerk.pin-closed", at=at, clerk=clerk.label)
    left = TRIES - clerk.wrong - 1
    return Refused("shift-wrong", "PIN不对，请再输一次。再错%(left)d次，就要请工会换新的。", left=left)


@atomic
def close_shift(*, shift: Shift, counted: Decimal, remark: str = "", at: datetime) -> Shift:
    """What lies in the drawer beside what the house has; a difference is kept, named, and nobody's fault yet.

    Refused: "shift-closed", "shift_counted".
    """
    device = tills.lock(shift.device)
    shift = Shift.objects.select_related("clerk").lock(shift.pk)
    if shift.closed_at is not None:
        raise Refused("shift-closed", "这一班已经交过了，不用再交。")
    shift.device, shift.closed_at, shift.counted, shift.remark = device, at, counted, remark.strip()[:200]
    shift.expected = drawer_of(shift).total
    shift.save(update_fields=["closed_at", "counted", "expected", "remark"])
    tills.write(
        device, "shift.closed", at=at, clerk=shift.clerk.label, expected=str(shift.expected), counted=str(counted)
    )
    return shift


def refuse_closed(device: Device, at: datetime) -> None:
    """Raises what stands between this device and a redemption: revoked, the contract over, the site closed."""
    site, on = device.site, localdate(at)
    partner = site.partner
    if device.revoked_at is not None or device.paired_at is None:
        raise Refused("device-revoked", "这台设备已停用，不能核销。请联系工会工作人员重新配对。")
    if on < partner.starts:
        raise Refused("partner-over", "合作从%(on)s开始，还不能核销。", on=Day(partner.starts))
    if partner.ends is not None and on >= partner.ends:
        raise Refused(
            "partner-over", "合作已在%(on)s停止，不能再核销。之前核销的照样结算，请联系工会。", on=Day(partner.ends)
        )
    if site.closed_on is not None and on >= site.closed_on:
        raise Refused("site-over", "这个门店已从%(on)s起停用，不能再核销。", on=Day(site.closed_on))


def _end_overdue(device: Device, at: datetime) -> None:
    """A shift that nobody closed gives way to the next one; what it had is kept, and that nobody counted."""
    for shift in Shift.objects.filter(device=device, closed_at=None, until__lte=at):
        shift.closed_at, shift.expected = shift.until, drawer_of(shift).total
        shift.save(update_fields=["closed_at", "expected"])
        tills.write(device, "shift.ran-out", at=at, expected=str(shift.expected))


def _new_pin() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def _lock(clerk: Clerk) -> Clerk:
    locked: Clerk = Clerk.objects.select_related("partner").lock(clerk.pk)
    return locked


def _lock_partner(partner: Partner, by: Actor) -> Partner:
    locked: Partner = Partner.objects.select_related("union").lock(partner.pk)
    require(by, Power.MANAGE_PARTNERS, locked.union)
    return locked
