"""The table that the bench prints: each figure beside the number quoted for others, and beside the floor of this very run."""

from dataclasses import dataclass
from typing import Final

from bench.latency import Took
from bench.load import Rate
from bench.rush import Rush

BUDGET_MS: Final = 80.0
PRETALX_LIST_MS: Final = 4_500.0  # a list over 10,000 rows
PRETALX_SIGN_UP: Final = 47.0  # sessions' sign-ups a second
PRETIX_ORDER: Final = 9.8  # orders a second through the API
PRETIX_SHOP: Final = 39.0  # shop pages a second


@dataclass(frozen=True, slots=True)
class Found:
    """All that one run measured."""

    machine: str
    rows: dict[str, int]
    pages: list[Took]
    empty: Rate | None
    one_row: float
    class_list: Rate | None
    signed_in_list: Rate | None
    sign_up: Rate | None
    confirmed: dict[str, float]
    rush: Rush
    bounds: dict[str, list[tuple[str, float]]]
    statements: dict[str, int]


def text(found: Found) -> str:
    parts = [f"{found.machine}; " + ", ".join(f"{count:,} {what}" for what, count in found.rows.items()), _pages(found)]
    parts += [_rates(found), _rush(found.rush), _bounds(found)]
    return "\n\n".join(part for part in parts if part)


def _pages(found: Found) -> str:
    head = "| page | p50 ms | p95 ms | budget | statements | processor ms: web | PostgreSQL | KB | pretalx's list is slower by |"
    lines = [head, "|---|--:|--:|:-:|--:|--:|--:|--:|--:|"]
    for took in found.pages:
        used = f"{took.web_ms:.1f} | {took.postgres_ms:.1f}"
        kept = "not 200" if took.wrong else "kept" if took.p95_ms <= BUDGET_MS else "missed"
        lines.append(
            f"| {took.name} | {took.p50_ms:.1f} | {took.p95_ms:.1f} | {kept} | {took.statements} | {used}"
            f" | {took.kilobytes:.0f} | {PRETALX_LIST_MS / took.p95_ms:.0f}× |"
        )
    return "\n".join(lines)


def _rates(found: Found) -> str:
    if not (found.empty and found.class_list and found.sign_up):
        return ""
    empty = found.empty.per_second
    lines = [
        "| 32 connections | a second | p50 ms | p99 ms | errors | web cores | PostgreSQL cores | machine | beside |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
        _rate("an answer without a database (`/robots.txt`)", found.empty, "the floor of web"),
        f"| one-row transaction (pgbench, prepared) | {found.one_row:,.0f} | | | | | | | the floor of PostgreSQL |",
        _rate(
            "class list, visitors",
            found.class_list,
            _beside(found.class_list, 150, PRETIX_SHOP, "pretix's shop", empty),
        ),
    ]
    if found.signed_in_list:
        beside = f"{_ratio(found.signed_in_list, empty)} of the empty answer"
        lines.append(_rate("class list, signed in", found.signed_in_list, beside))
    sign_up = found.sign_up
    beside = _beside(sign_up, 200, PRETALX_SIGN_UP, "pretalx's sign-up", empty)
    beside += (
        f", {sign_up.per_second / PRETIX_ORDER:.0f}× pretix's order, {_ratio(sign_up, found.one_row)} of the one row"
    )
    lines.append(_rate("confirmed sign-ups", sign_up, beside))
    told = found.confirmed
    each = {who: 1000 * cores / sign_up.per_second for who, cores in sign_up.cores.items()}
    lines.append(
        f"\nSign-ups: {told['confirmed']:,.0f} answered with the confirmation, {told['rows']:,.0f} places of"
        f" {told['people']:,.0f} different workers in the database, in {told['seconds']:.1f} s."
        f" Processor time of each: {each['web']:.1f} ms of web, {each['PostgreSQL']:.1f} ms of PostgreSQL,"
        f" {each['client']:.1f} ms of the client; the whole machine, other work among it, {each['machine']:.1f} ms."
    )
    return "\n".join(lines)


def _rate(name: str, rate: Rate, beside: str) -> str:
    cores = rate.cores
    return (
        f"| {name} | {rate.per_second:,.0f} | {rate.p50_ms:.0f} | {rate.p99_ms:.0f} | {rate.errors} | {cores['web']:.2f}"
        f" | {cores['PostgreSQL']:.2f} | {cores['machine']:.2f} | {beside} |"
    )


def _beside(rate: Rate, goal: float, other: float, whose: str, empty: float) -> str:
    word = "kept" if rate.per_second >= goal else "missed"
    return f"goal {goal:.0f}: {word}; {rate.per_second / other:.1f}× {whose}, {_ratio(rate, empty)} of the empty answer"


def _ratio(rate: Rate, whole: float) -> str:
    return f"{rate.per_second / whole:.2f}"


def _rush(rush: Rush) -> str:
    given = f"{rush.fewest}" if rush.fewest == rush.most else f"{rush.fewest} to {rush.most}"
    strange = f"; answers neither given nor refused: {rush.strange}" if rush.strange else ""
    return (
        f"64 at once for 30 places, every worker tapping twice, {rush.rounds} rounds: {given} places given in each round,"
        f" {rush.waiting} in the lines, {rush.doubled} workers with two{strange}."
    )


def _bounds(found: Found) -> str:
    lines = []
    for name, shares in found.bounds.items():
        parts = ", ".join(f"{kind} {share:.0f} %" for kind, share in shares if share >= 3)
        lines.append(f"- {name} ({found.statements[name]} statements): {parts}")
    return "Where a web process spends its time (profiled, one at a time):\n" + "\n".join(lines)
