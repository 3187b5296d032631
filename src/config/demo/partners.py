"""合作商户 as the demo shows them: two that are made up, with devices that anyone may pair and a few vouchers redeemed today."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.contrib.auth.hashers import make_password
from stdnum.cn.uscc import calc_check_digit

from config.demo.planting import YONGCHUAN
from tongxin.benefits.actions import partners, redemptions, shifts, tickets, tills, vouchers
from tongxin.benefits.models import Clerk, Device, Partner, PartnerSite, Scheme, Shift, Voucher
from tongxin.benefits.states import VoucherState
from tongxin.people.authority import Actor
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring
from tongxin.unions.models import Union

PIN: Final = "246810"
CODES: Final = ("demo2345", "demo2346", "demo2347", "demo2348")  # each pairs one device, once
CINEMA, PARK = "永川影城（示例）", "茶山竹海景区（示例）"
TAKEN: Final = 3  # vouchers that were redeemed before the first visitor came
TICKETS: Final = 20


@atomic
def plant(*, by: Actor, at: datetime) -> None:
    """After the schemes, whose vouchers they take. What is there already stays."""
    union = Union.objects.get(code=YONGCHUAN)
    if Partner.objects.filter(union=union).exists():
        return
    cinema = _partner(union, CINEMA, 1, Decimal(500), by=by, at=at)
    park = _partner(union, PARK, 2, Decimal(0), by=by, at=at)
    sites = [
        _site(cinema, "人民广场店", "永川区示例路1号", by=by, at=at),
        _site(park, "游客中心", "永川区示例路2号", by=by, at=at),
    ]
    _clerk(park, "1号窗口", by=by, at=at)
    clerk = _clerk(cinema, "1号收银", by=by, at=at)
    _codes(sites[0], CODES[:2], by=by, at=at)
    _codes(sites[1], CODES[2:], by=by, at=at)
    _takes(sites[0], clerk, by=by, at=at)


def words() -> str:
    """What the terminal says: how to stand at a counter."""
    return "\n".join([
        "合作商户的柜台（在要当收券设备的浏览器里打开 /partner/pair/）：",
        f"  配对码 {CODES[0]} 或 {CODES[1]}（{CINEMA}），{CODES[2]} 或 {CODES[3]}（{PARK}），每个只能用一次；开班PIN {PIN}",
        "",
    ])  # fmt: skip


def _partner(union: Union, name: str, number: int, cap: Decimal, *, by: Actor, at: datetime) -> Partner:
    body = f"91500118MA{number:07d}"
    partner = partners.contract(
        union=union, name=name, legal_name=f"{name}有限公司", uscc=body + calc_check_digit(body), starts=by.on,
        account="示例银行 0000 0000", offline_cap=cap, synthetic=True, by=by, at=at,
    )  # fmt: skip
    for scheme in Scheme.objects.filter(name__startswith="春季文旅券"):
        partners.accept(partner=partner, scheme=scheme, starts=by.on, by=by, at=at)
    return partner


def _site(partner: Partner, name: str, address: str, *, by: Actor, at: datetime) -> PartnerSite:
    return partners.add_site(partner=partner, name=name, address=address, by=by, at=at)


def _clerk(partner: Partner, label: str, *, by: Actor, at: datetime) -> Clerk:
    clerk, _given = shifts.add_clerk(partner=partner, label=label, signs=True, by=by, at=at)
    Clerk.objects.filter(pk=clerk.pk).update(pin=make_password(PIN))
    clerk.refresh_from_db()
    return clerk


def _codes(site: PartnerSite, codes: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Devices that whoever reads the terminal may pair; a real code lasts half an hour."""
    for number, code in enumerate(codes, 1):
        device, _given = tills.add_device(site=site, name=f"{number}号台", by=by, at=at)
        digest = ring().digest(code, purpose="device.code")
        Device.objects.filter(pk=device.pk).update(code_digest=digest, code_ends_at=at + timedelta(days=3650))


def _takes(site: PartnerSite, clerk: Clerk, *, by: Actor, at: datetime) -> None:
    """The cinema has had a morning; and it has codes of its own for one of the vouchers."""
    device, code = tills.add_device(site=site, name="已在用的台", by=by, at=at)
    device, _token = tills.pair(code=code, network="demo", at=at)
    shift: Shift = shifts.open_shift(device=device, clerk=clerk, pin=PIN, at=at)
    live = Voucher.objects.filter(scheme__accepted_by__partner=site.partner, state=VoucherState.ISSUED)
    for number, voucher in enumerate(live.order_by("-pk")[:TAKEN], 1):
        shown = vouchers.show(voucher=voucher, by=by, at=at)
        redemptions.redeem(shift=shift, text=shown.code or "", request=f"demo-{number}", at=at)
    for accepts in site.partner.accepts.select_related("scheme")[:1]:
        tickets.open_pool(
            partner=site.partner, scheme=accepts.scheme, name="2D电影兑换码（示例）", how_to="在影院自助取票机输入",
            last_day=by.on + timedelta(days=60), content=_sheet(), by=by, at=at,
        )  # fmt: skip


def _sheet() -> bytes:
    return "\n".join(
        ["兑换码", *(f"DEMO-{number:04d}-{number * 7919 % 10000:04d}" for number in range(1, TICKETS + 1))]
    ).encode()
