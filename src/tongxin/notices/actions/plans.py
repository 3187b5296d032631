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
from tongxin.store.copying import NULL, Columns, as_text, copy_unless_there

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


class Row(NamedTuple):
    """Of Delivery, what planning decides; named as its columns are."""

    key: str
    federation: int
    message_id: int
    person_id: int
    union: int | None
    sending: int | None
    channel: str
    state: str
    why: str
    digest: bool
    wait_minutes: int
    at: datetime
    next_at: datetime
    expires_at: datetime
    done_at: datetime | None


@atomic
def plan(messages: Sequence[Fresh], *, at: datetime) -> int:
    """The first channel for each, and why others were passed over. Returns how many deliveries now wait."""
    if not messages:
        return 0
    router = Router({one.person for one in messages}, on=localdate(at))
    rows: list[Row] = []
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
    rows: list[Row] = []
    for row in lost:
        message = row.message
        fresh = Fresh(message.pk, message.key, row.person_id, row.federation, message.kind, row.sending)
        rows += _rows(fresh, router, Channel(row.channel), at)
    return _write(rows)


def _rows(one: Fresh, router: Router, after: Channel | None, at: datetime) -> list[Row]:
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
        row = row._replace(next_at=after_quiet(at, router.quiet_hours(one.person), get_default_timezone()))
    rows.append(row)
    return rows


def _row(
    one: Fresh, union: int | None, step: Step, at: datetime, state: str = DeliveryState.WAITING, why: str = ""
) -> Row:
    """What is over from the start ends at once."""
    expires_at = at + (GOOD_FOR_BY_HAND if step.channel in BY_HAND else GOOD_FOR)
    return Row(
        f"{one.key}:{step.channel}", one.federation, one.message, one.person, union, one.sending, step.channel, state, why,
        digest=False, wait_minutes=step.wait_minutes, at=at, next_at=at, expires_at=expires_at,
        done_at=None if state == DeliveryState.WAITING else at,
    )  # fmt: skip


def _digest(one: Fresh, union: int | None, step: Step, at: datetime) -> Row:
    """One for a person, a channel and a day: its key sees to that, however many messages ask for it."""
    due = digest_hour(at, get_default_timezone())
    key = f"digest:{one.person}:{step.channel}:{localdate(due):%Y%m%d}"
    row = _row(one, union, step, at)
    return row._replace(key=key, sending=None, digest=True, next_at=due, expires_at=due + GOOD_FOR)


def _write(rows: list[Row]) -> int:
    """A key that is there already stays as it is. In the order of their keys: two writers of the same summaries then never
    wait for each other in a ring.
    """
    kept = sorted({row.key: row for row in reversed(rows)}.values())
    if len(kept) > MANY:
        copy_unless_there(Delivery, _columns(kept), unique="key")
    else:
        Delivery.objects.bulk_create([Delivery(**row._asdict()) for row in kept], ignore_conflicts=True)
    return sum(row.state == DeliveryState.WAITING for row in kept)


def _columns(rows: list[Row]) -> Columns:
    """Moments are few and written out once; enums by their value."""
    several = {moment for row in rows for moment in (row.at, row.next_at, row.expires_at)}
    moments = {moment: moment.isoformat() for moment in several}

    def words(name: str) -> list[str]:
        place = Row._fields.index(name)
        return [as_text(str(row[place])) for row in rows]

    def numbers(name: str) -> list[str]:
        place = Row._fields.index(name)
        return [NULL if row[place] is None else str(row[place]) for row in rows]

    return {
        **{name: words(name) for name in ("key", "channel", "state", "why")},
        **{
            name: numbers(name)
            for name in ("federation", "message_id", "person_id", "union", "sending", "wait_minutes")
        },
        "digest": ["t" if row.digest else "f" for row in rows],
        "at": [moments[row.at] for row in rows],
        "next_at": [moments[row.next_at] for row in rows],
        "expires_at": [moments[row.expires_at] for row in rows],
        "done_at": [moments[row.done_at] if row.done_at else NULL for row in rows],
        "public_id": new_public_ids(len(rows)),
    }
