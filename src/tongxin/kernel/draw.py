"""The draw that anyone can re-run, format 1: which order follows from a list, the seals and an outside value.

Nothing here is chance: the same file gives the same order to everyone, also with pencil and a SHA-256 of one's own. What is
hashed is text, so that no number format can be read in two ways. `web/static/tx/draw.js` does the same in a browser; both are
held to tests/kernel/draw_vectors.json. Against whom it holds, and against whom not: docs/adr/0012-draw.md.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any, Final, Literal

from tongxin.kernel.refused import Refused

FORMAT: Final = "tongxin-draw-1"
HEAVIEST: Final = 9
LARGEST_WHOLE: Final = 2**53 - 1  # beyond it a browser's numbers are not exact
BEIJING: Final = timezone(timedelta(hours=8))  # of a moment that names no offset
RECOMPUTED: Final = frozenset({"list", "order", "awarded", "waiting", "given"})  # by the rule, ticket for ticket
REST: Final = "rest_digest"
OPEN: Final = "open"  # the places that are nobody's reserve
When = Literal["first", "last"]
Spill = Literal["open", "next", "none"]
_TICKET: Final = re.compile(r"[0-9a-f]{32}")
_GROUP: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f,+]+")
_SIZE: Final = re.compile(r"size=([1-9][0-9]{0,8})")
_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One line of the frozen list: 16 random bytes in hex that name nobody, how many chances, which groups."""

    ticket: str
    weight: int = 1
    groups: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Units that the party takes; 1 unless a group says `size=N`."""
        return next((int(found[1]) for group in self.groups if (found := _SIZE.fullmatch(group))), 1)

    @property
    def line(self) -> str:
        return f"{self.ticket},{self.weight},{'+'.join(sorted(self.groups))}"


@dataclass(frozen=True, slots=True)
class Reserve:
    """Units kept for a group. `when`: filled before the open places, or after them for whom these left out.

    `spill`: what nobody of the group takes goes to the open places, to the next reserve, or is not given at all.
    """

    group: str
    units: int
    when: When = "first"
    spill: Spill = "open"


@dataclass(frozen=True, slots=True)
class Seal:
    """64 hex characters that its holder drew; withheld: None, and the draw cannot be held with it."""

    role: str
    commitment: str
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`order`: all, by chance. `awarded` and `waiting` keep that order; `places` says of whose places each award came."""

    order: tuple[str, ...]
    awarded: tuple[str, ...]
    waiting: tuple[str, ...]
    places: Mapping[str, str]


# ---- before: the list and the commitments -----------------------------------------------------------------------------


def read_line(line: str) -> Ticket:
    """Refused: "draw-line" when it is not exactly how format 1 writes it, for two spellings would be two digests."""
    ticket, weight, groups = [*line.split(","), "", ""][:3] if line.count(",") == 2 else ("", "", "")
    named = tuple(groups.split("+")) if groups else ()
    well = _TICKET.fullmatch(ticket) and re.fullmatch(f"[1-{HEAVIEST}]", weight) and all(map(_GROUP.fullmatch, named))
    sizes = [group for group in named if group.startswith("size=")]
    well = well and len(sizes) <= 1 and all(map(_SIZE.fullmatch, sizes))  # a size that is no number would count as 1
    if not well or list(named) != sorted(set(named)):
        raise Refused("draw-line", "名单里这一行写得不对：%(line)s。", line=line[:80])
    return Ticket(ticket, int(weight), named)


def frozen(tickets: Iterable[Ticket]) -> list[str]:
    """The lines as they are published. Refused: "draw-twice", "draw-line"."""
    lines = sorted(read_line(ticket.line).line for ticket in tickets)
    _check_sorted([line[:32] for line in lines])
    return lines


def list_digest(lines: Sequence[str]) -> str:
    return _hex("".join(f"{line}\n" for line in lines))


def names_group(name: str) -> bool:
    """Whether it can stand in a line; who is refused here learns it before a list is frozen with it."""
    return _GROUP.fullmatch(name) is not None and "=" not in name


def commitment(seal: str) -> str:
    """Refused: "draw-seal"."""
    if not _HEX_64.fullmatch(seal):
        raise Refused("draw-seal", "封存的数是64个0—9、a—f的字符，请照原样输入。")
    return _hex(seal)


# ---- after: seed, keys, order, places ---------------------------------------------------------------------------------


def seed(digest: str, seals: Sequence[str], value: str = "") -> str:
    return _hex("\n".join([FORMAT, digest, *seals, value]) + "\n")


def key(seed_hex: str, ticket: Ticket) -> str:
    """The best of as many chances as the ticket has."""
    if ticket.weight == 1:
        return _hex(f"{seed_hex}:{ticket.ticket}:1")
    return min(_hex(f"{seed_hex}:{ticket.ticket}:{chance}") for chance in range(1, ticket.weight + 1))


def in_order(tickets: Iterable[Ticket], seed_hex: str) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: (key(seed_hex, ticket), ticket.ticket))


