"""An address of these pages and what it asks: programme, union, day and bounds stand in it, so that it can be kept and sent."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from tongxin.activities.days import parse_day
from tongxin.activities.models import Programme
from tongxin.figures import finding, labels
from tongxin.figures.asking import Asking, Axis
from tongxin.kernel.refused import Refused
from tongxin.web.guard import HouseRequest

ALL: Final = "all"  # every programme, chosen on purpose
BOUNDS: Final = {"at" if axis is Axis.UNION else axis.value: axis for axis in finding.NARROWS}  # by name in the address


@dataclass(frozen=True, slots=True)
class Crumb:
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Asked:
    asking: Asking
    programmes: list[Programme]
    params: dict[str, str]
    today: date

    def link(self, name: str = "", **changes: str) -> str:
        """The board, or the rows behind one figure, with this address's bounds and the changes; an empty one is dropped."""
        address = reverse("staff:figure", args=[name]) if name else reverse("staff:figures")
        return _with(address, {**self.params, **changes})

    def download(self, name: str = "", kind: str = "sheet", **changes: str) -> str:
        address = reverse("staff:figure-sheet", args=[name]) if name else reverse(f"staff:figures-{kind}")
        return _with(address, {**self.params, **changes})

    @property
    def board(self) -> str:
        return self.link()

    @property
    def whole(self) -> str:
        """The board without the ways down that were taken."""
        return self.link(**dict.fromkeys(BOUNDS, ""))

    @property
    def board_sheet(self) -> str:
        return self.download()

    @property
    def board_print(self) -> str:
        return self.download(kind="print")

    def bounds(self) -> list[tuple[Axis, labels.Label]]:
        """What the numbers are narrowed to, in the order of the ways down."""
        narrowed = self.asking.narrowed
        return [
            (axis, labels.of(axis, [narrowed[axis]], on=self.asking.as_of)[narrowed[axis]])
            for axis in finding.NARROWS
            if axis in narrowed
        ]


def asked_of(request: HouseRequest) -> Asked:
    """Raises Http404 for what is not in the reader's reach, Refused for a day that cannot be."""
    given = {name: value.strip() for name, value in request.GET.dict().items() if value.strip()}
    programmes = finding.programmes_for(request.actor)
    if "programme" not in given and len(programmes) == 1:
        given["programme"] = programmes[0].public_id
    as_of = parse_day(given["as_of"]) if "as_of" in given else request.actor.on
    narrowed = {axis: given[name] for name, axis in BOUNDS.items() if name in given}
    try:
        asking = finding.asking_of(
            request.actor, as_of=as_of, programme=given.get("programme", "").replace(ALL, ""),
            union=given.get("union") or _home(request), narrowed=narrowed,
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code == "not-found":
            raise Http404(str(refusal)) from refusal
        raise
    kept = {name: given[name] for name in ("programme", "union", "as_of", *BOUNDS) if name in given}
    return Asked(asking, programmes, kept, request.actor.on)


def _home(request: HouseRequest) -> str:
    home = finding.home_of(request.actor)
    return home.code if home else ""


def _with(address: str, params: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{address}?{query}" if query else address
