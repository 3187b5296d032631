"""A draw follows from its file and from nothing else; what was touched afterwards is named."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.kernel import draw
from tongxin.kernel.draw import OPEN, Reserve, Ticket
from tongxin.kernel.refused import Refused

VECTORS = json.loads((Path(__file__).parent / "draw_vectors.json").read_text(encoding="utf-8"))
SEALS = ["a" * 64, "b" * 64, "0123456789abcdef" * 4]
tickets = st.lists(
    st.builds(
        Ticket,
        ticket=st.binary(min_size=16, max_size=16).map(bytes.hex),
        weight=st.integers(1, 9),
        groups=st.sampled_from([(), ("gig",), ("county-500118", "gig"), ("size=3",), ("gig", "size=2")]),
    ),
    max_size=40,
    unique_by=lambda ticket: ticket.ticket,
)
reserves = st.lists(
    st.builds(
        Reserve,
        group=st.sampled_from(["gig", "county-500118"]),
        units=st.integers(0, 5),
        when=st.sampled_from(["first", "last"]),
        spill=st.sampled_from(["open", "next", "none"]),
    ),
    max_size=3,
)


def named(number: int, *, weight: int = 1, groups: tuple[str, ...] = ()) -> Ticket:
    return Ticket(f"{number:032x}", weight, groups)


def file_of(found: list[Ticket], units: int, kept: list[Reserve]) -> dict[str, Any]:
    lines = draw.frozen(found)
    digest = draw.list_digest(lines)
    outcome = draw.hold(found, draw.seed(digest, SEALS, "双色球第2026138期 03 09"), units=units, reserves=kept)
    return {
        "format": draw.FORMAT, "call": "call", "pool": "pool", "units": units,
        "reserves": [{"group": r.group, "units": r.units, "when": r.when, "spill": r.spill} for r in kept],
        "list": lines, "list_digest": digest, "commitments": [draw.commitment(seal) for seal in SEALS], "seals": SEALS,
        "source": "a numbered lottery", "value": "双色球第2026138期 03 09", "published_at": "2026-11-01T10:00:00+08:00",
        "drawn_at": "2026-11-03T10:00:00+08:00", "order": list(outcome.order), "awarded": list(outcome.awarded),
        "waiting": list(outcome.waiting),
    }  # fmt: skip


def test_seed_and_keys_are_what_the_printed_rule_says() -> None:
    """Once more by hand, with nothing of the module's own."""
    digest = sha256(("00" * 16 + ",2,gig\n").encode()).hexdigest()
    assert draw.list_digest(draw.frozen([Ticket("00" * 16, 2, ("gig",))])) == digest
    text = "tongxin-draw-1\n" + digest + "\n" + SEALS[0] + "\n" + SEALS[1] + "\n" + "17" + "\n"
    seed = sha256(text.encode()).hexdigest()
    assert draw.seed(digest, SEALS[:2], "17") == seed
    chances = [sha256(f"{seed}:{'00' * 16}:{i}".encode()).hexdigest() for i in (1, 2)]
    assert draw.key(seed, Ticket("00" * 16, 2)) == min(chances)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_that_the_browser_is_held_to_as_well(vector: dict[str, Any]) -> None:
    assert (draw.first_difference(vector["file"]) is None) is vector["verified"]


@given(tickets, st.integers(0, 60), reserves)
def test_everyone_stands_once_and_never_more_is_given_than_there_is(
    found: list[Ticket], units: int, kept: list[Reserve]
) -> None:
    if sum(one.units for one in kept) > units:
        with pytest.raises(Refused):
            draw.hold(found, "0" * 64, units=units, reserves=kept)
        return
    outcome = draw.hold(found, "0" * 64, units=units, reserves=kept)
    assert sorted(outcome.order) == sorted(ticket.ticket for ticket in found)
    assert sorted(outcome.awarded + outcome.waiting) == sorted(outcome.order)
    sizes = {ticket.ticket: ticket.size for ticket in found}
    assert sum(sizes[ticket] for ticket in outcome.awarded) <= units
    groups = {ticket.ticket: {*ticket.groups, OPEN} for ticket in found}
    assert all(name in groups[ticket] for ticket, name in outcome.places.items())


