"""Imports whose worker was killed are taken up again."""

from datetime import datetime, timedelta
from typing import Final

from procrastinate.contrib.django import app

from tongxin.people.actions.imports.commits import COMMIT_JOB
from tongxin.people.actions.imports.undoing import UNDO_JOB
from tongxin.people.actions.imports.uploads import READ_JOB
from tongxin.people.models import ImportBatch
from tongxin.people.states import BatchState
from tongxin.store.atomic import atomic

SILENT: Final = timedelta(minutes=3)  # longer than any one part takes
_JOBS: Final = {BatchState.READING: READ_JOB, BatchState.COMMITTING: COMMIT_JOB, BatchState.UNDOING: UNDO_JOB}


@atomic
def resume(*, at: datetime) -> int:
    """How many. A job that still runs after all does no harm: each part is done once."""
    waiting = ImportBatch.objects.filter(state__in=_JOBS, moved_at__lt=at - SILENT).values_list("pk", flat=True)
    batches = ImportBatch.objects.lock_rows(waiting)
    for batch in batches:
        batch.attempt += 1
        batch.moved_at = at
        batch.save(update_fields=["attempt", "moved_at"])
        state = BatchState(batch.state)
        who = batch.undone_by if state is BatchState.UNDOING else batch.account
        said = {} if state is BatchState.READING else {"account": who}
        lock = f"import-{batch.pk}-{batch.attempt}"
        app.configure_task(_JOBS[state], lock=lock).defer(batch=batch.pk, **said)
    return len(batches)
