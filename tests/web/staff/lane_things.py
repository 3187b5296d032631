"""What stands behind the addresses of a release."""

from collections.abc import Sequence
from datetime import datetime

from tests.factories.lanes import a_lane, come

from tongxin.people.models import Person
from tongxin.unions.models import Union


def lane_things(union: Union, opens: datetime, persons: Sequence[Person]) -> dict[str, object]:
    """`persons` have come, so that each has a receipt."""
    pool = a_lane(union, 5, opens=opens, kind="plain")
    come(pool, persons, opens)
    return {"release_id": pool.public_id}
