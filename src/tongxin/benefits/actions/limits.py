"""Checks what a person is given in a year against the limit that stands for it, under a lock on the person."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.utils.timezone import localdate

from tongxin.benefits.models import Scheme
from tongxin.benefits.queries import limits
from tongxin.benefits.queries.limits import Standing
from tongxin.kernel.refused import Refused
from tongxin.store.atomic import atomic, must_be_writing
from tongxin.store.prepared import Prepared

_LOCK: Final = Prepared("""
    SELECT id, coalesce(merged_into_id, id) FROM people_person WHERE id = ANY(%(people)s::bigint[])
    ORDER BY id FOR NO KEY UPDATE
""")


def lock_people(people: Collection[int]) -> dict[int, int]:
    """Each with the record that counts for them: the same, or the one into which it was merged. Locked in order of keys.

    Two unions that give to one person at once are put in a row here; a merge of the records waits, or is waited for.
    """
    must_be_writing("lock of Person")
    found: dict[int, int] = dict(_LOCK.rows(people=sorted(set(people))))
    if kept := set(found.values()) - found.keys():
        _LOCK.rows(people=sorted(kept))
    return found


@atomic
def check(*, scheme: Scheme, person: int, at: datetime) -> Standing | None:
    """Refused: "year-limit", with what stands against it and the clause; "limit-unknown". The scheme's row is locked by
    the caller, for the order of locks: pool, scheme, person.
    """
    on = localdate(at)
    if limits.limit_of(scheme, on) is None:
        return None
    counts_for = lock_people([person])[person]
    standing = limits.standing(scheme, counts_for, on)
    if standing is not None and not standing.allows(scheme.value):
        raise over(standing, scheme, on.year)
    return standing


def over(standing: Standing, scheme: Scheme, year: int) -> Refused:
    return Refused(
        "year-limit",
        "%(called)s是%(most)s元（%(document)s：%(clause)s）。%(year)s年各级工会已经给您%(used)s元，"
        "还可以%(left)s元，这一张是%(value)s元，所以不能再发。用不上的那张可以先退回，再来领。",
        called=standing.limit.words,
        most=plain(standing.limit.most),
        document=standing.limit.document,
        clause=standing.limit.clause,
        year=year,
        used=plain(standing.used),
        left=plain(standing.left),
        value=plain(scheme.value),
    )


def plain(amount: Decimal) -> str:
    """200 or 99.50: without needless zeros."""
    whole = amount == amount.to_integral_value()
    return f"{amount:.0f}" if whole else f"{amount:.2f}"
