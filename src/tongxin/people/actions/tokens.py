"""Keys for machines: made, revoked, recognised."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Account, ApiToken
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

LONGEST: Final = timedelta(days=366)
MOST: Final = 20
PREFIX: Final = "tx_"


@atomic
def issue(*, account: Account, name: str, days: int, by: Actor, at: datetime) -> tuple[ApiToken, str]:
    """The row and the key itself, which is shown this once.

    Refused: "no-power" (only for oneself), "token-name", "token-days", "token-many".
    """
    if by.account_id != account.pk or not by.is_staff:
        raise Refused("no-power", "接口密钥只能给自己的工作账号办。")
    name = name.strip()
    if not name:
        raise Refused("token-name", "请写明给哪个系统用，以后好认。")
    if not 1 <= days <= LONGEST.days:
        raise Refused("token-days", "有效期请填1到%(most)s天。", most=LONGEST.days)
    if ApiToken.objects.filter(account=account, revoked_at=None, ends_at__gt=at).count() >= MOST:
        raise Refused("token-many", "在用的密钥已有%(most)s个，请先停用不用的。", most=MOST)
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.make(
        account=account, name=name[:60], digest=_digest(key), made_at=at, ends_at=at + timedelta(days=days)
    )
    journal.write("token.issued", of=token, by=by, at=at, days=days)
    return token, key


@atomic
def revoke(*, token: ApiToken, by: Actor, at: datetime) -> None:
    """At once and for good. A second time changes nothing."""
    if by.account_id != token.account_id:
        raise Refused("no-power", "只能停用自己的密钥。")
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        journal.write("token.revoked", of=token, by=by, at=at)


@atomic
def revoke_all(*, account: Account, at: datetime) -> int:
    """With its password's reset: who held that may have made keys. Journalled by the deed that asks for it."""
    return ApiToken.objects.filter(account=account, revoked_at=None).update(revoked_at=at)


def account_of(key: str, *, at: datetime) -> Account | None:
    """Whose key it is, while it holds. One query."""
    if not key.startswith(PREFIX):
        return None
    rows = ApiToken.objects.filter(digest=_digest(key), revoked_at=None, ends_at__gt=at, account__is_active=True)
    found = rows.select_related("account").first()
    return found.account if found else None


def _digest(key: str) -> bytes:
    """A plain hash is enough: the key is 256 random bits."""
    return hashlib.sha256(key.encode()).digest()
