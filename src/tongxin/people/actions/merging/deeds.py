"""Two records of one person become one, and two again if that was wrong. Nothing is deleted on either way.

Both rows stay. What pointed at `gone` points at `kept`; what cannot follow, because both have one and the database allows
one, is put aside: it stays with `gone` and is read there. `Merge.before` and `MergedRow` know the way back. The ledger
is append-only: what counted for `gone` is taken back and counted for `kept` (docs/adr/0007-merging-records.md).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.people.actions import likenesses
from tongxin.people.actions.merging import accounts, columns, rows, stays
from tongxin.people.authority import Actor, may, require
from tongxin.people.kept_records import opened_notes
from tongxin.people.models import Appointment, Likeness, Merge, MergedRow, Person
from tongxin.people.models.clocks import ClockName
from tongxin.people.powers import Power
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.states import LikenessState
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.served.actions import ledger
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

LEDGER: Final = "served_servedrow"
FOLLOW_FOR: Final = timedelta(hours=1)
UNDO: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the decider said: which record is kept, what of the other one it takes over, which open stay and which
    sign-in go on where both have one (public id of the membership; pk of the account).
    """

    kept: Person
    take: frozenset[str] = field(default_factory=frozenset)  # groups of columns: merging.columns.GROUPS
    membership: str = ""
    account: int | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    merge: Merge
    left: tuple[str, ...]  # what had changed since and stays with the record that was kept, in words


@atomic
def merge(*, pair: Likeness, choice: Choice, by: Actor, at: datetime) -> Merge:
    """Refused: "no-power", "merge-self", "likeness-decided" (someone was quicker, or a record changed), "merge-kept",
    "merge-posts" (someone with a post: only who may appoint there), "choose-stay", "choose-account".
    """
    pair = _locked_pair(pair, by)
    if choice.kept.pk not in {pair.one_id, pair.other_id}:
        raise Refused("merge-kept", "请选要保留哪一份登记。")
    kept, gone = _lock_both(choice.kept.pk, pair.one_id + pair.other_id - choice.kept.pk)
    _check_posts(kept, gone, by)
    before = {"kept": columns.snapshot(kept), "gone": columns.snapshot(gone)}
    done = Merge.make(
        federation=kept.federation, kept=kept, gone=gone, union_id=pair.union_id, before="{}",
        account=by.account_id, at=at, undo_until=_undo_until(pair.union, at), why=pair.why,
    )  # fmt: skip
    notes = before | {
        "accounts": accounts.settle(kept, gone, keep=choice.account),
        "stays": stays.settle(kept, gone, goes_on=choice.membership, today=localdate(at)),
    }
    columns.settle(kept, gone, choice.take, at)
    _follow(done, at)
    notes["after"] = columns.snapshot(kept)
    done.before = opened_notes(json.dumps(notes))
    done.save(update_fields=["before"])
    _close(pair, gone, done, by, at)
    likenesses.look(person=kept, at=at)
    journal.write("person.merged", of=kept, by=by, at=at, union=pair.union_id, gone=gone.public_id)
    _tell("record.merged", done, at)
    return done


@atomic
def undo(*, merge: Merge, why: str, by: Actor, at: datetime) -> Undone:
    """Everything goes back that still is as the merge left it; what has changed since stays, and is named.

    Refused: "no-power", "merge-self", "undo-done", "undo-late", "undo-later-first" (a merge after this one), "why-missing".
    """
    merge = Merge.objects.select_related("union").lock(merge.pk)
    _check_undo(merge, why, by, at)
    kept, gone = _lock_both(merge.kept_id, merge.gone_id)
    notes = json.loads(merge.before.open())
    left = [
        *_ledger_back(merge, at),
        *rows.back(merge),
        *stays.back(kept, gone, notes["stays"]),
        *accounts.back(kept, gone, notes["accounts"]),
        *columns.back(kept, gone, notes),
    ]
    merge.undone_at, merge.undone_by, merge.why = at, by.account_id, why.strip()
    merge.save(update_fields=["undone_at", "undone_by", "why"])
    Likeness.objects.filter(_the_pair(merge)).update(
        state=LikenessState.DIFFERENT, decided_by=by.account_id, decided_at=at, why=why.strip()
    )
    journal.write("person.unmerged", of=kept, by=by, at=at, union=merge.union_id, gone=gone.public_id, left=len(left))
    _tell("record.unmerged", merge, at)
    return Undone(merge, tuple(dict.fromkeys(left)))


