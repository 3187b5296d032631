"""What a union's cadre said of their own headers: the next list is read so without asking."""

from collections.abc import Mapping
from datetime import datetime

from tongxin.people.authority import Actor
from tongxin.people.models import HeaderChoice, ImportBatch
from tongxin.people.roster.fields import FIELDS, field_of, header_key
from tongxin.records.sheets.cells import column_index
from tongxin.store.atomic import atomic


@atomic
def remember(*, batch: ImportBatch, fields: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Where the cadre's word and our guess are the same nothing needs remembering."""
    said = {header_key(header): (letter, header) for letter, header, _ in batch.columns if letter in fields and header}
    for key, (letter, header) in said.items():
        field = fields[letter]
        choices = HeaderChoice.objects.filter(union=batch.union_id, header=key[:255])
        choices.delete()
        if key and (field_of(header) or "") != field:
            HeaderChoice.make(
                union=batch.union, header=key[:255], field=field, account=by.account_id, at=at,
                federation=batch.federation,
            )  # fmt: skip


def answered(batch: ImportBatch, choices: Mapping[str, str]) -> dict[str, str]:
    """Answers about columns (field, index) as `remember` takes them; of two alike, which is read is no word on headers."""
    asked = {one["about"] for one in batch.questions if one["code"] == "column-missing"}
    places = {int(place): field for field, place in choices.items() if field in asked and field in FIELDS}
    return {letter: places[at] for letter, _, _ in batch.columns if (at := column_index(letter)) in places}
