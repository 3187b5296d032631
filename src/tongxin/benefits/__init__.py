"""Schemes, vouchers, hardship files. Not open yet."""
