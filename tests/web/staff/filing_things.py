"""What stands behind the addresses of an office's sheets and of requests."""

from tests.cast import NOW, Player
from tests.records.forms import drawn, saved

from tongxin.filings.actions import sheets
from tongxin.people.authority import Actor
from tongxin.unions.models import Union


def filing_things(home: Union, parent: Union, pupil: Player, by: Actor) -> dict[str, object]:
    sheet = sheets.keep(union=home, name="花名册", file_name="花名册.xlsx", content=saved(drawn()), by=by, at=NOW)
    return {"sheet_id": sheet.public_id}
