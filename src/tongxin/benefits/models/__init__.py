"""Schemes, vouchers, partners and the joint catalogue: one file each."""
