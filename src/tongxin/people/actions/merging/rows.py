"""Rows of every room that point at one record follow to another, found by the tables themselves, not by a list.

Foreign keys to Person, and plain `person` columns of rows without keys. What belongs together (an application with its
award and its enrolment) follows together or is put aside together.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from tongxin.people.models import Likeness, Merge, MergedRow, Person
from tongxin.people.queries.pointing import Column, columns
from tongxin.people.states import LikenessState

TOGETHER: Final = ("application", "award")  # whose rows are one thing
QUESTION: Final = "state"  # the column by which a closed question is noted


class Row(NamedTuple):
    column: Column
    pk: int
    keys: frozenset[tuple[str, int]]  # rows that share one are one thing


def follow(merge: Merge) -> int:
    """All that points at `gone` now; returns how many rows moved. What cannot is noted as aside, once."""
    known = {(row.table, row.row) for row in MergedRow.objects.filter(merge=merge, aside=True)}
    moved = 0
    for group in _groups(_pointing_at(merge.gone_id, merge.kept_id)):
        if any((row.column.table, row.pk) in known for row in group):
            continue
        went = _move(group, merge)
        moved += len(group) if went else 0
        MergedRow.objects.bulk_create(
            [
                MergedRow(
                    federation=merge.federation, merge=merge, table=row.column.table, row=row.pk,
                    column=row.column.name, aside=not went,
                )
                for row in group
            ]
        )  # fmt: skip
    return moved


def back(merge: Merge) -> list[str]:
    """Each row that still points at the record kept; the kinds of the others are returned in words."""
    by_table = {(column.table, column.name): column for column in columns()}
    left = _questions_back(merge)
    for noted in MergedRow.objects.filter(merge=merge, aside=False).exclude(column=QUESTION).order_by("-pk"):
        column = by_table.get((noted.table, noted.column))
        if column is not None and not _one_back(column, noted, merge):
            left.append(f"{column.model._meta.verbose_name}有一条合并后变过，留在保留的登记里")
    return left


def close_questions(merge: Merge, gone: Person, *, besides: int) -> None:
    """Other pairs with the record that is gone are no longer asked about."""
    rows = Likeness.objects.filter(Q(one=gone) | Q(other=gone), state=LikenessState.OPEN).exclude(pk=besides)
    closed = list(rows.values_list("pk", flat=True))
    Likeness.objects.filter(pk__in=closed).update(state=LikenessState.STALE)
    table = Likeness._meta.db_table
    MergedRow.objects.bulk_create(
        [MergedRow(federation=merge.federation, merge=merge, table=table, row=pk, column=QUESTION) for pk in closed]
    )


def _questions_back(merge: Merge) -> list[str]:
    closed = MergedRow.objects.filter(merge=merge, column=QUESTION).values("row")
    Likeness.objects.filter(pk__in=closed, state=LikenessState.STALE).update(state=LikenessState.OPEN)
    return []


def _one_back(column: Column, noted: MergedRow, merge: Merge) -> bool:
    rows = column.model._base_manager.filter(pk=noted.row, **{column.name: merge.kept_id})
    try:
        with transaction.atomic():
            return rows.update(**{column.name: merge.gone_id}) == 1
    except IntegrityError:
        return False


def _move(group: Sequence[Row], merge: Merge) -> bool:
    try:
        with transaction.atomic():
            for row in group:
                rows = row.column.model._base_manager.filter(pk=row.pk)
                rows.update(**{row.column.name: merge.kept_id})
    except IntegrityError:
        return False
    return True


def _pointing_at(gone: int, kept: int) -> list[Row]:
    found = []
    for column in columns():
        shared = [name for name in TOGETHER if _points(column.model, name)]
        for pk, *owners in column.rows(gone).order_by("pk").values_list("pk", *shared):
            if column.model is Person and pk in {gone, kept}:  # `gone` itself says so
                continue
            keys = {(name, owner) for name, owner in zip(shared, owners, strict=True) if owner is not None}
            found.append(Row(column, pk, frozenset(keys | {(column.model._meta.model_name or "", pk)})))
    return found


def _points(model: type[models.Model], name: str) -> bool:
    return any(field.name == name and field.is_relation for field in model._meta.concrete_fields)


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that share a key, and those that share one with them."""
    group_of: dict[tuple[str, int], int] = {}
    groups: dict[int, list[Row]] = defaultdict(list)
    for number, row in enumerate(rows):
        joined = {group_of[key] for key in row.keys if key in group_of}
        groups[number] = [one for other in sorted(joined) for one in groups.pop(other)] + [row]
        for member in groups[number]:
            group_of |= dict.fromkeys(member.keys, number)
    return [groups[number] for number in sorted(groups)]
