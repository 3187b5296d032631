"""Which channel comes first for a message, and which follows when it did not reach: rows of Delivery, nothing sent yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.timezone import get_default_timezone, localdate

from tongxin.kernel.public_ids import new_public_ids
from tongxin.notices.groups import group_of
from tongxin.notices.models import Delivery
from tongxin.notices.queries.routes import Router, Step
from tongxin.notices.quiet import after_quiet, digest_hour
from tongxin.notices.states import BY_HAND, BY_MACHINE, Channel, DeliveryState, Why
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new

GOOD_FOR: Final = timedelta(days=3)
GOOD_FOR_BY_HAND: Final = timedelta(days=30)
MANY: Final = 100


class Fresh(NamedTuple):
    """A message whose channels are not planned yet."""

    message: int
    key: str
    person: int
    federation: int
    kind: str
    sending: int | None


@atomic
def plan(messages: Sequence[Fresh], *, at: datetime) -> int:
    """The first channel for each, and why others were passed over. Returns how many deliveries now wait."""
    if not messages:
        return 0
    router = Router({one.person for one in messages}, on=localdate(at))
    rows: list[Delivery] = []
    for one in messages:
        rows += _rows(one, router, None, at)
    return _write(rows)


@atomic
def follow(failed: Iterable[Delivery], *, at: datetime) -> int:
    """The next channel after those that did not reach; a digest has none, each of its messages stays in the inbox."""
    lost = [row for row in failed if not row.digest]
    if not lost:
        return 0
    router = Router({row.person_id for row in lost}, on=localdate(at))
    rows: list[Delivery] = []
    for row in lost:
        message = row.message
        fresh = Fresh(message.pk, message.key, row.person_id, row.federation, message.kind, row.sending)
        rows += _rows(fresh, router, Channel(row.channel), at)
    return _write(rows)


def _rows(one: Fresh, router: Router, after: Channel | None, at: datetime) -> list[Delivery]:
    planned = router.plan(one.person, one.kind, after=after)
    union = router.unions.get(one.person)
    rows = [
        _row(one, union, Step(channel, 0), at, state=DeliveryState.SKIPPED, why=why) for channel, why in planned.passed
    ]
    if planned.step is None:
        return rows
    group = group_of(one.kind)
    if router.wants_digest(one.person) and not group.urgent and planned.step.channel in BY_MACHINE:
        rows.append(_row(one, union, planned.step, at, state=DeliveryState.SKIPPED, why=Why.DIGEST))
        rows.append(_digest(one, union, planned.step, at))
        return rows
    row = _row(one, union, planned.step, at)
    if not group.urgent and planned.step.channel in BY_MACHINE:
        row.next_at = after_quiet(at, router.quiet_hours(one.person), get_default_timezone())
    rows.append(row)
    return rows


def _row(one: Fresh, union: int | None, step: Step, at: datetime, **more: str) -> Delivery:
    """What is over from the start ends at once."""
    over = more.get("state") == DeliveryState.SKIPPED
    return Delivery(
        key=f"{one.key}:{step.channel}",
        federation=one.federation,
        message_id=one.message,
        person_id=one.person,
        union=union,
        sending=one.sending,
        channel=step.channel,
        wait_minutes=step.wait_minutes,
        at=at,
        next_at=at,
        expires_at=at + (GOOD_FOR_BY_HAND if step.channel in BY_HAND else GOOD_FOR),
        done_at=at if over else None,
        public_id="",
        **more,
    )


def _digest(one: Fresh, union: int | None, step: Step, at: datetime) -> Delivery:
    """One for a person, a channel and a day: its key sees to that, however many messages ask for it."""
    due = digest_hour(at, get_default_timezone())
    row = _row(one, union, step, at)
    row.key = f"digest:{one.person}:{step.channel}:{localdate(due):%Y%m%d}"
    row.sending, row.digest, row.next_at, row.expires_at = None, True, due, due + GOOD_FOR
    return row


def _write(rows: list[Delivery]) -> int:
    """A key that is there already stays as it is."""
    kept = _without_doubles(rows)
    for row, public_id in zip(kept, new_public_ids(len(kept)), strict=True):
        row.public_id = public_id
    if len(kept) > MANY:
        taken = set(Delivery.objects.filter(key__in=[row.key for row in kept]).values_list("key", flat=True))
        digests = [row for row in kept if row.digest]
        copy_new([row for row in kept if row.key not in taken and not row.digest])
        Delivery.objects.bulk_create(digests, ignore_conflicts=True)
    else:
        Delivery.objects.bulk_create(kept, ignore_conflicts=True)
    return sum(row.state == DeliveryState.WAITING for row in kept)


def _without_doubles(rows: list[Delivery]) -> list[Delivery]:
    """In the order of their keys: two writers of the same digests then never wait for each other in a ring."""
    return sorted({row.key: row for row in reversed(rows)}.values(), key=lambda row: row.key)
