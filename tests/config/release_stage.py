"""Makes an installation with one release to come and one worker who is signed in: `python -m tests.config.release_stage`."""

from datetime import timedelta

from tests.config.staging import city, make, session_of


def stage() -> dict[str, str]:
    from django.utils import timezone
    from tests import cast
    from tests.factories.lanes import a_lane

    union = city()
    pool = a_lane(union, 5, opens=timezone.now() + timedelta(hours=1), kind="plain")
    worker = cast.worker(union, "工友", login="worker")
    return {"pool": pool.public_id, "session": session_of(worker.account, "code")}


if __name__ == "__main__":
    make(stage)
