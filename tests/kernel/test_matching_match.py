"""What holds whatever the wishes, orders, reserves and sizes are; and with one pool it is the draw's own rule."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.kernel.draw import Reserve, Ticket, fill
from tongxin.kernel.matching import Side, match

POOLS = ("甲", "乙", "丙")
GROUPS = ("骑手", "县", "首次")


def ticket(number: int, groups: Sequence[str] = (), size: int = 1) -> Ticket:
    return Ticket(f"{number:032x}", 1, tuple(sorted([*groups, *([f"size={size}"] if size > 1 else [])])))


def named(number: int) -> str:
    return f"{number:032x}"


@st.composite
def sides(draw: st.DrawFn, sizes: int = 1) -> tuple[dict[str, list[str]], dict[str, Side]]:
    many = draw(st.integers(1, 10))
    tickets = [
        ticket(n, draw(st.lists(st.sampled_from(GROUPS), unique=True)), draw(st.integers(1, sizes)))
        for n in range(many)
    ]
    wishes = {t.ticket: draw(st.lists(st.sampled_from(POOLS), unique=True, min_size=1)) for t in tickets}
    made = {}
    for pool in POOLS:
        units = draw(st.integers(1, 5))
        kept = draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=units))
        when, spill = st.sampled_from(["first", "last"]), st.sampled_from(["open", "next", "none"])
        reserves = [Reserve(group, 1, draw(when), draw(spill)) for group in kept]  # type: ignore[arg-type]
        order = draw(st.permutations([t for t in tickets if pool in wishes[t.ticket]]))
        made[pool] = Side(units, order, reserves)
    return wishes, made


def holders(found: Mapping[str, tuple[str, str]], pool: str) -> set[str]:
    return {one for one, (at, _) in found.items() if at == pool}


def with_nothing_better(wishes: Mapping[str, list[str]], found: Mapping[str, tuple[str, str]], pool: str) -> set[str]:
    return {
        one
        for one, pools in wishes.items()
        if pool in pools and (one not in found or pools.index(found[one][0]) >= pools.index(pool))
    }


@settings(max_examples=120)
@given(given_=sides())
def test_each_pool_has_whom_it_would_choose_among_all_who_have_nothing_better(
    given_: tuple[dict[str, list[str]], dict[str, Side]],
) -> None:
    """That is: no justified envy within the printed rule, no place empty beside someone who would take it."""
    wishes, made = given_
    found = match(wishes, made)
    for pool, side in made.items():
        would = with_nothing_better(wishes, found, pool)
        chosen = fill([t for t in side.order if t.ticket in would], units=side.units, reserves=side.reserves)
        assert chosen.keys() == holders(found, pool)


@settings(max_examples=80)
@given(given_=sides(sizes=3))
def test_parties_never_take_more_than_there_is_and_only_what_they_wished(
    given_: tuple[dict[str, list[str]], dict[str, Side]],
) -> None:
    wishes, made = given_
    found = match(wishes, made)
    for pool, side in made.items():
        inside = [t for t in side.order if t.ticket in holders(found, pool)]
        assert sum(t.size for t in inside) <= side.units
        for reserve in side.reserves:
            of_it = [t for t in inside if found[t.ticket][1] == reserve.group]
            assert all(reserve.group in t.groups for t in of_it)
    assert all(found[one][0] in wishes[one] for one in found)


@given(given_=sides(sizes=3))
def test_one_pool_is_the_draws_own_rule(given_: tuple[dict[str, list[str]], dict[str, Side]]) -> None:
    wishes, made = given_
    side = made["甲"]
    found = match({one: ["甲"] for one in wishes}, {"甲": side})
    assert {one: name for one, (_, name) in found.items()} == fill(side.order, units=side.units, reserves=side.reserves)


@settings(max_examples=60)
@given(given_=sides(), liar=st.integers(0, 9), said=st.lists(st.sampled_from(POOLS), unique=True, min_size=1))
def test_nobody_gains_by_wishing_otherwise_than_they_would(
    given_: tuple[dict[str, list[str]], dict[str, Side]], liar: int, said: list[str]
) -> None:
    wishes, made = given_
    who = named(liar % len(wishes))
    honest = match(wishes, made)
    lied = match({**wishes, who: [pool for pool in said if pool in wishes[who]]}, made)
    ranks = [wishes[who].index(found[who][0]) if who in found else len(POOLS) for found in (honest, lied)]
    assert ranks[0] <= ranks[1]


def test_applicants_side_best_of_two_stable_outcomes() -> None:
    """Each pool would rather have the other one's; both get what they wish, not what the pools would."""
    one, two = ticket(1), ticket(2)
    made = {"甲": Side(1, [two, one]), "乙": Side(1, [one, two])}
    found = match({one.ticket: ["甲", "乙"], two.ticket: ["乙", "甲"]}, made)
    assert found == {one.ticket: ("甲", "open"), two.ticket: ("乙", "open")}


def test_party_that_fits_once_a_larger_one_went_elsewhere_is_taken_in_its_order() -> None:
    """U was turned away while B held all; O pushes B out, and now U fits before W, who came later in the order."""
    first, big, party, late = ticket(1), ticket(2, size=4), ticket(3, size=2), ticket(4, size=2)
    blocker = ticket(5)
    made = {"甲": Side(4, [first, big, party, late]), "乙": Side(1, [blocker, first])}
    wishes = {
        first.ticket: ["乙", "甲"],
        big.ticket: ["甲"],
        party.ticket: ["甲"],
        late.ticket: ["甲"],
        blocker.ticket: ["乙"],
    }
    found = match(wishes, made)
    assert holders(found, "甲") == {first.ticket, party.ticket}


@pytest.mark.slow
def test_thirty_thousand_with_three_wishes_take_few_rounds() -> None:
    random = Random(5)
    tickets = [ticket(n) for n in range(30_000)]
    pools = [f"p{n}" for n in range(40)]
    wishes = {t.ticket: random.sample(pools, 3) for t in tickets}
    by_pool: dict[str, list[Ticket]] = {pool: [] for pool in pools}
    random.shuffle(tickets)
    for one in tickets:
        for pool in wishes[one.ticket]:
            by_pool[pool].append(one)
    for order in by_pool.values():
        random.shuffle(order)
    found = match(wishes, {pool: Side(150, order) for pool, order in by_pool.items()})
    assert len(found) == 6_000
