"""What happens by itself when its time comes. A job loads and calls one action; the house acts, nobody is signed in."""

from datetime import timedelta

import structlog
from django.utils.timezone import now
from procrastinate.contrib.django import app

from tongxin.activities.actions import endings, families, reminders
from tongxin.activities.days import day_of
from tongxin.activities.queries.overviews import due_to_finish
from tongxin.kernel.refused import Refused
from tongxin.people.authority import system

log = structlog.get_logger("tongxin.activities")


@app.periodic(cron="20 * * * *")  # hourly, so that a machine that was off at night catches up
@app.task(name="activities.finish", queueing_lock="activities.finish", lock="activities.finish")
def finish_cohorts(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """A cohort that cannot be finished does not hold up the others."""
    at = now()
    for cohort in due_to_finish(at):
        try:
            endings.finish(cohort=cohort, by=system(day_of(at)), at=at)
        except Refused as refusal:
            log.warning("not finished", cohort=cohort.public_id, code=refusal.code)


@app.periodic(cron="5 2-12 * * *")  # hourly from 10 to 20 in Beijing; whoever was told is not told again
@app.task(name="activities.remind", queueing_lock="activities.remind", lock="activities.remind")
def remind_of_tomorrow(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    at = now()
    reminders.remind(day=day_of(at) + timedelta(days=1), at=at)


@app.periodic(cron="40 19 * * *")  # at night in Beijing
@app.task(
    name="activities.forget_families", queueing_lock="activities.forget_families", lock="activities.forget_families"
)
def forget_families(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """What guardians said of their children is not kept longer than said."""
    families.forget(at=now())
