"""合作商户: contracted, changed, ended; their sites."""

from datetime import date, datetime
from decimal import Decimal

from tongxin.benefits.models import Accepts, Device, Partner, PartnerSite, Scheme, Voucher
from tongxin.benefits.queries.partners import schemes_for
from tongxin.benefits.states import VoucherState
from tongxin.kernel import uscc as uscc_numbers
from tongxin.kernel.periods import Days
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal, outbox
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day
from tongxin.unions.models import Union


@atomic
def contract(  # noqa: PLR0913 - what a contract says
    *,
    union: Union,
    name: str,
    legal_name: str,
    uscc: str,
    starts: date,
    ends: date | None = None,
    phone: str = "",
    account: str = "",
    offline_cap: Decimal = Decimal(0),
    synthetic: bool = False,
    by: Actor,
    at: datetime,
) -> Partner:
    """Refused: "no-power", "name-missing", "uscc-…", "period-empty", "partner-there", "partner_cap"."""
    require(by, Power.MANAGE_PARTNERS, union)
    Union.objects.lock(union.pk)  # two who enter the same one wait here for each other
    number, days = uscc_numbers.canonical(uscc), Days(starts, ends)
    for other in Partner.objects.filter(union=union, uscc=number):
        if days.overlaps(Days(other.starts, other.ends)):
            raise Refused("partner-there", "“%(name)s”这段时间已在合作名单里，请打开原来那一份。", name=other.name)
    partner = Partner.make(
        union=union, federation=union.federation, name=_named(name), legal_name=_named(legal_name), uscc=number,
        starts=starts, ends=ends, phone=phone.strip(), account=account.strip() or None, offline_cap=offline_cap,
        synthetic=synthetic,
    )  # fmt: skip
    journal.write("partner.contracted", of=partner, by=by, at=at, starts=str(starts), ends=str(ends or ""))
    return partner


@atomic
def change(
    *, partner: Partner, name: str, legal_name: str, phone: str, offline_cap: Decimal, by: Actor, at: datetime
) -> Partner:
    """Refused: "no-power", "name-missing", "partner_cap"."""
    partner = _lock(partner, by)
    before = str(partner.offline_cap)
    partner.name, partner.legal_name, partner.phone = _named(name), _named(legal_name), phone.strip()
    partner.offline_cap = offline_cap
    partner.save(update_fields=["name", "legal_name", "phone", "offline_cap"])
    journal.write("partner.changed", of=partner, by=by, at=at, cap_before=before, cap=str(offline_cap))
    return partner


@atomic
def set_account(*, partner: Partner, account: str, by: Actor, at: datetime) -> Partner:
    """Where it is paid to. The journal says that it changed, never what to. Refused: "no-power"."""
    partner = _lock(partner, by)
    Partner.objects.filter(pk=partner.pk).update(account=account.strip() or None)
    journal.write("partner.account-set", of=partner, by=by, at=at)
    partner.refresh_from_db()
    return partner


@atomic
def end(*, partner: Partner, on: date, reason: str, by: Actor, at: datetime) -> Partner:
    """From that day on it takes no vouchers; what was taken before is settled still.

    Refused: "no-power", "partner-ended", "reason-missing", "partner_days", "end-past".
    """
    partner = _lock(partner, by)
    if partner.ends is not None and partner.ends <= by.on:
        raise Refused("partner-ended", "这家商户已从%(on)s起停止合作，不用再办。", on=Day(partner.ends))
    if not reason.strip():
        raise Refused("reason-missing", "请写停止合作的原因，拿着券的职工会看到。")
    if on < by.on:
        raise Refused("end-past", "停止合作的日期不能早于今天：已经核销的要照样结算。")
    partner.ends, partner.end_reason = on, reason.strip()[:200]
    partner.save(update_fields=["ends", "end_reason"])
    journal.write("partner.ended", of=partner, by=by, at=at, on=str(on), reason=partner.end_reason)
    outbox.put_alike(
        _holders(partner), key=f"partner-ended:{partner.public_id}:", kind="voucher.partner-ended",
        data={"partner": partner.name, "on": str(on)}, at=at,
    )  # fmt: skip
    return partner


