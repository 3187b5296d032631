"""Makes an installation with one open release, for the test that kills it: `python -m tests.config.lane_stage`."""

import json
import os
import sys
from datetime import timedelta

WORKERS, PLACES = 400, 150


def main() -> None:
    from config.commands.migrate import migrate
    from config.surroundings import database, set_up_django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with database():
        set_up_django()
        migrate()
        sys.stdout.write(json.dumps(stage()))


def stage() -> dict[str, object]:
    from django.utils import timezone
    from tests import cast
    from tests.factories.calls import people
    from tests.factories.lanes import a_lane
    from tests.web.lane_caller import passes

    from tongxin.people.models.persons import Assurance
    from tongxin.unions.models import Kind, Level

    nation = cast.union_under(None, "中华全国总工会", "000000", Level.NATION, kind=Kind.ACFTU)
    city = cast.union_under(nation, "重庆市总工会", "500000", Level.PROVINCE)
    pool = a_lane(city, PLACES, opens=timezone.now() - timedelta(minutes=1), kind="plain", assurance=Assurance.DECLARED)
    crowd = people(city, WORKERS)
    return {
        "pool": pool.public_id,
        "cookies": {person.pk: passes(pool, person.pk) for person in crowd},
        "places": PLACES,
    }


if __name__ == "__main__":
    main()
