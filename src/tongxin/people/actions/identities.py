"""Signing in with who someone is elsewhere (an official account): linked once after a proven phone, then on its own.

The outside subject is kept as a keyed digest: nobody can look a person up elsewhere by it.
"""

from datetime import datetime

from tongxin.kernel.refused import Refused
from tongxin.people.models import Account, OutsideIdentity
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring
from tongxin.store.models import GuardedQuerySet


@atomic
def account_of(*, provider: str, subject: str, at: datetime) -> Account | None:
    """The linked account, or None: then a phone must be proven first. Refused: "account-stopped"."""
    found = _live(provider, subject).select_related("account").first()
    if found is None:
        return None
    account: Account = found.account
    if bytes(found.subject_digest) != (
        digest := _digest(provider, subject)
    ):  # keys have changed: nothing else can tell
        found.subject_digest = digest
        found.save(update_fields=["subject_digest"])
    if not account.is_active:
        raise Refused("account-stopped", "这个账号已停用，请联系您的工会。")
    journal.write("account.signed-in", of=account, by=account, at=at, way=provider)
    return account


@atomic
def link(*, account: Account, provider: str, subject: str, at: datetime) -> OutsideIdentity:
    """From now on this outside identity opens the account. Linked again, nothing changes.

    Refused: "identity-taken": it opens someone else's account, who must let it go first.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    found: OutsideIdentity | None = _live(provider, subject).first()
    if found is not None:
        if found.account_id != account.pk:
            raise Refused("identity-taken", "这个微信已经绑定了另一个账号。请用它登录，先在“我的”里解除绑定。")
        return found
    OutsideIdentity.objects.filter(account=account, provider=provider, ended_at=None).update(ended_at=at)
    made = OutsideIdentity.make(
        account=account, provider=provider, subject_digest=_digest(provider, subject), linked_at=at
    )
    journal.write("account.linked", of=account, by=account, at=at, way=provider)
    return made


@atomic
def unlink(*, account: Account, provider: str, at: datetime) -> None:
    """Refused: "identity-none"."""
    if not OutsideIdentity.objects.filter(account=account, provider=provider, ended_at=None).update(ended_at=at):
        raise Refused("identity-none", "现在没有绑定，不用解除。")
    journal.write("account.unlinked", of=account, by=account, at=at, way=provider)


def _live(provider: str, subject: str) -> GuardedQuerySet[OutsideIdentity]:
    digests = ring().digests(f"{provider}:{subject}", purpose="account.identity")
    found: GuardedQuerySet[OutsideIdentity] = OutsideIdentity.objects.filter(
        provider=provider, subject_digest__in=digests, ended_at=None
    )
    return found


def _digest(provider: str, subject: str) -> bytes:
    return ring().digest(f"{provider}:{subject}", purpose="account.identity")
