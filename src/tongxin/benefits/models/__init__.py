"""Schemes, vouchers, partners and the joint catalogue: one file each."""

from tongxin.benefits.models.catalogue import CatalogueLine, CatalogueSignature, CatalogueTerms, CatalogueVersion
from tongxin.benefits.models.partners import Partner, PartnerSite
from tongxin.benefits.models.schemes import Brand, Recognition, Scheme, SchemeReach
from tongxin.benefits.models.tills import Clerk, Device, Shift
from tongxin.benefits.models.vouchers import Voucher, VoucherMove

__all__ = [
    "Brand",
    "CatalogueLine",
    "CatalogueSignature",
    "CatalogueTerms",
    "CatalogueVersion",
    "Clerk",
    "Device",
    "Partner",
    "PartnerSite",
    "Recognition",
    "Scheme",
    "SchemeReach",
    "Shift",
    "Voucher",
    "VoucherMove",
]
