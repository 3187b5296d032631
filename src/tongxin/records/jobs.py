"""What the journal needs done while nobody waits."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from tongxin.records.actions import seal
from tongxin.records.actions.seal import BATCH


@app.periodic(cron="* * * * * 7,37")  # twice a minute; the sixth field is croniter's, seconds
@app.task(name="records.seal_journal", queueing_lock="records.seal_journal", lock="records.seal_journal")
def seal_journal(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    while seal.seal(at=now()) == BATCH:
        pass
