"""Many records at once: registered, corrected, joined, transferred. A handful of statements for any number of rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from tongxin.people.actions import verification
from tongxin.people.actions.imports import former
from tongxin.people.actions.imports.judged import Judged
from tongxin.people.actions.values import document_columns, name_columns, phone_columns, tier_two_columns
from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.models.memberships import EndReason
from tongxin.people.models.persons import Assurance, DocumentKind, Sex
from tongxin.people.roster.judging import Judgement
from tongxin.people.roster.kept import Entry
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new, copy_over

SEXES: Final = {"male": Sex.MALE, "female": Sex.FEMALE}
_PLAIN: Final = (
    "ethnicity",
    "political_status",
    "education",
    "skill_level",
    "gig_group",
    "employer",
    "employer_uscc",
    "occupation",
    "model_worker",
)
Was = dict[int, former.Kept]  # by row number: what is written over
OF_MEMBERSHIP: Final = frozenset({"post", "membership_state", "joined_on"})


@atomic
def write(*, batch: ImportBatch, judged: Sequence[Judged], by: Actor, at: datetime) -> None:
    """`judged` under locks, added and changed rows only. Nobody stands in it twice."""
    new = [(entry, found) for entry, found in judged if found.person is None]
    old = [(entry, found) for entry, found in judged if found.person is not None]
    kept: Was = defaultdict(dict)
    for entry, _ in new:
        kept[entry.row_no]["new"] = True
    people = _register(batch, new, by, at) | _correct(batch, old, kept, by, at)
    joining = [(entry, found) for entry, found in judged if found.joins]
    _join(batch, joining, people, kept, by, at)
    _correct_memberships(batch, [one for one in old if not one[1].joins], kept, by, at)
    _note_done(batch, {entry.row_no: people[entry.row_no].pk for entry, _ in judged})
    former.keep(batch, kept)


def _register(batch: ImportBatch, rows: Sequence[Judged], by: Actor, at: datetime) -> dict[int, Person]:
    """Inserted in the order of their digests, so that two imports that meet wait for each other and never in a ring."""
    made = {entry.row_no: _new_person(batch, entry, at) for entry, _ in rows}
    ordered = sorted(made.values(), key=lambda person: bytes(person.document_digest or b""))
    copy_new(ordered)
    journal.write_many("person.registered", of=ordered, by=by, at=at, union=batch.union_id, batch=batch.public_id)
    return made


def _new_person(batch: ImportBatch, entry: Entry, at: datetime) -> Person:
    return Person(
        federation=batch.federation,
        assurance=Assurance.ROSTER,
        synthetic=batch.union.synthetic,
        created_at=at,
        changed_at=at,
        **_document(entry)
        | name_columns(entry.values["name"])
        | phone_columns(entry.values.get("phone", ""))
        | tier_two_columns(_tier_two(entry, entry.values.keys())),
    )


def _document(entry: Entry) -> dict[str, Any]:
    return document_columns(entry.values.get("id_kind", DocumentKind.RESIDENT_ID), entry.values.get("id_number", ""))


def _tier_two(entry: Entry, fields: Iterable[str]) -> dict[str, Any]:
    """Of these fields, what the row says, as a record holds it."""
    said = {name: value for name in fields if (value := entry.values.get(name))}
    columns: dict[str, Any] = {name: said[name] for name in _PLAIN if name in said}
    if "sex" in said:
        columns["sex"] = SEXES[said["sex"]]
    if "born" in said:
        columns["born"] = date.fromisoformat(said["born"])
    if "is_migrant" in said:
        columns["migrant_worker"] = said["is_migrant"] == "1"
    return columns


def _correct(batch: ImportBatch, rows: Sequence[Judged], kept: Was, by: Actor, at: datetime) -> dict[int, Person]:
    people = Person.objects.in_bulk([found.person for _, found in rows])
    _named_by_roster(batch, people.values(), by, at)
    touched: set[str] = set()
    told: dict[str, list[Person]] = defaultdict(list)
    for entry, found in rows:
        person = people[found.person]
        columns = _changed_columns(entry, found)
        if not columns:
            continue
        columns |= {"changed_at": at, "assurance": max(person.assurance, Assurance.ROSTER)}
        kept[entry.row_no]["person"] = former.of_person(person, columns)
        for name, value in columns.items():
            setattr(person, name, value)
        touched |= columns.keys()
        told[" ".join(sorted(set(found.changes) - OF_MEMBERSHIP))].append(person)
    copy_over([person for group in told.values() for person in group], touched)
    _fall_back(batch, told, by, at)
    for fields, group in told.items():
        journal.write_many(
            "person.changed", of=group, by=by, at=at, union=batch.union_id, fields=fields, batch=batch.public_id
        )
    return {entry.row_no: people[found.person] for entry, found in rows}


def _named_by_roster(batch: ImportBatch, people: Iterable[Person], by: Actor, at: datetime) -> None:
    """Who had only declared themselves stands in a roster now."""
    declared = [person for person in people if person.assurance < Assurance.ROSTER]
    if declared:
        verification.note_roster(people=declared, union=batch.union, by=by, at=at)


def _fall_back(batch: ImportBatch, told: dict[str, list[Person]], by: Actor, at: datetime) -> None:
    """Whom a window knew by another name or number; rare, so one by one."""
    for fields, group in told.items():
        if {"name", "id_number"} & set(fields.split()):
            for person in group:
                verification.after_change(
                    person=person, changed={"name"}, to=Assurance.ROSTER, union=batch.union_id, by=by, at=at
                )


def _changed_columns(entry: Entry, found: Judgement) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "id_number" in found.changes:
        columns |= _document(entry)
    if "name" in found.changes:
        columns |= name_columns(entry.values["name"])
    if "phone" in found.changes:
        columns |= phone_columns(entry.values["phone"])
    return columns | tier_two_columns(_tier_two(entry, found.changes))


def _join(
    batch: ImportBatch, rows: Sequence[Judged], people: dict[int, Person], kept: Was, by: Actor, at: datetime
) -> None:
    """First memberships, and transfers: the one elsewhere ends on the day on which this one begins."""
    open_ones = Membership.objects.filter(person__in=[found.person for _, found in rows if found.person], ends=None)
    leaving = {stay.person_id: stay for stay in open_ones}
    made = [
        Membership(
            person=people[entry.row_no],
            union=batch.union,
            federation=people[entry.row_no].federation,
            starts=found.starts or by.on,
            post=entry.values.get("post", ""),
            retained=entry.values.get("membership_state") == "retained",
            previous=leaving.get(people[entry.row_no].pk),
        )
        for entry, found in rows
    ]
    for stay in leaving.values():
        stay.ends, stay.end_reason = by.on, EndReason.TRANSFERRED
    copy_over(list(leaving.values()), {"ends", "end_reason"})
    copy_new(made)
    for (entry, _), stay in zip(rows, made, strict=True):
        kept[entry.row_no] |= {"stay": stay.pk, "wrote": former.of_stay(stay), "left": stay.previous_id}
    known = {found.person for _, found in rows if found.person}
    joined = [stay for stay in made if stay.person_id in known and stay.previous_id is None]
    journal.write_many("membership.joined", of=joined, by=by, at=at, batch=batch.public_id)
    moved = [stay for stay in made if stay.previous_id is not None]
    journal.write_many("membership.moved", of=moved, by=by, at=at, on=by.on.isoformat(), batch=batch.public_id)


def _correct_memberships(batch: ImportBatch, rows: Sequence[Judged], kept: Was, by: Actor, at: datetime) -> None:
    wanted = {found.person: (entry, found) for entry, found in rows if OF_MEMBERSHIP & set(found.changes)}
    stays = list(Membership.objects.filter(person__in=wanted, union=batch.union, ends=None)) if wanted else []
    for stay in stays:
        entry, found = wanted[stay.person_id]
        was = former.of_stay(stay)
        if "joined_on" in found.changes:
            stay.starts = found.starts or stay.starts
        if "post" in found.changes:
            stay.post = entry.values["post"]
        if "membership_state" in found.changes:
            stay.retained = entry.values["membership_state"] == "retained"
        kept[entry.row_no] |= {"stay": stay.pk, "was": was, "wrote": former.of_stay(stay)}
    copy_over(stays, {"starts", "post", "retained"})
    journal.write_many("membership.corrected", of=stays, by=by, at=at, batch=batch.public_id)


def _note_done(batch: ImportBatch, people: dict[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_importrow AS line SET person_id = fresh.person, done = true"
            " FROM unnest(%s::int[], %s::bigint[]) AS fresh(row_no, person)"
            " WHERE line.batch_id = %s AND line.row_no = fresh.row_no",
            [list(people), list(people.values()), batch.pk],
        )
