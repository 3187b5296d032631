"""A full number is shown to someone: by POST, for a purpose, and the person can read who looked (谁看过)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused
from tongxin.people.actions.persons import open_membership
from tongxin.people.authority import Actor, require
from tongxin.people.models import Disclosure, Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

FIELDS: Final = {"document": "证件号码", "phone": "手机号"}
SHORTEST, LONGEST = 4, 200  # characters of a purpose


@atomic
def reveal(*, person: Person, field: str, purpose: str, by: Actor, at: datetime) -> str:
    """The full number. The row and the journal's entry are written in the transaction that gives it.

    Refused: "no-power", "purpose-missing", "field-unknown", "number-missing", "no-membership".
    """
    union_id = open_membership(person).union_id
    require(by, Power.REVEAL_NUMBERS, union_id)
    if field not in FIELDS:
        raise Refused("field-unknown", "只能查看证件号码或手机号。")
    purpose = purpose.strip()[:LONGEST]
    if len(purpose) < SHORTEST:
        raise Refused("purpose-missing", "请写明查看的用途，至少%(least)d个字。本人能看到这条记录。", least=SHORTEST)
    number = person.document_text() if field == "document" else phones.national(person.phone_text())
    if not number:
        raise Refused("number-missing", "登记里没有%(field)s。", field=FIELDS[field])
    Disclosure.make(
        person=person,
        field=field,
        purpose=purpose,
        account=by.account_id,
        union_id=union_id,
        at=at,
        federation=person.federation,
    )
    journal.write("person.number-revealed", of=person, by=by, at=at, union=union_id, field=field)
    return number


@atomic
def reveal_many(
    *, people: Sequence[Person], fields: Collection[str], purpose: str, union: Union, by: Actor, at: datetime
) -> int:
    """Full numbers of many leave at once, in a file: a row and an entry for each number, as if each were looked at.

    Returns how many. Refused: "no-power", "purpose-missing".
    """
    require(by, Power.REVEAL_NUMBERS, union)
    purpose = purpose.strip()[:LONGEST]
    if len(purpose) < SHORTEST:
        raise Refused("purpose-missing", "请写明查看的用途，至少%(least)d个字。本人能看到这条记录。", least=SHORTEST)
    rows = []
    for field in fields:
        having = [one for one in people if (one.document if field == "document" else one.phone) is not None]
        rows += [
            Disclosure(
                person=one,
                field=field,
                purpose=purpose,
                account=by.account_id,
                union=union,
                at=at,
                federation=one.federation,
            )
            for one in having
        ]
        journal.write_many("person.number-revealed", of=having, by=by, at=at, union=union.pk, field=field)
    Disclosure.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)
