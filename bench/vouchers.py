"""`python -m bench.vouchers --people 100000`: what a draw or a lane has given becomes vouchers, in one action.

Plants people, most of them members within the scheme's reach and one in a hundred of a union beside it, their applications
and awards in one transaction that is rolled back; then the calls engine's `granted` is called once for all of them, as a
settling batch does: reach and limit of a year checked across unions, budget bound, each voucher with its move and its line
in the journal. Prints rows a second and the processor of both sides; ends with 1 if anyone has what they should not have.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.ground import machine, migrate_bench, say, set_up, settle

if TYPE_CHECKING:
    from tongxin.benefits.models import Scheme
    from tongxin.calls.models import Award

VALUE: Final = Decimal(120)
HERE: Final = "500118"  # 永川 gives
BESIDE: Final = "500116"  # 江津's members are out of its reach
OUTSIDE: Final = 100  # one in so many
TICK: Final = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    asked = parser.parse_args()
    settle()
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database():
        set_up()
        migrate_bench()
        _run(asked.people)


def _run(people: int) -> None:
    from django.db import transaction  # noqa: PLC0415  once Django is set up

    from tongxin.benefits.models import Voucher, VoucherMove  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415

    say(machine())
    with writing():
        say(f"{people:,} people with an award each …")
        first, awards = _planted(people)
        second, more = _again(awards)
        _check_keys()
        members = people - len(range(0, people, OUTSIDE))
        right = _measure("the first ticket of 120 yuan", first, awards, members)
        right &= _measure("a second one, over the limit: all withheld", second, more, 0)
        say(f"{Voucher.objects.count():,} vouchers, {VoucherMove.objects.count():,} moves")
        transaction.set_rollback(True)
    if not right:
        raise SystemExit(1)


def _measure(words: str, scheme: "Scheme", awards: "list[Award]", due: int) -> bool:
    """Whether so many have one as are due one."""
    from tongxin.benefits.kind import Benefits  # noqa: PLC0415
    from tongxin.benefits.models import Voucher  # noqa: PLC0415
    from tongxin.benefits.states import VoucherState  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    now = datetime.now(UTC)
    backend, web = _backend_seconds(), time.process_time()
    began = time.perf_counter()
    Benefits().granted(awards, by=system(now.date()), at=now)
    _check_keys()
    took, web, backend = time.perf_counter() - began, time.process_time() - web, _backend_seconds() - backend
    scheme.refresh_from_db()
    issued = Voucher.objects.filter(scheme=scheme, state=VoucherState.ISSUED).count()
    sys.stdout.write(
        f"{words}: {len(awards):,} in {took:.1f} s, {len(awards) / took:,.0f}/s; processor: Python {web:.1f} s, "
        f"PostgreSQL {backend:.1f} s ({1e6 * (web + backend) / len(awards):.0f} µs each); issued {issued:,} of {due:,} due, "
        f"bound {scheme.bound:,} yuan\n"
    )
    return issued == due and scheme.bound == VALUE * due


def _check_keys() -> None:
    """As the commit does, which this transaction has not."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _backend_seconds() -> float:
    """Processor of this connection's own process in PostgreSQL."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / TICK


def _planted(people: int) -> "tuple[Scheme, list[Award]]":
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.people.models import Membership, Person  # noqa: PLC0415
    from tongxin.rulebook.actions import shipped  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415
    from tongxin.unions.actions.seed import load_divisions  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    now = datetime.now(UTC)
    if not Union.objects.exists():
        load_divisions()
    shipped.load_parameters(by=system(now.date()), at=now)
    scheme = _scheme(people, now)
    persons = [
        Person(federation=scheme.federation, name=f"甲{n}", created_at=now, changed_at=now, synthetic=True)
        for n in range(people)
    ]
    copy_new(persons)
    here, beside = (Union.objects.get(code=code).pk for code in (HERE, BESIDE))
    starts = now.date() - timedelta(days=365)
    copy_new(
        [
            Membership(
                federation=scheme.federation,
                person=person,
                union_id=beside if n % OUTSIDE == 0 else here,
                starts=starts,
            )
            for n, person in enumerate(persons)
        ]
    )
    return scheme, _awards(scheme, persons, now)


def _again(awards: "list[Award]") -> "tuple[Scheme, list[Award]]":
    now = datetime.now(UTC)
    scheme = _scheme(len(awards), now)
    return scheme, _awards(scheme, [award.person for award in awards], now)


def _scheme(people: int, now: datetime) -> "Scheme":
    from tongxin.benefits.actions import schemes  # noqa: PLC0415
    from tongxin.benefits.actions.schemes import Plan, Release  # noqa: PLC0415
    from tongxin.benefits.states import Fund, SchemeKind  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    day = now.date()
    plan = Plan(
        name="川渝文旅年票", kind=SchemeKind.ITEM, item="年票1张", value=VALUE, budget=VALUE * people, starts=day,
        last_day=day + timedelta(days=90), fund=Fund.DUES, limit_key="year_ticket_person_year_most",
    )  # fmt: skip
    release = Release(people, now, now + timedelta(days=30))
    union = Union.objects.get(code=HERE)
    return schemes.draft(union=union, plan=plan, release=release, by=system(day), at=now)


def _awards(scheme: "Scheme", persons: list[object], now: datetime) -> "list[Award]":
    from tongxin.calls.models import Application, Award  # noqa: PLC0415
    from tongxin.calls.states import ApplicationState  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415

    applications = [
        Application(
            federation=scheme.federation, call=scheme.call, union_id=scheme.union_id, state=ApplicationState.GRANTED, at=now
        )
        for _ in persons
    ]  # fmt: skip
    copy_new(applications)
    awards = [
        Award(federation=scheme.federation, application=application, pool=scheme.pool, person=person, at=now)
        for application, person in zip(applications, persons, strict=True)
    ]
    copy_new(awards)
    return awards


if __name__ == "__main__":
    main()
