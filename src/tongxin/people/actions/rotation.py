"""Keys change: a new one, everything sealed again under it, and an old one removed once nothing needs it any more."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tongxin.kernel.refused import Refused
from tongxin.people.actions import factor_keys
from tongxin.store import resealing
from tongxin.store.keys import forget_ring, from_environment, ring, write_ring
from tongxin.store.resealing import BATCH, Left


def add_key(at: datetime | None = None) -> int:
    """A new current key in the data folder's ring; returns its id. Older ones stay: they still open what they sealed."""
    new = ring().with_new_key(at)
    write_ring(new, _path(), replace=True)
    forget_ring()
    return new.current.id


def reseal(*, most: int = BATCH) -> Iterator[int]:
    """Seals everything that lies under an older key, batch by batch: how many rows each. What others hold at that moment
    stays for the next run. Stopped anywhere, it goes on from there when it is run again.
    """
    yield from resealing.reseal(most=most)
    yield from factor_keys.reseal(most=most)


def under() -> Left:
    """How many values lie under which key, by column."""
    found = resealing.under()
    for key, count in factor_keys.under().items():
        found.setdefault(key, {})[factor_keys.COLUMN] = count
    return found


def unfinished() -> bool:
    """Whether something lies under a key of the ring that is not the current one."""
    return any(key != ring().current.id and key in ring().keys for key in under())


def remove_key(key: int, *, at: datetime) -> None:
    """Takes an old key out of the ring for good. Where the ring comes from the environment it only says that one may.

    Refused: "key-current", "key-unknown", "key-used" (something is still under it), "key-young" (codes on paper and
    entries that people carry may still come back), "key-undated".
    """
    keys = ring()
    if key not in keys.keys:
        raise Refused("key-unknown", "钥匙环里没有%(key)d号钥匙。", key=key)
    if key == keys.current.id:
        raise Refused("key-current", "%(key)d号是正在用的钥匙，先换上新的，再删它。", key=key)
    _check_time(at)
    _check_use(key)
    if not from_environment():
        write_ring(keys.without(key), _path(), replace=True)
        forget_ring()


def _check_time(at: datetime) -> None:
    since = ring().current.since
    if since is None:
        raise Refused("key-undated", "看不出现在的钥匙从何时开始用。请在钥匙环里给它写上since（带时区的时间），再试。")
    days = resealing.longest_life().days
    if (at - since).days < days:
        raise Refused(
            "key-young", "换钥匙还不到%(days)d天，发出去的短码和凭证可能还要用旧钥匙认，请过后再删。", days=days
        )


def _check_use(key: int) -> None:
    if found := under().get(key):
        columns = "、".join(f"{column}（{count}）" for column, count in sorted(found.items()))
        raise Refused(
            "key-used",
            "%(key)d号钥匙下还有内容：%(columns)s。请先运行tongxin rotate_keys。",
            key=key,
            columns=columns,
        )
    resealing.mend_digests()


def _path() -> Path:
    return Path(settings.TONGXIN_DATA) / "keys" / "ring.json"
