"""A roster from upload to import. Used as one namespace: `imports.upload(...)`, `imports.commit(...)`."""

from tongxin.people.actions.imports.answers import answer, fix
from tongxin.people.actions.imports.commits import commit, commit_queued, start_commit
from tongxin.people.actions.imports.downloads import annotated
from tongxin.people.actions.imports.mapping import map_columns
from tongxin.people.actions.imports.missing import answer_missing, confirm_short
from tongxin.people.actions.imports.rehearsal import Rehearsal, rehearse
from tongxin.people.actions.imports.resuming import resume
from tongxin.people.actions.imports.sweeps import sweep
from tongxin.people.actions.imports.undoing import start_undo, undo
from tongxin.people.actions.imports.uploads import choose, drop, read, read_anew, upload

__all__ = [
    "Rehearsal",
    "annotated",
    "answer",
    "answer_missing",
    "choose",
    "commit",
    "commit_queued",
    "confirm_short",
    "drop",
    "fix",
    "map_columns",
    "read",
    "read_anew",
    "rehearse",
    "resume",
    "start_commit",
    "start_undo",
    "sweep",
    "undo",
    "upload",
]
