"""A voucher's life after it was issued: shown, spent, taken back, given back, refunded, expired. Verbs of a namespace.

A voucher is spent once and whole. What it bound in the budget is its value; only what was never spent comes back.
Locks: the scheme (where money moves), then the voucher. Spending moves no money between counters and locks the voucher
alone, so that counters do not wait for each other.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from tongxin.benefits.actions import holding
from tongxin.benefits.actions.issuing import Given, Issued, issue
from tongxin.benefits.models import Scheme, Voucher, VoucherMove
from tongxin.benefits.states import HELD, VOUCHER_MOVES, VoucherState
from tongxin.calls.actions import acting, applications
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, may, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.journal import By
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day, Moment, start_of

__all__ = ["Given", "Issued", "expire", "give_back", "issue", "refund", "show", "spend", "take_back", "undo_spend"]
ON_SCREEN: Final = timedelta(minutes=10)
TRIES: Final = 20
MANY: Final = 10_000  # vouchers that expire in one transaction


@atomic
def show(*, voucher: Voucher, site: str = "", day: date | None = None, by: Actor, at: datetime) -> Voucher:
    """Opens it to be spent: six digits and a signed text for minutes; whatever was shown before counts no more.

    Its owner does, or staff for someone who has no phone: on paper it is good until the day ends. `site` (a public id): it
    is taken there without network, too, until `day` (None: today) is over, and until then nowhere else (holding.py).
    Refused: "no-power", "voucher-used" and its like, "voucher-not-yet", "voucher-held", "day-unfit", "site-not-taking".
    """
    voucher = _lock(voucher)
    own = voucher.person_id == by.person_id
    if not own and not _acts_for(by, voucher):
        require(by, Power.ACT_FOR_WORKER, voucher.union_id)
    check_good(voucher, at)
    if site:
        until = holding.ends(voucher, site, day, at)
    else:
        holding.check_free(voucher, at)
        until = at + ON_SCREEN if own else start_of(localdate(at) + timedelta(days=1))
    voucher.opening += 1
    voucher.code_site, voucher.code_until = site, until
    _take_code(voucher, at)
    journal.write("voucher.shown", of=voucher, by=by, at=at, opening=voucher.opening, site=site)
    return voucher


@atomic
def spend(
    *,
    voucher: Voucher,
    amount: Decimal | None = None,
    redemption_ref: str,
    opening: int | None = None,
    by: By,
    at: datetime,
) -> Voucher:
    """Once. `amount`: what it paid, at most its value; None: all of it. The caller (redemptions) has checked the till.

    The same `redemption_ref` again changes nothing. `opening`: which showing the till read; None: it was not read.
    Refused: "voucher-used" and its like, "voucher-expired", "voucher-not-yet", "shown-anew", "voucher_amount".
    """
    voucher = _lock(voucher)
    if voucher.state == VoucherState.REDEEMED and spent_by(voucher) == redemption_ref:
        return voucher
    check_good(voucher, at)
    if opening is not None and opening != voucher.opening:
        raise Refused("shown-anew", "这是之前出示的码，已经换过了。请对方在手机上重新出示。")
    voucher.amount = voucher.value if amount is None else amount
    _turn(voucher, "spend", at)
    _moved([voucher], "spend", by=by, at=at, ref=redemption_ref)
    journal.write("voucher.spent", of=voucher, by=by, at=at, amount=str(voucher.amount), redemption=redemption_ref)
    return voucher


@atomic
def undo_spend(*, voucher: Voucher, redemption_ref: str, why: str = "", by: By, at: datetime) -> Voucher:
    """What a till took by mistake is the worker's again. How long that is allowed, the till's own action says.

    Refused: "wrong-state", "other-redemption" (it was spent again meanwhile).
    """
    voucher = _lock(voucher)
    if voucher.state == VoucherState.REDEEMED and spent_by(voucher) != redemption_ref:
        raise Refused("other-redemption", "这张券后来又用过一次，不能按这一笔撤销，请刷新后再看。")
    undone, voucher.amount = voucher.amount, None
    _turn(voucher, "undo_spend", at)
    _moved([voucher], "undo_spend", by=by, at=at, ref=redemption_ref, why=why)
    journal.write("voucher.spend-undone", of=voucher, by=by, at=at, amount=str(undone), redemption=redemption_ref)
    return voucher


@atomic
def give_back(*, voucher: Voucher, why: str = "", by: Actor, at: datetime) -> Voucher:
    """Its owner does without it (or staff for them, saying why): the place is offered on, the money is free again.

    A second tap changes nothing. Refused: "no-power", "why-missing", "voucher-used" and its like.
    """
    if voucher.award is not None:
        now = Voucher.objects.get(pk=voucher.pk)
        if now.state not in {*HELD, VoucherState.RETURNED}:  # its place was used up: nobody moves up for it
            raise _ended(now)
        if now.state != VoucherState.RETURNED:
            applications.withdraw(application=voucher.award.application, why=why, by=by, at=at)
        return Voucher.objects.get(pk=voucher.pk)  # the engine's kind has called `take_back`
    acting.require_acting_for(by, voucher.person_id, voucher.union_id)
    if by.person_id != voucher.person_id and not why.strip():
        raise Refused("why-missing", "请写一句原因，职工会看到。")
    take_back([voucher.pk], why=why, by=by, at=at)
    voucher.refresh_from_db()
    return voucher


@atomic
def take_back(pks: Sequence[int], *, why: str = "", by: Actor, at: datetime) -> None:
    """Called by the kind, under the pool's lock. Withheld ones pass on; a spent one refuses all: "voucher-used". So does one
    that its holder has opened for a site: "voucher-held".
    """
    for scheme_id in sorted(set(Voucher.objects.filter(pk__in=pks).values_list("scheme_id", flat=True))):
        scheme = Scheme.objects.lock(scheme_id)
        rows = Voucher.objects.filter(scheme=scheme).lock_rows(pks)
        if (used := next((row for row in rows if row.state == VoucherState.REDEEMED), None)) is not None:
            raise _ended(used)
        for row in rows:
            if row.person_id == by.person_id:  # its own holder; the union takes back all the same
                holding.check_free(row, at)
        for verb, state in (("give_back", VoucherState.ISSUED), ("pass_on", VoucherState.WITHHELD)):
            _end(scheme, [row for row in rows if row.state == state], verb, why=why, by=by, at=at)


@atomic
def refund(*, voucher: Voucher, why: str, by: Actor, at: datetime) -> Voucher:
    """The partner could not serve (a show was cancelled): the money comes back to the union, and the year's limit is free.

    Refused: "no-power", "why-missing", "wrong-state" (it was never spent: give it back instead).
    """
    require(by, Power.RUN_BENEFITS, voucher.union_id)
    if not why.strip():
        raise Refused("why-missing", "请写一句原因，职工会看到。")
    scheme = Scheme.objects.lock(voucher.scheme_id)
    voucher = _lock(voucher)
    _end(scheme, [voucher], "refund", why=why.strip(), by=by, at=at)
    data = {"what": scheme.name, "union": voucher.scheme.union.name, "why": why.strip(), "voucher": voucher.public_id}
    key = f"voucher.refunded:{voucher.public_id}"
    outbox.put([Telling(key, "voucher.refunded", voucher.person_id, voucher.federation, data)], at=at)
    return voucher


@atomic
def expire(*, at: datetime) -> int:
    """What was good until yesterday. For the job; many times a day it finds nothing. Returns how many."""
    due = Voucher.objects.filter(state=VoucherState.ISSUED, last_day__lt=localdate(at)).order_by("scheme", "pk")
    by_scheme = defaultdict(list)
    for pk, scheme in due.values_list("pk", "scheme_id")[:MANY]:
        by_scheme[scheme].append(pk)
    done = 0
    for scheme_id, pks in by_scheme.items():
        scheme = Scheme.objects.lock(scheme_id)
        found = Voucher.objects.lock_rows(pks)  # as they are now: its last day may have been moved back meanwhile
        rows = [row for row in found if row.state == VoucherState.ISSUED and row.last_day < localdate(at)]
        _end(scheme, rows, "expire", why="", by=_House(), at=at)
        done += len(rows)
    return done


def check_good(voucher: Voucher, at: datetime) -> None:
    """That it can be spent at that moment. Refused: "voucher-used", "voucher-expired", "voucher-not-yet", "voucher-ended"."""
    if voucher.state != VoucherState.ISSUED:
        raise _ended(voucher)
    if localdate(at) > voucher.last_day:
        raise Refused("voucher-expired", "这张券到%(day)s为止，已经过期。", day=Day(voucher.last_day))
    if localdate(at) < voucher.scheme.starts:
        raise Refused("voucher-not-yet", "这张券从%(day)s起可以用，请到时再来。", day=Day(voucher.scheme.starts))


def spent_by(voucher: Voucher) -> str:
    """The redemption by which it was spent last; empty: never."""
    moves = VoucherMove.objects.filter(voucher=voucher, verb="spend").order_by("-pk")
    return moves.values_list("ref", flat=True).first() or ""


class _House:
    """The timers' own hand, for the journal."""

    account_id = None
    person_id = None


