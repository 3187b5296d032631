"""Fixtures for every test. The database is started by tests/settings.py."""

import os
import warnings
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.test import SimpleTestCase
from tests.cast import cast, make_cast, number_anew
from tests.standing import stage
from tests.tables import sessions_left, template

__all__ = ["cast"]

# On a busy machine making examples takes longer, and nothing else follows from it. A change is judged by the same examples
# each time; who looks for more of them says HYPOTHESIS_PROFILE=search.
LENIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("house", **LENIENT, derandomize=True, database=None)
hypothesis.settings.register_profile("search", **LENIENT, derandomize=False)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django's hook: a test database is a copy of one that has its tables."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """At the end nobody is in the database but us: who is (a thread that kept its connection, a process that lives on) is named,
    and would keep it from being dropped.
    """
    yield
    connections.close_all()
    connections["default"].close_pool()
    for left in sessions_left(settings.DATABASES["default"]["NAME"]):
        warnings.warn(f"a session was left in the test database: {left}", stacklevel=1)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest) -> None:
    """The moment before pytest-django opens a test's transaction (were it renamed, each test would make its own cast)."""
    if fixturedef.argname == "_django_db_helper":
        stage.prepare(request, {"cast": make_cast})


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Test cases of Django's own keep their transactions themselves, and close the connection behind them."""
    if issubclass(getattr(item, "cls", None) or object, SimpleTestCase):
        stage.strike()


@pytest.fixture(scope="session")
def stage_is_cleared(django_db_setup: None) -> Iterator[None]:
    yield
    stage.strike()


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test() -> None:
    caches["process"].clear()
    number_anew()
