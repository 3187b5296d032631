"""A number comes to an account, leaves it, or moves: by its owner, at a window, or because an operator gave it to a stranger.

Every way leaves a trace (PhoneChange) and ends the sessions that were open. The stranger sees nothing of the account's
person, and the person nothing of the stranger.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password

from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.actions import attempts, likenesses, passports, sign_in, verification
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.actions.values import phone_columns
from tongxin.people.authority import Actor
from tongxin.people.models import Account, Appointment, Person, PhoneChange
from tongxin.people.models.transfers import PassportKind
from tongxin.people.powers import Power
from tongxin.people.queries.lookup import ACCOUNT_PHONE, PHONE
from tongxin.people.queries.windows import served_at
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

LAST: Final = 4  # characters of the document that whoever holds a number proves with
Code = tuple[str, str]  # handle and digits
How = PhoneChange.How
Digest = bytes | memoryview | None
NOT_OWNER: Final = Refused(
    "owner-not-proven", "姓名或证件号码后4位和登记的不一致，请核对后再试。不是您的登记，请点“这不是我”。"
)


def change_own(*, account: Account, new: Code, old: Code | None, network: str, at: datetime) -> Account:
    """The owner changes it: a code to the new number, and one to the old where there is one. A staff account that never
    had a phone gains one by the new code alone; the page has asked the second factor.

    Refused: "code-gone", "code-wrong" (counted), "old-code-needed", "phone-same", "phone-taken", "too-often".
    """
    outcome = _try_own(account=account, new=new, old=old, network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try_own(*, account: Account, new: Code, old: Code | None, network: str, at: datetime) -> Account | Refused:
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.phone is not None and old is None:
        return Refused("old-code-needed", "请输入发到原来号码的验证码。收不到的，请带证件到工会窗口更换。")
    numbers = sign_in.prove_codes([new, *([old] if old else [])], network=network, at=at)
    if isinstance(numbers, Refused):
        return numbers
    if old is not None and numbers[1] != account.phone.open():
        return Refused("code-gone", "验证码已失效，请重新获取。")
    person = Person.objects.lock(account.person_id) if account.person_id else None
    return _move(account, numbers[0], person, How.OWN, by=account, union=None, at=at)


def change_at_window(
    *, person: Person, name: str, kind: str, number: str, new: Code, network: str, by: Actor, at: datetime
) -> Account:
    """For who lost phone or number: the clerk types name and number from the paper (which counts as seen), the worker
    reads out the code that came to the new phone. Without an account one is opened: the record is theirs again.

    Refused: as `verification.confirm_on_paper`, "person-has-post", "code-gone", "code-wrong", "phone-taken", "phone-same".
    """
    outcome = _try_window(
        person=person, name=name, kind=kind, number=number, new=new, network=network, by=by, at=at
    )  # fmt: skip
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try_window(
    *, person: Person, name: str, kind: str, number: str, new: Code, network: str, by: Actor, at: datetime
) -> Account | Refused:
    union = served_at(by, Power.VERIFY_PEOPLE, person)
    if Appointment.objects.filter(person=person, ends__gt=by.on).exists():
        raise Refused("person-has-post", "这个人有工作岗位，号码关系到岗位权限，请本人登录后自己更换，或找上级管理员。")
    seen = verification.try_paper(person=person, name=name, kind=kind, number=number, by=by, at=at)
    if isinstance(seen, Refused):
        return seen
    numbers = sign_in.prove_codes([new], network=network, at=at)
    if isinstance(numbers, Refused):
        return numbers
    account = Account.objects.select_for_update().filter(person=person).first() or _new_account(seen)
    return _move(account, numbers[0], seen, How.WINDOW, by=by, union=union, at=at)


def prove_owner(*, account: Account, name: str, last: str, at: datetime) -> Account:
    """Whoever holds a number that was long unused says who they are: the record's name and the last four of its document.

    Refused: "owner-not-proven" (counted; also where the record has no document to ask for: then a window helps), "too-often".
    """
    outcome = _try_owner(account=account, name=name, last=last, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try_owner(*, account: Account, name: str, last: str, at: datetime) -> Account | Refused:
    limits = [
        Limit(Kind.CLAIM_WRONG, f"owner:{account.pk}", 5, timedelta(hours=1)),
        Limit(Kind.CLAIM_WRONG, f"owner:{account.pk}", 10, timedelta(days=1)),
    ]
    attempts.check(limits, at=at)
    account = Account.objects.select_for_update(of=("self",)).select_related("person").get(pk=account.pk)
    ends = account.person.document_text()[-LAST:] if account.person is not None else ""
    fits = secrets.compare_digest(ends.encode(), last.strip().upper().encode())
    if account.person is None or not ends or account.person.name != names.tidy(name) or not fits:
        attempts.note(limits[:1], at=at)
        return NOT_OWNER
    account.phone_verified_at = at
    account.save(update_fields=["phone_verified_at"])
    journal.write("account.owner-proven", of=account, by=account, at=at)
    return account


@atomic
def release(*, account: Account, at: datetime) -> Account:
    """这不是我: the number came to a stranger, who has just proven it. The old account keeps its record and loses number and
    sessions; the stranger gets a fresh account. Twice changes nothing more: an account without the number is refused.

    Refused: "phone-gone".
    """
    old = Account.objects.select_for_update().get(pk=account.pk)
    if old.phone is None:
        raise Refused("phone-gone", "这个号码已经解绑，请重新登录。")
    number, digest = old.phone.open(), old.phone_digest
    old.phone, old.phone_digest, old.phone_verified_at = None, None, None
    old.sessions_ended += 1
    old.save(update_fields=["phone", "phone_digest", "phone_verified_at", "sessions_ended"])
    if old.person_id is not None:
        _forget(Person.objects.lock(old.person_id), number, at)
        passports.end_all(person=old.person_id, why="换了手机", at=at, kind=PassportKind.SCREEN)
    fresh = Account(login=f"p-{secrets.token_hex(12)}", phone=number, password=make_password(None))
    fresh.phone_digest, fresh.phone_verified_at = ring().digest(number, purpose=ACCOUNT_PHONE), at
    fresh.save(force_insert=True)
    _trace(old, How.RELEASED, digest, None, by=None, union=None, at=at)
    journal.write("account.phone-released", of=old, by=fresh, at=at)
    journal.write("account.opened", of=fresh, by=fresh, at=at)
    return fresh


def _move(
    account: Account,
    number: str,
    person: Person | None,
    how: How,
    *,
    by: Actor | Account,
    union: int | None,
    at: datetime,
) -> Account | Refused:
    digests = ring().digests(number, purpose=ACCOUNT_PHONE)
    old = account.phone.open() if account.phone is not None else ""
    if old == number:
        return Refused("phone-same", "新号码和原来的一样，不用更换。")
    if not _freed(digests, account):
        return Refused(
            "phone-taken",
            "这个号码已经是另一份登记的登录号码。那也是您的，请到工会窗口合并两份登记；不是的话，请换一个号码。",
        )
    was = account.phone_digest
    account.phone, account.phone_digest, account.phone_verified_at = number, digests[0], at
    account.sessions_ended += 1
    account.save()
    if person is not None and (how is How.WINDOW or person.phone_text() in {"", old}):
        _write_phone(person, number, at)
    _trace(account, how, was, digests[0], by=by.account_id, union=union, at=at)
    journal.write("account.phone-changed", of=account, by=by, at=at, union=union, how=str(how))
    if person is not None:
        passports.end_all(person=person.pk, why="换了手机", at=at, kind=PassportKind.SCREEN)
        key = f"phone.changed-{account.pk}-{at.isoformat()}"
        outbox.put([Telling(key, f"phone.changed-{how}", person.pk, person.federation, {})], at=at)
    return account


def _freed(digests: list[bytes], account: Account) -> bool:
    """Whether the number is nobody's now. An account that has no record gives it up: nothing hangs on it."""
    other = Account.objects.select_for_update().filter(phone_digest__in=digests).exclude(pk=account.pk).first()
    if other is None:
        return True
    if other.person_id is not None:
        return False
    other.phone, other.phone_digest = None, None
    other.sessions_ended += 1
    other.save(update_fields=["phone", "phone_digest", "sessions_ended"])
    return True


def _write_phone(person: Person, number: str, at: datetime) -> None:
    columns = phone_columns(number) | {"changed_at": at}
    for column, value in columns.items():
        setattr(person, column, value)
    person.save(update_fields=sorted(columns))
    likenesses.after_change(person=person, changed={"phone_digest"}, at=at)


def _forget(person: Person, number: str, at: datetime) -> None:
    """The record's number, if it was this one: a stranger would be called."""
    if person.phone_digest is not None and bytes(person.phone_digest) in ring().digests(number, purpose=PHONE):
        person.phone, person.phone_digest, person.changed_at = None, None, at
        person.save(update_fields=["phone", "phone_digest", "changed_at"])


def _new_account(person: Person) -> Account:
    account = Account(login=f"p-{secrets.token_hex(12)}", person=person, password=make_password(None))
    account.save(force_insert=True)
    return account


def _trace(
    account: Account, how: How, old: Digest, new: Digest, *, by: int | None, union: int | None, at: datetime
) -> None:
    person = account.person
    PhoneChange.make(
        federation=person.federation if person is not None else 0, person=person, account=account, how=how,
        old_digest=old, new_digest=new, by_account=by, union_id=union, at=at,
    )  # fmt: skip
