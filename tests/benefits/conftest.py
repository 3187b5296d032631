"""Fixtures of the room of benefits."""

import pytest
from tests.benefits.lines import TwoSides
from tests.cast import Cast


@pytest.fixture
def sides(cast: Cast) -> TwoSides:
    return TwoSides(cast)
