"""票码: a partner's own codes taken in from a sheet, each given once to whoever holds a voucher for it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.timezone import localdate

from tongxin.benefits.actions import holding, vouchers
from tongxin.benefits.counter_states import How
from tongxin.benefits.models import Partner, Redemption, Scheme, TicketCode, TicketPool, Voucher
from tongxin.benefits.models.tickets import CODE
from tongxin.benefits.queries.partners import accepted, places_in_words
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.records.sheets.reading import read_sheets
from tongxin.store.atomic import atomic
from tongxin.store.fields import Sealed
from tongxin.store.keys import ring
from tongxin.store.moments import Day

MOST: Final = 100_000  # codes of one upload
LONGEST: Final = 64
SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """How many codes were added, and how many of the sheet's were there already."""

    pool: TicketPool
    added: int
    known: int


@atomic
def open_pool(
    *,
    partner: Partner,
    scheme: Scheme,
    name: str,
    how_to: str,
    last_day: date,
    content: bytes,
    by: Actor,
    at: datetime,
) -> Taken:
    """Refused: "no-power", "name-missing", "scheme-not-accepted", "last-day-past", "tickets-none-read", "tickets-many"."""
    require(by, Power.MANAGE_PARTNERS, partner.union)
    if not name.strip():
        raise Refused("name-missing", "请填名称。")
    if not accepted(partner, by.on).filter(scheme=scheme).exists():
        raise Refused("scheme-not-accepted", "这家商户还没有登记收这种券，请先在“收哪些券”里加上。")
    if last_day < by.on:
        raise Refused("last-day-past", "这批票码的最后一天已经过了，请核对日期。")
    pool = TicketPool.make(
        partner=partner, scheme=scheme, name=name.strip()[:60], how_to=how_to.strip()[:200], last_day=last_day
    )
    return _take(pool, content, by, at)


@atomic
def add(*, pool: TicketPool, content: bytes, by: Actor, at: datetime) -> Taken:
    """More codes. Refused: "no-power", "tickets-none-read", "tickets-many"."""
    pool = TicketPool.objects.select_related("partner__union").lock(pool.pk)
    require(by, Power.MANAGE_PARTNERS, pool.partner.union)
    return _take(pool, content, by, at)


@atomic
def give(*, voucher: Voucher, pool: TicketPool, by: Actor, at: datetime) -> TicketCode:
    """To the voucher's own holder, who spends it for the code. Asked again, the same code.

    Refused: "not-yours", "ticket-scheme", "tickets-over", "tickets-none", "voucher-held", and what vouchers.spend
    refuses.
    """
    if voucher.person_id != by.person_id:
        raise Refused("not-yours", "只能用自己的券取票码。")
    voucher = Voucher.objects.select_related("scheme").lock(voucher.pk)  # two taps of one holder wait here
    if (had := TicketCode.objects.filter(voucher=voucher).first()) is not None:
        return had
    pool = TicketPool.objects.select_related("partner").get(pk=pool.pk)
    holding.check_free(voucher, at)
    _may_give(voucher, pool, at)
    code = _next(pool, voucher, at)
    redemption = Redemption(
        federation=pool.partner.federation, voucher=voucher, scheme=voucher.scheme, partner=pool.partner,
        amount=voucher.value, how=How.TICKET, at=at, received_at=at,
    )  # fmt: skip
    vouchers.spend(voucher=voucher, redemption_ref=redemption.public_id, by=by, at=at)
    redemption.save(force_insert=True)
    code.voucher, code.given_at = voucher, at
    code.save(update_fields=["voucher", "given_at"])
    journal.write("ticket.given", of=pool, by=by, at=at, voucher=voucher.public_id, redemption=redemption.public_id)
    return code


def _may_give(voucher: Voucher, pool: TicketPool, at: datetime) -> None:
    on = localdate(at)
    if pool.scheme_id != voucher.scheme_id or not accepted(pool.partner, on).filter(scheme=voucher.scheme_id).exists():
        raise Refused(
            "ticket-scheme",
            "这张券不能换“%(pool)s”。可以用的地方：%(places)s。",
            pool=pool.name,
            places=places_in_words(voucher.scheme, on),
        )
    if pool.closed_at is not None or on > pool.last_day or (pool.partner.ends is not None and on >= pool.partner.ends):
        raise Refused("tickets-over", "“%(pool)s”到%(day)s为止，已经不发了。", pool=pool.name, day=Day(pool.last_day))


def _next(pool: TicketPool, voucher: Voucher, at: datetime) -> TicketCode:
    """One that nobody has; those that others are taking at this moment are passed over."""
    rows = TicketCode.objects.filter(pool=pool, voucher=None).order_by("pk")
    code: TicketCode | None = rows.select_for_update(skip_locked=True, no_key=True).first()
    if code is None:
        raise Refused(
            "tickets-none",
            "“%(pool)s”的票码现在发完了，您的券没有动。商户补充后再来，或到这些地方用：%(places)s。",
            pool=pool.name,
            places=places_in_words(voucher.scheme, localdate(at)),
        )
    return code


def _take(pool: TicketPool, content: bytes, by: Actor, at: datetime) -> Taken:
    codes = codes_of(content)
    partner = pool.partner_id
    digests = {_digest(partner, code): code for code in codes}
    known = set(
        TicketCode.objects.filter(digest__in=[d for code in codes for d in _digests(partner, code)]).values_list(
            "digest", flat=True
        )
    )
    seen = {bytes(digest) for digest in known}
    rows = [
        TicketCode(federation=pool.partner.federation, pool=pool, code=Sealed.of(code, CODE), digest=digest)
        for digest, code in digests.items()
        if not seen & set(_digests(partner, code))
    ]
    TicketCode.objects.bulk_create(rows, batch_size=2_000)
    journal.write("tickets.added", of=pool, by=by, at=at, added=len(rows), known=len(codes) - len(rows))
    return Taken(pool, len(rows), len(codes) - len(rows))


def codes_of(content: bytes) -> list[str]:
    """One a row, in the first column that has any; a heading is passed over."""
    sheets = read_sheets(content).sheets
    rows = sheets[0].rows if sheets else []
    texts = [next((text for cell in row if (text := _text(cell))), "") for row in rows]
    codes = [text for text in texts if SHORTEST <= len(text) <= LONGEST and text.isascii()]
    if not codes:
        raise Refused("tickets-none-read", "表里没有找到票码。请每行放一个码（4到64个字母、数字），放在第一列。")
    if len(codes) > MOST:
        raise Refused("tickets-many", "一次最多%(most)d个票码，请分成几个表。", most=MOST)
    return codes


def _text(cell: object) -> str:
    """A code of digits that Excel took for a number is still a code."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell if cell is not None else "").strip()


def _digest(partner: int, code: str) -> bytes:
    return ring().digest(f"{partner}:{code}", purpose=CODE)


def _digests(partner: int, code: str) -> list[bytes]:
    return ring().digests(f"{partner}:{code}", purpose=CODE)