def _lock(voucher: Voucher) -> Voucher:
    row: Voucher = Voucher.objects.select_related("scheme").lock(voucher.pk)
    return row


def _acts_for(by: Actor, voucher: Voucher) -> bool:
    if may(by, Power.ACT_FOR_WORKER, voucher.union_id):
        return True
    return Person.objects.within(by, Power.ACT_FOR_WORKER).filter(pk=voucher.person_id).exists()


def _take_code(voucher: Voucher, at: datetime) -> None:
    """Six digits that no other voucher shows now. Fewer than one in a hundred are taken, so a few tries are plenty."""
    for _ in range(TRIES):
        voucher.code = f"{secrets.randbelow(10**6):06d}"
        Voucher.objects.filter(code=voucher.code, code_until__lt=at).update(code=None, code_until=None)
        try:
            with transaction.atomic():
                voucher.save(update_fields=["opening", "code", "code_until", "code_site"])
        except IntegrityError:
            continue
        return
    raise Refused("codes-short", "现在出示的人太多，请过一分钟再试。")


def _turn(voucher: Voucher, verb: str, at: datetime) -> None:
    """To its next state; it shows nothing any more."""
    voucher.state = VoucherState(VOUCHER_MOVES.target(verb, voucher.state))
    voucher.ended_at = None if voucher.state == VoucherState.ISSUED else at
    voucher.code, voucher.code_until, voucher.code_site = None, None, ""
    voucher.save(update_fields=["state", "ended_at", "amount", "code", "code_until", "code_site"])


