"""How a call came out: the text that is published, and for one worker why it was not the first wish."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tongxin.calls.models import Application, Award, Call, Pool, Preference, Reserve
from tongxin.calls.places import groups_in
from tongxin.calls.states import HOLDING, ApplicationState
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person

WAITING: Final = "候补"  # stands where a ticket would, in the line that says how many wait


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish and what became of it. `no`: the place in this pool's order; `cut`: the last one that got an open place."""

    pool: Pool
    rank: int
    no: int | None
    cut: int | None
    waits: bool
    got: bool
    reserve: str  # of whose places it got one
    kept: tuple[str, ...]  # groups for which places were kept, and in which the worker is not


def wishes_of(application: Application) -> list[Wish]:
    """Three queries."""
    rows = Preference.objects.filter(application=application).select_related("pool").order_by("rank")
    held = Award.objects.filter(application=application, state__in=HOLDING).select_related("reserve")
    got = {award.pool_id: award.reserve.words if award.reserve else "" for award in held}
    kept: dict[int, list[Reserve]] = {}
    for reserve in Reserve.objects.filter(pool__preferences__application=application).order_by("order"):
        kept.setdefault(reserve.pool_id, []).append(reserve)
    mine = set(groups_in(application.groups))
    return [
        Wish(
            row.pool,
            row.rank,
            row.no,
            row.pool.cut,
            row.waits,
            row.pool_id in got,
            got.get(row.pool_id, ""),
            tuple(one.words for one in kept.get(row.pool_id, []) if one.name not in mine),
        )
        for row in rows
    ]


def groups_called(application: Application) -> list[str]:
    """The groups in which it stands, in the words of their reserves; as the list writes them where these are gone."""
    names = groups_in(application.groups)
    rows = Reserve.objects.filter(pool__call=application.call_id, name__in=names).order_by("pk") if names else ()
    words = {row.name: row.words for row in rows}
    return [words.get(name, name) for name in names]


def outcome_lines(call: Call, *, full_names: bool) -> str:
    """One line a person who has a place: pool, ticket, name; then how many wait. The same outcome is the same text."""
    return "".join(f"{line}\n" for line in _lines(call, full_names=full_names))


def _lines(call: Call, *, full_names: bool) -> Iterator[str]:
    pools = {pool.pk: pool for pool in Pool.objects.filter(call=call)}
    rows = Award.objects.filter(pool__in=list(pools), state__in=HOLDING).select_related("person", "application")
    for award in rows.order_by("pool_id", "application__ticket", "application_id", "pk").iterator(2000):
        ticket = award.application.ticket or award.application.public_id
        brings = f"（{award.units}个名额）" if award.units > 1 else ""  # with those who have no record
        yield f"{pools[award.pool_id].name}\t{ticket}\t{_name(award.person, full_names=full_names)}{brings}"
    for pool in sorted(pools.values(), key=lambda one: one.pk):
        yield f"{pool.name}\t{WAITING}\t{pool.waiting}"


def tickets_in(lines: str) -> set[str]:
    """Whole, as they stand in a published outcome: a part of one would name anybody."""
    return {line.rsplit("\t", 2)[1] for line in lines.splitlines() if line.count("\t") > 1} - {WAITING}


def _name(person: Person, *, full_names: bool) -> str:
    return person.name if full_names else shown(person, "name", Purpose.PUBLICATION)


def counts_by_group(call: Call) -> dict[str, int]:
    """How many of those who take part are in which group; without a group under an empty name."""
    found: dict[str, int] = {"": 0}
    rows = Application.objects.filter(call=call, state=ApplicationState.ENTERED).values_list("groups", flat=True)
    for groups in rows:
        names = groups_in(groups)
        for name in names or [""]:
            found[name] = found.get(name, 0) + 1
    return found