@atomic
def follow_stragglers(*, at: datetime) -> int:
    """What was written for a record in the very moment in which it was merged away follows it. For a job."""
    merges = Merge.objects.filter(undone_at=None, at__gt=at - FOLLOW_FOR).select_related("kept", "gone")
    return sum(_follow(done, at) for done in merges.order_by("pk"))


def _follow(done: Merge, at: datetime) -> int:
    moved = rows.follow(done)
    sources = ledger.reattribute(person=done.gone_id, to=done.kept_id, at=at)
    MergedRow.objects.bulk_create(
        [
            MergedRow(federation=done.federation, merge=done, table=LEDGER, row=source, column=measure)
            for measure, source in sources
        ]
    )
    return moved + len(sources)


def _ledger_back(merge: Merge, at: datetime) -> list[str]:
    sources = set(MergedRow.objects.filter(merge=merge, table=LEDGER).values_list("column", "row"))
    if sources:
        ledger.reattribute(person=merge.kept_id, to=merge.gone_id, at=at, only=sources)
    return []


# ---- checks -------------------------------------------------------------------------------------------------------


def _locked_pair(pair: Likeness, by: Actor) -> Likeness:
    pair = Likeness.objects.select_related("union").lock(pair.pk)
    require(by, Power.MERGE_PEOPLE, pair.union_id)
    _not_oneself(by, {pair.one_id, pair.other_id})
    if pair.state != LikenessState.OPEN:
        raise Refused("likeness-decided", "这两份登记刚刚有人判断过或改过，请刷新后再看。")
    return pair


def _not_oneself(by: Actor, people: Collection[int]) -> None:
    if by.person_id in people:
        raise Refused("merge-self", "不能判断自己的登记，请同事或上级办理。")


def _lock_both(kept: int, gone: int) -> tuple[Person, Person]:
    """FOR UPDATE: whoever is writing for one of them finishes first, so that what they write is seen here."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SET CONSTRAINTS membership_no_gap, membership_no_gap_after DEFERRED"
        )  # chains are put row by row
    found = Person.objects.filter(pk__in=[kept, gone]).order_by("pk").select_for_update(of=("self",))
    people = {person.pk: person for person in found}
    return people[kept], people[gone]


def _check_posts(kept: Person, gone: Person, by: Actor) -> None:
    unions = Appointment.objects.filter(person__in=[kept, gone], ends__gt=by.on).values_list("union_id", flat=True)
    if not all(may(by, Power.APPOINT, union) for union in set(unions)):
        raise Refused("merge-posts", "其中一份登记有工作岗位，合并会带走岗位权限，请由任命岗位的管理员来判断。")


def _check_undo(merge: Merge, why: str, by: Actor, at: datetime) -> None:
    require(by, Power.MERGE_PEOPLE, merge.union_id)
    _not_oneself(by, {merge.kept_id, merge.gone_id})
    if merge.undone_at is not None:
        raise Refused("undo-done", "这次合并已经撤销，请刷新后再看。")
    if at >= merge.undo_until:
        raise Refused("undo-late", "已过撤销期限，两份登记不能再拆开。确有错误的，请上级工会登记新的一份。")
    later = Merge.objects.filter(undone_at=None, pk__gt=merge.pk)
    if later.filter(Q(kept=merge.kept_id) | Q(gone=merge.kept_id)).exists():
        raise Refused("undo-later-first", "这份登记后来又合并过，请先撤销后面那一次。")
    if not why.strip():
        raise Refused("why-missing", "请写一句撤销的原因。")


def _undo_until(union: Union, at: datetime) -> datetime:
    """As the place's clock says; without one, UNDO."""
    found = clock(ClockName.MERGE_UNDO, union, localdate(at))
    return due_at(found, at) if found is not None else at + UNDO


def _close(pair: Likeness, gone: Person, done: Merge, by: Actor, at: datetime) -> None:
    """This pair is decided; other questions about the record that is gone are closed, and come back with it."""
    pair.state, pair.decided_by, pair.decided_at = LikenessState.SAME, by.account_id, at
    pair.save(update_fields=["state", "decided_by", "decided_at"])
    rows.close_questions(done, gone, besides=pair.pk)


def _tell(kind: str, done: Merge, at: datetime) -> None:
    person = Person.objects.only("federation").get(pk=done.kept_id)
    data = {"union": str(done.union.name)}
    outbox.put([Telling(f"{kind}-{done.public_id}", kind, person.pk, person.federation, data)], at=at)


def _the_pair(merge: Merge) -> Q:
    one, other = sorted((merge.kept_id, merge.gone_id))
    return Q(one=one, other=other)
