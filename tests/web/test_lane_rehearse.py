"""A rehearsal leaves numbers and nothing else: its rows stand apart while it runs, and are gone afterwards."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.cast import HOUSE, Cast
from tests.factories.calls import heard
from tests.factories.lanes import a_lane
from tests.web.lane_caller import Ask, nobody

from tongxin.calls.actions import rehearsals
from tongxin.calls.models import Arrival, Intake, Pool, Rehearsal
from tongxin.calls.states import RehearsalState
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry
from tongxin.web import jobs
from tongxin.web.lane import Lane, rehearsing

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["heard"]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The lane behind a port, as the web server has it; HTTP is read no further than the rehearsal writes it."""
    lane, loop, found = Lane(nobody), asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode() if not reader.at_eof() else "":
            first, *lines = head.rstrip("\r\n").split("\r\n")
            method, path, _ = first.split(" ")
            headers = dict(line.split(": ", 1) for line in lines)
            answer = await Ask(path, headers.pop("cookie", ""), method, headers).of(lane)
            writer.write(f"HTTP/1.1 {answer.status} OK\r\ncontent-length: {len(answer.body)}\r\n\r\n".encode())
            writer.write(answer.body)

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        found.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert found.wait(10)
    monkeypatch.setenv("TONGXIN_PORT", str(ports[0]))
    yield ports[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    lane.close()


@pytest.fixture
def pool(cast: Cast) -> Pool:
    return a_lane(cast.factory, 5, opens=timezone.now() + timedelta(days=2))


def test_a_rehearsal_states_rates_and_leaves_no_row(
    cast: Cast, pool: Pool, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsals, "LEAST", 60)
    monkeypatch.setattr(rehearsing, "EMPTY_SECONDS", 0.2)
    monkeypatch.setattr(rehearsing, "CONNECTIONS", 8)
    made = rehearsals.begin(pool=pool, by=cast.officer.actor, at=timezone.now())
    journal = JournalEntry.objects.count()
    jobs.run_rehearsal(rehearsal=made.pk)
    made.refresh_from_db()
    assert (made.state, made.crowd, made.answered, made.stored, made.errors) == (RehearsalState.DONE, 60, 60, 60, 0)
    assert made.rate > 0
    assert made.empty_rate > 0
    assert made.bound
    assert (Arrival.objects.count(), Intake.objects.get(pool=pool).arrived) == (0, 0)
    assert JournalEntry.objects.count() == journal
    assert not _schema_is_there()


def test_one_that_breaks_says_why_and_cleans_up(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_PORT", "1")  # nobody listens there
    made = rehearsals.begin(pool=pool, by=HOUSE, at=timezone.now())
    with pytest.raises(OSError, match="refused"):
        jobs.run_rehearsal(rehearsal=made.pk)
    made.refresh_from_db()
    assert made.state == RehearsalState.FAILED
    assert "refused" in made.why
    assert not _schema_is_there()


def test_no_rehearsal_beside_or_shortly_before_a_release(cast: Cast, pool: Pool) -> None:
    a_lane(cast.factory, 5, opens=timezone.now() + timedelta(minutes=20))
    with pytest.raises(Refused) as refused:
        rehearsals.begin(pool=pool, by=HOUSE, at=timezone.now())
    assert refused.value.code == "release-near"


def test_one_at_a_time_and_a_dead_one_makes_room(pool: Pool) -> None:
    now = timezone.now()
    first = rehearsals.begin(pool=pool, by=HOUSE, at=now)
    with pytest.raises(Refused) as refused:
        rehearsals.begin(pool=pool, by=HOUSE, at=now)
    assert refused.value.code == "rehearsal_one_runs"
    rehearsals.begin(pool=pool, by=HOUSE, at=now + timedelta(minutes=6))
    first.refresh_from_db()
    assert first.state == RehearsalState.FAILED
    assert Rehearsal.objects.filter(state=RehearsalState.RUNNING).count() == 1


def _schema_is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'rehearsal'")
        return cursor.fetchone() is not None
