"""64 workers at the same moment for 30 places, each tapping twice, round after round: never 31, never two for one worker."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, Final

from bench.guests import Guest
from bench.server import Server

WORKERS: Final = 64
PLACES: Final = 30
TAPS: Final = 2


@dataclass(frozen=True, slots=True)
class Rush:
    """What became of all rounds together."""

    rounds: int
    fewest: int  # places given in a round
    most: int
    waiting: int  # in the lines, all rounds
    doubled: int  # workers with two live applications or places in one round
    strange: dict[int, int]  # answers that are neither a redirect nor a refusal in words


def rush(server: Server, cohorts: Sequence[Any], guests: Sequence[Guest]) -> Rush:
    """One cohort and 64 fresh workers a round."""
    rounds = [(cohort, guests[n * WORKERS : (n + 1) * WORKERS]) for n, cohort in enumerate(cohorts)]
    answers: Counter[int] = Counter()
    with ThreadPoolExecutor(WORKERS * TAPS) as pool:
        for cohort, group in rounds:
            answers.update(_round(server, pool, cohort, group))
    given = [_given(cohort) for cohort, _ in rounds]
    return Rush(
        rounds=len(rounds), fewest=min(given), most=max(given), waiting=sum(_waiting(cohort) for cohort, _ in rounds),
        doubled=sum(_doubled(cohort) for cohort, _ in rounds),
        strange={status: times for status, times in answers.items() if status not in {302, 422}},
    )  # fmt: skip


def _round(server: Server, pool: ThreadPoolExecutor, cohort: Any, guests: Sequence[Guest]) -> list[int]:
    """Every tap waits at the barrier until all are there. A worker's two taps carry the keys of two pages."""
    barrier = Barrier(len(guests) * TAPS)
    taps = [guest for guest in guests for _ in range(TAPS)]
    return list(pool.map(lambda guest: _tap(server, barrier, cohort, guest), taps))


def _tap(server: Server, barrier: Barrier, cohort: Any, guest: Guest) -> int:
    connection = server.connect()
    connection.connect()
    headers = {"Cookie": guest.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    barrier.wait(30)
    connection.request("POST", f"/classes/{cohort.public_id}/sign-up/", guest.body(), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _given(cohort: Any) -> int:
    return int(cohort.enrolments.filter(state="enrolled").count())


def _waiting(cohort: Any) -> int:
    cohort.pool.refresh_from_db()
    return int(cohort.pool.waiting)


def _doubled(cohort: Any) -> int:
    from django.db.models import Count  # noqa: PLC0415  only once Django is set up

    from tongxin.calls.models import Applicant  # noqa: PLC0415

    live = Applicant.objects.filter(application__preferences__pool=cohort.pool_id, live=True)
    twice = live.values("person").annotate(times=Count("pk")).filter(times__gt=1).count()
    seats = cohort.enrolments.filter(state="enrolled")
    return int(twice + seats.count() - seats.values("person").distinct().count())
