"""A look into a large list's rows that need nobody: a few of them, to see whether the columns were taken rightly."""

from typing import Final

from tongxin.people.masks import Purpose, mask_value
from tongxin.people.models import ImportBatch
from tongxin.people.models.imports import PART
from tongxin.people.queries.imports import MASKED, columns_of, said
from tongxin.people.roster.packing import Packed
from tongxin.people.states import Verdict
from tongxin.store.keys import ring

SHOWN: Final = 20


def sample_of(batch: ImportBatch, verdict: str = "") -> list[tuple[int, list[str]]]:
    """(row number, cells) of the first newcomers, masked; of a list that is packed, before it is imported."""
    if not batch.packed or verdict not in {"", Verdict.ADDED}:
        return []
    part = batch.parts.filter(added__gt=0).order_by("number").first()
    if part is None:
        return []
    packed = Packed.from_bytes(ring().open_bytes(bytes(part.rows), purpose=PART))
    gone, columns = set(part.lifted), [field for field, _ in columns_of(batch)]
    new = [place for place, who in enumerate(part.people) if not who and packed.numbers[place] not in gone]
    return [(packed.numbers[place], [_cell(packed, field, place) for field in columns]) for place in new[:SHOWN]]


def _cell(packed: Packed, field: str, place: int) -> str:
    column = packed.values.get(field)
    value = (column[place] or "") if column is not None else ""
    if field in MASKED:
        return mask_value(MASKED[field], value, Purpose.IMPORT_PREVIEW)
    return said(field, value)
