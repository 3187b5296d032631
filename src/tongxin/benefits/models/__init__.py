"""Schemes, vouchers, partners and the joint catalogue: one file each."""

from tongxin.benefits.models.partners import Partner, PartnerSite
from tongxin.benefits.models.tills import Clerk, Device, Shift

__all__ = ["Clerk", "Device", "Partner", "PartnerSite", "Shift"]
