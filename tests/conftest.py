"""Fixtures for every test. The database is started by tests/settings.py."""

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from tests.cast import cast
from tests.tables import template

__all__ = ["cast"]

# On a busy machine making examples takes longer, and nothing else follows from it.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django's hook: a test database is a copy of one that has its tables."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template()


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test() -> None:
    caches["process"].clear()
