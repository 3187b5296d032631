"""By which channel each of many people is told of something: rule, choice, address, template. For a batch, in few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple, TypeVar

from django.conf import settings

from tongxin.notices.gateways.chosen import connected, gateway
from tongxin.notices.groups import GROUPS, Group, group_of
from tongxin.notices.models import ChannelRule, Choice, ContactPoint, Preference, Subscription, Template
from tongxin.notices.queries.nearest import Above, held_on
from tongxin.notices.quiet import Hours
from tongxin.notices.states import BY_HAND, Channel, Why
from tongxin.people.models import Membership, Person
from tongxin.store.among import among

SUMMARY: Final = "digest"  # the kind of the daily summary's template
WISH_WAITS: Final = 120  # minutes
R = TypeVar("R")


class Step(NamedTuple):
    channel: Channel
    wait_minutes: int


@dataclass(frozen=True, slots=True)
class Planned:
    """The first channel that can be used, and those passed over on the way with the reason."""

    step: Step | None
    passed: list[tuple[Channel, Why]] = field(default_factory=list)


class Router:
    """What is known of these people, and perhaps of more unions, on that day. One is made for each batch."""

    def __init__(self, people: Iterable[int], *, on: date, unions: Iterable[int | None] = ()) -> None:
        self.people = sorted(set(people))
        stays = Membership.objects.filter(person__in=among(self.people), ends=None).values_list("person_id", "union_id")
        self.unions: dict[int, int] = dict(stays)
        self._above = Above({*self.unions.values(), *(union for union in unions if union is not None)}, on=on)
        self._orders = orders_on(on)
        self._choices = _choices(self.people)
        self._templates = _templates(on)
        self._preferences = {row.person_id: row for row in Preference.objects.filter(person__in=among(self.people))}
        self._phones = set(
            Person.objects.filter(pk__in=among(self.people), phone__isnull=False, merged_into=None).values_list(
                "pk", flat=True
            )
        )
        self._contacts = _contacts(self.people)
        self._allowed = _allowed(self.people)

    def plan(self, person: int, kind: str, *, after: Channel | None = None) -> Planned:
        """The first usable channel, after the one given where one has been tried."""
        group = group_of(kind)
        passed: list[tuple[Channel, Why]] = []
        for step in _following(self.order(person, group), after):
            why = self.obstacle(person, kind, step.channel)
            if why is None:
                return Planned(step, passed)
            passed.append((step.channel, why))
        return Planned(None, passed)

    def order(self, person: int, group: Group) -> list[Step]:
        """What the worker asked for besides, then as the nearest rule says, else as the group itself.

        Of what must be told, a wish alone is not enough: not read within two hours, it goes on as the rule says.
        """
        steps = self.order_at(self.unions.get(person), group)
        asked = [
            channel
            for (name, channel), wanted in self._choices.get(person, {}).items()
            if wanted and name == group.name
        ]
        known = {step.channel for step in steps}
        wait = WISH_WAITS if group.required or group.urgent else 0
        return [*(Step(Channel(channel), wait) for channel in sorted(asked) if channel not in known), *steps]

    def order_at(self, union: int | None, group: Group) -> list[Step]:
        found = self._above.nearest(self._orders.get(group.name, {}), union)
        return found if found is not None else [Step(*step) for step in group.order]

    def obstacle(  # noqa: PLR0911 - one line a reason
        self, person: int, kind: str, channel: Channel, *, summary: bool = False
    ) -> Why | None:
        """A summary stands for many messages, so no single kind's refusal speaks against it."""
        group = group_of(kind)
        if not summary and self._choices.get(person, {}).get((group.name, channel)) is False and not group.required:
            return Why.OPTED_OUT
        if not connected(channel):
            return Why.NOT_CONNECTED
        if channel in BY_HAND:
            return None
        if channel == Channel.SMS:
            if person not in self._phones:
                return Why.NO_ADDRESS
        elif channel not in self._contacts.get(person, {}):
            return Why.NO_ADDRESS
        if not _by_template(channel):
            return None
        template = self.template(person, SUMMARY if summary else kind, channel)
        if template is None:
            return Why.NO_TEMPLATE
        if channel == Channel.OFFICIAL and template.number not in self._allowed.get(person, {}):
            return Why.NO_ADDRESS
        return None

    def template(self, person: int, kind: str, channel: Channel) -> Template | None:
        """One for the kind before one for any; among these the nearest."""
        return self.template_at(self.unions.get(person), kind, channel)

    def template_at(self, union: int | None, kind: str, channel: Channel) -> Template | None:
        for name in (kind, ""):
            found = self._above.nearest(self._templates.get((str(channel), name), {}), union)
            if found is not None:
                return found
        return None

    def contact(self, person: int, channel: Channel) -> ContactPoint | None:
        return self._contacts.get(person, {}).get(str(channel))

    def subscription(self, person: int, number: str) -> Subscription | None:
        return self._allowed.get(person, {}).get(number)

    def quiet_hours(self, person: int) -> Hours:
        own = self._preferences.get(person)
        if own is not None and own.quiet_from is not None and own.quiet_until is not None:
            return Hours(own.quiet_from, own.quiet_until)
        return Hours.parse(settings.NOTICE_QUIET)

    def wants_digest(self, person: int) -> bool:
        own = self._preferences.get(person)
        return own is not None and own.digest

    def places(self, union: int | None) -> list[int | None]:
        return self._above.of(union)

    def nearest(self, rows: dict[int | None, R], union: int | None) -> R | None:
        return self._above.nearest(rows, union)