def hold(tickets: Sequence[Ticket], seed_hex: str, *, units: int, reserves: Sequence[Reserve] = ()) -> Outcome:
    """Who stands where, and who gets a place. `units` include the reserves'. Refused: "draw-reserves"."""
    ordered = in_order(tickets, seed_hex)
    places = fill(ordered, units=units, reserves=reserves)
    order = tuple(ticket.ticket for ticket in ordered)
    return Outcome(
        order=order,
        awarded=tuple(ticket for ticket in order if ticket in places),
        waiting=tuple(ticket for ticket in order if ticket not in places),
        places=places,
    )


def fill(ordered: Sequence[Ticket], *, units: int, reserves: Sequence[Reserve] = ()) -> dict[str, str]:
    """Of whose places each gets one, in an order that stands already. Refused: "draw-reserves"."""
    if sum(reserve.units for reserve in reserves) > units or any(reserve.units < 0 for reserve in reserves):
        raise Refused("draw-reserves", "各组预留的名额加起来超过了总数，请改其中一个。")
    places: dict[str, str] = {}
    openly = units - sum(reserve.units for reserve in reserves)
    spilled = _fill_reserves(ordered, [one for one in reserves if one.when == "first"], places)
    left = _fill(ordered, openly + spilled, OPEN, places)
    spilled = _fill_reserves(ordered, [one for one in reserves if one.when == "last"], places)
    _fill(ordered, left + spilled, OPEN, places)
    return places


def _fill_reserves(ordered: Sequence[Ticket], reserves: Sequence[Reserve], places: dict[str, str]) -> int:
    """Each from the top of the order among its group; returns what spills to the open places."""
    spilled, handed_on = 0, 0
    for reserve in reserves:
        members = [ticket for ticket in ordered if reserve.group in ticket.groups]
        unused = _fill(members, reserve.units + handed_on, reserve.group, places)
        handed_on = unused if reserve.spill == "next" else 0
        spilled += unused if reserve.spill == "open" else 0
    return spilled + handed_on  # after the last reserve there is no next one


def _fill(ordered: Iterable[Ticket], units: int, name: str, places: dict[str, str]) -> int:
    """A party that does not fit is skipped and keeps its place in the order. Returns the units that nobody took."""
    for ticket in ordered:
        if units == 0:
            break
        if ticket.ticket not in places and ticket.size <= units:
            places[ticket.ticket] = name
            units -= ticket.size
    return units


def rest_digest(file: Mapping[str, Any]) -> str:
    """Of what nothing follows from: whose draw it is, the moments, the roles, why someone was excused. As JSON with its
    names sorted and no blanks, so that a changed letter shows, and another way of writing the file does not.
    """
    rest = {name: _exact(held) for name, held in file.items() if name not in RECOMPUTED and name != REST}
    return _hex(json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


# ---- the file ---------------------------------------------------------------------------------------------------------


def first_difference(file: Mapping[str, Any]) -> str | None:
    """The first thing in a `draw.json` that does not follow from the rest; None: all of it does.

    A file that cannot be read as format 1 differs where it cannot be read. Nothing but the file is looked at.
    """
    return next(_differences(file), None)


def _differences(file: Mapping[str, Any]) -> Iterator[str]:
    try:
        yield from _recomputed(file)
    except Refused as refusal:
        yield str(refusal)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
        yield f"the file is not of format 1: {type(problem).__name__} {problem}"


def _recomputed(file: Mapping[str, Any]) -> Iterator[str]:
    if file["format"] is True or file["format"] not in {FORMAT, 1}:
        yield f"format: {file['format']!r} is not {FORMAT}"
    yield from _named(file)
    lines = _lines(file["list"])
    tickets = [read_line(line) for line in lines]
    _check_sorted([ticket.ticket for ticket in tickets])
    digest = list_digest(lines)
    if digest != file["list_digest"]:
        yield "list_digest: the list has another digest than the one published"
    seals = [_text(one, "seal") for one in _rows(file, "seals")]
    yield from _seals_against(seals, [_text(one, "commitment") for one in _rows(file, "commitments")])
    yield from _value_against(file["source"], file["value"])
    reserves = [_reserve(one) for one in _rows(file, "reserves")]
    units, value = _whole(file["units"]), file["value"]
    found = hold(tickets, seed(digest, seals, value or ""), units=units, reserves=reserves)
    yield from _against("order", _rows(file, "order"), found.order)
    yield from _against("awarded", _rows(file, "awarded"), found.awarded)
    yield from _against("waiting", _rows(file, "waiting"), found.waiting)
    if "given" in file or "excused" in file:
        yield from _given_against(file, {ticket.ticket: ticket for ticket in tickets}, found, reserves)
    if REST in file and file[REST] != rest_digest(file):
        yield f"{REST}: something that nothing else follows from was changed: a name, a moment, a role or a reason"


def _named(file: Mapping[str, Any]) -> Iterator[str]:
    """What nothing follows from is at least there, and in an order of time that can be."""
    for name in ("call", "pool"):
        if not file[name]:
            yield f"{name}: not named"
    moments = {name: _moment(file[name]) for name in ("published_at", "drawn_at")}
    for name, moment in moments.items():
        if moment is None:
            yield f"{name}: not a moment"
    if moments["published_at"] and moments["drawn_at"] and moments["published_at"] > moments["drawn_at"]:
        yield "published_at: later than drawn_at; what is published after the draw binds nobody"


def _moment(said: object) -> datetime | None:
    """As ISO 8601 writes it; without an offset it is Beijing's, without an hour the day's beginning."""
    if not isinstance(said, str) or not _MOMENT.fullmatch(said):
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=BEIJING)


