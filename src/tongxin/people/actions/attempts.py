"""Counts what must not happen too often, in the database: exact across processes, and not lost on a restart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from tongxin.kernel.refused import Refused
from tongxin.people.models.sign_in import SignInAttempt
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

Kind = SignInAttempt.Kind
KEPT = timedelta(days=1)  # the longest window


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` of a kind within `window` for one key ("phone:+86…", "network:…"): a digest of it is kept."""

    kind: Kind
    key: str
    most: int
    window: timedelta

    @property
    def of(self) -> bytes:
        return ring().digest(self.key, purpose="sign-in.attempt")


@atomic
def check(limits: Iterable[Limit], *, at: datetime) -> None:
    """Refused("too-often") when a limit is reached. Holds the keys' locks until the transaction ends, so that a check
    and the note that follows it are one step, however many come at once.
    """
    limits = list(limits)
    with connection.cursor() as cursor:
        for of in sorted({limit.of for limit in limits}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(of[:8], "big", signed=True)])
    for limit in limits:
        _check_one(limit, at)


def _check_one(limit: Limit, at: datetime) -> None:
    inside = SignInAttempt.objects.filter(of=limit.of, kind=limit.kind, at__gt=at - limit.window, at__lte=at)
    newest = list(inside.order_by("-at").values_list("at", flat=True)[: limit.most])
    if len(newest) < limit.most:
        return
    left = newest[-1] + limit.window - at
    seconds = max(1, round(left.total_seconds()))
    if seconds <= 90:
        raise Refused("too-often", "太快了，请%(seconds)d秒后再试。", seconds=seconds)
    raise Refused("too-often", "次数太多，为了账号安全先停一停，请%(minutes)d分钟后再试。", minutes=-(-seconds // 60))


@atomic
def note(limits: Iterable[Limit], *, at: datetime) -> None:
    """One more of each; what is older than any window is forgotten."""
    seen = {(limit.kind, limit.of) for limit in limits}
    SignInAttempt.objects.bulk_create([SignInAttempt(kind=kind, of=of, at=at) for kind, of in sorted(seen)])
    SignInAttempt.objects.filter(at__lt=at - KEPT).delete()
