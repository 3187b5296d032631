"""`tongxin import_roster FILE --union CODE`: a member roster, as the page imports it, by the operator's hand."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from config.commands.answers import add_json, answer, progress
from config.surroundings import WrongCall

if TYPE_CHECKING:
    from tongxin.people.models import ImportBatch
    from tongxin.unions.models import Union

HELP = "import a member roster (.xlsx, .xls, .csv) into a union"
COUNTS = ("added", "changed", "unchanged")
LISTS = ("asked", "refused")
Data = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--union", required=True, metavar="CODE", help="the union's code, such as 500118")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Rows that are asked about or refused stay out and make the exit code 1; the good ones come in."""
    from tongxin.kernel.refused import Refused  # noqa: PLC0415  only once Django is set up

    union = _union(args.union)
    content = _content(args.file)
    progress(f"{args.file.name} → {union.name} ({union.code}) …")
    try:
        data = _rehearsed(union, args.file.name, content) if args.dry_run else _imported(union, args.file.name, content)
    except Refused as refusal:  # the file as a whole, or a race that was lost
        data = _nothing(refusal)
    answer(args, data, _lines(data))
    return 1 if data["asked"] or data["refused"] else 0


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        message = f"{file} cannot be read: {problem.strerror or problem}"
        raise WrongCall(message) from problem


def _union(code: str) -> "Union":
    from django.utils.timezone import localdate  # noqa: PLC0415

    from tongxin.unions import queries  # noqa: PLC0415

    found = queries.by_code(code, on=localdate())
    if not found:
        message = f"no union has the code {code} today"
        raise WrongCall(message)
    if len(found) > 1:
        message = f"the code {code} stands for several unions: name one of {', '.join(one.code for one in found)}"
        raise WrongCall(message)
    return found[0]


def _imported(union: "Union", name: str, content: bytes) -> Data:
    from django.utils.timezone import localdate, now  # noqa: PLC0415

    from tongxin.people.actions import imports  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.people.states import BatchState  # noqa: PLC0415

    by = system(localdate())
    batch = imports.upload(union=union, file_name=name, content=content, by=by, at=now(), at_once=True)
    if batch.state == BatchState.CHOOSING:
        imports.drop(batch=batch, by=by, at=now())
        return _asked_first(batch)
    progress(f"{batch.rows:,} rows read; writing {batch.to_write:,} …")
    batch = imports.commit(batch=batch, by=by, at=now())
    return _counted(batch)


def _counted(batch: "ImportBatch") -> Data:
    from tongxin.people.queries.imports import left_out  # noqa: PLC0415
    from tongxin.people.states import Verdict  # noqa: PLC0415

    counts: Data = {name: getattr(batch, name) for name in COUNTS}
    lists: Data = {name: left_out(batch, Verdict(name)) for name in LISTS}
    return {"rows": batch.rows, **counts, "missing": batch.missing, **lists}


def _asked_first(batch: "ImportBatch") -> Data:
    """Which sheet, which column: a person answers that on the page; nothing was imported."""
    asked = [
        {"row": None, "column": one["about"], "code": one["code"], "message": one["words"]} for one in batch.questions
    ]
    return {"rows": batch.rows, **dict.fromkeys(COUNTS, 0), "missing": 0, "asked": asked, "refused": []}


def _rehearsed(union: "Union", name: str, content: bytes) -> Data:
    from django.utils.timezone import localdate  # noqa: PLC0415

    from tongxin.people.actions import imports  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    told = imports.rehearse(union=union, file_name=name, content=content, by=system(localdate()))
    return {"rows": told.rows, **{one: told.counts[one] for one in COUNTS}, "missing": told.missing, **told.left_out}


def _nothing(refusal: Exception) -> Data:
    whole = {"row": None, "column": "", "code": getattr(refusal, "code", ""), "message": str(refusal)}
    return {"rows": 0, **dict.fromkeys(COUNTS, 0), "missing": 0, "asked": [], "refused": [whole]}


def _lines(data: Data) -> str:
    lines = [f"{name}: {data[name]}" for name in ("rows", *COUNTS, "missing")]
    for name in LISTS:
        rows = data[name]
        assert isinstance(rows, list)
        lines.append(f"{name}: {len(rows)}")
        lines += [f"  {one['row'] or '-'}\t{one['column']}\t{one['code']}\t{one['message']}" for one in rows]
    return "\n".join(lines)
