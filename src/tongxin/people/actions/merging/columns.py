"""The two records' own columns: what the one that is kept takes over, and how both become what they were.

A snapshot is the row as PostgreSQL writes it in JSON, so that every column comes back exactly; `people.kept_records` says
how sealed ones are kept.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection

from tongxin.people import kept_records
from tongxin.people.models import Person

Snapshot = dict[str, Any]
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "name_pieces", "name_initials", "name_sort"),
    "document": ("document_kind", "document", "document_digest", "born", "sex"),
    "phone": ("phone", "phone_digest"),
    "ethnicity": ("ethnicity",),
    "political_status": ("political_status",),
    "education": ("education",),
    "skill_level": ("skill_level",),
    "migrant_worker": ("migrant_worker",),
    "gig_group": ("gig_group",),
    "employer": ("employer", "employer_uscc"),
    "occupation": ("occupation",),
    "model_worker": ("model_worker",),
}
WORDS: Final = {
    "name": "姓名",
    "document": "证件号码",
    "phone": "手机号",
    "ethnicity": "民族",
    "political_status": "政治面貌",
    "education": "学历",
    "skill_level": "技能等级",
    "migrant_worker": "农民工",
    "gig_group": "新就业形态",
    "employer": "工作单位",
    "occupation": "职业",
    "model_worker": "劳模称号",
}
_ALONE: Final = {"assurance": ("assurance",), "merged_into": ("merged_into_id",), "changed_at": ("changed_at",)}
_DIGESTS: Final = frozenset({"document_digest", "phone_digest"})  # follow what they are made of, and its key


def snapshot(person: Person) -> Snapshot:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(person)::text FROM people_person person WHERE id = %s", [person.pk])
        (text,) = cursor.fetchone()
    found: Snapshot = json.loads(text)
    return found


def taken(kept: Person, gone: Person, asked: Collection[str]) -> set[str]:
    """Groups that `kept` takes over: what was asked for, and what it lacks."""
    return {
        group for group, names in GROUPS.items()
        if (group in asked and not _empty(gone, names)) or (_empty(kept, names) and not _empty(gone, names))
    }  # fmt: skip


def settle(kept: Person, gone: Person, asked: Collection[str], at: datetime) -> None:
    """Both rows are saved. Numbers of papers change places: none is lost, and either leads to the record kept."""
    groups = taken(kept, gone, asked)
    assurance = _assurance(kept, gone, groups)
    number = {column: getattr(kept, column) for column in GROUPS["document"]}
    for group in groups:
        for column in GROUPS[group]:
            setattr(kept, column, getattr(gone, column))
    if "document" in groups:
        Person.objects.filter(pk=gone.pk).update(document=None, document_digest=None)
    kept.assurance, kept.changed_at = assurance, at
    kept.save()
    if "document" in groups:
        for column, value in number.items():
            setattr(gone, column, value)
    gone.merged_into, gone.changed_at = kept, at
    gone.save()


def back(kept: Person, gone: Person, notes: Mapping[str, Snapshot]) -> list[str]:
    """Every group that stands as the merge left it becomes what it was; the names of the others are returned."""
    now, left = snapshot(kept), []
    restored: Snapshot = {}
    for group, names in {**GROUPS, **_ALONE}.items():
        if _plain(notes["kept"], names) == _plain(notes["after"], names):
            continue
        if group == "changed_at" or _plain(now, names) == _plain(notes["after"], names):
            restored |= {name: notes["kept"][name] for name in names}
        else:
            left.append(f"{WORDS.get(group, '核验程度')}合并后又改过，保留改后的")
    if "document" in restored or "document_digest" in restored:
        Person.objects.filter(pk=gone.pk).update(document=None, document_digest=None)
    _write(kept.pk, restored)
    _write(gone.pk, _of_gone(notes, number_back="document" in restored))
    return left


def _of_gone(notes: Mapping[str, Snapshot], *, number_back: bool) -> Snapshot:
    """Where the number stays with the record kept, the other one cannot have it again."""
    fresh = dict(notes["gone"])
    gave = _plain(notes["after"], ("document",)) == _plain(notes["gone"], ("document",))
    if gave and not number_back and fresh["document"] is not None:
        fresh |= {"document": None, "document_digest": None}
    return fresh


def _write(pk: int, values: Snapshot) -> None:
    if not values:
        return
    values = kept_records.sealed(values)
    quoted = ", ".join(connection.ops.quote_name(name) for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE people_person SET ({quoted}) = (SELECT {quoted} FROM jsonb_populate_record(NULL::people_person, %s::jsonb))"  # noqa: S608 - names of columns
            " WHERE id = %s",
            [json.dumps(values), pk],
        )


def _plain(row: Snapshot, names: Collection[str]) -> list[Any]:
    """Comparable: a value that was sealed again under a new key is the same value."""
    return [
        kept_records.plain(name, row[name]) if name in kept_records.PURPOSES else row[name]
        for name in names
        if name not in _DIGESTS
    ]


def _empty(person: Person, names: Collection[str]) -> bool:
    """By the column that matters, which stands first; of a paper its number."""
    column = "document" if "document" in names else next(iter(names))
    return getattr(person, column) in {None, ""}


def _assurance(kept: Person, gone: Person, groups: Collection[str]) -> int:
    """As sure as we are of the record from which the number comes; with another one's name no surer than of either."""
    number = gone if "document" in groups else kept
    named = gone if "name" in groups else kept
    if number.pk == named.pk or kept.name == gone.name:
        return number.assurance if number.document is not None else max(kept.assurance, gone.assurance)
    return min(kept.assurance, gone.assurance)
