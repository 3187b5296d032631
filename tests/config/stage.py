"""Makes an installation with one class and two rosters, for tests that kill servers: `python -m tests.config.stage`."""

from datetime import date, datetime, time, timedelta

from tests.config.staging import city, make, session_of

WORKERS, PLACES, ROWS = 16, 5, 1_200
LARGE_ROWS, ROWS_A_PART = 3_000, 10  # many parts: a kill falls between them


def stage() -> dict[str, object]:
    from django.utils import timezone
    from tests import cast as people

    from tongxin.unions.models import Level

    now = timezone.now()
    union = people.union_under(city(), "永川区总工会", "500118", Level.COUNTY)
    workers = [people.worker(union, f"工友{n}", login=f"worker{n}") for n in range(WORKERS)]
    cohort = _cohort(union, now)
    cadre = _cadre(union, now)
    return {
        "cohort": cohort.public_id,
        "workers": [session_of(player.account, "code") for player in workers],
        "cadre": session_of(cadre.account, "password", "mfa"),
        "batches": [_batch(union, cadre, now, first=n * ROWS) for n in range(2)],
        "rows": ROWS,
        "large": [_large(union, cadre, now, first=10_000 + n * LARGE_ROWS) for n in range(2)],
        "large_rows": LARGE_ROWS,
    }


def _cohort(union, now: datetime):
    """Open for a week, with few places; lessons by and by."""
    from tongxin.activities.actions import cohorts, programmes, terms
    from tongxin.activities.actions.cohorts import CohortPlan
    from tongxin.people.authority import system
    from tongxin.venues.actions import sites
    from tongxin.venues.models import SiteKind

    house, today = system(now.date()), now.date()
    programme = programmes.start(union=union, name="惠工之家", began_on=date(2018, 3, 1), by=house, at=now)
    site = sites.add(
        union=union, kind=SiteKind.WORKER_SERVICE_CENTER, name="职工服务中心", address="", phone="", by=house, at=now
    )
    course = programmes.add_course(programme=programme, name="瑜伽入门", topic="健身", by=house, at=now)
    term = terms.add(
        programme=programme, starts=today + timedelta(days=8), ends=today + timedelta(days=150), by=house, at=now
    )
    terms.set_window(term=term, opens=now - timedelta(hours=1), closes=now + timedelta(days=7), by=house, at=now)
    plan = CohortPlan(
        course=course, site=site, weekday=2, starts_at=time(19), ends_at=time(20, 30), session_count=5, units=PLACES
    )
    made = cohorts.add(term=term, plan=plan, by=house, at=now)
    terms.publish(term=term, by=house, at=now)
    return made


def _cadre(union, now: datetime):
    from tests import cast as people

    from tongxin.people.actions import appointments
    from tongxin.people.authority import system
    from tongxin.people.roles import RoleName

    cadre, today = people.worker(union, "罗勤", login="luoqin"), now.date()
    appointments.appoint(
        person=cadre.person, role=RoleName.CADRE, union=union, starts=today - timedelta(days=1),
        ends=today + timedelta(days=30), by=system(today), at=now,
    )  # fmt: skip
    return cadre


def _batch(union, cadre, now: datetime, first: int) -> str:
    from tests.factories.rosters import members, sheet

    from tongxin.people.actions import imports

    content = sheet(*members(ROWS, first=first))
    made = imports.upload(
        union=union, file_name=f"{first}.xlsx", content=content, by=cadre.on(now.date()), at=now, at_once=True
    )
    return made.public_id


def _large(union, cadre, now: datetime, first: int) -> str:
    """As a file of megabytes is taken in, in parts; only smaller, so that the test is not about patience."""
    from tests.factories.rosters import members, sheet

    from tongxin.people.actions import imports
    from tongxin.people.actions.imports import uploads
    from tongxin.people.roster import streaming

    uploads.PACKED_FROM_BYTES = 1_024
    streaming.pieces_of.__kwdefaults__["rows"] = ROWS_A_PART
    content = sheet(*members(LARGE_ROWS, first=first))
    made = imports.upload(
        union=union, file_name=f"{first}.xlsx", content=content, by=cadre.on(now.date()), at=now, at_once=True
    )
    assert made.packed
    return made.public_id


if __name__ == "__main__":
    make(stage)
