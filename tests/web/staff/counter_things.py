"""What the pages of partners, counters and settlements need to stand behind their addresses."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from tests.cast import HOUSE, NOW, Player
from tests.factories.activities import School
from tests.factories.counters import a_device, a_partner, given, running, shown, text_of
from tests.factories.schemes import PLAN

from tongxin.benefits.actions import partners, redemptions, settlements, shifts, tickets, vouchers
from tongxin.benefits.counter_states import How, Outcome
from tongxin.benefits.models import Redemption
from tongxin.store.atomic import writing


def sheet_of(*codes: str) -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    for place, code in enumerate(("兑换码", *codes)):
        sheet.write(place, 0, code)
    book.close()
    return stream.getvalue()


def counter_things(school: School, pupil: Player, master: Player) -> dict[str, object]:
    """A partner of the school's union with a device on shift, codes, one redemption of yesterday in a settlement that the
    union has to sign, one of today that can be undone, and one beyond the cap.
    """
    before = NOW - timedelta(days=1)
    scheme = running(school.union, PLAN)
    partner = a_partner(school.union, f"影城{school.union.code}")
    site = partners.add_site(partner=partner, name="一店", by=HOUSE, at=NOW)
    partners.accept(partner=partner, scheme=scheme, starts=before.date(), by=HOUSE, at=NOW)
    device, token = a_device(site, at=before)
    clerk, pin = shifts.add_clerk(partner=partner, label="1号收银", signs=True, by=HOUSE, at=NOW)
    shift = shifts.open_shift(device=device, clerk=clerk, pin=pin, at=before)
    with writing():
        shift.until = NOW + timedelta(days=60)  # the tests' clocks run on
        shift.save(update_fields=["until"])
    others = [given(scheme, pupil.person) for _ in range(3)]
    _redeemed(others[0], shift, before, Outcome.SPENT)
    settlement = settlements.draw_up(partner=partner, last=before.date(), by=master.actor, at=NOW)
    disputed = _redeemed(others[1], shift, NOW, Outcome.OVER_CAP)
    live = redemptions.redeem(shift=shift, text=text_of(shown(others[2])), request="r-1", at=NOW)
    pool = tickets.open_pool(
        partner=partner, scheme=scheme, name="兑换码", how_to="", last_day=scheme.last_day, content=sheet_of("CODE-0001"),
        by=HOUSE, at=NOW,
    ).pool  # fmt: skip
    return {
        "partner_id": partner.public_id, "partner_site_id": site.public_id, "device_id": device.public_id,
        "clerk_id": clerk.public_id, "settlement_id": settlement.public_id, "ticket_pool_id": pool.public_id,
        "redemption_id": live.public_id, "disputed_id": disputed.public_id, "till-token": token,
    }  # fmt: skip


def _redeemed(voucher, shift, at, outcome) -> Redemption:
    """One of yesterday: its scheme began before it could be shown."""
    device = shift.device
    with writing():
        made = Redemption.make(
            federation=device.federation, voucher=voucher, scheme=voucher.scheme, partner=device.site.partner,
            site=device.site, device=device, shift=shift, amount=Decimal("100.00"), how=How.OFFLINE, outcome=outcome,
            at=at, received_at=at,
        )  # fmt: skip
    if outcome == Outcome.SPENT:
        vouchers.spend(voucher=voucher, redemption_ref=made.public_id, by=HOUSE, at=NOW)
    return made
