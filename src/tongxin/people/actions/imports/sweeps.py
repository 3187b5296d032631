"""Rows of rosters are kept ninety days, as the register of personal fields says; the batch and its counts stay."""

from datetime import datetime

from tongxin.people.actions.imports.uploads import KEEP
from tongxin.people.models import ImportBatch, ImportPart, ImportRow
from tongxin.people.states import BatchState
from tongxin.store.atomic import atomic


@atomic
def sweep(*, at: datetime) -> int:
    """Takes away the rows of old batches, and gives up batches that nobody finished. How many rows went."""
    old = ImportBatch.objects.filter(at__lt=at - KEEP)
    unfinished = (BatchState.READING, BatchState.CHOOSING, BatchState.READY)
    old.filter(state__in=unfinished).update(state=BatchState.DROPPED)
    ImportPart.objects.filter(batch__in=old).delete()
    gone, _ = ImportRow.objects.filter(batch__in=old).delete()
    return gone
