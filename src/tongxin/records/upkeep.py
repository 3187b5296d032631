"""What the keeper of the machines looks after: numbers of what waits and what failed. Nothing here names a person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from procrastinate.contrib.django.models import ProcrastinateJob

from tongxin.records.models import OutboxRow

MOST = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    count: int
    due: int  # of these, by now
    oldest: datetime | None  # the longest due
    failed: int


@dataclass(frozen=True, slots=True)
class Jobs:
    todo: int
    doing: int
    failed: list[tuple[str, int]]  # by the name of the task, the most first


def tellings(at: datetime) -> Waiting:
    """What the outbox still has to tell."""
    states = OutboxRow.State
    due = Q(state=states.WAITING, next_try__lte=at)
    found = OutboxRow.objects.filter(state__in=[states.WAITING, states.FAILED]).aggregate(
        count=Count("pk", filter=Q(state=states.WAITING)),
        due=Count("pk", filter=due),
        oldest=Min("at", filter=due),
        failed=Count("pk", filter=Q(state=states.FAILED)),
    )
    return Waiting(**found)


def jobs() -> Jobs:
    rows = ProcrastinateJob.objects.filter(status__in=["todo", "doing", "failed"])
    found = list(rows.values_list("status", "task_name").annotate(n=Count("pk")).order_by("-n", "task_name"))
    sums = {status: sum(n for one, _, n in found if one == status) for status in ("todo", "doing")}
    failed = [(task, n) for status, task, n in found if status == "failed"]
    return Jobs(sums["todo"], sums["doing"], failed[:MOST])
