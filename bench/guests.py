"""Who knocks: staff and workers with open sessions, and classes to sign up for. Made anew for each run."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

ROOMY: Final = 1_000  # places of a cohort of the sign-up bench
COHORTS: Final = 20
PROGRAMME: Final = "报名压测（示例）"


@dataclass(frozen=True, slots=True)
class Guest:
    """A worker with an open session; `token` goes into cookie and form alike."""

    person: int | None
    session: str
    token: str

    @property
    def cookie(self) -> str:
        return f"sessionid={self.session}; csrftoken={self.token}"

    def body(self, **more: str) -> str:
        return urlencode({"csrfmiddlewaretoken": self.token, "key": secrets.token_hex(6), **more})


def staff(login: str, role: str, union_code: str, place: int, now: datetime) -> Guest:
    """A post at that union, held by the place-th person of the table."""
    from config.demo.accounts import open_staff  # noqa: PLC0415  only once Django is set up
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.people.models import Account, Person  # noqa: PLC0415
    from tongxin.people.roles import RoleName  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    account = Account.objects.filter(login=login).first()
    if account is None:
        person = Person.objects.order_by("pk")[place]
        union = Union.objects.get(code=union_code)
        open_staff(login, person, RoleName(role), union, by=system(now.date()), at=now)
        account = Account.objects.get(login=login)
    return _sessions([account], now, factor=True)[0]


def workers(count: int, now: datetime) -> list[Guest]:
    """Each another person, from the end of the table backwards, with an account and a session."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from tongxin.people.models import Account, Person  # noqa: PLC0415

    taken = Account.objects.exclude(person=None).values("person")
    people = Person.objects.order_by("-pk").exclude(pk__in=taken).values_list("pk", flat=True)[:count]
    rows = [Account(login=f"bench-{secrets.token_hex(8)}", person_id=pk, password=make_password(None)) for pk in people]
    return _sessions(Account.objects.bulk_create(rows, batch_size=2000), now, factor=False)


def newcomers(count: int, now: datetime) -> list[Guest]:
    """Signed in by a code, and no more: nobody knows yet who they are."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from tongxin.people.models import Account  # noqa: PLC0415

    rows = [Account(login=f"bench-{secrets.token_hex(8)}", password=make_password(None)) for _ in range(count)]
    return _sessions(Account.objects.bulk_create(rows, batch_size=2000), now, factor=False)


def _sessions(accounts: Sequence[Any], now: datetime, *, factor: bool) -> list[Guest]:
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.contrib.sessions.models import Session  # noqa: PLC0415

    store, guests, rows = SessionStore(), [], []
    for account in accounts:
        record = {"method": "mfa" if factor else "code", "at": now.timestamp()}
        data = {
            SESSION_KEY: str(account.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: account.get_session_auth_hash(), "account_authentication_methods": [record],
            "account_authentication_methods_user": str(account.pk),
        }  # fmt: skip
        key = secrets.token_hex(16)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=now + timedelta(days=1)))
        guests.append(Guest(account.person_id, key, secrets.token_hex(16)))
    Session.objects.bulk_create(rows, batch_size=2000)
    return guests


def classes(count: int, units: int, now: datetime) -> list[Any]:
    """Cohorts of a term that takes sign-ups now, made by the house's own actions."""
    from tongxin.activities.actions import cohorts, programmes, terms  # noqa: PLC0415
    from tongxin.activities.models import Programme  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415
    from tongxin.venues.actions import sites  # noqa: PLC0415
    from tongxin.venues.models import Site, SiteKind  # noqa: PLC0415

    union, by, today = Union.objects.get(code="500118"), system(now.date()), now.date()
    programme = Programme.objects.filter(union=union, name=PROGRAMME).first() or programmes.start(
        union=union, name=PROGRAMME, began_on=today, by=by, at=now
    )
    course = programme.courses.first() or programmes.add_course(
        programme=programme, name="压测课", topic="健身", by=by, at=now
    )
    site = Site.objects.filter(union=union).first() or sites.add(
        union=union, kind=SiteKind.WORKERS_HOME, name="示例职工之家", synthetic=True, by=by, at=now
    )
    term = terms.add(programme=programme, starts=today, ends=today + timedelta(weeks=20), by=by, at=now)
    opens = (now - timedelta(days=1)).replace(hour=1)  # no busy hour of anybody, in UTC and in Beijing
    term = terms.set_window(term=term, opens=opens, closes=now + timedelta(days=30), by=by, at=now)
    plan = cohorts.CohortPlan(
        course=course, site=site, weekday=1, starts_at=time(19), ends_at=time(20), session_count=4, units=units,
        first_day=today + timedelta(days=8),
    )  # fmt: skip
    plans = [replace(plan, name=f"{n}班") for n in range(1, count + 1)]
    made = [cohorts.add(term=term, plan=one, by=by, at=now) for one in plans]
    terms.publish(term=term, by=by, at=opens)
    for cohort in made:
        cohort.refresh_from_db()
    return made


def write_lines(path: Path, guests: Sequence[Guest], cohorts: Sequence[Any]) -> None:
    """For sign_up.lua: one sign-up a line, the cohorts in turn."""
    with path.open("w") as file:
        for n, guest in enumerate(guests):
            address = f"/classes/{cohorts[n % len(cohorts)].public_id}/sign-up/"
            file.write(f"{address}\t{guest.cookie}\t{guest.body()}\n")