def _value_against(source: object, value: object) -> Iterator[str]:
    if value is not None and not isinstance(value, str):
        raise TypeError("value is no text")
    if source and not value:
        yield "value: a source was announced, and its value is missing"
    if value and not source:
        yield "value: no source was announced, and yet there is one; whoever chose it could choose the order"


def _given_against(
    file: Mapping[str, Any], tickets: Mapping[str, Ticket], found: Outcome, reserves: Sequence[Reserve]
) -> Iterator[str]:
    """Who got a place in the end: the same rule once more, over the same order without those who are excused."""
    excused = [_text(one, "ticket") for one in _rows(file, "excused")]
    for place, ticket in enumerate(excused):
        if ticket not in tickets:
            yield f"excused[{place}]: {ticket} is not in the list"
    out = set(excused)
    left = [tickets[ticket] for ticket in found.order if ticket not in out]
    places = fill(left, units=_whole(file["units"]), reserves=reserves)
    yield from _against("given", _rows(file, "given"), [ticket.ticket for ticket in left if ticket.ticket in places])


def _seals_against(seals: Sequence[str], commitments: Sequence[str]) -> Iterator[str]:
    if len(seals) != len(commitments):
        yield f"seals: {len(commitments)} were committed, {len(seals)} were opened"
    for place, (seal, committed) in enumerate(zip(seals, commitments, strict=False)):
        if not seal:
            yield f"seals[{place}]: withheld; a draw held without it is not this draw"
        elif commitment(seal) != committed:
            yield f"seals[{place}]: another text than the one committed"


def _against(name: str, said: Sequence[object], found: Sequence[str]) -> Iterator[str]:
    told = [_text(one, "ticket") for one in said]
    for place, (left, right) in enumerate(zip(told, found, strict=False)):
        if left != right:
            yield f"{name}[{place}]: {left} stands where {right} belongs"
    if len(told) != len(found):
        yield f"{name}: {len(told)} stand where {len(found)} belong"


def _lines(said: object) -> list[str]:
    """As a list of lines, or as the very text of the list."""
    if isinstance(said, str):
        return said.removesuffix("\n").split("\n") if said else []
    if isinstance(said, list) and all(isinstance(line, str) for line in said):
        return said
    raise TypeError("list is neither text nor lines")


def _rows(file: Mapping[str, Any], name: str) -> list[Any]:
    """A text or an object can be walked through as well, and is no list."""
    if not isinstance(file[name], list):
        raise TypeError(f"{name} is no list")
    rows: list[Any] = file[name]
    return rows


def _text(said: object, field: str) -> str:
    """A text, or an object that holds it beside a role or a reserve's name; nothing: withheld."""
    found = said.get(field) if isinstance(said, Mapping) else said
    if found is not None and not isinstance(found, str):
        raise TypeError(f"{field} is no text")
    return found or ""


def _reserve(said: Mapping[str, Any]) -> Reserve:
    when, spill = said.get("when", "first"), said.get("spill", "open")
    if when not in {"first", "last"} or spill not in {"open", "next", "none"}:
        raise ValueError("a reserve is filled first or last, and spills to open, next or none")
    return Reserve(_word(said["group"]), _whole(said["units"]), when, spill)


def _word(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError("group is no text")
    return said


def _whole(said: object) -> int:
    """6.0 is 6: JSON has one kind of number, and a browser cannot tell them apart."""
    if isinstance(said, bool) or not isinstance(said, int | float) or said % 1 or abs(said) > LARGEST_WHOLE:
        raise TypeError("units is no whole number")
    return int(said)


def _exact(held: Any) -> Any:
    """6.0 as 6, for a browser cannot tell them apart."""
    if isinstance(held, dict):
        return {name: _exact(one) for name, one in held.items()}
    if isinstance(held, list):
        return [_exact(one) for one in held]
    return int(held) if isinstance(held, float) and held.is_integer() else held


def _check_sorted(tickets: Sequence[str]) -> None:
    """Refused: "draw-twice", "draw-unsorted"."""
    twice = [ticket for ticket, times in Counter(tickets).items() if times > 1]
    if twice:
        raise Refused("draw-twice", "票号%(ticket)s在名单里出现了两次。", ticket=twice[0])
    if list(tickets) != sorted(tickets):
        raise Refused("draw-unsorted", "名单没有按票号排序。")


def _hex(text: str) -> str:
    return sha256(text.encode()).hexdigest()
