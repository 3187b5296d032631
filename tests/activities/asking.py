"""Small words for the tests of this room."""

import pytest
from _pytest.raises import RaisesExc

from tongxin.kernel.refused import Refused
from tongxin.records.models import OutboxRow


def refused(code: str) -> RaisesExc[Refused]:
    """Expects Refused with exactly this code."""
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


def told(kind: str) -> set[int]:
    """Who is told this."""
    return set(OutboxRow.objects.filter(kind=kind).values_list("person", flat=True))
