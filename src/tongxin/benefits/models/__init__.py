"""Schemes, vouchers, partners and the joint catalogue: one file each."""

from tongxin.benefits.models.catalogue import CatalogueLine, CatalogueSignature, CatalogueTerms, CatalogueVersion
from tongxin.benefits.models.partners import Partner, PartnerSite
from tongxin.benefits.models.redemptions import Accepts, OfflineEntry, Redemption, Reversal
from tongxin.benefits.models.schemes import Brand, Recognition, Scheme, SchemeReach
from tongxin.benefits.models.settlements import Settlement
from tongxin.benefits.models.tickets import TicketCode, TicketPool
from tongxin.benefits.models.tills import Clerk, Device, Shift
from tongxin.benefits.models.vouchers import Voucher, VoucherMove

__all__ = [
    "Accepts",
    "Brand",
    "CatalogueLine",
    "CatalogueSignature",
    "CatalogueTerms",
    "CatalogueVersion",
    "Clerk",
    "Device",
    "OfflineEntry",
    "Partner",
    "PartnerSite",
    "Recognition",
    "Redemption",
    "Reversal",
    "Scheme",
    "SchemeReach",
    "Settlement",
    "Shift",
    "TicketCode",
    "TicketPool",
    "Voucher",
    "VoucherMove",
]
