"""The outbox is emptied every few seconds; each channel has couriers of its own, so that a dead gateway holds up no other.

Chosen over a job deferred with each deed: that is one more insert in every sign-up's transaction, and the job would still
have to look for rows that failed before. `queueing_lock` keeps one in the queue; it takes all that waits.
"""

import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils.timezone import now
from procrastinate.contrib.django import app

from tongxin.notices import courier
from tongxin.notices.actions import messages, sendings
from tongxin.notices.models import Sending
from tongxin.notices.states import BY_MACHINE, Channel, SendingState

BATCH: Final = 2_000
CLEARED_WITHIN: Final = timedelta(days=1)  # after a stop; later nothing can be waiting
REST: Final = 60.0  # seconds for which a silent gateway is left alone
_rests_until: dict[str, float] = {}  # of this process; another one finds out by itself


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
        while sendings.queue(sending=row.pk, at=now()).more:
            pass
        sendings.finish(sending=row.pk, at=now())
    for row in Sending.objects.filter(state=SendingState.STOPPED, ended_at__gte=now() - CLEARED_WITHIN):
        while sendings.clear(sending=row.pk, at=now()):
            pass


@app.task(name="notices.carry")
def carry(timestamp: int, channel: str) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """What is due on one channel. Its lock is the courier's: a second one comes where the settings ask for more."""
    if time.monotonic() >= _rests_until.get(channel, 0.0) and courier.carry_much(Channel(channel), now).silent:
        _rests_until[channel] = time.monotonic() + REST


@app.task(name="notices.ask")
def ask(timestamp: int, channel: str) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """Doubts, and receipts that nobody brought."""
    courier.ask(Channel(channel), now)


@app.periodic(cron="* * * * *")
@app.task(name="notices.go_on", queueing_lock="notices.go_on", lock="notices.go_on")
def go_on(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    courier.go_on(now)


def _timers() -> None:
    """One job asks and carries for a channel at a time, for each of its couriers; summaries are carried like the rest."""
    for channel in map(str, BY_MACHINE):
        for number in range(settings.NOTICE_COURIERS):
            name = f"notices.carry.{channel}.{number}"
            app.periodic(
                cron="* * * * * */5",
                periodic_id=name,
                lock=name,
                queueing_lock=name,
                task_kwargs={"channel": channel},
            )(carry)
        app.periodic(
            cron="* * * * *",
            periodic_id=f"notices.ask.{channel}",
            lock=f"notices.carry.{channel}.0",
            queueing_lock=f"notices.ask.{channel}",
            task_kwargs={"channel": channel},
        )(ask)


_timers()
