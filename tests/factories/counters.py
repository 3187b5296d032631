"""A counter as the tests want it: a partner of 永川's with a site, a paired device, a clerk on shift, and vouchers to take."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.cast import HOUSE, NOW, Cast
from tests.factories.schemes import PLAN, a_draft

from tongxin.benefits import showing
from tongxin.benefits.actions import partners, shifts, tills, vouchers
from tongxin.benefits.actions.schemes import Plan
from tongxin.benefits.actions.vouchers import Given
from tongxin.benefits.models import Clerk, Device, Partner, PartnerSite, Scheme, Shift, Voucher
from tongxin.benefits.offline_list import Signed
from tongxin.benefits.showing import Shown
from tongxin.benefits.states import SchemeState
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.store.atomic import writing
from tongxin.store.signing import signing_ring
from tongxin.unions.models import Union

_serial = count(1)
BEGAN = date(2024, 1, 1)


def a_uscc() -> str:
    """Valid by its check digit, and nobody's."""
    from stdnum.cn.uscc import calc_check_digit

    body = f"91500118MA{next(_serial):07d}"
    return body + calc_check_digit(body)


@dataclass
class Counter:
    partner: Partner
    site: PartnerSite
    device: Device
    token: str
    clerk: Clerk
    pin: str
    shift: Shift
    scheme: Scheme
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    entries: list[Signed] = field(default_factory=list)

    def knows_its_key(self) -> "Counter":
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        tills.set_key(device=self.device, key=public, at=NOW)
        return self


def a_partner(union: Union, name: str = "永川影城", **given: Any) -> Partner:
    values = {"legal_name": f"{name}有限公司（示例）", "uscc": a_uscc(), "starts": BEGAN, "synthetic": True, **given}
    return partners.contract(union=union, name=name, **values, by=HOUSE, at=NOW)


def a_device(site: PartnerSite, name: str = "1号台", *, at: datetime = NOW) -> tuple[Device, str]:
    _device, code = tills.add_device(site=site, name=name, by=HOUSE, at=at)
    return tills.pair(code=code, network="10.0.0.1", at=at)


def a_counter(
    cast: Cast, *, partner: Partner | None = None, scheme: Scheme | None = None, site: str = "一店",
    cap: Decimal = Decimal(0),
) -> Counter:  # fmt: skip
    partner = partner or a_partner(cast.yongchuan, offline_cap=cap)
    scheme = scheme or running(cast.yongchuan, PLAN)
    if not partner.accepts.filter(scheme=scheme).exists():
        partners.accept(partner=partner, scheme=scheme, starts=BEGAN, by=HOUSE, at=NOW)
    place = partners.add_site(partner=partner, name=site, by=HOUSE, at=NOW)
    device, token = a_device(place)
    clerk, pin = shifts.add_clerk(partner=partner, label=f"{site}收银", by=HOUSE, at=NOW)
    shift = shifts.open_shift(device=device, clerk=clerk, pin=pin, at=NOW)
    return Counter(partner, place, device, token, clerk, pin, shift, scheme)


def running(union: Union, plan: Plan) -> Scheme:
    """Published, whatever its call says: what is tried here begins with a voucher in hand."""
    scheme = a_draft(union, plan)
    with writing():
        scheme.state = SchemeState.PUBLISHED
        scheme.save(update_fields=["state"])
    return scheme


def given(scheme: Scheme, person: Person) -> Voucher:
    issued = vouchers.issue(scheme=scheme, given=[Given(person.pk)], by=HOUSE, at=NOW)
    return Voucher.objects.select_related("scheme", "person").get(pk=issued.vouchers[0])


def shown(voucher: Voucher, *, site: str = "", at: datetime = NOW) -> Voucher:
    """Opened by its holder: six digits, and the text below."""
    owner = Actor(on=at.date(), person_id=voucher.person_id)
    return vouchers.show(voucher=voucher, site=site, by=owner, at=at)


def text_of(voucher: Voucher, *, until: datetime | None = None) -> str:
    key = signing_ring(NOW.date()).on(NOW.date())
    ends = until or voucher.code_until
    return showing.write(
        Shown(key.id, voucher.public_id, voucher.opening, int(ends.timestamp()), voucher.code_site,
              voucher.scheme.public_id, str(voucher.value)), key,
    )  # fmt: skip


def entry(counter: Counter, text: str, *, at: datetime = NOW, **given: Any) -> Signed:
    """The next of the device's offline list, as its browser writes and signs it."""
    import json

    number = given.get("number", len(counter.entries) + 1)
    before = given.get("before", counter.entries[-1].digest.hex() if counter.entries else "")
    said = [1, counter.device.public_id, number, given.get("kind", "take"), counter.shift.public_id, int(at.timestamp()),
            text, given.get("amount", "100.00"), given.get("request", f"off-{number}"), before]  # fmt: skip
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    signed = Signed(body, given.get("key", counter.key).sign(body.encode()))
    counter.entries.append(signed)
    return signed
