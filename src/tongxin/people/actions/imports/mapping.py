"""Which column is which: said by the cadre, remembered for the union's next list with the same headers."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.remembering import remember
from tongxin.people.actions.imports.uploads import read_on
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch
from tongxin.people.powers import Power
from tongxin.people.roster.choices import SHEET
from tongxin.people.roster.fields import FIELDS, REQUIRED
from tongxin.records.actions import journal
from tongxin.records.sheets.cells import column_index
from tongxin.store.atomic import writing


def map_columns(*, batch: ImportBatch, fields: Mapping[str, str], by: Actor, at: datetime) -> ImportBatch:
    """`fields` by the column's letters; nothing: it is not read. The file is then read anew.

    Refused: "no-power", "wrong-state", "field-unknown", "field-twice", "field-missing".
    """
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    _check(fields)
    with writing():
        batch = ImportBatch.objects.select_related("union").lock(batch.pk)
        batch.move("map")
        kept = {about: one for about, one in batch.choices.items() if about == SHEET}
        batch.choices = kept | {field: str(column_index(letter)) for letter, field in fields.items() if field}
        batch.questions = []
        batch.moved_at = at
        batch.save()
        remember(batch=batch, fields=fields, by=by, at=at)
        journal.write("roster.mapped", of=batch, by=by, at=at, columns=sum(1 for field in fields.values() if field))
    return read_on(batch=batch, by=by, at=at)


def _check(fields: Mapping[str, str]) -> None:
    counted = Counter(field for field in fields.values() if field)
    if not counted.keys() <= FIELDS.keys():
        raise Refused("field-unknown", "没有这一项，请刷新后再选。")
    twice = [FIELDS[field].title for field, count in counted.items() if count > 1]
    if twice:
        raise Refused("field-twice", "“%(title)s”选了不止一列，请只留一列。", title=twice[0])
    missing = [FIELDS[field].title for field in REQUIRED if field not in counted]
    if missing:
        raise Refused("field-missing", "还没有选哪一列是“%(title)s”，这一列必须有。", title="”“".join(missing))
