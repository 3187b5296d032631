"""How long a level start's list takes: `python -m bench.level [PEOPLE] [GROUPS]`, in a database of its own that it drops.

Synthetic: all come in the first minutes by batches of 1,000; then they are written into the list, the list is frozen, three seals
are opened and the draw is held, one place for five. With GROUPS the release keeps places for so many, each by a rule that asks
for work, membership and age, and half of all are members; one of thirteen comes later and stands in the line then. The kind does
nothing. Prints one line of JSON; seconds of processor are those of this process, and of its connection's server process.
"""

import resource
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench import alone

BATCH: Final = 1_000
GIGS: Final = ("courier", "truck_driver", "ride_hailing_driver", "food_delivery_rider")
OPENS: Final = datetime(2024, 4, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def measure(many: int, groups: int) -> dict[str, Any]:
    from tests.factories.lanes import AFTER, open_all, write_list  # noqa: PLC0415

    from tongxin.calls.actions import leveling, rounds  # noqa: PLC0415
    from tongxin.calls.models import Award, Draw, Round  # noqa: PLC0415
    from tongxin.calls.models.windows import GRACE  # noqa: PLC0415
    from tongxin.calls.queries import groups as asked  # noqa: PLC0415
    from tongxin.calls.queries import miscounted  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.people.models import Person  # noqa: PLC0415

    by, pool = system(OPENS.date()), build(many, groups)
    written, result = pool.call.list_ends + GRACE, OPENS + AFTER
    found: dict[str, Any] = {"people": many, "groups": groups}
    people = list(Person.objects.order_by("-pk").values_list("pk", flat=True)[: leveling.MOST])
    with alone.timed(found, "asking_5000_"):
        asked.groups_of_many(pool, people, [OPENS] * len(people))
    with alone.timed(found, "list_"):
        write_list(pool, written, most=leveling.MOST)
    held = Round.objects.get()
    open_all(held, result)
    with alone.timed(found, "draw_"):
        rounds.draw(held=held, by=by, at=result)
    if groups:
        with alone.timed(found, "later_"):
            follow(pool, by, result)
    draw = Draw.objects.select_related("file").get()
    return found | {
        "list_mb": round(len(draw.frozen) / 1e6, 1),
        "places": Award.objects.count(),
        "miscounted": len(miscounted()),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def follow(pool: Any, by: Any, at: datetime) -> None:
    from tongxin.calls.actions import leveling  # noqa: PLC0415

    while leveling.follow(pool=pool, by=by, at=at):
        pass


def build(many: int, groups: int) -> Any:
    from tests.factories.lanes import LEVEL, a_lane, come  # noqa: PLC0415

    from tongxin.people.models import Membership, Person  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415

    people = [
        Person(
            federation=1, name=f"合成{n}", created_at=OPENS, changed_at=OPENS, synthetic=True, born=date(1960 + n % 45, 1, 2),
            gig_group=GIGS[n % 7] if n % 7 < len(GIGS) else "",
        )
        for n in range(many)
    ]  # fmt: skip
    union = alone.planted(people)
    if groups:
        with writing():
            stays = [Membership(federation=1, person=one, union=union, starts=date(2020, 1, 1)) for one in people[::2]]
            copy_new(stays)
    kept = [a_reserve(union, GIGS[n], max(1, many // 50)) for n in range(groups)]
    pool = a_lane(union, max(1, many // 5), manner=LEVEL, opens=OPENS, kind=alone.KIND, kept=kept)
    over = 130 if groups else 100  # seconds; 120 are the level start's minutes
    for first in range(0, many, BATCH):
        come(pool, people[first : first + BATCH], OPENS + timedelta(seconds=over) * first / many)
    return pool


def a_reserve(union: Any, gig: str, units: int) -> Any:
    """By what a usual rule asks: the work, membership here or above, an age."""
    from tests.cast import HOUSE  # noqa: PLC0415

    from tongxin.calls.actions.reserves import Plan  # noqa: PLC0415
    from tongxin.rulebook.actions import rules  # noqa: PLC0415
    from tongxin.rules.conditions import all_of, any_of, compare  # noqa: PLC0415

    works = compare("gig_group", "in", frozenset({gig}), words="这样工作")
    here = compare("membership_unions", "has", union.code, words="会籍在这里")
    grown = compare("age", ">=", 18, words="满18岁")
    rule = rules.add_rule(union=union, name=gig, by=HOUSE, at=OPENS)
    said = all_of(any_of(works, here), grown)
    version = rules.publish(rule=rule, condition=said, valid_from=OPENS.date(), by=HOUSE, at=OPENS)
    return Plan(gig, gig, units, version)


if __name__ == "__main__":
    alone.run(measure, 100_000, 0)
