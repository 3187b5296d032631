"""An outside identity opens one account, after a phone was proven once."""

import pytest
from tests.cast import NOW, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import identities
from tongxin.people.models import OutsideIdentity

OPENID = "oX-a-subject-of-elsewhere"


def opened(provider: str = "weixin") -> object:
    return identities.account_of(provider=provider, subject=OPENID, at=NOW)


def test_it_opens_nothing_before_it_is_linked(cast: Cast) -> None:
    assert opened() is None


def test_linked_once_it_opens_the_account(cast: Cast) -> None:
    first = identities.link(account=cast.wang.account, provider="weixin", subject=OPENID, at=NOW)
    assert identities.link(account=cast.wang.account, provider="weixin", subject=OPENID, at=NOW).pk == first.pk
    assert opened() == cast.wang.account
    assert opened("other") is None
    assert OPENID.encode() not in bytes(OutsideIdentity.objects.get().subject_digest)


def test_it_never_opens_two(cast: Cast) -> None:
    identities.link(account=cast.wang.account, provider="weixin", subject=OPENID, at=NOW)
    with pytest.raises(Refused) as taken:
        identities.link(account=cast.zhang.account, provider="weixin", subject=OPENID, at=NOW)
    assert taken.value.code == "identity-taken"
    identities.unlink(account=cast.wang.account, provider="weixin", at=NOW)
    assert opened() is None
    identities.link(account=cast.zhang.account, provider="weixin", subject=OPENID, at=NOW)
    assert opened() == cast.zhang.account


def test_another_subject_takes_the_place_of_the_first(cast: Cast) -> None:
    identities.link(account=cast.wang.account, provider="weixin", subject=OPENID, at=NOW)
    identities.link(account=cast.wang.account, provider="weixin", subject="a new phone's", at=NOW)
    assert opened() is None
    assert OutsideIdentity.objects.filter(account=cast.wang.account, ended_at=None).count() == 1


def test_a_stopped_account_is_not_opened(cast: Cast) -> None:
    identities.link(account=cast.wang.account, provider="weixin", subject=OPENID, at=NOW)
    cast.wang.account.is_active = False
    cast.wang.account.save(update_fields=["is_active"])
    with pytest.raises(Refused) as stopped:
        opened()
    assert stopped.value.code == "account-stopped"


def test_nothing_to_let_go(cast: Cast) -> None:
    with pytest.raises(Refused) as none:
        identities.unlink(account=cast.wang.account, provider="weixin", at=NOW)
    assert none.value.code == "identity-none"
