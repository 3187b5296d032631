"""Counts what must not happen too often, in the database: exact across processes, and not lost on a restart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.models.sign_in import SignInAttempt
from tongxin.store.atomic import atomic, must_be_writing
from tongxin.store.keys import ring
from tongxin.store.prepared import Prepared

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


# In the order given, which is the same for everybody: two that share two keys do not wait for each other in a ring.
_LOCK: Final = Prepared("SELECT pg_advisory_xact_lock(key) FROM unnest(%(keys)s::bigint[]) AS key")
# Of each limit the attempt that fills it: the most-th newest within its window.
_FILLS: Final = Prepared("""
    SELECT (
        SELECT a.at FROM people_signinattempt a
        WHERE a."of" = asked."of" AND a.kind = asked.kind AND a.at > asked.since AND a.at <= %(at)s
        ORDER BY a.at DESC OFFSET asked.most - 1 LIMIT 1
    )
    FROM unnest(%(ofs)s::bytea[], %(kinds)s::text[], %(since)s::timestamptz[], %(most)s::bigint[])
        WITH ORDINALITY AS asked ("of", kind, since, most, no)
    ORDER BY asked.no
""")
_NOTE: Final = Prepared("""
    WITH forgotten AS (DELETE FROM people_signinattempt WHERE at < %(kept)s)
    INSERT INTO people_signinattempt (kind, "of", at)
    SELECT kind, "of", %(at)s FROM unnest(%(kinds)s::text[], %(ofs)s::bytea[]) AS seen (kind, "of")
""")


@atomic
def check(limits: Iterable[Limit], *, at: datetime) -> None:
    """Refused("too-often") when a limit is reached. Holds the keys' locks until the transaction ends, so that a check
    and the note that follows it are one step, however many come at once. Two statements, for one limit or for four.
    """
    limits = list(limits)
    _LOCK.run(keys=[int.from_bytes(of[:8], "big", signed=True) for of in sorted({limit.of for limit in limits})])
    fills = _FILLS.rows(
        at=at,
        ofs=[limit.of for limit in limits],
        kinds=[limit.kind.value for limit in limits],
        since=[at - limit.window for limit in limits],
        most=[limit.most for limit in limits],
    )
    for limit, (full_at,) in zip(limits, fills, strict=True):
        if full_at is not None:
            raise _too_often(full_at + limit.window - at)


def _too_often(left: timedelta) -> Refused:
    seconds = max(1, round(left.total_seconds()))
    if seconds <= 90:
        return Refused("too-often", "太快了，请%(seconds)d秒后再试。", seconds=seconds)
    return Refused("too-often", "次数太多，为了账号安全先停一停，请%(minutes)d分钟后再试。", minutes=-(-seconds // 60))


@atomic
def note(limits: Iterable[Limit], *, at: datetime) -> None:
    """One more of each; what is older than any window is forgotten."""
    must_be_writing("sign-in attempt")
    seen = sorted({(limit.kind.value, limit.of) for limit in limits})
    _NOTE.run(kept=at - KEPT, at=at, kinds=[kind for kind, _ in seen], ofs=[of for _, of in seen])
