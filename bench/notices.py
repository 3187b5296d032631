"""`python -m bench.notices`: a million notices from the outbox to the inboxes, and from there through a gateway, nothing twice.

In a data folder of its own: people with sealed numbers, a price, a budget that suffices, a rule (text message first). Measured:
into the outbox (what a deed or a sending does), into the inboxes with a channel planned for each, and out through a gateway
that answers at once and keeps what it was given, by several worker processes at once. Checked: every key once in the inbox,
every serial once at the gateway, and the money to the cent.
"""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from bench.ground import say, set_up, settle
from bench.imports import HEAD, Spent, machine, measured
from bench.people import Home, Stretch, load_stretch
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict

PRICE: Final = Decimal("0.045")
PUT: Final = 5_000  # notices that one deed puts at once
SEEN: Final = "TONGXIN_BENCH_SEEN"
GATEWAY: Final = "bench.notices.Counter"


class Counter:
    """A gateway that answers at once. What it was given stands line by line in a file, whoever dies."""

    name, batch, asks, by_template = "counter", 500, True, True

    def __init__(self) -> None:
        self._file = os.open(Path(os.environ[SEEN]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:  # noqa: ARG002
        os.write(self._file, f"{parcel.serial}\n".encode())
        return Answer(Verdict.ACCEPTED, parcel.serial)

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace:  # noqa: ARG002
        return Trace(Fate.UNDER_WAY)


def main() -> None:
    asked = _arguments()
    folder = settle() / "notices"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"TONGXIN_DATA": str(folder), "TONGXIN_BENCH_DATA": str(folder), SEEN: str(folder / "seen")}
    (folder / "seen").write_text("")
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database() as server:
        _ready()
        from config.commands.migrate import migrate  # noqa: PLC0415

        migrate()
        lines = [machine(), "", HEAD, *_run(asked, server.cluster if server else None)]
        print("\n".join(["", *lines]))  # noqa: T201  what was asked for
        (folder / "bench-notices.md").write_text("\n".join(lines) + "\n")


def _ready() -> None:
    """Django in this process, with the bench's gateway behind text messages."""
    set_up()
    from django.conf import settings  # noqa: PLC0415

    settings.NOTICE_GATEWAYS = {"sms": GATEWAY}
    settings.NOTICE_QUIET = "00:00-00:00"


def _run(asked: argparse.Namespace, cluster: Path | None) -> list[str]:
    _people(asked.people)
    count, hands = asked.notices, asked.workers
    put = Spent("into the outbox, one process", count)
    with measured(put, cluster):
        _put(asked)
    told = Spent(f"from there into the inboxes, a channel planned for each, {hands} processes", count)
    with measured(told, cluster):
        _in_hands(_deliver, hands)
    queued = Spent(
        "**queued: both together**",
        count,
        put.seconds + told.seconds,
        put.ours + told.ours,
        put.database + told.database,
    )
    sent = Spent(f"through the gateway, {hands} processes", count)
    with measured(sent, cluster):
        _in_hands(_carry, hands)
    return [one.line for one in (put, told, queued, sent)] + ["", *_checked(count)]


# ---- what is measured -----------------------------------------------------------------------------------------------


def _put(asked: argparse.Namespace) -> None:
    from django.utils.timezone import now  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.records.actions import outbox  # noqa: PLC0415
    from tongxin.records.actions.outbox import Telling  # noqa: PLC0415

    people = list(Person.objects.order_by("pk").values_list("pk", "federation")[: asked.people])
    data = {"what": "永川区2026年秋季职工摄影基础班", "closes": "2026-12-31T19:00+08:00"}

    def tellings(first: int) -> Iterator[Telling]:
        for number in range(first, min(first + PUT, asked.notices)):
            person, federation = people[number % len(people)]
            yield Telling(
                f"window.opened:bench{number // len(people)}:{person}", "window.opened", person, federation, data
            )

    at = now()
    for first in range(0, asked.notices, PUT):
        outbox.put(tellings(first), at=at)


def _in_hands(deed: Any, hands: int) -> None:
    with ProcessPoolExecutor(hands, mp_context=get_context("spawn"), initializer=_ready) as pool:
        for found in [pool.submit(deed) for _ in range(hands)]:
            found.result()


def _deliver() -> None:
    from django.utils.timezone import now  # noqa: PLC0415

    from tongxin.notices.actions import messages  # noqa: PLC0415
    from tongxin.notices.jobs import BATCH  # noqa: PLC0415

    while messages.deliver(BATCH, at=now()):
        pass


def _carry() -> None:
    from django.utils.timezone import now  # noqa: PLC0415

    from tongxin.notices import courier  # noqa: PLC0415
    from tongxin.notices.states import Channel  # noqa: PLC0415

    while courier.carry(Channel.SMS, now).looked_at:
        pass


def _checked(count: int) -> list[str]:
    """Refuses to print figures of a run that told anyone twice, or not at all."""
    from tongxin.notices.models import Budget, Delivery, Message  # noqa: PLC0415

    seen = Path(os.environ[SEEN]).read_text().split()
    keys = Message.objects.values("key").distinct().count()
    sent = Delivery.objects.filter(channel="sms", state="accepted", tries=1).count()
    spent = sum(row.spent for row in Budget.objects.all())
    assert (keys, sent, len(seen), len(set(seen))) == (count, count, count, count), (
        keys,
        sent,
        len(seen),
        len(set(seen)),
    )
    assert spent == PRICE * count, spent
    told = (
        f"{keys:,} keys in the inboxes, {len(seen):,} parcels at the gateway, {len(seen) - len(set(seen))} of them twice;"
        f" {spent:,.2f} yuan spent, as {count:,} × {PRICE} is."
    )
    return [told]


# ---- what it stands on ----------------------------------------------------------------------------------------------


def _people(count: int) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.db.models import F  # noqa: PLC0415
    from django.utils.timezone import localdate  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.unions.models import Closure, Union  # noqa: PLC0415

    if not Union.objects.exists():
        from tongxin.unions.actions.seed import load_divisions  # noqa: PLC0415

        load_divisions()
    standing = Closure.objects.as_of(localdate()).filter(ancestor_id=F("descendant__federation"), descendant__level=4)
    homes = [Home(*pair) for pair in standing.order_by("descendant").values_list("descendant", "ancestor")[:500]]
    if Person.objects.count() < count:
        say(f"{count:,} people …")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE people_person CASCADE")
        load_stretch(Stretch(0, count, 1, count), homes)
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE notices_message, notices_delivery, notices_receipt, notices_slip, notices_budget, notices_price,"
            " notices_template, notices_channelrule, records_outboxrow CASCADE"
        )
        cursor.execute("VACUUM ANALYZE people_person, people_membership")
    _rules(homes)


def _rules(homes: list[Home]) -> None:
    from django.utils.timezone import localdate  # noqa: PLC0415

    from tongxin.notices.models import Budget, ChannelRule, Price, Template  # noqa: PLC0415
    from tongxin.notices.states import Channel  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415

    since, month = date(2020, 1, 1), localdate().replace(day=1)
    with writing():
        ChannelRule.make(group="openings", position=1, channel=Channel.SMS, valid_from=since)
        Price.make(channel=Channel.SMS, amount=PRICE, valid_from=since)
        Template.make(
            channel=Channel.SMS, number="SMS_1", signature="同心", text="${title}。${body}", names=["title", "body"],
            valid_from=since,
        )  # fmt: skip
        for federation in {home.federation for home in homes}:
            for first in (month, (month + timedelta(days=32)).replace(day=1)):
                Budget.make(federation=federation, union_id=federation, month=first, cap=Decimal(10_000_000))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.notices", description=__doc__)
    parser.add_argument("--notices", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
