"""结算单: drawn up by the union, signed by both, each redemption in one of them and no more."""

from datetime import date, datetime

from django.db.models import Max, QuerySet

from tongxin.benefits.actions import redemptions, shifts, tills
from tongxin.benefits.counter_states import Outcome, Undoing
from tongxin.benefits.models import Clerk, Device, Partner, Redemption, Reversal, Settlement, Shift
from tongxin.benefits.queries.settlements import digest_of, due, lines, lines_of, total
from tongxin.benefits.queries.tills import drawer_of
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day


@atomic
def draw_up(*, partner: Partner, last: date, by: Actor, at: datetime) -> Settlement:
    """Everything unsettled up to and with `last`; refunds that were made since the one before among it.

    Refused: "no-power", "settlement-open", "period-not-over", "period-empty", "nothing-due".
    """
    partner = _lock_partner(partner, by)
    before = Settlement.objects.filter(partner=partner).order_by("-number").first()
    if before is not None and not before.signed:
        raise Refused("settlement-open", "第%(n)d期还没有双方签字，先签好或作废它，再做下一期。", n=before.number)
    if last >= by.on:
        raise Refused("period-not-over", "结算到昨天为止：今天还会有核销。")
    starts, ends = before.ends if before else partner.starts, date.fromordinal(last.toordinal() + 1)
    if ends <= starts:
        raise Refused("period-empty", "%(day)s以前没有还要结算的，请选更晚的日期。", day=Day(starts))
    _follow_refunds(partner, at)
    taken, back = _held(partner, ends)
    found = lines(taken, back)
    if not found:
        raise Refused("nothing-due", "到这一天为止没有要结算的。")
    sums = total(found)
    number = (Settlement.objects.filter(partner=partner).aggregate(n=Max("number"))["n"] or 0) + 1
    settlement = Settlement.make(
        federation=partner.federation, union=partner.union, partner=partner, number=number, starts=starts, ends=ends,
        lines=len(found), redeemed=sums.redeemed, reversed=sums.reversed, total=sums.total, digest=digest_of(found),
        made_at=at,
    )  # fmt: skip
    taken.update(settlement=settlement)
    back.update(settlement=settlement)
    journal.write("settlement.drawn-up", of=settlement, by=by, at=at, number=number, total=str(sums.total))
    return settlement


@atomic
def discard(*, settlement: Settlement, by: Actor, at: datetime) -> None:
    """Before both have signed: its lines are due again. Refused: "no-power", "settlement-signed"."""
    settlement = _lock(settlement, by)
    if settlement.signed:
        raise Refused("settlement-signed", "双方都签了字，不能作废。有差错的，在下一期里更正。")
    Redemption.objects.filter(settlement=settlement).update(settlement=None)
    Reversal.objects.filter(settlement=settlement).update(settlement=None)
    journal.write("settlement.discarded", of=settlement, by=by, at=at, number=settlement.number)
    settlement.delete()


@atomic
def sign_for_union(*, settlement: Settlement, by: Actor, at: datetime) -> Settlement:
    """A second time changes nothing. Refused: "no-power", "settlement-changed"."""
    settlement = _lock(settlement, by)
    _unchanged(settlement)
    if settlement.union_signed_at is None:
        settlement.union_signed_at, settlement.account = at, by.account_id or 0
        settlement.save(update_fields=["union_signed_at", "account"])
        journal.write("settlement.union-signed", of=settlement, by=by, at=at, digest=bytes(settlement.digest).hex())
    return settlement


def sign_for_partner(*, settlement: Settlement, device: Device, clerk: Clerk, pin: str, at: datetime) -> Settlement:
    """At the counter, by who may sign for the partner, with the PIN.

    Refused: "clerk-not-signer", "shift-wrong", "too-often", "pin-closed", "settlement-changed".
    """
    if not clerk.signs:
        raise Refused("clerk-not-signer", "这位收银员不能签结算单，请商户负责人来签。")
    shifts.check_pin(device=device, clerk=clerk, pin=pin, at=at)
    return _sign_for_partner(settlement=settlement, device=device, clerk=clerk, at=at)


@atomic
def _sign_for_partner(*, settlement: Settlement, device: Device, clerk: Clerk, at: datetime) -> Settlement:
    settlement = Settlement.objects.lock(settlement.pk)
    _unchanged(settlement)
    if settlement.partner_signed_at is None:
        settlement.partner_signed_at, settlement.clerk = at, clerk
        settlement.save(update_fields=["partner_signed_at", "clerk"])
        tills.write(
            device, "settlement.partner-signed", at=at, settlement=settlement.public_id, clerk=clerk.label,
            digest=bytes(settlement.digest).hex(),
        )  # fmt: skip
    return settlement


@atomic
def agree(*, redemption: Redemption, why: str, by: Actor, at: datetime) -> Redemption:
    """What lay beyond the cap is paid after all: the union bears it, by name. Refused: "no-power", "why-missing", "agreed"."""
    partner = _lock_partner(redemption.partner, by)
    redemption = Redemption.objects.lock(redemption.pk)
    if redemption.outcome != Outcome.OVER_CAP or redemption.undone_at is not None:
        raise Refused("agreed", "这一笔已经商定过了，请刷新后再看。")
    if not why.strip():
        raise Refused("why-missing", "请写一句为什么由工会承担。")
    redemption.outcome = Outcome.DOUBLED
    redemption.save(update_fields=["outcome"])
    if (shift := redemption.shift) is not None and shift.closed_at is not None:  # what the clerk counted had it in
        Shift.objects.filter(pk=shift.pk).update(expected=drawer_of(shift).total)
    journal.write(
        "redemption.agreed", of=redemption, by=by, at=at, union=partner.union_id, reason=why.strip()[:200],
        amount=str(redemption.amount),
    )  # fmt: skip
    return redemption


def _held(partner: Partner, ends: date) -> tuple[QuerySet[Redemption], QuerySet[Reversal]]:
    """Those rows and no others: what a device hands over at this very moment waits for the next settlement."""
    taken, back = (list(rows.values_list("pk", flat=True)) for rows in due(partner, ends))
    return Redemption.objects.filter(pk__in=taken), Reversal.objects.filter(pk__in=back)


def _follow_refunds(partner: Partner, at: datetime) -> None:
    """A voucher refunded on its own page is taken back here too, whoever did it: its partner is not paid twice."""
    rows = Redemption.objects.select_related("voucher", "partner").filter(
        partner=partner, undone_at=None, outcome=Outcome.SPENT, voucher__state=VoucherState.REFUNDED
    )
    for one in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
        moment = one.voucher.ended_at or at
        redemptions.reverse(one, how=Undoing.REFUNDED, at=moment)


def _unchanged(settlement: Settlement) -> None:
    if digest_of(lines_of(settlement)) != bytes(settlement.digest):
        raise Refused("settlement-changed", "明细与生成时不一样了，请作废后重新生成。")


def _lock(settlement: Settlement, by: Actor) -> Settlement:
    locked: Settlement = Settlement.objects.select_related("union").lock(settlement.pk)
    require(by, Power.MANAGE_PARTNERS, locked.union)
    return locked


def _lock_partner(partner: Partner, by: Actor) -> Partner:
    locked: Partner = Partner.objects.select_related("union").lock(partner.pk)
    require(by, Power.MANAGE_PARTNERS, locked.union)
    return locked
