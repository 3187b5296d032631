"""A worker's own account takes over the record that a union keeps. Nothing is merged: one record, one account, or no.

Two proofs: a code that a window handed over on paper, or name and full document number equal to the record's. Neither
opens a record with posts: whoever holds a post gets the account from an administrator, or a stranger who knows a number
would get the post's powers with it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.timezone import localdate

from tongxin.kernel.public_ids import ALPHABET
from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.actions.persons import open_membership
from tongxin.people.actions.values import phone_columns
from tongxin.people.authority import Actor, require
from tongxin.people.models import Account, Appointment, ClaimCode, Person
from tongxin.people.models.persons import CLAIM_VALID
from tongxin.people.powers import Power
from tongxin.people.queries import lookup
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

DIGITS = 10  # 31**10, about 2**49: and five tries an hour
VALID = CLAIM_VALID
NO_MATCH = Refused(
    "claim-no-match",
    "没有找到姓名和证件号码都一致、还没有账号的登记。请核对后再试，或带证件到您的工会窗口办理。",
)
NO_CODE = Refused("claim-code-wrong", "认领码不对、已用过或已过期。请核对后再试，或到发码的工会窗口换一张。")


class _Claimant(NamedTuple):
    """Who acts: the account, as the person that it becomes."""

    account_id: int
    person_id: int


@atomic
def issue_code(*, person: Person, by: Actor, at: datetime) -> str:
    """The code, which is shown this once and kept as a digest. An earlier one that was not used ends.

    Refused: "no-power", "person-has-account", "person-has-post".
    """
    require(by, Power.ACT_FOR_WORKER, open_membership(person).union_id)
    person = Person.objects.lock(person.pk)
    if Account.objects.filter(person=person).exists():
        raise Refused("person-has-account", "这个人已经有账号，用手机号登录即可。")
    if _has_post(person, at):
        raise Refused("person-has-post", "这个人有工作岗位，请由上级管理员为其开通账号。")
    ClaimCode.objects.filter(person=person, used_at=None, expires_at__gt=at).update(expires_at=at)
    code = "".join(secrets.choice(ALPHABET) for _ in range(DIGITS))
    ClaimCode.make(
        person=person,
        digest=_digest(code),
        issued_by=by.account_id or 0,
        issued_at=at,
        expires_at=at + VALID,
        federation=person.federation,
    )
    journal.write("claim.code-issued", of=person, by=by, at=at, union=open_membership(person).union_id)
    return f"{code[:5]}-{code[5:]}"


def claim_by_code(*, account: Account, code: str, at: datetime) -> Person:
    """Refused: "claim-code-wrong", "too-often", "account-has-person". A wrong try counts although it is refused."""
    return _counted(account, at, lambda: _by_code(account, code, at))


def claim_by_document(*, account: Account, name: str, kind: str, number: str, at: datetime) -> Person:
    """Refused: "claim-no-match" (also when the record has an account: strangers learn nothing), "too-often", …"""
    return _counted(account, at, lambda: _by_document(account, name, kind, number, at))


def _counted(account: Account, at: datetime, attempt: Callable[[], Person | Refused]) -> Person:
    outcome = _try(account, at, attempt)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try(account: Account, at: datetime, attempt: Callable[[], Person | Refused]) -> Person | Refused:
    """Returns the refusal of a wrong try instead of raising it, so that its count is kept."""
    limits = [
        Limit(Kind.CLAIM_WRONG, f"account:{account.pk}", 5, timedelta(hours=1)),
        Limit(Kind.CLAIM_WRONG, f"account:{account.pk}", 10, timedelta(days=1)),
    ]
    attempts.check(limits, at=at)
    outcome = attempt()
    if isinstance(outcome, Refused):
        attempts.note(limits[:1], at=at)
    return outcome


def _by_code(account: Account, code: str, at: datetime) -> Person | Refused:
    plain = "".join(character for character in code.casefold() if character in ALPHABET)
    digests = ring().digests(plain, purpose="claim.code")
    row = ClaimCode.objects.select_for_update().filter(digest__in=digests, used_at=None, expires_at__gt=at).first()
    if row is None or not _is_free(person := Person.objects.lock(row.person_id), at):
        return NO_CODE
    row.used_at = at
    row.save(update_fields=["used_at"])
    return _hand_over(account, person, "code", at)


def _by_document(account: Account, name: str, kind: str, number: str, at: datetime) -> Person | Refused:
    person = lookup.by_document(kind, number)
    if person is None or person.name != names.tidy(name):
        return NO_MATCH
    person = Person.objects.lock(person.pk)
    if not _is_free(person, at):
        return NO_MATCH
    return _hand_over(account, person, "document", at)


def _hand_over(account: Account, person: Person, proof: str, at: datetime) -> Person:
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.person_id is not None:
        raise Refused("account-has-person", "这个账号已经有登记，不能再认领。两份登记要合并，请到您的工会窗口办理。")
    account.person = person
    account.save(update_fields=["person"])
    if person.phone is None and account.phone is not None:
        for column, value in phone_columns(account.phone.open()).items():
            setattr(person, column, value)
        person.changed_at = at
        person.save(update_fields=["phone", "phone_digest", "changed_at"])
    journal.write("person.claimed", of=person, by=_Claimant(account.pk, person.pk), at=at, proof=proof)
    return person


def _is_free(person: Person, at: datetime) -> bool:
    return not (Account.objects.filter(person=person).exists() or _has_post(person, at))


def _has_post(person: Person, at: datetime) -> bool:
    """Now or later."""
    return Appointment.objects.filter(person=person, ends__gt=localdate(at)).exists()


def _digest(code: str) -> bytes:
    return ring().digest(code, purpose="claim.code")
