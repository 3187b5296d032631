"""`tongxin figures --programme NAME`: a programme's figures, as the page shows them."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

from config.commands.answers import add_json, answer
from config.surroundings import WrongCall

if TYPE_CHECKING:
    from tongxin.figures.asking import Asking
    from tongxin.figures.sheets import Answer

HELP = "print the figures of a programme, each with its unit, definition and version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--programme", required=True, metavar="NAME", help="such as 惠工之家")
    parser.add_argument("--union", metavar="CODE", help="this union and below (default: all)")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="as it stood on YYYY-MM-DD (default: today)")
    add_json(parser)


def day(text: str) -> date:
    return date.fromisoformat(text)


def run(args: argparse.Namespace) -> int:
    from tongxin.figures import catalogue, finding, ratios, sheets  # noqa: PLC0415  only once Django is set up
    from tongxin.kernel.refused import Refused  # noqa: PLC0415

    try:
        asking = finding.asking_named(args.programme, as_of=args.as_of or _today(), today=_today(), union=args.union)
    except Refused as refusal:  # a programme or union that is not there: the call names what does not exist
        raise WrongCall(str(refusal)) from refusal
    found = sheets.answers(catalogue.STABLE, asking)
    share = sheets.share(ratios.FILL_RATE, asking)
    answer(args, _data(args, asking, found), _lines(asking, found, f"{ratios.FILL_RATE.words}：{share}"))
    return 0


def _today() -> date:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.localdate()


def _data(args: argparse.Namespace, asking: "Asking", found: "list[Answer]") -> dict[str, object]:
    return {
        "programme": args.programme,
        "union": asking.union.code if asking.union else None,
        "as_of": asking.as_of.isoformat(),
        "figures": [
            {
                "name": one.figure.name, "value": one.value, "unit": one.figure.unit,
                "definition": one.figure.definition, "version": one.figure.version,
            }
            for one in found
        ],
    }  # fmt: skip


def _lines(asking: "Asking", found: "list[Answer]", share: str) -> str:
    day = asking.as_of
    where = f"，{asking.union.name}及以下" if asking.union else ""
    head = f"{asking.programme}{where}，截至{day.year}年{day.month}月{day.day}日（含当天）"
    numbers = [
        f"{one.figure.words}：{one}\n    {one.figure.definition}（口径第{one.figure.version}版）" for one in found
    ]
    note = asking.programme.synthetic if asking.programme else ""
    return "\n".join([head, *numbers, share, *([note] if note else [])])
