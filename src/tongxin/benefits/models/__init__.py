"""Schemes, vouchers, partners and the joint catalogue: one file each."""

from tongxin.benefits.models.catalogue import CatalogueLine, CatalogueSignature, CatalogueTerms, CatalogueVersion
from tongxin.benefits.models.partners import Partner, PartnerSite
from tongxin.benefits.models.tills import Clerk, Device, Shift

__all__ = [
    "CatalogueLine",
    "CatalogueSignature",
    "CatalogueTerms",
    "CatalogueVersion",
    "Clerk",
    "Device",
    "Partner",
    "PartnerSite",
    "Shift",
]
