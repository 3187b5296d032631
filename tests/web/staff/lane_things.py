"""What stands behind the addresses of a release."""

from datetime import datetime

from tests.factories.lanes import a_lane

from tongxin.unions.models import Union


def lane_things(union: Union, opens: datetime) -> dict[str, object]:
    return {"pool_id": a_lane(union, 5, opens=opens, kind="plain").public_id}
