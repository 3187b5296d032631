"""One school for each test."""

import pytest
from tests.cast import Cast
from tests.factories.activities import School
from tests.factories.activities import school as make_school


@pytest.fixture
def school(cast: Cast) -> School:
    return make_school(cast)
