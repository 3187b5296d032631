"""A call with pools, and a kind of no substance that remembers what the engine told it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from tests.cast import HOUSE, NOW

from tongxin.calls.actions import applications, calls, entries, pools
from tongxin.calls.models import Application, Award, Call, Pool
from tongxin.calls.states import Policy, Stage, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Account, Person
from tongxin.records.models import OutboxRow
from tongxin.rulebook.actions import rules
from tongxin.rulebook.models import RuleVersion
from tongxin.rules.conditions import compare
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

OPENS, CLOSES = NOW - timedelta(days=1), NOW + timedelta(days=1)


@dataclass
class Heard:
    """What the kind was told, as names."""

    granted: list[str] = field(default_factory=list)
    released: list[tuple[str, Why]] = field(default_factory=list)
    refuse: bool = False


class QuietKind:
    heard: ClassVar[Heard] = Heard()

    def conditions(self, call: Call) -> RuleVersion | None:
        return call.rule_version

    def audience(self, call: Call, on: date) -> Collection[int]:
        assert on <= call.closes.date()
        return [call.union_id]

    def check(self, application: Application, stage: Stage) -> None:
        assert application.pk is not None
        assert stage in Stage
        if self.heard.refuse:
            raise Refused("incomplete", "还缺一项。")

    def granted(self, awards: Sequence[Award], *, by: Actor, at: datetime) -> None:  # noqa: ARG002
        self.heard.granted += [award.person.name for award in awards]

    def released(self, awards: Sequence[Award], *, why: Why, by: Actor, at: datetime) -> None:  # noqa: ARG002
        self.heard.released += [(award.person.name, why) for award in awards]


@pytest.fixture(autouse=True)
def heard(settings: Any) -> Heard:
    settings.CALL_KINDS = {"quiet": "tests.factories.calls.QuietKind"}
    QuietKind.heard = Heard()
    return QuietKind.heard


QUICK = calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多，报的人少。")
DRAWN = calls.Manner(policy=Policy.DRAW, result_at=CLOSES + timedelta(days=1))


def a_call(
    union: Union, *, per_person: int = 1, rule_version: RuleVersion | None = None, manner: calls.Manner = QUICK
) -> Call:
    """Published; open on NOW."""
    call = calls.open_call(
        union=union,
        kind="quiet",
        opens=OPENS,
        closes=CLOSES,
        per_person=per_person,
        rule_version=rule_version,
        manner=manner,
        by=HOUSE,
        at=OPENS,
    )
    return calls.publish(call=call, by=HOUSE, at=OPENS)


def a_pool(call: Call, units: int, name: str = "摄影") -> Pool:
    return pools.add_pool(call=call, union=call.union, units=units, name=name, by=HOUSE, at=OPENS)


def people(union: Union, count: int) -> list[Person]:
    """甲0, 甲1 …: invented, without papers."""
    rows = [
        Person(federation=union.federation, name=f"甲{n}", created_at=NOW, changed_at=NOW, synthetic=True)
        for n in range(count)
    ]
    with writing():
        return Person.objects.bulk_create(rows)


def accounts(persons: Sequence[Person]) -> list[Actor]:
    """The workers themselves, signed in."""
    rows = Account.objects.bulk_create([Account(login=f"a{person.pk}", person=person) for person in persons])
    return [Actor(on=NOW.date(), account_id=row.pk, person_id=row.person_id) for row in rows]


def enter_all(wishes: Sequence[Pool], persons: Sequence[Person]) -> list[Application]:
    """Each alone, all with the same wishes."""
    call = wishes[0].call
    return [entries.enter(call=call, wishes=wishes, persons=[one], by=HOUSE, at=NOW) for one in persons]


def tickets(rows: Sequence[Application]) -> list[str]:
    return [str(row.ticket) for row in rows]


def a_group(union: Union, gig: str, words: str) -> RuleVersion:
    """Who says of themselves that they do this work."""
    rule = rules.add_rule(union=union, name=words, by=HOUSE, at=NOW)
    condition = compare("gig_group", "in", frozenset({gig}), words=words)
    return rules.publish(rule=rule, condition=condition, valid_from=OPENS.date(), by=HOUSE, at=NOW)


def as_couriers(persons: Sequence[Person]) -> None:
    with writing():
        Person.objects.filter(pk__in=[one.pk for one in persons]).update(gig_group="courier")


def apply_all(pool: Pool, persons: list[Person]) -> list[Application]:
    return [applications.apply(pool=pool, person=person, by=HOUSE, at=NOW) for person in persons]


def states(rows: list[Application]) -> list[str]:
    """As they stand in the database."""
    found = {row.pk: row.state for row in Application.objects.all()}
    return [found[row.pk] for row in rows]


def told(kind: str) -> list[str]:
    """The names of those to be told, in order."""
    names = dict(Person.objects.values_list("pk", "name"))
    return [names[pk] for pk in OutboxRow.objects.filter(kind=kind).order_by("pk").values_list("person", flat=True)]