@given(tickets.filter(bool), st.integers(1, 60), reserves)
def test_file_verifies_and_any_touched_part_is_found(found: list[Ticket], units: int, kept: list[Reserve]) -> None:
    kept = kept if sum(one.units for one in kept) <= units else []
    file = file_of(found, units, kept)
    assert draw.first_difference(file) is None
    for name, touched in [
        ("list", file["list"][:-1]), ("list_digest", "0" * 64), ("seals", [*SEALS[:2], "c" * 64]),
        ("seals", SEALS[:2]), ("commitments", file["commitments"][::-1]), ("order", file["order"][:-1]),
    ]:  # fmt: skip
        assert draw.first_difference(file | {name: touched}) is not None, name


def test_one_byte_of_the_list_is_enough() -> None:
    file = file_of([named(n) for n in range(20)], 5, [])
    text = json.dumps(file)
    place = text.index(file["list"][7]) + 31
    changed = text[:place] + ("f" if text[place] != "f" else "e") + text[place + 1 :]
    assert draw.first_difference(json.loads(changed)) is not None


def test_another_outside_value_gives_another_order() -> None:
    file = file_of([named(n) for n in range(20)], 5, [])
    found = draw.first_difference(file | {"value": "双色球第2026138期 03 10"})
    assert found is not None
    assert found.startswith("order[")


def test_late_ticket_changes_the_digest() -> None:
    early = draw.frozen([named(1), named(2)])
    assert draw.list_digest(early) != draw.list_digest(draw.frozen([named(1), named(2), named(3)]))


def test_reserve_first_leaves_the_open_places_to_everyone() -> None:
    found = [named(n, groups=("gig",) if n % 2 else ()) for n in range(40)]
    outcome = draw.hold(found, "1" * 64, units=10, reserves=[Reserve("gig", 4)])
    gig = [ticket for ticket in outcome.order if int(ticket, 16) % 2]
    assert [t for t in outcome.awarded if outcome.places[t] == "gig"] == gig[:4]
    others = [ticket for ticket in outcome.order if ticket not in gig[:4]]
    assert [t for t in outcome.awarded if outcome.places[t] == OPEN] == others[:6]


def test_reserve_last_is_for_those_whom_the_open_places_left_out() -> None:
    found = [named(n, groups=("gig",) if n % 2 else ()) for n in range(40)]
    outcome = draw.hold(found, "1" * 64, units=10, reserves=[Reserve("gig", 4, when="last")])
    assert [t for t in outcome.awarded if outcome.places[t] == OPEN] == list(outcome.order[:6])
    left_out = [ticket for ticket in outcome.order[6:] if int(ticket, 16) % 2]
    assert [t for t in outcome.awarded if outcome.places[t] == "gig"] == left_out[:4]


@pytest.mark.parametrize(("spill", "given_places"), [("open", 10), ("next", 10), ("none", 6)])
def test_reserve_that_nobody_takes_spills_as_published(spill: draw.Spill, given_places: int) -> None:
    found = [named(n) for n in range(40)]
    outcome = draw.hold(found, "1" * 64, units=10, reserves=[Reserve("gig", 4, spill=spill)])
    assert len(outcome.awarded) == given_places


def test_party_that_does_not_fit_is_skipped_and_keeps_its_place() -> None:
    found = [named(n, groups=("size=3",) if n < 10 else ()) for n in range(20)]
    outcome = draw.hold(found, "2" * 64, units=4, reserves=[])
    sizes = {ticket.ticket: ticket.size for ticket in found}
    left, expected = 4, []
    for ticket in outcome.order:
        if sizes[ticket] <= left:
            expected.append(ticket)
            left -= sizes[ticket]
    assert list(outcome.awarded) == expected
    assert list(outcome.waiting) == [ticket for ticket in outcome.order if ticket not in expected]


def test_weight_is_that_many_chances() -> None:
    """Over many seeds a weight of 3 against 1 comes first three times out of four: 1,500 of 2,000, by 6 sigmas 116."""
    heavy, light = named(1, weight=3), named(2)
    first = sum(
        draw.hold([heavy, light], sha256(str(n).encode()).hexdigest(), units=1).awarded == (heavy.ticket,)
        for n in range(2000)
    )
    assert abs(first - 1500) < 116


@pytest.mark.parametrize(
    "line",
    ["", "abc,1,", "0" * 32 + ",0,", "0" * 32 + ",10,", "0" * 32 + ",1,b+a", "0" * 32 + ",1,a+a", "0" * 31 + "A,1,",
     "0" * 32 + ",1", "0" * 32 + ",1,a,b", "0" * 32 + ",1,a\tb", "0" * 32 + ",1,size=2+size=3", "0" * 32 + ",01,",
     "0" * 32 + ",1,size=0", "0" * 32 + ",1,size=two", "0" * 32 + ",1,size=03"],
)  # fmt: skip
def test_line_that_could_be_written_in_two_ways_is_refused(line: str) -> None:
    with pytest.raises(Refused) as refusal:
        draw.read_line(line)
    assert refusal.value.code == "draw-line"


