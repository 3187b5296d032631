"""The outbox is emptied every few seconds.

Chosen over a job deferred with each deed: that is one more insert in every sign-up's transaction, and the job would still
have to look for rows that failed before. `queueing_lock` keeps one in the queue; it takes all that waits.
"""

from datetime import timedelta
from typing import Final

from django.utils.timezone import now
from procrastinate.contrib.django import app

from tongxin.notices.actions import messages, sendings
from tongxin.notices.models import Sending
from tongxin.notices.states import SendingState

BATCH: Final = 500
CLEARED_WITHIN: Final = timedelta(days=1)  # after a stop; later nothing can be waiting


@app.periodic(cron="* * * * * */5")  # croniter's sixth field: seconds
@app.task(name="notices.deliver", queueing_lock="notices.deliver", lock="notices.deliver")
def deliver_outbox(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    while messages.deliver(BATCH, at=now()) == BATCH:
        pass


@app.periodic(cron="* * * * * */5")
@app.task(name="notices.send", queueing_lock="notices.send", lock="notices.send")
def send_on(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """Every sending from where it stands, also after a kill; then what is over is noted as over."""
    for row in Sending.objects.filter(state=SendingState.RUNNING).order_by("decided_at"):
        while sendings.queue(sending=row.pk, at=now()):
            pass
        sendings.finish(sending=row.pk, at=now())
    for row in Sending.objects.filter(state=SendingState.STOPPED, ended_at__gte=now() - CLEARED_WITHIN):
        while sendings.clear(sending=row.pk, at=now()):
            pass
