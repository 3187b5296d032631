"""Makes an installation with one open release, for the test that kills it: `python -m tests.config.lane_stage`."""

from datetime import timedelta

from tests.config.staging import city, make

WORKERS, PLACES = 400, 150


def stage() -> dict[str, object]:
    from django.utils import timezone
    from tests.factories.calls import people
    from tests.factories.lanes import a_lane
    from tests.web.lane_caller import passes

    from tongxin.people.models.persons import Assurance

    union = city()
    pool = a_lane(
        union, PLACES, opens=timezone.now() - timedelta(minutes=1), kind="plain", assurance=Assurance.DECLARED
    )
    crowd = people(union, WORKERS)
    return {
        "pool": pool.public_id,
        "cookies": {person.pk: passes(pool, person.pk) for person in crowd},
        "places": PLACES,
    }


if __name__ == "__main__":
    make(stage)
