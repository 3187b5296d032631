"""Staff's second factors lie in the sign-in library's table, as texts in a column of its own: no column of ours says so."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt

from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

COLUMN: Final = "mfa_authenticator.data"
_SECRETS: Final = ("secret", "seed")  # of the app; of the recovery codes


def reseal(*, most: int) -> Iterator[int]:
    """As `store.resealing.reseal`. Those of staff are few: one look for all."""
    old = [row.pk for row in Authenticator.objects.order_by("pk") if _keys(row) - {ring().current.id}]
    for start in range(0, len(old), most):
        yield _reseal(old[start : start + most])


def under() -> dict[int, int]:
    """How many texts lie under which key."""
    found: dict[int, int] = {}
    for row in Authenticator.objects.all():
        for key in _keys(row):
            found[key] = found.get(key, 0) + 1
    return found


@atomic
def _reseal(pks: list[int]) -> int:
    rows = list(Authenticator.objects.filter(pk__in=pks).order_by("pk").select_for_update(skip_locked=True))
    for row in rows:
        row.data = row.data | {name: encrypt(decrypt(row.data[name])) for name in _SECRETS if name in row.data}
        row.save(update_fields=["data"])
    return len(rows)


def _keys(row: Any) -> set[int]:
    return {b64decode(row.data[name])[0] for name in _SECRETS if name in row.data}
