"""What pages begin and nobody waits for."""

from procrastinate.contrib.django import app

from tongxin.calls.models import Rehearsal
from tongxin.calls.states import RehearsalState
from tongxin.web.lane.rehearsing import rehearse

REHEARSE_JOB = "web.rehearse"


@app.task(name=REHEARSE_JOB, lock=REHEARSE_JOB)
def run_rehearsal(rehearsal: int) -> None:
    found = Rehearsal.objects.select_related("pool").get(pk=rehearsal)
    if found.state == RehearsalState.RUNNING:
        rehearse(found)
