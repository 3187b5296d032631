"""Opened for one site and one day, a voucher is held for it: what a device there may accept without network, until the day
is over, cannot be spent elsewhere or given back meanwhile. So nobody bears a loss that the house could have refused.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils.timezone import localdate

from tongxin.benefits.models import PartnerSite, Voucher
from tongxin.benefits.queries.partners import places_of
from tongxin.kernel.refused import Refused
from tongxin.store.moments import Day, start_of

AHEAD: Final = timedelta(days=7)  # how long before the day it may be opened


def ends(voucher: Voucher, site: str, day: date | None, at: datetime) -> datetime:
    """The moment until which it is held, if it may be. Refused: "voucher-held", "day-unfit", "site-not-taking"."""
    today = localdate(at)
    day = day or today
    if is_held(voucher, at) and voucher.code_site != site:
        raise _held(voucher)
    if not today <= day <= min(today + AHEAD, voucher.last_day):
        raise Refused("day-unfit", "只能选今天起%(days)s天内、这张券过期以前的一天，请重新选。", days=AHEAD.days)
    if site not in {place.site.public_id for place in places_of(voucher.scheme, day) if place.gone_since is None}:
        raise Refused("site-not-taking", "这一家那天不收这张券，请重新选一家。")
    until = start_of(day + timedelta(days=1))
    return max(until, voucher.code_until) if is_held(voucher, at) and voucher.code_until else until


def is_held(voucher: Voucher, at: datetime) -> bool:
    return bool(voucher.code_site) and voucher.code_until is not None and at < voucher.code_until


def check_free(voucher: Voucher, at: datetime) -> None:
    """Refused: "voucher-held"."""
    if is_held(voucher, at):
        raise _held(voucher)


def day_of(voucher: Voucher) -> date:
    """The day at whose end it is free again."""
    return localdate(voucher.code_until - timedelta(seconds=1)) if voucher.code_until else voucher.last_day


def site_of(voucher: Voucher) -> str:
    """永川影城 一店."""
    site = PartnerSite.objects.filter(public_id=voucher.code_site).select_related("partner").first()
    return f"{site.partner.name} {site.name}" if site else voucher.code_site


def _held(voucher: Voucher) -> Refused:
    return Refused(
        "voucher-held",
        "这张券已经为“%(site)s”打开，%(day)s结束以前只能在那里用：那里断网也会收，所以这时不能在别处用，也不能退回。",
        site=site_of(voucher),
        day=Day(day_of(voucher)),
    )
