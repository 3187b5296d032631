"""What the journal needs done while nobody waits, and what the job worker itself needs."""

from django.utils.timezone import now
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from tongxin.records.actions import seal
from tongxin.records.actions.seal import BATCH


@app.periodic(cron="* * * * * 7,37")  # twice a minute; the sixth field is croniter's, seconds
@app.task(name="records.seal_journal", queueing_lock="records.seal_journal", lock="records.seal_journal")
def seal_journal(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    while seal.seal(at=now()) == BATCH:
        pass


@app.periodic(cron="* * * * * 3,33")
@app.task(name="records.clear_killed_timers", queueing_lock="records.clear_killed_timers", pass_context=True)
async def clear_killed_timers(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - as above
    """A worker that was killed leaves its timers' jobs as being done, and their locks with them: the next tick would wait
    for ever. They are put away; the tick after comes by itself. (This one has no lock.) Other jobs have their own looks.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=60):
        if job.queueing_lock:
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
