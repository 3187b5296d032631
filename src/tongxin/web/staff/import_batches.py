"""A batch as its page shows it: which step it stands at, what is listed, what can be done. Shared by the pages of imports."""

from datetime import timedelta
from typing import Any, Final

from django.shortcuts import get_object_or_404

from tongxin.people.models import Account, ImportBatch
from tongxin.people.powers import Power
from tongxin.people.queries.imports import columns_of, left_behind, rows_of, shown_rows, views
from tongxin.people.queries.lists import imported_before, last_list, mapping_of, open_questions
from tongxin.people.queries.samples import sample_of
from tongxin.people.states import BatchState, Verdict
from tongxin.web.guard import HouseRequest
from tongxin.web.paging import paged

STALLED_AFTER: Final = timedelta(seconds=60)
BATCH: Final = "staff/imports/batch.html"
STEPS: Final = ("上传", "认列", "改错", "看变化", "导入")
RUNNING: Final = frozenset({BatchState.READING, BatchState.COMMITTING, BatchState.UNDOING})
OPEN: Final = "open"  # what needs the cadre: asked and refused together
_STEPS: Final = {BatchState.READING: 1, BatchState.CHOOSING: 2, BatchState.FAILED: 1}


def batch_within(request: HouseRequest, public_id: str) -> ImportBatch:
    """A batch of a union in reach; any other is not there."""
    batches = ImportBatch.objects.within(request.actor, Power.IMPORT_ROSTER).select_related("union", "continues")
    batch: ImportBatch = get_object_or_404(batches, public_id=public_id)
    return batch


def batch_context(request: HouseRequest, found: ImportBatch) -> dict[str, Any]:
    show = request.GET.get("show", "")
    show = show if show in {OPEN, *Verdict} else ""
    context: dict[str, Any] = {
        "batch": found,
        "show": show,
        "tabs": tabs_of(found, show),
        "steps": STEPS,
        "step": step_of(found, show),
    }
    if found.state in {BatchState.READY, BatchState.DONE}:
        context |= _listed(request, found, show)
    if found.state == BatchState.UNDONE:
        left = paged(request, left_behind(found), total=found.kept)
        context |= {"page": left, "rows": views(found, left.rows), "columns": columns_of(found)}
    moved = found.moved_at or found.at
    return context | {
        "stalled": request.now - moved > STALLED_AFTER,
        "undoable": found.state == BatchState.DONE and bool(found.undo_until and request.now < found.undo_until),
        "who": _names({found.account, found.undone_by}),
    }


def step_of(batch: ImportBatch, show: str) -> int:
    """Errors are looked at until none is left, or until the whole is asked for."""
    if batch.state == BatchState.READY:
        return 3 if batch.left_out and show in {"", OPEN, Verdict.ASKED, Verdict.REFUSED} else 4
    return _STEPS.get(BatchState(batch.state), len(STEPS))


def tabs_of(batch: ImportBatch, show: str) -> list[tuple[str, str, int, bool]]:
    """(value, label, count, whether it is open)"""
    tabs = [("", "全部", batch.rows, not show)]
    if batch.left_out:
        tabs.append((OPEN, "要您处理", batch.left_out, show == OPEN))
    return tabs + [(one.value, str(one.label), getattr(batch, one.value), one == show) for one in Verdict]


def _listed(request: HouseRequest, found: ImportBatch, show: str) -> dict[str, Any]:
    lines = paged(request, rows_of(found, show), total=shown_rows(found, show))
    ready = found.state == BatchState.READY
    return {
        "page": lines,
        "rows": views(found, lines.rows),
        "columns": columns_of(found),
        "mapping": mapping_of(found),
        "sample": sample_of(found, show) if ready else [],
        "before": imported_before(found) if ready else None,
        "last": last_list(found) if ready else None,
        "unanswered": 0 if ready else open_questions(found).count(),
    }


def _names(accounts: set[int | None]) -> dict[int | None, str]:
    found = Account.objects.filter(pk__in=[one for one in accounts if one is not None]).select_related("person")
    return {one.pk: one.person.name if one.person else one.login for one in found}
