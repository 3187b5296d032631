"""Makes an installation with one release to come and one worker who is signed in: `python -m tests.config.release_stage`."""

import json
import os
import sys
from datetime import timedelta


def main() -> None:
    from config.commands.migrate import migrate
    from config.surroundings import database, set_up_django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with database():
        set_up_django()
        migrate()
        sys.stdout.write(json.dumps(stage()))


def stage() -> dict[str, str]:
    from django.utils import timezone
    from tests import cast
    from tests.config.stage import session_of
    from tests.factories.lanes import a_lane

    from tongxin.unions.models import Kind, Level

    nation = cast.union_under(None, "中华全国总工会", "000000", Level.NATION, kind=Kind.ACFTU)
    city = cast.union_under(nation, "重庆市总工会", "500000", Level.PROVINCE)
    pool = a_lane(city, 5, opens=timezone.now() + timedelta(hours=1), kind="plain")
    worker = cast.worker(city, "工友", login="worker")
    return {"pool": pool.public_id, "session": session_of(worker.account, "code")}


if __name__ == "__main__":
    main()
