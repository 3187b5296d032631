"""Long work on rosters while nobody waits. A job loads and calls one action, as whoever asked for it."""

from datetime import datetime

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tongxin.people.actions import imports, joining, likenesses, merging, rotation, transfers, union_reminders
from tongxin.people.actions.imports import pieces
from tongxin.people.actions.imports.commits import COMMIT_JOB
from tongxin.people.actions.imports.undoing import UNDO_JOB
from tongxin.people.actions.imports.uploads import READ_JOB
from tongxin.people.actions.union_endings import HAND_ON_JOB
from tongxin.people.authority import Actor, actor_of, system
from tongxin.people.models import Account, ImportBatch, JoinApplication, Transfer
from tongxin.people.queries.joining import homeless, overdue
from tongxin.people.queries.transfers import to_look_after
from tongxin.people.states import BatchState

BATCH = 500
TRIES = RetryStrategy(max_attempts=3, wait=5)


@app.task(name=READ_JOB, retry=TRIES)
def read_import(batch: int) -> None:
    found = ImportBatch.objects.get(pk=batch)
    if found.state == BatchState.READING:  # not given up meanwhile
        at = timezone.now()
        imports.read(batch=found, by=_actor(found.account, at), at=at)


@app.task(name=COMMIT_JOB, retry=TRIES)
def commit_import(batch: int, account: int | None) -> None:
    found = ImportBatch.objects.get(pk=batch)
    if found.state == BatchState.COMMITTING:
        at = timezone.now()
        imports.commit_queued(batch=found, by=_actor(account, at), at=at)


@app.task(name=UNDO_JOB, retry=TRIES)
def undo_import(batch: int, account: int | None) -> None:
    found = ImportBatch.objects.get(pk=batch)
    if found.state == BatchState.UNDOING:
        at = timezone.now()
        imports.undo(batch=found, by=_actor(account, at), at=at)


@app.periodic(cron="* * * * *")
@app.task(name="people.resume_imports", queueing_lock="people.resume_imports", lock="people.resume_imports")
def resume_imports(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """What a killed worker left standing goes on by itself, from the part at which it stood."""
    imports.resume(at=timezone.now())


@app.periodic(cron="40 19 * * *")  # at night in Beijing
@app.task(name="people.sweep_imports", queueing_lock="people.sweep_imports", lock="people.sweep_imports")
def sweep_imports(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    imports.sweep(at=timezone.now())
    pieces.sweep(at=timezone.now())


def _actor(account: int | None, at: datetime) -> Actor:
    """With the powers of that day: who lost the post meanwhile is refused."""
    day = timezone.localdate(at)
    return system(day) if account is None else actor_of(Account.objects.get(pk=account), day)


@app.periodic(cron="30 19 * * *")  # 3:30 in Beijing
@app.task(name="people.reseal", queueing_lock="people.reseal", lock="people.reseal")
def reseal(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """After a new key everything is under it by the morning; else one look and done."""
    for _rows in rotation.reseal():
        pass


SWEEP_JOB = "people.sweep_likenesses"


@app.periodic(cron="10 18 * * *")  # 2:10 in Beijing
@app.task(name="people.begin_sweep", queueing_lock="people.begin_sweep", lock="people.likeness")
def begin_sweep(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """Who may be registered twice, over all people: one job a slice, so that a stop loses one slice at most."""
    sweep_likenesses.defer(place=0)


@app.task(name=SWEEP_JOB, retry=TRIES, lock="people.likeness")
def sweep_likenesses(place: int) -> None:
    steps = likenesses.slices()
    likenesses.sweep(step=steps[place], at=timezone.now())
    if place + 1 < len(steps):
        sweep_likenesses.defer(place=place + 1)


@app.periodic(cron="*/10 * * * *")
@app.task(name="people.follow_merges", queueing_lock="people.follow_merges", lock="people.follow_merges")
def follow_merges(timestamp: int) -> None:  # noqa: ARG001
    merging.follow_stragglers(at=timezone.now())


@app.periodic(cron="30 1 * * *")  # 9:30 in Beijing: whoever is told is at work
@app.task(name="people.remind_unions", queueing_lock="people.remind_unions", lock="people.remind_unions")
def remind_unions(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    at = timezone.now()
    while union_reminders.remind_of_elections(at=at) or union_reminders.remind_of_papers(at=at):
        pass


@app.periodic(cron="*/15 * * * *")
@app.task(name="people.escalate_joining", queueing_lock="people.escalate_joining", lock="people.escalate_joining")
def escalate_joining(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    """Applications whose time is over, and those of unions that are no more. What cannot go higher stays where it is."""
    at = timezone.now()
    on = timezone.localdate(at)
    for pk in {*overdue(at, limit=BATCH), *homeless(on, limit=BATCH)}:
        joining.escalate(application=JoinApplication.objects.get(pk=pk), on=on, at=at)


@app.task(name=HAND_ON_JOB, retry=TRIES)
def hand_on_applications() -> None:
    at = timezone.now()
    on = timezone.localdate(at)
    for pk in homeless(on, limit=BATCH):
        joining.escalate(application=JoinApplication.objects.get(pk=pk), on=on, at=at)


@app.periodic(cron="5-59/15 * * * *")
@app.task(name="people.escalate_transfers", queueing_lock="people.escalate_transfers", lock="people.escalate_transfers")
def escalate_transfers(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells for which tick it runs
    at = timezone.now()
    on = timezone.localdate(at)
    for pk in to_look_after(at, on, limit=BATCH):
        transfers.escalate(transfer=Transfer.objects.get(pk=pk), on=on, at=at)
