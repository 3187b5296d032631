"""What the job does by itself: freeze at closing, remind holders once, ask the next for their seal, draw."""

from datetime import datetime, timedelta

import pytest
from tests.cast import Cast
from tests.factories.calls import CLOSES
from tests.factories.draws import RESULT, TEXTS, a_drawn_call, announced, commit_all, enter_all, holders

from tongxin.calls import jobs
from tongxin.calls.actions import seals
from tongxin.calls.models import Round
from tongxin.calls.states import RoundState
from tongxin.records.models import OutboxRow

pytestmark = pytest.mark.django_db


def runs(monkeypatch: pytest.MonkeyPatch, at: datetime) -> str:
    monkeypatch.setattr(jobs, "now", lambda: at)
    jobs.look_after_draws(0)
    return str(Round.objects.get().state)


def asked(kind: str) -> int:
    return OutboxRow.objects.filter(kind=kind).count()


def test_job_goes_the_whole_way(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = announced(call, cast)
    assert asked("seal.asked") == 2  # two holders have a record, the third a link
    assert runs(monkeypatch, CLOSES - timedelta(hours=25)) == RoundState.ANNOUNCED
    assert asked("seal.reminded") == 0
    assert runs(monkeypatch, CLOSES - timedelta(hours=23)) == RoundState.ANNOUNCED
    assert runs(monkeypatch, CLOSES - timedelta(hours=22)) == RoundState.ANNOUNCED
    assert asked("seal.reminded") == 2
    assert runs(monkeypatch, CLOSES) == RoundState.FROZEN
    commit_all(made, cast)
    assert runs(monkeypatch, RESULT - timedelta(minutes=1)) == RoundState.SEALED
    assert asked("seal.to-open") == 0
    for place, ((seal, by, link), text) in enumerate(zip(holders(made, cast), TEXTS, strict=True), 1):
        assert runs(monkeypatch, RESULT) == RoundState.SEALED
        assert asked("seal.to-open") == min(place, 2)
        seals.open_seal(seal=seal, text=text, link=link, by=by, at=RESULT)
    assert runs(monkeypatch, RESULT + timedelta(minutes=1)) == RoundState.DRAWN
    assert runs(monkeypatch, RESULT + timedelta(minutes=2)) == RoundState.DRAWN


def test_places_changed_meanwhile_leave_the_round_standing_and_say_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cast import HOUSE
    from tests.factories.draws import open_all, sealed

    from tongxin.calls.actions import pools

    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = sealed(call, cast)
    open_all(made, cast)
    pools.resize(pool=pool, units=5, by=HOUSE, at=RESULT)
    assert runs(monkeypatch, RESULT + timedelta(minutes=2)) == RoundState.SEALED
