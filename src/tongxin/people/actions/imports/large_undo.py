"""The parts of a large import taken back, each in a transaction of its own; whoever must stay is lifted out and named."""

from collections.abc import Collection, Iterator
from datetime import datetime

from tongxin.people.actions.imports import finished, undoing
from tongxin.people.actions.imports.hands import Task, hired
from tongxin.people.actions.imports.judged import new_line
from tongxin.people.actions.imports.parts import opened
from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, ImportPart, ImportRow, Membership, Person
from tongxin.people.queries.used import used_since
from tongxin.people.roster.judging import Judgement
from tongxin.people.roster.packing import Packed
from tongxin.people.states import Undo, Verdict
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new


def undo_parts(*, batch: ImportBatch, by: Actor, at: datetime) -> None:
    from tongxin.people.actions.imports.deeds import hello  # noqa: PLC0415  it lists this deed

    waiting = batch.parts.filter(done=True, undone=False).order_by("number")
    numbers = list(waiting.values_list("number", flat=True))
    if not numbers:
        return
    tasks: Iterator[Task] = (({"number": number}, b"") for number in numbers)
    with hired() as crew:
        for _ in crew.answers(hello("undo", batch, by, at), tasks):
            pass


@atomic
def undo_part(*, batch: ImportBatch, number: int) -> int:
    """How many were taken back. Once only: the mark is set in the same transaction."""
    part: ImportPart = batch.parts.select_for_update(of=("self",), no_key=True).get(number=number)
    if part.undone:
        return 0
    packed = opened(part)
    places = _written(part, packed, batch)
    wanted = {part.people[place]: place for place in places}
    people = {person.pk: person for person in Person.objects.lock_rows(wanted)}
    stays = _stays(wanted)
    used = used_since(wanted)
    became = {
        place: _became(people.get(who), stays.get(who, []), used, finished.stay(packed, place, batch), batch)
        for who, place in wanted.items()
    }
    back = [part.people[place] for place, verdict in became.items() if verdict is Undo.TAKEN_BACK]
    undoing.take_away(back)
    _name(part, packed, batch, {place: verdict for place, verdict in became.items() if verdict is not Undo.TAKEN_BACK})
    gone = set(back)
    part.people = [0 if who in gone else who for who in part.people]
    part.undone = True
    part.save(update_fields=["people", "undone", "lifted", "added"])
    undoing.count(batch, became.values())
    return len(back)


def _written(part: ImportPart, packed: Packed, batch: ImportBatch) -> list[int]:
    """Places of the newcomers that this part wrote; rows that changed nothing have nothing to take back."""
    lifted = set(part.lifted)
    places = [place for place, no in enumerate(packed.numbers) if part.people[place] and no not in lifted]
    assert batch.committed_at is not None
    made = set(
        Person.objects.filter(
            pk__in=[part.people[place] for place in places], created_at=batch.committed_at
        ).values_list("pk", flat=True)
    )
    return [place for place in places if part.people[place] in made]


def _became(
    person: Person | None,
    stays: list[Membership],
    used: Collection[int],
    wrote: tuple[str, str, bool],
    batch: ImportBatch,
) -> Undo:
    if person is None or person.merged_into_id is not None or person.changed_at != batch.committed_at:
        return Undo.CHANGED_SINCE
    if len(stays) != 1 or stays[0].ends is not None or stays[0].retired_on is not None:
        return Undo.CHANGED_SINCE
    if (stays[0].starts.isoformat(), stays[0].post, stays[0].retained) != wrote:
        return Undo.CHANGED_SINCE
    return Undo.USED_SINCE if person.pk in used else Undo.TAKEN_BACK


def _stays(people: Collection[int]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {}
    for stay in Membership.objects.filter(person__in=list(people)):
        found.setdefault(stay.person_id, []).append(stay)
    return found


def _name(part: ImportPart, packed: Packed, batch: ImportBatch, left: dict[int, Undo]) -> None:
    lines: list[ImportRow] = []
    for place, verdict in left.items():
        person = part.people[place]
        line = new_line(batch, packed.entry(place), Judgement(Verdict.ADDED, person=person))
        line.done, line.undo = True, verdict
        lines.append(line)
    alive = set(Person.objects.filter(pk__in=[line.person_id for line in lines]).values_list("pk", flat=True))
    for line in lines:
        line.person_id = line.person_id if line.person_id in alive else None
    copy_new(lines)
    part.lifted = [*part.lifted, *(line.row_no for line in lines)]
    part.added -= len(lines)
