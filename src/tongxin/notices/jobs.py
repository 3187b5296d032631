"""The outbox is emptied every few seconds.

Chosen over a job deferred with each deed: that is one more insert in every sign-up's transaction, and the job would still
have to look for rows that failed before. `queueing_lock` keeps one in the queue; it takes all that waits.
"""

from typing import Final

from django.utils.timezone import now
from procrastinate.contrib.django import app

from tongxin.notices.actions import messages

BATCH: Final = 500


@app.periodic(cron="* * * * * */5")  # croniter's sixth field: seconds
@app.task(name="notices.deliver", queueing_lock="notices.deliver", lock="notices.deliver")
def deliver_outbox(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    while messages.deliver(BATCH, at=now()) == BATCH:
        pass
