"""A roster among the union's other rosters: how its columns are taken, which list came before, who is no longer on it."""

from collections.abc import Mapping
from typing import Final

from django.db.models import QuerySet

from tongxin.people.models import HeaderChoice, ImportBatch, ImportRow, Membership, MissingAnswer
from tongxin.people.roster.choices import choices_of
from tongxin.people.roster.fields import FIELDS, REQUIRED, field_of
from tongxin.people.roster.shapes import Choices
from tongxin.people.states import BatchState

FEWEST: Final = 10  # a shorter last list is no measure
TENTHS: Final = 7  # of the last list; a list below that is held
_NOT_PACKED: Final = """NOT EXISTS (
    SELECT 1 FROM (SELECT unnest(people) AS who FROM people_importpart WHERE batch_id = %s) AS named
    WHERE named.who = people_membership.person_id)"""


def missing_members(batch: ImportBatch) -> QuerySet[Membership]:
    """Open memberships of the union that no row of the batch names, nor the batch that it goes on with.

    An import ends none of them. Nobody is missing from an addition to the list.
    """
    found: QuerySet[Membership] = Membership.objects.filter(union=batch.union_id, ends=None)
    if batch.partial:
        return found.none()
    one: ImportBatch | None = batch
    while one is not None:
        on_the_list = ImportRow.objects.filter(batch=one, person__isnull=False).values("person")
        found = found.exclude(person__in=on_the_list)
        if one.packed:  # an anti-join: NOT IN over a million would not fit into memory
            found = found.extra(where=[_NOT_PACKED], params=[one.pk])  # noqa: S610 - our own words, a number
        one = one.continues
    return found


def open_questions(batch: ImportBatch) -> QuerySet[Membership]:
    """Those of whom nobody has said yet what became of them. Each is asked about once."""
    if batch.undone_at is not None:
        return Membership.objects.none()
    answered = MissingAnswer.objects.filter(union=batch.union_id).values("membership")
    return missing_members(batch).exclude(pk__in=answered)


def answered_questions(batch: ImportBatch) -> QuerySet[MissingAnswer]:
    found: QuerySet[MissingAnswer] = MissingAnswer.objects.filter(batch=batch)
    return found.select_related("membership__person").order_by("-at", "-pk")


def last_list(batch: ImportBatch) -> ImportBatch | None:
    """The list that this one follows: the last of the same name, else the union's last. Not what it goes on with."""
    if batch.continues_id is not None:
        return None
    done = ImportBatch.objects.filter(union=batch.union_id, state=BatchState.DONE, partial=False, continues=None)
    done = done.exclude(pk=batch.pk).order_by("-committed_at")
    same: ImportBatch | None = done.filter(list_name=batch.list_name).first() if batch.list_name else None
    last: ImportBatch | None = same or done.first()
    return last


def is_short(rows: int, last: ImportBatch | None) -> bool:
    return last is not None and last.rows >= FEWEST and rows * 10 < last.rows * TENTHS


def choices_for(batch: ImportBatch) -> Choices:
    """Answers given for this file, and what the union's cadre said earlier of such headers."""
    return choices_of(batch.choices, remembered(batch.union_id))


def remembered(union: int) -> dict[str, str]:
    return dict(HeaderChoice.objects.filter(union=union).values_list("header", "field"))


def imported_before(batch: ImportBatch) -> ImportBatch | None:
    """The latest import of the very same file into the same union, if there was one."""
    same = ImportBatch.objects.filter(union=batch.union_id, digest=batch.digest, state=BatchState.DONE).exclude(
        pk=batch.pk
    )
    found: ImportBatch | None = same.order_by("-committed_at").first()
    return found


def mapping_of(batch: ImportBatch) -> list[tuple[str, str, str]]:
    """(letter, header, title) of every column of the sheet; no title: nothing was read from it."""
    titles = {field: words.title for field, words in FIELDS.items()}
    return [(letter, header, titles.get(field, "")) for letter, header, field in batch.columns]


def column_choices(batch: ImportBatch, typed: Mapping[str, str] | None = None) -> list[tuple[str, str, str, str]]:
    """(letter, header, chosen field, our guess) of columns that may be read: for the page where that is corrected."""
    found = []
    for letter, header, field in batch.columns:
        if field is None or field in FIELDS:
            guess = field_of(header) or ""
            chosen = (field or "") if typed is None else typed.get(letter, "")
            found.append((letter, header, chosen, FIELDS[guess].title if guess in FIELDS else ""))
    return found


def fields_to_choose() -> list[tuple[str, str, bool]]:
    """(field, title, whether it must be there)"""
    return [(field, words.title, field in REQUIRED) for field, words in FIELDS.items()]
