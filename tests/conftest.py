"""Fixtures for every test. The database is started by tests/settings.py."""

import pytest
from django.conf import settings
from django.core.cache import caches
from tests.cast import cast
from tests.tables import template

__all__ = ["cast"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django's hook: a test database is a copy of one that has its tables."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template()


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test() -> None:
    caches["process"].clear()
