"""Vouchers for many at once, in one statement: what an order of arrival, a draw or a lane has given becomes theirs.

Whoever is over a year's limit gets a row too, withheld: no money is bound, the place goes on to the next (`jobs`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.timezone import localdate
from django.utils.translation import gettext_noop

from tongxin.benefits.actions.limits import lock_people, plain
from tongxin.benefits.models import Scheme
from tongxin.benefits.queries import limits
from tongxin.benefits.states import BINDING, VoucherState
from tongxin.kernel.public_ids import new_public_ids
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.prepared import Prepared

_ISSUE: Final = Prepared("""
WITH given AS (
    SELECT person, award, public_id, outside, row_number() OVER (PARTITION BY person ORDER BY ordinal) AS nth
    FROM unnest(%(people)s::bigint[], %(awards)s::bigint[], %(public_ids)s::text[], %(outside)s::boolean[])
         WITH ORDINALITY AS given (person, award, public_id, outside, ordinal)
), used AS (
    SELECT person_id AS person, sum(value) AS total FROM benefits_voucher
    WHERE %(key)s <> '' AND limit_key = %(key)s AND year = %(year)s AND state = ANY(%(binding)s::text[])
      AND person_id = ANY(%(people)s::bigint[])
    GROUP BY person_id
), voucher AS (
    INSERT INTO benefits_voucher (federation, public_id, scheme_id, union_id, person_id, award_id, value, limit_key,
                                  year, last_day, state, at, opening, code_site)
    SELECT %(federation)s, given.public_id, %(scheme)s, %(union)s, given.person, nullif(given.award, 0),
           %(value)s::numeric, %(key)s, %(year)s, %(last_day)s::date,
           CASE WHEN NOT given.outside AND coalesce(used.total, 0) + given.nth * %(value)s::numeric <= %(most)s::numeric
                THEN %(issued)s ELSE %(withheld)s END,
           %(at)s, 0, ''
    FROM given LEFT JOIN used USING (person)
    RETURNING id, public_id, state
), move AS (
    INSERT INTO benefits_vouchermove (federation, voucher_id, verb, ref, account, at, why)
    SELECT %(federation)s, id, CASE WHEN state = %(issued)s THEN 'issue' ELSE 'withhold' END, '', %(account)s, %(at)s,
           CASE WHEN state = %(issued)s THEN '' WHEN outside THEN %(reach)s ELSE %(limit)s END
    FROM voucher JOIN given USING (public_id)
)
SELECT id, public_id, state FROM voucher
""")
_NO_LIMIT: Final = Decimal(10) ** 12
# Why it is withheld: the owner reads it, and is told so when the place goes on.
OVER_LIMIT: Final = gettext_noop("今年各级工会给您的已到每人每年的上限")
OUT_OF_REACH: Final = gettext_noop("您的会籍不在这项福利的发放范围里")


@dataclass(frozen=True, slots=True)
class Given:
    """To whom, and by which award of the engine (None: without a call)."""

    person: int
    award: int | None = None
    outside: bool = False  # it is not for them: withheld


@dataclass(frozen=True, slots=True)
class Issued:
    vouchers: tuple[int, ...]
    withheld: tuple[int, ...]


@atomic
def issue(*, scheme: Scheme, given: Sequence[Given], by: Actor, at: datetime) -> Issued:
    """All of them or none. Whoever calls has checked the power, or holds the pool's lock.

    Refused: "budget-short", "scheme-over" (its last day has passed), "limit-unknown".
    """
    scheme = Scheme.objects.select_related("union").lock(scheme.pk)
    on = localdate(at)
    if on > scheme.last_day:
        raise Refused("scheme-over", "“%(scheme)s”已经结束，不能再发放。", scheme=scheme.name)
    limit = limits.limit_of(scheme, on)
    people = [one.person for one in given]
    if limit is not None:
        counts_for = lock_people(people)
        people = [counts_for[person] for person in people]
    most = _NO_LIMIT if limit is None else limit.most
    columns = {"people": people, "awards": [one.award or 0 for one in given], "outside": [one.outside for one in given]}
    rows = _ISSUE.rows(**columns, **_values(scheme, len(people), by, at), most=most)
    issued = [row for row in rows if row[2] == VoucherState.ISSUED]
    withheld = [row for row in rows if row[2] == VoucherState.WITHHELD]
    _bind(scheme, len(issued))
    _journal("voucher.issued", scheme, [row[1] for row in issued], by, at)
    _journal("voucher.withheld", scheme, [row[1] for row in withheld], by, at)
    return Issued(tuple(row[0] for row in issued), tuple(row[0] for row in withheld))


def last_day(scheme: Scheme, on: date) -> date:
    """Of a voucher issued that day."""
    if scheme.good_days is None:
        return scheme.last_day
    starts = max(on, scheme.starts)
    return min(scheme.last_day, starts + timedelta(days=scheme.good_days - 1))


def _bind(scheme: Scheme, count: int) -> None:
    after = scheme.bound + scheme.value * count
    if after > scheme.budget:
        raise Refused(
            "budget-short",
            "“%(scheme)s”的预算是%(budget)s元，已发出%(bound)s元，再发%(count)s张要%(more)s元，不够。请先增加预算。",
            scheme=scheme.name,
            budget=plain(scheme.budget),
            bound=plain(scheme.bound),
            count=count,
            more=plain(scheme.value * count),
        )
    scheme.bound = after
    scheme.save(update_fields=["bound"])


def _journal(verb: str, scheme: Scheme, ids: Sequence[str], by: Actor, at: datetime) -> None:
    journal.write_named(
        verb,
        of_kind="voucher",
        ids=ids,
        federation=scheme.federation,
        union=scheme.union_id,
        by=by,
        at=at,
        scheme=scheme.public_id,
        value=str(scheme.value),
    )


def _values(scheme: Scheme, count: int, by: Actor, at: datetime) -> dict[str, Any]:
    on = localdate(at)
    return {
        "public_ids": new_public_ids(count),
        "federation": scheme.federation,
        "scheme": scheme.pk,
        "union": scheme.union_id,
        "value": scheme.value,
        "key": scheme.limit_key,
        "year": on.year,
        "last_day": last_day(scheme, on),
        "binding": [state.value for state in BINDING],
        "limit": OVER_LIMIT,
        "reach": OUT_OF_REACH,
        "issued": VoucherState.ISSUED.value,
        "withheld": VoucherState.WITHHELD.value,
        "account": by.account_id,
        "at": at,
    }
