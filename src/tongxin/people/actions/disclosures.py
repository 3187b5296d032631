"""A full number is shown to someone: by POST, for a purpose, and the person can read who looked (谁看过)."""

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
