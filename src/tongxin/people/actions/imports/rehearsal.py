"""What an import would do, with nothing written at all: for the command's --dry-run."""

from collections import Counter
from dataclasses import dataclass, field

from tongxin.people.actions.imports.judged import judge_entries
from tongxin.people.authority import Actor, require
from tongxin.people.models import Membership
from tongxin.people.powers import Power
from tongxin.people.queries.imports import told_of
from tongxin.people.roster.kept import Entry, problems_as_data
from tongxin.people.roster.reading import read as read_roster
from tongxin.people.states import Verdict
from tongxin.unions.models import Union


@dataclass(slots=True)
class Rehearsal:
    rows: int = 0
    missing: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {"asked": [], "refused": []})


def rehearse(*, union: Union, file_name: str, content: bytes, by: Actor) -> Rehearsal:
    """Refused: as for `upload`. Where the file as a whole must be asked about first, only that is told."""
    require(by, Power.IMPORT_ROSTER, union)
    roster = read_roster(content, file_name, today=by.on)
    told = Rehearsal(rows=len(roster.rows))
    if roster.questions:
        told.left_out["asked"] = [
            {"row": None, "column": one.about, "code": one.code, "message": one.words} for one in roster.questions
        ]
        return told
    headers = {column.field: column.header for column in reversed(roster.columns) if column.field}
    on_the_list: set[int] = set()
    for part in judge_entries([Entry.of(row) for row in roster.rows], union=union, by=by):
        for entry, found in part:
            told.counts[found.verdict.value] += 1
            on_the_list |= {found.person} if found.person is not None else set()
            if found.verdict in {Verdict.ASKED, Verdict.REFUSED}:
                told.left_out[found.verdict.value].append(
                    told_of(entry.row_no, problems_as_data(found.problems), headers)
                )
    members = Membership.objects.filter(union=union, ends=None)
    told.missing = members.count() - members.filter(person__in=on_the_list).count()
    return told
