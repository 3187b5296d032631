"""Fixtures for every test. The database is started by tests/settings.py."""

import pytest
from django.core.cache import caches
from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test() -> None:
    caches["process"].clear()
