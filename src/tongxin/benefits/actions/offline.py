"""断网: what a device accepted without network arrives, is told apart, and is settled. Never the clerk's loss.

docs/adr/0019-counters.md says what may be accepted and who bears what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate

from tongxin.benefits import offline_list, showing
from tongxin.benefits.actions import holding, redemptions, tills, vouchers
from tongxin.benefits.counter_states import How, OfflineVerdict, Outcome, Undoing
from tongxin.benefits.models import Device, OfflineEntry, Redemption, Shift, Voucher
from tongxin.benefits.offline_list import Entry, Signed
from tongxin.benefits.queries.partners import accepted
from tongxin.benefits.queries.tills import drawer_of
from tongxin.benefits.showing import Shown
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import visitor
from tongxin.people.queries.passports import public_keys
from tongxin.store.atomic import atomic
from tongxin.store.moments import start_of

SKEW: Final = timedelta(minutes=3)
MOST: Final = 500  # entries in one sending


@dataclass(frozen=True, slots=True)
class Answer:
    number: int
    verdict: OfflineVerdict


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry with what the house makes of it: the moment that it believes, the shift, and what the voucher's text says."""

    entry: Entry
    signed: Signed
    at: datetime
    shift: Shift
    shown: Shown | None


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: OfflineVerdict
    redemption: Redemption | None = None


