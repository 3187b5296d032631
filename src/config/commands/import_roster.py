"""`tongxin import_roster FILE --union CODE`: a member roster, as the page imports it, by the operator's hand."""

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.commands.answers import add_json, answer, progress
from config.surroundings import WrongCall

if TYPE_CHECKING:
    from tongxin.people.models import ImportBatch
    from tongxin.unions.models import Union

HELP = "import a member roster (.xlsx, .xls, .et, .csv) into a union"
COUNTS = ("added", "changed", "unchanged")
LISTS = ("asked", "refused")
TELL_EVERY = 3.0  # seconds
Data = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--union", required=True, metavar="CODE", help="the union's code, such as 500118")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument(
        "--short-list",
        choices=("whole", "addition"),
        help="what a list is that has less than 70%% of the last one's rows: all members there are, or an addition",
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Rows that are asked about or refused stay out and make the exit code 1; the good ones come in."""
    from tongxin.kernel.refused import Refused  # noqa: PLC0415  only once Django is set up

    union = _union(args.union)
    _must_be_readable(args.file)
    progress(f"{args.file.name} → {union.name} ({union.code}) …")
    does = _rehearsed if args.dry_run else _imported
    try:
        data = does(union, args.file, args.short_list)
    except Refused as refusal:  # the file as a whole, or a race that was lost
        data = _nothing(refusal)
    answer(args, data, _lines(data))
    return 1 if data["asked"] or data["refused"] else 0


def _must_be_readable(file: Path) -> None:
    """A large file is read piece by piece later on; what cannot be opened at all is the caller's mistake."""
    try:
        with file.open("rb"):
            pass
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


def _imported(union: "Union", file: Path, short: str | None) -> Data:
    from django.utils.timezone import localdate, now  # noqa: PLC0415

    from tongxin.people.actions import imports  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.people.states import BatchState  # noqa: PLC0415

    by = system(localdate())
    with _told_how_far(union):
        batch = imports.upload(union=union, file_name=file.name, content=file, by=by, at=now(), at_once=True)
    if batch.state == BatchState.FAILED:
        return _nothing(batch.failure)
    if batch.state == BatchState.CHOOSING:
        imports.drop(batch=batch, by=by, at=now())
        return _asked_first(batch)
    if batch.held and short is None:
        imports.drop(batch=batch, by=by, at=now())
        return _held(batch.rows, batch.missing)
    if batch.held and short is not None:
        batch = imports.confirm_short(batch=batch, what=short, by=by, at=now())
    progress(f"{batch.rows:,} rows read; writing {batch.to_write:,} …")
    with _told_how_far(union):
        batch = imports.commit(batch=batch, by=by, at=now())
    return _counted(batch)


@contextmanager
def _told_how_far(union: "Union") -> Iterator[None]:
    """Long work says every few seconds where it is; it is looked up beside, as a page would."""
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(union.pk, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _watch(union: int, over: threading.Event) -> None:
    from django.db import connection  # noqa: PLC0415

    from tongxin.people.models import ImportBatch  # noqa: PLC0415

    try:
        while not over.wait(TELL_EVERY):
            batch = ImportBatch.objects.filter(union=union).order_by("-pk").first()
            if batch is not None and batch.rows_done:
                of = f" of {batch.to_write:,}" if batch.to_write else ""
                progress(f"  {batch.get_state_display()}: {batch.rows_done:,}{of}")
    finally:
        connection.close()


def _held(rows: int, missing: int) -> Data:
    """A person must say whether a page was left out; nothing was imported."""
    words = "这份名册不到上次的七成。确认是全部会员请加 --short-list whole，是补充名单请加 --short-list addition。"
    whole = {"row": None, "column": "", "code": "list-short", "message": words}
    return {"rows": rows, **dict.fromkeys(COUNTS, 0), "missing": missing, "asked": [], "refused": [whole]}


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


def _rehearsed(union: "Union", file: Path, short: str | None) -> Data:
    from django.utils.timezone import localdate  # noqa: PLC0415

    from tongxin.people.actions import imports  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    told = imports.rehearse(union=union, file_name=file.name, content=file, by=system(localdate()))
    if told.short and short is None:
        return _held(told.rows, told.missing)
    missing = 0 if told.short and short == "addition" else told.missing
    return {"rows": told.rows, **{one: told.counts[one] for one in COUNTS}, "missing": missing, **told.left_out}


def _nothing(refusal: object) -> Data:
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
