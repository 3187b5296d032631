"""A line with reserves of people who each come alone: only whoever is within reach is read, and that changes nothing."""

from collections.abc import Callable
from random import Random

import pytest
from django.db import transaction
from tests.calls.conftest import *
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, a_call, a_pool, apply_all, people

from tongxin.calls.actions import applications, lines, offers, pools, reserves
from tongxin.calls.actions.reserves import Plan
from tongxin.calls.models import Application, Award, Pool, Reserve
from tongxin.calls.queries import miscounted
from tongxin.calls.states import Spill, When
from tongxin.store.atomic import writing

NAMES = ("甲.组", "乙组", "甲")  # one is the beginning of another, and a dot is no joker


def lined_up(cast: Cast, chance: Random) -> Pool:
    pool = a_pool(a_call(cast.yongchuan), 6)
    plans = [Plan(name, name, 1, when=chance.choice(list(When)), spill=chance.choice(list(Spill))) for name in NAMES]
    reserves.keep(pool=pool, plans=plans, by=HOUSE, at=NOW)
    rows = apply_all(pool, people(cast.factory, 14))
    with writing():
        for row in rows:
            row.groups = "+".join(sorted(chance.sample(NAMES, chance.choice([0, 0, 1, 2]))))
            row.save(update_fields=["groups"])
    return pool


def outcome(deed: Callable[[], object]) -> tuple[list[tuple], list[tuple]]:
    """What stands there after it; and then nothing of it does."""
    with transaction.atomic():
        deed()
        awards = Award.objects.order_by("application").values_list("application", "reserve__name", "state")
        found = list(awards), list(Reserve.objects.order_by("order").values_list("taken", "handed", "let_go"))
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_who_is_within_reach_gets_what_they_would_get_of_the_whole_line(
    cast: Cast, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    pool = lined_up(cast, chance)
    gone = Application.objects.filter(state="granted").order_by("pk")[chance.randint(0, 2)]

    def deed() -> None:
        applications.withdraw(application=gone, why="不去了", by=HOUSE, at=NOW)
        pools.resize(pool=pool, units=8, by=HOUSE, at=NOW)
        offers.let_go(pool=pool, by=HOUSE, at=CLOSES)
        assert miscounted() == []

    found = outcome(deed)
    monkeypatch.setattr(lines, "_within_reach", lambda rows, *_: set(rows.values_list("pk", flat=True)))
    assert found == outcome(deed)
    assert len([1 for _, _, state in found[0] if state == "held"]) > 3