def _following(steps: list[Step], after: Channel | None) -> list[Step]:
    channels = [step.channel for step in steps]
    return steps[channels.index(after) + 1 :] if after in channels else ([] if after else steps)


def _by_template(channel: Channel) -> bool:
    found = gateway(channel)
    return found is not None and found.by_template


def orders_on(on: date) -> dict[str, dict[int | None, list[Step]]]:
    """Of two orders of one union that hold on a day, the later one counts."""
    found: dict[str, dict[int | None, list[Step]]] = defaultdict(dict)
    since: dict[tuple[str, int | None], date] = {}
    for row in held_on(ChannelRule, on).order_by("valid_from", "position"):
        if since.get((row.group, row.union_id)) != row.valid_from:
            since[row.group, row.union_id] = row.valid_from
            found[row.group][row.union_id] = []
        found[row.group][row.union_id].append(Step(Channel(row.channel), row.wait_minutes))
    return found


def _choices(people: list[int]) -> dict[int, dict[tuple[str, str], bool]]:
    found: dict[int, dict[tuple[str, str], bool]] = defaultdict(dict)
    rows = Choice.objects.filter(person__in=among(people), group__in=GROUPS)
    for person, group, channel, wanted in rows.values_list("person_id", "group", "channel", "wanted"):
        found[person][group, channel] = wanted
    return found


def _templates(on: date) -> Mapping[tuple[str, str], dict[int | None, Template]]:
    found: dict[tuple[str, str], dict[int | None, Template]] = defaultdict(dict)
    for row in held_on(Template, on).order_by("valid_from", "pk"):
        found[row.channel, row.kind][row.union_id] = row
    return found


def _contacts(people: list[int]) -> dict[int, dict[str, ContactPoint]]:
    found: dict[int, dict[str, ContactPoint]] = defaultdict(dict)
    for row in ContactPoint.objects.filter(person__in=among(people), ended_at=None, verified_at__isnull=False):
        found[row.person_id][row.channel] = row
    return found


def _allowed(people: list[int]) -> dict[int, dict[str, Subscription]]:
    found: dict[int, dict[str, Subscription]] = defaultdict(dict)
    for row in Subscription.objects.filter(person__in=among(people), used_at=None).order_by(
        "at", "pk"
    ):  # the newest stays
        found[row.person_id][row.number] = row
    return found