def bring(*, device: Device, entries: Sequence[Signed], at: datetime) -> list[Answer]:
    """In the order of their numbers; what arrived before gets the answer that it got. All or none of the new ones.

    Refused: "offline-key", "offline-many", "offline-forged", "offline-changed", "offline-gap".
    """
    outcome = _bring(device=device, entries=entries, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _bring(*, device: Device, entries: Sequence[Signed], at: datetime) -> list[Answer] | Refused:
    device = tills.lock(device)
    if device.offline_key is None:
        return Refused("offline-key", "这台设备还没有登记断网核销的密钥，请联网打开收券页一次。")
    if len(entries) > MOST:
        return Refused("offline-many", "一次最多交%(most)d笔，请分几次。", most=MOST)
    answers = []
    for signed in entries:
        found = _one(device, signed, at)
        if isinstance(found, Refused):  # the ones before it stand: they were good
            tills.write(device, "offline.refused", at=at, code=found.code, after=device.offline_last)
            return found
        answers.append(found)
    Device.objects.filter(pk=device.pk).update(offline_last=device.offline_last, last_seen_at=at)
    return answers


def _one(device: Device, signed: Signed, at: datetime) -> Answer | Refused:
    entry = offline_list.read(signed.text)
    if entry is None or entry.device != device.public_id or not signed.by(bytes(device.offline_key or b"")):
        return Refused("offline-forged", "断网记录的签名不对，没有收下。请联系工会核对这台设备。")
    before = OfflineEntry.objects.filter(device=device, number=entry.number).first()
    if before is not None:
        if bytes(before.digest) == signed.digest:
            return Answer(entry.number, OfflineVerdict(before.verdict))
        return Refused("offline-changed", "第%(number)d笔断网记录与上次交的不一样，没有收下。", number=entry.number)
    if entry.number != device.offline_last + 1 or entry.before != _last_digest(device):
        return Refused("offline-gap", "断网记录缺了第%(number)d笔，请联系工会核对。", number=device.offline_last + 1)
    judged = _judge(device, entry, signed, at)
    OfflineEntry.make(
        device=device, number=entry.number, text=signed.text, signature=signed.signature, digest=signed.digest,
        verdict=judged.verdict, redemption=judged.redemption, received_at=at,
    )  # fmt: skip
    device.offline_last = entry.number
    Device.objects.filter(pk=device.pk).update(offline_last=entry.number)
    _tell(device, entry, judged, at)
    return Answer(entry.number, judged.verdict)


def _tell(device: Device, entry: Entry, judged: Judged, at: datetime) -> None:
    tills.write(
        device, "offline.settled", at=at, number=entry.number, verdict=judged.verdict, amount=str(entry.amount),
        redemption=judged.redemption.public_id if judged.redemption else "",
    )  # fmt: skip


def _judge(device: Device, entry: Entry, signed: Signed, at: datetime) -> Judged:
    shift = Shift.objects.filter(device=device, public_id=entry.shift).select_related("clerk").first()
    if shift is None:
        return Judged(OfflineVerdict.NOT_GENUINE)
    shift.device = device
    shown = showing.read(entry.text, public_keys(at))
    claim = Claim(entry, signed, _believed(device, entry, _earliest(device, shown, at), at), shift, shown)
    judged = _undo(claim, at) if entry.kind == offline_list.UNDO else _take(claim, at)
    if shift.closed_at is not None:  # what the clerk counted had it in, and had out what was undone
        Shift.objects.filter(pk=shift.pk).update(expected=drawer_of(shift).total)
    return judged


def _take(claim: Claim, at: datetime) -> Judged:
    device, shown = claim.shift.device, claim.shown
    voucher = Voucher.objects.select_related("scheme").filter(public_id=shown.voucher).first() if shown else None
    done = _of_request(claim)
    if done is not None and (voucher is None or done.voucher_id == voucher.pk):
        fresh = not OfflineEntry.objects.filter(redemption=done).exists()  # the answer had been lost on its way
        return Judged(OfflineVerdict.SPENT, done) if fresh else Judged(OfflineVerdict.REPEATED)
    if shown is None or voucher is None:
        return Judged(OfflineVerdict.NOT_GENUINE)
    claim = replace(claim, at=max(claim.at, start_of(voucher.scheme.starts)))  # nobody opens one before
    if Redemption.objects.filter(device=device, voucher=voucher, undone_at=None).exists():
        return Judged(OfflineVerdict.REPEATED)
    if (against := _against(claim, shown, voucher)) is not None:
        return Judged(against)
    return _settle(claim, shown, voucher, at)


def _of_request(claim: Claim) -> Redemption | None:
    """What the house did already under the name that the device gave to this request."""
    found: Redemption | None = Redemption.objects.filter(device=claim.shift.device, request=claim.entry.request).first()
    return found


def _against(claim: Claim, shown: Shown, voucher: Voucher) -> OfflineVerdict | None:
    """What the device should have refused itself."""
    if claim.entry.at > shown.until + SKEW.total_seconds() or localdate(claim.at) > voucher.last_day:
        return OfflineVerdict.TOO_LATE
    site = claim.shift.device.site
    if shown.site and shown.site != site.public_id:
        return OfflineVerdict.WRONG_SITE
    if not accepted(site.partner, localdate(claim.at)).filter(scheme=voucher.scheme).exists():
        return OfflineVerdict.WRONG_SITE
    return None


def _settle(claim: Claim, shown: Shown, voucher: Voucher, at: datetime) -> Judged:
    """Spent now if it still can be; else the union bears it: without end where the worker had opened it for this site,
    up to the cap elsewhere.
    """
    device = claim.shift.device
    partner = device.site.partner
    redemption = Redemption(
        federation=partner.federation, voucher=voucher, scheme=voucher.scheme, partner=partner, site=device.site,
        device=device, shift=claim.shift, amount=min(claim.entry.amount, voucher.value) or voucher.value,
        how=How.OFFLINE, at=claim.at, received_at=at, body=claim.signed.digest,
        request="" if _of_request(claim) else claim.entry.request,  # that name is another voucher's
    )  # fmt: skip
    try:
        with transaction.atomic():
            vouchers.spend(
                voucher=voucher, amount=redemption.amount, redemption_ref=redemption.public_id,
                by=visitor(localdate(at)), at=claim.at,
            )  # fmt: skip
            redemption.save(force_insert=True)
    except Refused:
        redemption.outcome = _borne(redemption, voucher, bound=bool(shown.site))
        redemption.save(force_insert=True)
    return Judged(OfflineVerdict(redemption.outcome), redemption)


def _borne(redemption: Redemption, voucher: Voucher, *, bound: bool) -> Outcome:
    """An expired one was good when it was taken: nothing was used twice."""
    state = Voucher.objects.values_list("state", flat=True).get(pk=voucher.pk)
    if bound or state == VoucherState.EXPIRED:
        return Outcome.DOUBLED
    within = _lost(redemption) + redemption.amount <= redemption.partner.offline_cap
    return Outcome.DOUBLED if within else Outcome.OVER_CAP


def _lost(redemption: Redemption) -> Decimal:
    """What of the cap is gone that day: neither what was opened for this site counts, nor what had only expired."""
    begins = start_of(localdate(redemption.at))
    rows = Redemption.objects.filter(
        device=redemption.device, outcome=Outcome.DOUBLED, undone_at=None, at__gte=begins,
        at__lt=begins + timedelta(days=1),
    ).exclude(voucher__state=VoucherState.EXPIRED)  # fmt: skip
    keys = public_keys(redemption.received_at)
    return sum((one.amount for one in rows.select_related("entry") if not _opened_here(one.entry, keys)), Decimal(0))


def _opened_here(taken: OfflineEntry, keys: Mapping[str, bytes]) -> bool:
    """Nothing but what was opened for the device's own site, or for none, is ever settled."""
    entry = offline_list.read(taken.text)
    shown = showing.read(entry.text, keys) if entry else None
    return bool(shown and shown.site)


def _undo(claim: Claim, at: datetime) -> Judged:
    """Taken back at the counter, still without network."""
    entry, device = claim.entry, claim.shift.device
    number = int(entry.text) if entry.text.isascii() and entry.text.isdigit() and len(entry.text) < 9 else 0
    taken = OfflineEntry.objects.filter(device=device, number=number).select_related("redemption").first()
    if taken is None or taken.redemption is None or taken.redemption.undone_at is not None:
        return Judged(OfflineVerdict.REPEATED)
    first = offline_list.read(taken.text)
    if first is None or entry.at - first.at > (redemptions.UNDO + SKEW).total_seconds():
        return Judged(OfflineVerdict.TOO_LATE)
    redemption = Redemption.objects.select_related("voucher", "partner").lock(taken.redemption.pk)
    try:
        with transaction.atomic():
            if redemption.outcome == Outcome.SPENT:
                vouchers.undo_spend(
                    voucher=redemption.voucher, redemption_ref=redemption.public_id, by=visitor(localdate(at)), at=at
                )
    except Refused:  # refunded by the union meanwhile: that stands
        return Judged(OfflineVerdict.TOO_LATE)
    if redemption.outcome == Outcome.OVER_CAP:  # it was never credited, so nothing is taken off
        Redemption.objects.filter(pk=redemption.pk).update(undone_at=claim.at)
    else:
        redemptions.reverse(redemption, how=Undoing.UNDONE, shift=claim.shift, at=max(claim.at, redemption.at))
    return Judged(OfflineVerdict.UNDONE)


def _earliest(device: Device, shown: Shown | None, at: datetime) -> datetime:
    """Nothing was taken before the device was paired, nor before the day on which its holder opened the voucher."""
    paired = device.paired_at or at
    if shown is None:
        return paired
    until = datetime.fromtimestamp(shown.until, tz=UTC)
    opened = min(
        until - vouchers.ON_SCREEN, start_of(localdate(until - timedelta(seconds=1)))
    )  # on paper: until midnight
    if shown.site:  # it may have been opened some days ahead
        opened -= holding.AHEAD
    return min(max(paired, opened), at)


def _believed(device: Device, entry: Entry, first: datetime, at: datetime) -> datetime:
    """The device's word, within what can be: not before `first`, not after it arrived. A clock that says
    otherwise, or ran backwards, is on record; it never costs the counter anything.
    """
    claimed = datetime.fromtimestamp(min(max(entry.at, 0), 2**33), tz=UTC)
    last = OfflineEntry.objects.filter(device=device).order_by("-number").first()
    previous = offline_list.read(last.text) if last else None
    backwards = previous is not None and entry.at < previous.at
    if backwards or claimed < first or claimed > at + SKEW:
        tills.write(device, "offline.clock", at=at, number=entry.number, claimed=claimed.isoformat())
    return min(max(claimed, first), at)


def _last_digest(device: Device) -> str:
    last = OfflineEntry.objects.filter(device=device, number=device.offline_last).first()
    return bytes(last.digest).hex() if last else ""
