"""核销 at a counter, with network: once, and the same request asked twice gets the same answer.

The voucher's own row is locked by `vouchers.spend`; two tills that read one code at the same moment follow each other, and
the second is told when it was used. The database refuses a second live redemption besides.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.timezone import localdate

from tongxin.benefits import showing
from tongxin.benefits.actions import holding, shifts, tills, vouchers
from tongxin.benefits.counter_states import How, Outcome, Undoing
from tongxin.benefits.models import Device, PartnerSite, Redemption, Reversal, Shift, Voucher
from tongxin.benefits.queries import mine
from tongxin.benefits.queries.partners import accepted, places_in_words
from tongxin.kernel.refused import Refused
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.authority import Actor, visitor
from tongxin.people.queries.passports import public_keys
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day, Moment

UNDO: Final = timedelta(minutes=10)
DIGITS: Final = 6
GUESSES: Final = 20  # wrong six digits at one till within ten minutes
LONGEST: Final = 1_200  # of what a scanner may type
NOTED: Final = frozenset(
    {"voucher-used", "voucher-expired", "voucher-ended", "other-site", "shown-anew", "shown-over"}
)  # what is an error of habit, or worse: someone should look


@dataclass(frozen=True, slots=True)
class Read:
    """What the till read, and which voucher it names."""

    voucher: Voucher
    how: How
    opening: int | None = None


def redeem(*, shift: Shift, text: str, request: str, bill: Decimal | None = None, at: datetime) -> Redemption:
    """`text`: the QR code's, or six digits. `bill`: what is to be paid, where it is less than the voucher's value.

    Refused: "shift-over", "device-revoked" and its like, "request-changed", "text-unread", "code-wrong", "too-often",
    "not-genuine", "shown-over", "scheme-not-taken", "other-site", "bill-short", and what vouchers.spend refuses.
    """
    try:
        outcome = _redeem(shift=shift, text=text.strip()[:LONGEST], request=request, bill=bill, at=at)
    except Refused as refusal:
        outcome = refusal
    if isinstance(outcome, Refused):
        if outcome.code in NOTED:
            _note(shift.device, text.strip()[:LONGEST], outcome.code, at)
        raise outcome
    return outcome


@atomic
def _note(device: Device, text: str, code: str, at: datetime) -> None:
    """After the refusal has undone everything else: found under the device, with the voucher that it was about."""
    if (digits := _digits(text)) is not None:
        found = mine.by_code(digits, at)
        voucher = found.public_id if found else None
    else:
        shown = showing.read(text, public_keys(at))
        voucher = shown.voucher if shown else None
    tills.write(tills.lock(device), "redemption.refused", at=at, code=code, voucher=voucher or "")


@atomic
def _redeem(*, shift: Shift, text: str, request: str, bill: Decimal | None, at: datetime) -> Redemption | Refused:
    """Returns what must leave a trace instead of raising it: a changed body, a wrong code, a text that nobody signed."""
    shift = working(shift, at)
    body = hashlib.sha256(f"{text}\n{bill}".encode()).digest()
    done = Redemption.objects.filter(device=shift.device, request=request).select_related("partner").first()
    if done is not None:
        return done if bytes(done.body or b"") == body else _changed(shift.device, request, at)
    found = _read(shift.device, text, at)
    if isinstance(found, Refused):
        return found
    check_taken(found.voucher, shift.device.site, at)
    return _take(shift, found, _amount(found.voucher, bill), request, body, at)


def _take(shift: Shift, found: Read, amount: Decimal, request: str, body: bytes, at: datetime) -> Redemption:
    device, voucher = shift.device, found.voucher
    partner = device.site.partner
    redemption = Redemption(
        federation=partner.federation, voucher=voucher, scheme=voucher.scheme, partner=partner, site=device.site,
        device=device, shift=shift, amount=amount, how=found.how, at=at, received_at=at, request=request, body=body,
    )  # fmt: skip
    by = visitor(localdate(at))
    vouchers.spend(
        voucher=voucher, amount=amount, redemption_ref=redemption.public_id, opening=found.opening, by=by, at=at
    )
    redemption.save(force_insert=True)
    Device.objects.filter(pk=device.pk).update(last_seen_at=at)
    tills.write(device, "redemption.made", at=at, redemption=redemption.public_id, amount=str(amount), way=found.how)
    return redemption


@atomic
def undo(*, redemption: Redemption, shift: Shift, at: datetime) -> Reversal:
    """Within ten minutes, at the till that took it. A second time is the same answer.

    Refused: "shift-over", "other-till", "undo-late", and what vouchers.undo_spend refuses.
    """
    shift = working(shift, at)
    redemption = Redemption.objects.select_related("voucher", "partner").lock(redemption.pk)
    if redemption.device_id != shift.device_id:
        raise Refused("other-till", "这一笔是在另一台设备上核销的，请在那台设备上撤销。")
    if redemption.undone_at is not None:
        return Reversal.objects.get(redemption=redemption)
    if at > redemption.at + UNDO:
        raise Refused(
            "undo-late",
            "已经超过10分钟，不能在柜台撤销。请把券号后四位%(tail)s告诉工会，由工会退款。",
            tail=redemption.voucher.public_id[-4:],
        )
    by = visitor(localdate(at))
    vouchers.undo_spend(voucher=redemption.voucher, redemption_ref=redemption.public_id, by=by, at=at)
    reversal = reverse(redemption, how=Undoing.UNDONE, shift=shift, at=at)
    tills.write(
        shift.device, "redemption.undone", at=at, redemption=redemption.public_id, amount=str(redemption.amount)
    )
    return reversal


@atomic
def refund(*, redemption: Redemption, why: str, by: Actor, at: datetime) -> Reversal:
    """By the union, at any time after: the partner could not serve. It goes into the next settlement.

    Refused: "redemption-undone", "redemption-borne", and what vouchers.refund refuses.
    """
    redemption = Redemption.objects.select_related("voucher", "partner").lock(redemption.pk)
    if redemption.undone_at is not None:
        raise Refused("redemption-undone", "这一笔已经撤销或退过款，不用再退。")
    if redemption.outcome != Outcome.SPENT:  # its voucher was spent elsewhere: that one is refunded, not this
        raise Refused("redemption-borne", "这一笔没有用掉券：券在别处用过或已过期。要退款，请退用掉它的那一笔。")
    vouchers.refund(voucher=redemption.voucher, why=why, by=by, at=at)
    return reverse(redemption, how=Undoing.REFUNDED, why=why, at=at)


@atomic
def reverse(
    redemption: Redemption, *, how: Undoing, shift: Shift | None = None, why: str = "", at: datetime
) -> Reversal:
    """The row that takes it back; the redemption's row is locked by the caller."""
    Redemption.objects.filter(pk=redemption.pk).update(undone_at=at)
    return Reversal.make(
        federation=redemption.federation, redemption=redemption, partner=redemption.partner, shift=shift,
        amount=redemption.amount, how=how, why=why.strip()[:200], at=at,
    )  # fmt: skip


