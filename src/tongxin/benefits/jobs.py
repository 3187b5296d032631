"""What happens to vouchers by itself when its time comes. A job loads and calls one action."""

from django.utils.timezone import localdate, now
from procrastinate.contrib.django import app

from tongxin.benefits.actions import reminders, vouchers
from tongxin.people.authority import system


@app.periodic(cron="10 * * * *")  # hourly, so that a machine that was off at night catches up
@app.task(name="benefits.expire", queueing_lock="benefits.expire", lock="benefits.expire")
def expire(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """By parts, until nothing is due; and nobody waits for what is over."""
    at = now()
    while vouchers.expire(at=at):
        pass
    reminders.end_lines(by=system(localdate(at)), at=at)


@app.periodic(cron="*/10 * * * *")
@app.task(name="benefits.pass-on", queueing_lock="benefits.pass-on", lock="benefits.pass-on")
def pass_on(timestamp: int) -> None:  # noqa: ARG001 - as above
    at = now()
    reminders.pass_on(by=system(localdate(at)), at=at)


@app.periodic(cron="35 2 * * *")  # 10:35 in Beijing
@app.task(name="benefits.remind", queueing_lock="benefits.remind", lock="benefits.remind")
def remind(timestamp: int) -> None:  # noqa: ARG001 - as above
    reminders.remind(at=now())
