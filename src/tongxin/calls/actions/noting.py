"""What was refused leaves no trace of itself: its transaction is undone. What someone should look at is noted after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from tongxin.calls.models import Pool
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.rulebook.actions import rules
from tongxin.store.atomic import atomic

# By the code of a refusal: a page's key that came again with another wish, and a claim for somebody out of one's reach.
SUSPECT: Final = {"application_key_once": "changed", "no-power": "of-another"}


@contextmanager
def watched(*, pool: Pool | None, by: Actor, at: datetime) -> Iterator[None]:
    """Around one application, outside its transaction."""
    try:
        yield
    except Refused as refusal:
        if pool is not None:
            note(pool=pool, refusal=refusal, by=by, at=at)
        raise


@atomic
def note(*, pool: Pool, refusal: Refused, by: Actor, at: datetime) -> None:
    """One line for whoever reads the journal; none for what is refused every day."""
    if (what := SUSPECT.get(refusal.code)) is not None:
        journal.write("application.suspect", of=pool, by=by, at=at, what=what)
    version = pool.call.rule_version
    if refusal.code == "rule-stuck" and version is not None:
        rules.note_stuck(version=version, refusal=refusal, by=by, at=at)
