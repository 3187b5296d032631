"""A person's record: registered by a union, changed by it, or declared by the worker. Its values stay out of the journal."""

from datetime import date, datetime
from typing import Any

from tongxin.kernel.refused import Refused
from tongxin.people.actions import likenesses, memberships, verification
from tongxin.people.actions.values import document_columns, name_columns, phone_columns, tier_two_columns
from tongxin.people.authority import Actor, require
from tongxin.people.models import Account, Membership, Person
from tongxin.people.models.persons import Assurance, DocumentKind
from tongxin.people.powers import Power
from tongxin.people.queries import lookup
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.fields import Sealed
from tongxin.unions.models import Union


@atomic
def register(  # noqa: PLR0913 - one name for each thing that is recorded
    *,
    union: Union,
    name: str,
    by: Actor,
    at: datetime,
    document: str = "",
    document_kind: str = DocumentKind.RESIDENT_ID,
    phone: str = "",
    joined_on: date | None = None,
    assurance: int = Assurance.ROSTER,
    synthetic: bool = False,
    **tier_two: Any,
) -> Person:
    """A new record with an open membership at `union`. Neither phone nor account is needed.

    Refused: "no-power", "document-taken", and whatever is wrong with name, number or phone.
    """
    require(by, Power.MANAGE_PEOPLE, union)
    person = Person(
        federation=union.federation,
        assurance=assurance,
        synthetic=synthetic,
        created_at=at,
        changed_at=at,
        **document_columns(document_kind, document)
        | name_columns(name)
        | phone_columns(phone)
        | tier_two_columns(tier_two),
    )
    _must_be_free(person)
    person.save(force_insert=True)
    journal.write("person.registered", of=person, by=by, at=at, union=union.pk)
    memberships.join(person=person, union=union, starts=joined_on or by.on, by=by, at=at)
    if not by.system:  # what the house itself loads is swept at night
        likenesses.look(person=person, at=at)
    return person


@atomic
def change(*, person: Person, by: Actor, at: datetime, **values: Any) -> Person:
    """Corrects what is given: name, phone, document (with document_kind) or fields of the real-name sheet.

    The journal says which fields changed, not from what to what. Refused: "no-power", "not-found", "document-taken".
    """
    membership = open_membership(person)
    require(by, Power.MANAGE_PEOPLE, membership.union_id)
    person = Person.objects.lock(person.pk)
    columns = _columns(person, values)
    changed = sorted(field for field, value in columns.items() if not _same(getattr(person, field), value))
    if not changed:
        return person
    for field in changed:
        setattr(person, field, columns[field])
    _must_be_free(person)
    person.changed_at = at
    person.save(update_fields=[*changed, "changed_at"])
    told = sorted({field.split("_digest")[0] for field in changed if not field.startswith("name_")})
    journal.write("person.changed", of=person, by=by, at=at, union=membership.union_id, fields=" ".join(told))
    verification.after_change(
        person=person, changed=changed, to=Assurance.ROSTER, union=membership.union_id, by=by, at=at
    )
    likenesses.after_change(person=person, changed=changed, at=at)
    return person


@atomic
def declare(*, account: Account, name: str, near: Union, by: Actor, at: datetime) -> Person:
    """A worker who is in no roster says who they are; `near` is the federation that will keep the record.

    No membership comes of it, and no document is taken: that is what claims are for.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    if by.account_id != account.pk:
        raise Refused("no-power", "只能登记自己的信息，请用本人账号办理。")
    if account.person_id is not None:
        raise Refused("account-has-person", "这个账号已经有登记，不用再填。")
    phone = account.phone.open() if account.phone is not None else ""
    person = Person.make(
        federation=near.federation,
        assurance=Assurance.DECLARED,
        created_at=at,
        changed_at=at,
        **name_columns(name) | phone_columns(phone),
    )
    account.person = person
    account.save(update_fields=["person"])
    journal.write("person.declared", of=person, by=by, at=at)
    likenesses.look(person=person, at=at)
    return person


def open_membership(person: Person) -> Membership:
    found: Membership | None = Membership.objects.filter(person=person, ends=None).first()
    if found is None:
        raise Refused("no-membership", "这个人现在没有会籍，请先登记会籍。")
    return found


def _columns(person: Person, values: dict[str, Any]) -> dict[str, Any]:
    values = dict(values)
    columns: dict[str, Any] = {}
    if "document" in values or "document_kind" in values:
        kind = values.pop("document_kind", person.document_kind)
        columns |= document_columns(kind, values.pop("document", ""))
    if "name" in values:
        columns |= name_columns(values.pop("name"))
    if "phone" in values:
        columns |= phone_columns(values.pop("phone"))
    return columns | tier_two_columns(values)


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, Sealed) and isinstance(new, Sealed):
        return old.open() == new.open()
    if isinstance(old, memoryview):
        old = bytes(old)
    return bool(old == new)


def _must_be_free(person: Person) -> None:
    if person.document is None:
        return
    other = lookup.by_document(person.document_kind, person.document_text())
    if other is not None and other.pk != person.pk:
        raise Refused("document-taken", "这个证件号码已经登记在另一人名下。请先查找这个人；会籍在别处的，请办转接。")