def _holders(partner: Partner) -> list[tuple[int, int]]:
    """Whoever has an unused voucher that was good there; with their federation."""
    live = Voucher.objects.filter(
        state=VoucherState.ISSUED, scheme__in=partner.accepts.filter(ends=None).values("scheme")
    )
    return list(live.values_list("person", "person__federation").distinct())


@atomic
def add_site(
    *, partner: Partner, name: str, address: str = "", area_code: str = "", by: Actor, at: datetime
) -> PartnerSite:
    """Refused: "no-power", "name-missing", "partner_site_once"."""
    partner = _lock(partner, by)
    site = PartnerSite.make(partner=partner, name=_named(name), address=address.strip(), area_code=area_code)
    journal.write("partner-site.added", of=site, by=by, at=at, union=partner.union_id)
    return site


@atomic
def change_site(*, site: PartnerSite, name: str, address: str, by: Actor, at: datetime) -> PartnerSite:
    """Refused: "no-power", "name-missing", "partner_site_once"."""
    partner = _lock(site.partner, by)
    site = PartnerSite.objects.lock(site.pk)
    site.partner, site.name, site.address = partner, _named(name), address.strip()
    site.save(update_fields=["name", "address"])
    journal.write("partner-site.changed", of=site, by=by, at=at, union=partner.union_id)
    return site


@atomic
def close_site(*, site: PartnerSite, on: date, by: Actor, at: datetime) -> PartnerSite:
    """From that day on its devices redeem nothing. Refused: "no-power", "site-closed"."""
    partner = _lock(site.partner, by)
    site = PartnerSite.objects.lock(site.pk)
    if site.closed_on is not None:
        raise Refused("site-closed", "“%(name)s”已从%(on)s起停用，不用再办。", name=site.name, on=Day(site.closed_on))
    site.partner, site.closed_on = partner, on
    site.save(update_fields=["closed_on"])
    open_devices = Device.objects.filter(site=site, revoked_at=None).count()
    journal.write(
        "partner-site.closed", of=site, by=by, at=at, union=partner.union_id, on=str(on), devices=open_devices
    )
    return site


@atomic
def accept(*, partner: Partner, scheme: Scheme, starts: date, by: Actor, at: datetime) -> Accepts:
    """From that day it takes this scheme's vouchers. Refused: "no-power", "scheme-far", "partner-ended", "accepts_once"."""
    partner = _lock(partner, by)
    if not schemes_for(partner, by.on).filter(pk=scheme.pk).exists():
        raise Refused("scheme-far", "这项福利不是签约工会或它上下级工会的，或者还没有公布，不能在这里收。")
    if partner.ends is not None and partner.ends <= by.on:
        raise Refused("partner-ended", "这家商户已从%(on)s起停止合作，不用再办。", on=Day(partner.ends))
    accepts = Accepts.make(partner=partner, scheme=scheme, starts=starts)
    journal.write("partner.accepts", of=partner, by=by, at=at, scheme=scheme.public_id, starts=str(starts))
    return accepts


@atomic
def refuse(*, accepts: Accepts, on: date, by: Actor, at: datetime) -> Accepts:
    """It takes them no more, from that day. Refused: "no-power", "accepts_days"."""
    partner = _lock(accepts.partner, by)
    accepts.ends = max(on, accepts.starts)
    accepts.save(update_fields=["ends"])
    journal.write("partner.refuses", of=partner, by=by, at=at, scheme=accepts.scheme.public_id, on=str(on))
    return accepts


def _lock(partner: Partner, by: Actor) -> Partner:
    locked: Partner = Partner.objects.select_related("union").lock(partner.pk)
    require(by, Power.MANAGE_PARTNERS, locked.union)
    return locked


def _named(name: str) -> str:
    if not (clean := name.strip()):
        raise Refused("name-missing", "请填名称。")
    return clean