def working(shift: Shift, at: datetime) -> Shift:
    """The shift with its device's row locked, if both may redeem at that moment."""
    device = tills.lock(shift.device)
    shifts.refuse_closed(device, at)
    shift = Shift.objects.select_related("clerk").get(pk=shift.pk)
    if shift.closed_at is not None or at >= shift.until:
        raise Refused("shift-over", "这一班已经结束，请用自己的PIN重新开班。")
    shift.device = device
    return shift


def check_taken(voucher: Voucher, site: PartnerSite, at: datetime) -> None:
    """That this counter takes it. Refused: "scheme-not-taken", "other-site"."""
    on = localdate(at)
    if not accepted(site.partner, on).filter(scheme=voucher.scheme).exists():
        raise Refused(
            "scheme-not-taken",
            "“%(scheme)s”不能在本店用。可以用的地方：%(places)s。",
            scheme=voucher.scheme.name,
            places=places_in_words(voucher.scheme, on),
        )
    if holding.is_held(voucher, at) and voucher.code_site != site.public_id:
        raise Refused(
            "other-site",
            "这张券是为“%(site)s”打开的，%(day)s结束以前只能在那里用。请对方换一张，或付款。",
            site=holding.site_of(voucher),
            day=Day(holding.day_of(voucher)),
        )


def _read(device: Device, text: str, at: datetime) -> Read | Refused:
    if (digits := _digits(text)) is not None:
        return _by_digits(device, digits, at)
    if not text.upper().startswith(showing.PREFIX):
        return Refused("text-unread", "没认出这个码。请扫职工手机上“我的券”里的二维码，或输入它下面的六位数。")
    return _by_text(device, text, at)


def _digits(text: str) -> str | None:
    """Six of them, as read aloud or typed with a gap; None: it is something else."""
    digits = "".join(character for character in text if not character.isspace() and character != "-")
    return digits if digits.isascii() and digits.isdigit() and len(digits) == DIGITS else None


def _by_digits(device: Device, digits: str, at: datetime) -> Read | Refused:
    limits = [Limit(Kind.SHIFT_WRONG, f"digits:{device.pk}", GUESSES, timedelta(minutes=10))]
    attempts.check(limits, at=at)
    voucher = mine.by_code(digits, at)
    if voucher is None:
        attempts.note(limits, at=at)
        tills.write(device, "redemption.code-wrong", at=at)
        return Refused("code-wrong", "没有正在出示的券是这六位数。请核对，或请对方在手机上重新出示。")
    return Read(voucher, How.CODE)


def _by_text(device: Device, text: str, at: datetime) -> Read | Refused:
    shown = showing.read(text, public_keys(at))
    rows = Voucher.objects.select_related("scheme", "person")
    voucher = rows.filter(public_id=shown.voucher).first() if shown else None
    if shown is None or voucher is None:
        tills.write(device, "redemption.not-genuine", at=at)
        return Refused("not-genuine", "这不是工会发的券，不能收。请对方打开同心“我的券”重新出示。")
    until = datetime.fromtimestamp(shown.until, tz=at.tzinfo)
    if until <= at:
        return Refused(
            "shown-over", "这个码在%(until)s已过时，可能是截图。请对方在手机上重新出示。", until=Moment(until)
        )
    return Read(voucher, How.QR, shown.opening)


def _amount(voucher: Voucher, bill: Decimal | None) -> Decimal:
    if bill is None:
        return voucher.value
    least = voucher.scheme.least_spend
    if least is not None and bill < least:
        raise Refused(
            "bill-short",
            "这张券满%(least)s元可用，这一单是%(bill)s元，还差%(short)s元。",
            least=least,
            bill=bill,
            short=least - bill,
        )
    if bill <= 0:
        raise Refused("redemption_amount", "核销的金额要大于0。")
    return min(bill, voucher.value)


def _changed(device: Device, request: str, at: datetime) -> Refused:
    tills.write(device, "redemption.request-changed", at=at, request=request)
    return Refused("request-changed", "这一笔刚才已经按另一张券办过，没有再办。请刷新页面，再扫一次。")
