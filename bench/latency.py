"""How long single pages take over a million workers, one after the other; and what they ask of the database."""

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bench.guests import Guest, staff
from bench.server import Server, used

TIMES: Final = 100
WARM: Final = 5
LONGEST: Final = 20.0  # seconds for one kind of page; a slow one is asked less often, but ten times at least
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of page: addresses of which each request takes another, and who asks."""

    name: str
    addresses: Sequence[str]
    guest: Guest | None = None


@dataclass(frozen=True, slots=True)
class Took:
    name: str
    p50_ms: float
    p95_ms: float
    worst_ms: float
    kilobytes: float
    statements: int
    web_ms: float  # processor, a request
    postgres_ms: float
    wrong: int  # answers other than 200


def asks(now: datetime) -> list[Ask]:
    """A province's administrator sees hundreds of thousands, a county's some thousands."""
    province = staff("bench.sichuan", "federation_admin", "510000", 0, now)
    county = staff("bench.yongchuan", "federation_admin", "500118", 1, now)
    chosen = random.Random(SEED)  # noqa: S311  the same each time
    two, initials = _searches(chosen)
    return [
        Ask("class list, a visitor", _class_lists()),
        Ask("roster of a cohort", _rosters(), county),
        Ask("worker search, two characters, province", [f"/staff/people/?q={text}" for text in two], province),
        Ask("worker search, initials, province", [f"/staff/people/?q={text}" for text in initials], province),
        Ask("worker search, two characters, county", [f"/staff/people/?q={text}" for text in two], county),
        Ask("people list, province", ["/staff/people/", "/staff/people/?gig=courier"], province),
        Ask("people list, county", ["/staff/people/", "/staff/people/?gig=courier"], county),
        Ask("cohort list, province", ["/staff/cohorts/", "/staff/cohorts/?page=3"], province),
        Ask("cohort list, county", ["/staff/cohorts/"], county),
        Ask("unions, province", ["/staff/unions/"], province),
        Ask("figures, county", ["/staff/figures/?programme=all"], county),
        Ask("figures, province", ["/staff/figures/?programme=all"], province),
    ]


def measure(server: Server, ask: Ask, times: int) -> Took:
    connection = server.connect()
    headers = {"Cookie": ask.guest.cookie} if ask.guest else {}
    spans: list[float] = []
    sizes: list[int] = []
    wrong = 0
    whole, asked, before = time.perf_counter(), 0, used(server)
    for n in range(times + WARM):
        began = time.perf_counter()
        if began - whole > LONGEST and len(spans) >= 10:
            break
        connection.request("GET", quoted(ask.addresses[n % len(ask.addresses)]), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        asked += 1
        if n >= WARM:
            spans.append(1000 * (time.perf_counter() - began))
            sizes.append(len(body))
            wrong += answer.status != 200
    after, ordered = used(server), sorted(spans)
    web, postgres = (1000 * (after[who] - before[who]) / asked for who in ("web", "PostgreSQL"))
    return Took(
        ask.name, statistics.median(spans), ordered[int(0.95 * len(ordered))], ordered[-1], statistics.mean(sizes) / 1024,
        _statements(ask), web, postgres, wrong,
    )  # fmt: skip


def _statements(ask: Ask) -> int:
    """How many statements the page sends."""
    from django.db import connection  # noqa: PLC0415  only once Django is set up
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client()
    if ask.guest:
        client.cookies["sessionid"] = ask.guest.session
    client.get(ask.addresses[0])
    with CaptureQueriesContext(connection) as queries:
        client.get(ask.addresses[0])
    return len(queries)


def quoted(address: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(address, safe="/?=&")


def _class_lists() -> list[str]:
    asked = ("", "page=2", "weekday=2", "topic=健身", "open=on&weekday=6", "q=瑜伽")
    return [f"/classes/?{query}" for query in asked]


def _rosters() -> list[str]:
    from tongxin.activities.models import Cohort  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    union = Union.objects.get(code="500118")
    rows = Cohort.objects.filter(union=union, state="finished").order_by("pk")[:40]
    return [f"/staff/cohorts/{cohort.public_id}/roster/" for cohort in rows]


def _searches(chosen: random.Random) -> tuple[list[str], list[str]]:
    """Of real names in the table: first and last character; the first letters of their pinyin."""
    from tongxin.people.models import Person  # noqa: PLC0415

    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    rows = Person.objects.filter(pk__in=[chosen.randrange(1, last) for _ in range(60)]).values_list(
        "name", "name_initials"
    )
    names = [(name, letters) for name, letters in rows if len(name) >= 2 and "·" not in name]
    return [name[0] + name[-1] for name, _ in names], [letters for _, letters in names]
