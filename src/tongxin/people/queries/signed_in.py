"""The account behind an open session, with its person's posts of the day: what every signed-in request reads first.

And the account of a number, which every sign-in reads.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from tongxin.people.models import Account
from tongxin.people.models.accounts import Appointed
from tongxin.store.prepared import Columns, Prepared

_COLUMNS: Final = Columns(Account, "phone")  # sealed; the few pages that show it read it
_ACCOUNT: Final = Prepared(f"""
    SELECT {_COLUMNS.of("account")}, post.role, post.union_id, post.ends
    FROM people_account account
    LEFT JOIN people_appointment post
        ON post.person_id = account.person_id AND post.starts <= %(on)s AND post.ends > %(on)s
    WHERE account.id = %(account)s
""")  # noqa: S608 - names of columns


_OF_PHONE: Final = Prepared(f"""
    SELECT {_COLUMNS.of("account")} FROM people_account account WHERE account.phone_digest = ANY(%(digests)s::bytea[])
""")  # noqa: S608 - names of columns


def account_of_phone(digests: Sequence[bytes]) -> Account | None:
    """By the number's digests under every key of the ring: one account at most, unless a rotation is under way."""
    found = [_COLUMNS.read(row) for row in _OF_PHONE.rows(digests=list(digests))]
    return min(found, key=lambda account: account.pk, default=None)


def account_signed_in(pk: int, on: date) -> Account | None:
    """In one statement; `authority.actor_of(account, on)` asks no second time for the posts of that day."""
    rows = _ACCOUNT.rows(account=pk, on=on)
    if not rows:
        return None
    width = len(_COLUMNS)
    account = _COLUMNS.read(rows[0][:width])
    account.appointed = Appointed(on, tuple((row[width], row[width + 1], row[width + 2]) for row in rows if row[width]))
    return account
