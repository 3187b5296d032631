"""One record, one account. Of two the decider says which sign-in goes on; the other one stands without a record."""

from typing import Any, Final

from django.db.models import F

from tongxin.kernel.refused import Refused
from tongxin.people.models import Account, Person

TOUCHED: Final = "登录账号合并后又变过，保持现在的样子"
Notes = dict[str, Any]


def settle(kept: Person, gone: Person, *, keep: int | None) -> Notes:
    """`moved`: the account that came from `gone`; `detached`: the one that lost its record, and which record that was.

    Refused: "choose-account".
    """
    found = {row.person_id: row for row in Account.objects.select_for_update().filter(person__in=[kept, gone])}
    if len(found) == 2 and keep not in {row.pk for row in found.values()}:
        raise Refused("choose-account", "两份登记各有账号，请选保留哪一个登录，另一个会退出。")
    mine, other = found.get(kept.pk), found.get(gone.pk)
    if other is None:
        return {}
    if mine is None:
        return _moved(other, kept)
    if keep == mine.pk:
        return _detached(other)
    return _detached(mine) | _moved(other, kept)


def back(kept: Person, gone: Person, notes: Notes) -> list[str]:
    """`moved` goes back first, which frees the place of `detached`."""
    left = []
    if pk := notes.get("moved"):
        here = Account.objects.filter(pk=pk, person=kept)
        if not here.update(person=gone, sessions_ended=F("sessions_ended") + 1):
            left.append(TOUCHED)
    if detached := notes.get("detached"):
        pk, person = detached
        taken = Account.objects.filter(person=person).exists()
        if taken or not Account.objects.filter(pk=pk, person=None).update(person=person):
            left.append(TOUCHED)
    return left


def _moved(account: Account, kept: Person) -> Notes:
    Account.objects.filter(pk=account.pk).update(person=kept)
    return {"moved": account.pk}


def _detached(account: Account) -> Notes:
    Account.objects.filter(pk=account.pk).update(person=None, sessions_ended=F("sessions_ended") + 1)
    return {"detached": [account.pk, account.person_id]}