def test_ticket_twice_and_unsorted_list_are_named() -> None:
    with pytest.raises(Refused) as refusal:
        draw.frozen([named(1), named(1, weight=2)])
    assert refusal.value.code == "draw-twice"
    file = file_of([named(n) for n in range(3)], 1, [])
    lines = file["list"][::-1]
    assert (
        draw.first_difference(file | {"list": lines, "list_digest": draw.list_digest(lines)}) == "名单没有按票号排序。"
    )


def test_seal_withheld_is_said() -> None:
    file = file_of([named(n) for n in range(3)], 1, [])
    found = draw.first_difference(file | {"seals": [SEALS[0], None, SEALS[2]]})
    assert found == "seals[1]: withheld; a draw held without it is not this draw"


@pytest.mark.parametrize("junk", [{}, {"format": draw.FORMAT}, {"format": draw.FORMAT, "list": 3}, {"format": "other"}])
def test_what_is_no_draw_differs_and_does_not_crash(junk: dict[str, Any]) -> None:
    assert draw.first_difference(junk) is not None


@pytest.mark.parametrize(
    ("name", "touched", "said"),
    [
        ("call", "", "call: not named"),
        ("published_at", "2026-11-0xT10:00:00+08:00", "published_at: not a moment"),
        ("drawn_at", "2026-10-31T10:00:00+08:00", "published_at: later than drawn_at"),
        ("source", None, "value: no source was announced"),
        ("value", None, "value: a source was announced"),
        ("published_at", "2026-11-03T10:00:01", "published_at: later than drawn_at"),
        ("format", True, "format: "),
        ("order", "", "the file is not of format 1"),
        ("awarded", {}, "the file is not of format 1"),
        ("commitments", {}, "the file is not of format 1"),
        ("excused", [], "the file is not of format 1"),
        ("units", 6.5, "the file is not of format 1"),
        ("units", 10**30, "the file is not of format 1"),
        ("units", -1, "各组预留的名额加起来超过了总数"),
        ("units", True, "the file is not of format 1"),
        ("reserves", [{"group": 3, "units": 1}], "the file is not of format 1"),
    ],
)
def test_what_nothing_follows_from_is_there_and_can_be(name: str, touched: object, said: str) -> None:
    found = draw.first_difference(file_of([named(n) for n in range(9)], 6, []) | {name: touched})
    assert found is not None
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("format", 1), ("call", 17), ("units", 6.0), ("published_at", "2026-11-01"),
        ("published_at", "2026-11-03 10:00"), ("drawn_at", "2026-11-03T02:00:00Z"),
    ],
)  # fmt: skip
def test_what_format_1_leaves_open_may_be_written_so(name: str, told: object) -> None:
    assert draw.first_difference(file_of([named(n) for n in range(9)], 6, []) | {name: told}) is None


def test_party_of_more_than_99_counts_as_many_and_a_group_may_have_a_long_name() -> None:
    groups = ("first time in this county", "农" * 80, "size=120")
    found = [named(1, groups=groups), named(2)]
    outcome = draw.hold(found, "1" * 64, units=100, reserves=[])
    assert draw.read_line(found[0].line).size == 120
    assert outcome.awarded == (found[1].ticket,)


def test_mapping_of_tickets_is_no_order() -> None:
    file = file_of([named(n) for n in range(9)], 6, [])
    assert draw.first_difference(file | {"order": dict.fromkeys(file["order"])}) is not None


def test_whoever_is_excused_after_the_draw_is_seen_and_the_next_in_order_gets_the_place() -> None:
    file = file_of([named(n) for n in range(9)], 3, [])
    gone = file["awarded"][1]
    given_places = [file["awarded"][0], file["awarded"][2], file["waiting"][0]]
    told = file | {"excused": [{"ticket": gone, "why": "withdrawn"}], "given": given_places}
    assert draw.first_difference(told) is None
    assert (
        draw.first_difference(told | {"excused": []}) == f"given[1]: {file['awarded'][2]} stands where {gone} belongs"
    )
    assert draw.first_difference(told | {"given": [*given_places[:2], file["waiting"][1]]}) == (
        f"given[2]: {file['waiting'][1]} stands where {file['waiting'][0]} belongs"
    )
    stranger = [{"ticket": "f" * 32}]
    assert draw.first_difference(told | {"excused": stranger}) == f"excused[0]: {'f' * 32} is not in the list"
