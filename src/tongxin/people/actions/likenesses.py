"""Pairs of records that may be one person: found by machine, decided by people, remembered."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.people import likeness
from tongxin.people.authority import Actor, require
from tongxin.people.likeness import Alike
from tongxin.people.models import Likeness, Person
from tongxin.people.powers import Power
from tongxin.people.queries import likeness as queries
from tongxin.people.states import LikenessState
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

Pair = tuple[Person, Person, Alike]
COMPARED: Final = frozenset({"name", "document_digest", "phone_digest", "born"})
CHUNK: Final = 2_000
FIRST_BORN, LAST_BORN = 1900, 2030
SLICE_YEARS: Final = 5


@atomic
def look(*, person: Person, at: datetime) -> int:
    """Whom a new record may be; returns how many pairs are new. Pairs that people found different stay so."""
    found = [(person, one.person, one.alike) for one in queries.candidates(person)]
    return _put(found, at)


@atomic
def met(one: Person, other: Person, *, reason: str, by: Actor, at: datetime) -> None:
    """Two records met over a fact that comparing does not see; asked even where people found them different before."""
    score = min(100, likeness.WEIGHT[reason])
    first, second = sorted((one, other), key=lambda person: person.pk)
    union = queries.deciding_unions([(first, second)], by.on)[0]
    values = {"score": score, "reasons": [reason], "state": LikenessState.OPEN, "found_at": at, "union_id": union}
    Likeness.objects.update_or_create(
        one=first, other=second, defaults=values, create_defaults=values | {"federation": first.federation}
    )


@atomic
def after_change(*, person: Person, changed: Iterable[str], at: datetime) -> None:
    """A record that changed is compared anew: what people said of the old one no longer holds, and what was alike may
    not be any more.
    """
    if not COMPARED & set(changed):
        return
    rows = Likeness.objects.filter(Q(one=person) | Q(other=person)).exclude(state=LikenessState.SAME)
    rows.update(state=LikenessState.STALE)
    look(person=person, at=at)


@atomic
def decide_different(*, pair: Likeness, why: str, by: Actor, at: datetime) -> Likeness:
    """Two people after all. Refused: "no-power", "likeness-decided" (someone was quicker), "merge-self"."""
    pair = Likeness.objects.lock(pair.pk)
    require(by, Power.MERGE_PEOPLE, pair.union_id)
    if by.person_id in {pair.one_id, pair.other_id}:
        raise Refused("merge-self", "不能判断自己的登记，请同事或上级办理。")
    if pair.state == LikenessState.DIFFERENT:
        return pair
    if pair.state != LikenessState.OPEN:
        raise Refused("likeness-decided", "这两份登记刚刚有人判断过或改过，请刷新后再看。")
    pair.state, pair.why = LikenessState.DIFFERENT, why.strip()
    pair.decided_by, pair.decided_at = by.account_id, at
    pair.save(update_fields=["state", "why", "decided_by", "decided_at"])
    journal.write("likeness.different", of=pair, by=by, at=at)
    return pair


# ---- the full sweep -----------------------------------------------------------------------------------------------


def slices() -> list[int]:
    """The sweep's steps, each a transaction of its own: 0 is by phone, the others a birth year to begin with."""
    return [0, *range(FIRST_BORN, LAST_BORN, SLICE_YEARS)]


@atomic
def sweep(*, step: int, at: datetime) -> int:
    """One step over all people; returns how many pairs are new. A step done twice adds nothing, so that a sweep that was
    stopped goes on with the step at which it stood.
    """
    if step == 0:
        pairs = queries.pairs_by_phone()
    else:
        pairs = queries.pairs_by_birthday(date(step, 1, 1), date(step + SLICE_YEARS - 1, 12, 31))
    return sum(_put(queries.compared(part), at) for part in _parts(_unknown(pairs)))


def _unknown(pairs: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    known = set(Likeness.objects.exclude(state=LikenessState.STALE).values_list("one_id", "other_id"))
    return [pair for pair in pairs if pair not in known]


def _parts(pairs: list[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    for begin in range(0, len(pairs), CHUNK):
        yield pairs[begin : begin + CHUNK]


def _put(found: list[Pair], at: datetime) -> int:
    """New pairs, and stale ones that are alike again."""
    fresh = {(row.one_id, row.other_id): row for row in _rows(found, at)}
    if not fresh:
        return 0
    there = Likeness.objects.filter(one__in={one for one, _ in fresh}, other__in={other for _, other in fresh})
    known = {(row.one_id, row.other_id): row for row in there}
    new = [row for pair, row in fresh.items() if pair not in known]
    Likeness.objects.bulk_create(new, ignore_conflicts=True)
    stale = [row for pair, row in known.items() if pair in fresh and row.state == LikenessState.STALE]
    for row in stale:
        again = fresh[row.one_id, row.other_id]
        row.state, row.score, row.reasons, row.union_id = LikenessState.OPEN, again.score, again.reasons, again.union_id
        row.decided_by, row.decided_at = None, None
    Likeness.objects.bulk_update(stale, ["state", "score", "reasons", "union_id", "decided_by", "decided_at"])
    return len(new) + len(stale)


def _rows(found: list[Pair], at: datetime) -> list[Likeness]:
    ordered = [(a, b, alike) if a.pk < b.pk else (b, a, alike) for a, b, alike in found]
    unions = queries.deciding_unions([(a, b) for a, b, _ in ordered], localdate(at)) if ordered else []
    return [
        Likeness(
            federation=a.federation, one=a, other=b, union_id=union, score=alike.score, reasons=list(alike.reasons),
            found_at=at,
        )
        for (a, b, alike), union in zip(ordered, unions, strict=True)
    ]  # fmt: skip