def _end(scheme: Scheme, rows: Sequence[Voucher], verb: str, *, why: str, by: By, at: datetime) -> None:
    """All to the same end; their money is free again, where it was bound. Both rows are locked."""
    if not rows:
        return
    bound = [row.value for row in rows if row.state != VoucherState.WITHHELD]
    target = VoucherState(VOUCHER_MOVES.target(verb, rows[0].state))
    for row in rows:
        VOUCHER_MOVES.target(verb, row.state)
        row.state, row.ended_at, row.code, row.code_until = target, at, None, None
    Voucher.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=target, ended_at=at, code=None, code_until=None, code_site=""
    )
    scheme.bound -= sum(bound, Decimal(0))
    scheme.save(update_fields=["bound"])
    _moved(rows, verb, by=by, at=at, why=why)
    journal.write_many(_ENTRIES[verb], of=rows, by=by, at=at, scheme=scheme.public_id)


_ENTRIES: Final = {
    "give_back": "voucher.returned",
    "pass_on": "voucher.passed-on",
    "refund": "voucher.refunded",
    "expire": "voucher.expired",
}


def _moved(rows: Sequence[Voucher], verb: str, *, by: By, at: datetime, ref: str = "", why: str = "") -> None:
    VoucherMove.objects.bulk_create(
        [
            VoucherMove(
                federation=row.federation, voucher=row, verb=verb, amount=row.amount, ref=ref,
                account=by.account_id, at=at, why=why,
            )
            for row in rows
        ]
    )  # fmt: skip


def _ended(voucher: Voucher) -> Refused:
    """Why it is of no use any more."""
    if voucher.state == VoucherState.REDEEMED and voucher.ended_at is not None:
        return Refused("voucher-used", "这张券已在%(at)s使用过，不能再用，也不能退回。", at=Moment(voucher.ended_at))
    words = {
        VoucherState.EXPIRED: "这张券到%(day)s为止，已经过期。",
        VoucherState.RETURNED: "这张券已经退回，不能再用。",
        VoucherState.REFUNDED: "这张券已经退款，不能再用。",
        VoucherState.WITHHELD: "这张券还没有发放：今年的上限已满。",
        VoucherState.PASSED: "这张券没有发放，名额已让给下一位。",
    }
    return Refused("voucher-ended", words[VoucherState(voucher.state)], day=Day(voucher.last_day))
