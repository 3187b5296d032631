"""The job worker as a child process of `tongxin serve`: jobs, and timers as periodic tasks. `python -m config.worker`."""

import os
from typing import cast

import django

from config import lifeline, logs

CONCURRENT = 5  # jobs at once: one for each channel's courier, should its gateway be slow, and two for all else
NICE = (
    5  # whoever waits for an answer comes first: where processors are short, a job gets a quarter of what a page gets
)
FINISH_PATIENCE = 20.0  # seconds; a job cut off is taken up again, as jobs bear being repeated


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    logs.configure()
    lifeline.end_with_parent()
    os.nice(NICE)
    from procrastinate.contrib.django import app  # noqa: PLC0415  after Django's set-up
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415

    connector = cast(DjangoConnector, app.connector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(
            concurrency=CONCURRENT, shutdown_graceful_timeout=FINISH_PATIENCE, delete_jobs="successful"
        )


if __name__ == "__main__":
    main()
