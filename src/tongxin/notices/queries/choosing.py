"""What a worker may choose: which group of notices by which channel, and which permissions the official account still has."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongxin.notices.gateways.chosen import connected
from tongxin.notices.groups import GROUPS, Group
from tongxin.notices.models import Choice, ContactPoint, Preference, Subscription, Template
from tongxin.notices.queries.nearest import held_on
from tongxin.notices.queries.routes import Router
from tongxin.notices.states import Channel
from tongxin.people.models import Person

CHOOSABLE: Final = (Channel.SMS, Channel.OFFICIAL, Channel.EMAIL)
FOR_STAFF: Final = "work"
MOST_PERMISSIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """`fixed`: by rule, and not to be turned off."""

    channel: Channel
    on: bool
    fixed: bool

    @property
    def words(self) -> str:
        return str(self.channel.label)


@dataclass(frozen=True, slots=True)
class Row:
    group: Group
    cells: list[Cell]

    @property
    def fixed(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.fixed]

    @property
    def free(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.fixed]


@dataclass(frozen=True, slots=True)
class Permission:
    """A kind of message that the official account may send once for each time that it was allowed."""

    template: Template
    left: int
    scene: int | None  # the next to ask for; None: there are as many as can be kept


def table(person: Person, *, staff: bool, on: date) -> list[Row]:
    """As it stands: what was chosen, else what the rule of the place says. Channels that are connected here."""
    router = Router([person.pk], on=on)
    chosen = {(row.group, row.channel): row.wanted for row in Choice.objects.filter(person=person)}
    channels = [channel for channel in CHOOSABLE if connected(channel)]
    return [
        Row(group, [_cell(group, channel, router, person, chosen) for channel in channels])
        for group in GROUPS.values()
        if staff or group.name != FOR_STAFF
    ]


def permissions(person: Person, *, on: date) -> list[Permission]:
    router = Router([person.pk], on=on)
    held: dict[str, dict[int | None, Template]] = {}
    for row in held_on(Template, on).filter(channel=Channel.OFFICIAL).order_by("valid_from", "pk"):
        held.setdefault(row.kind, {})[row.union_id] = row
    home = router.unions.get(person.pk)
    nearest = [found for rows in held.values() if (found := router.nearest(rows, home)) is not None]
    unused = Subscription.objects.filter(person=person, used_at=None).values_list("number", "scene")
    counts, taken = Counter(number for number, _ in unused), set(unused)
    return [
        Permission(one, counts[one.number], _next_scene(one.number, taken))
        for one in {one.number: one for one in nearest}.values()
    ]


def asked_so_far(person: int, number: str) -> int:
    """How often it was ever allowed: an answer that comes back twice is told by it."""
    return Subscription.objects.filter(person=person, number=number).count()


def mail_of(person: int) -> ContactPoint | None:
    found: ContactPoint | None = ContactPoint.objects.filter(
        person=person, channel=Channel.EMAIL, ended_at=None
    ).first()
    return found


def preference_of(person: int) -> Preference | None:
    found: Preference | None = Preference.objects.filter(person=person).first()
    return found


def _cell(group: Group, channel: Channel, router: Router, person: Person, chosen: dict[tuple[str, str], bool]) -> Cell:
    usual = any(step.channel == channel for step in router.order_at(router.unions.get(person.pk), group))
    if group.required and usual:
        return Cell(channel, on=True, fixed=True)
    return Cell(channel, on=chosen.get((group.name, channel), usual), fixed=False)


def _next_scene(number: str, taken: set[tuple[str, int]]) -> int | None:
    return next((scene for scene in range(1, MOST_PERMISSIONS + 1) if (number, scene) not in taken), None)
