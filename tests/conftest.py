"""Fixtures for every test. The database is started by tests/settings.py."""

from tests.cast import cast

__all__ = ["cast"]
