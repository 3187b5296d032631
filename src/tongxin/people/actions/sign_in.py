"""Signing in: by a code sent to a phone, or by login and password. Who has no account yet gets one with the first code.

Nothing here says whether a number or a login is known: a code goes to whoever asks, and the account is looked for only
once the code has been proven.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_changed

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.models import Account
from tongxin.people.models.sign_in import PHONE, SignInCode
from tongxin.people.queries.lookup import ACCOUNT_PHONE
from tongxin.people.queries.sign_in_codes import code_of
from tongxin.people.queries.signed_in import account_of_phone
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic, must_be_writing
from tongxin.store.fields import Sealed
from tongxin.store.keys import ring
from tongxin.store.prepared import Prepared

VALID = timedelta(minutes=5)
TRIES = 5
RESEND = timedelta(seconds=60)
DIGITS = 6
KEPT = timedelta(days=1)
_NEW_CODE: Final = Prepared("""
    WITH forgotten AS (DELETE FROM people_signincode WHERE sent_at < %(kept)s)
    INSERT INTO people_signincode (public_id, phone, code_digest, sent_at, tries)
    VALUES (%(handle)s, %(phone)s, %(digest)s, %(at)s, 0)
""")
_USED: Final = Prepared("UPDATE people_signincode SET used_at = %(at)s WHERE id = ANY(%(codes)s::bigint[])")
_OPEN: Final = Prepared("""
    INSERT INTO people_account (
        login, phone, phone_digest, password, phone_verified_at, last_login, created_at, language, is_active, sessions_ended
    )
    VALUES (%(login)s, %(phone)s, %(digest)s, %(password)s, %(at)s, %(at)s, %(at)s, %(language)s, true, 0)
    ON CONFLICT (phone_digest) WHERE phone_digest IS NOT NULL DO NOTHING
    RETURNING id
""")
_ENTERED: Final = Prepared("UPDATE people_account SET last_login = %(at)s WHERE id = %(account)s")
_PROVEN: Final = Prepared(
    "UPDATE people_account SET phone_verified_at = %(at)s, last_login = %(at)s WHERE id = %(account)s"
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@atomic
def issue_code(*, phone: str, network: str, at: datetime) -> tuple[SignInCode, str]:
    """A fresh code for a number as it was typed, and its digits for the sender. Older codes of the number go on until they end.

    A network is many people (a dormitory, a factory behind one address): its limit stops floods, not colleagues.
    Refused: whatever is wrong with the number, "too-often".
    """
    number = phones.canonical_mobile(phone)
    limits = [
        Limit(Kind.CODE_SENT, f"phone:{number}", 1, RESEND),
        Limit(Kind.CODE_SENT, f"phone:{number}", 5, HOUR),
        Limit(Kind.CODE_SENT, f"phone:{number}", 10, DAY),
        Limit(Kind.CODE_SENT, f"network:{network}", 600, 10 * MINUTE),
    ]
    attempts.check(limits, at=at)
    attempts.note(limits, at=at)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    code = SignInCode(phone=Sealed.of(number, PHONE), sent_at=at)
    code.code_digest = _digest(code, digits)
    _NEW_CODE.run(
        handle=code.public_id, phone=code.phone.raw, digest=code.code_digest, at=at, kept=at - KEPT
    )  # fmt: skip
    return code, digits


def account_by_code(*, handle: str, digits: str, network: str, at: datetime) -> Account:
    """The account of the number that proved its code; made now if there was none.

    Refused: "code-gone" (expired, used, tried too often: a new one is needed), "code-wrong", "too-often",
    "account-stopped". A wrong try is counted even though it is refused.
    """
    outcome = _try_code(handle=handle, digits=digits, network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try_code(*, handle: str, digits: str, network: str, at: datetime) -> Account | Refused:
    """Returns the refusal of a wrong try instead of raising it, so that its count is kept."""
    numbers = prove_codes([(handle, digits)], network=network, at=at)
    return numbers if isinstance(numbers, Refused) else _account_of(numbers[0], at)


@atomic
def prove_codes(codes: Sequence[tuple[str, str]], *, network: str, at: datetime) -> list[str] | Refused:
    """The numbers of these (handle, digits): all are used up, or none and the first refusal is returned, so that its
    count is kept. A code that is right beside a wrong one stays good.
    """
    flood = Limit(Kind.CODE_WRONG, f"network:{network}", 300, 10 * MINUTE)
    attempts.check([flood], at=at)
    found = []
    for handle, digits in codes:
        code = code_of(handle, lock=True)
        if code is None or code.used_at is not None or code.sent_at + VALID <= at or code.tries >= TRIES:
            return Refused("code-gone", "验证码已失效，请重新获取。")
        if not ring().knows(bytes(code.code_digest), f"{code.public_id}:{digits}", purpose="sign-in.code"):
            return _wrong_code(code, flood, at)
        found.append(code)
    must_be_writing("sign-in code")
    _USED.run(at=at, codes=[code.pk for code in found])
    return [code.phone_text() for code in found]


def _wrong_code(code: SignInCode, flood: Limit, at: datetime) -> Refused:
    code.tries += 1
    code.save(update_fields=["tries"])
    attempts.note([flood], at=at)
    if left := TRIES - code.tries:
        return Refused("code-wrong", "验证码不对，还可以试%(left)d次。", left=left)
    return Refused("code-gone", "验证码错了%(tries)d次，已失效，请重新获取。", tries=TRIES)


def _account_of(number: str, at: datetime) -> Account | Refused:
    digests = ring().digests(number, purpose=ACCOUNT_PHONE)
    account = account_of_phone(digests) or _open_account(number, digests[0], at)
    if not account.is_active:
        return Refused("account-stopped", "这个账号已停用，请联系您的工会。")
    if not owner_unsure(account, at):
        if account.last_login != at:  # else opened just now
            _PROVEN.run(account=account.pk, at=at)
            account.phone_verified_at = account.last_login = at
        journal.write("account.signed-in", of=account, by=account, at=at, way="phone")
    return account


def _open_account(number: str, digest: bytes, at: datetime) -> Account:
    """A new one; or that of whoever came with the same number in the same moment."""
    account = Account(
        login=f"p-{secrets.token_hex(12)}", phone=Sealed.of(number, ACCOUNT_PHONE), phone_digest=digest,
        password=make_password(None), phone_verified_at=at, last_login=at, created_at=at,
    )  # fmt: skip
    row = _OPEN.row(
        login=account.login, phone=account.phone.raw, digest=digest, password=account.password,
        language=account.language, at=at,
    )  # fmt: skip
    if row is None:
        return Account.objects.get(phone_digest=digest)
    account.pk, account._state.adding = row[0], False
    journal.write("account.opened", of=account, by=account, at=at)
    return account


@atomic
def remember(*, account: Account, at: datetime) -> None:
    """When an account last signed in; where a code was proven at that moment, this stands already."""
    if account.last_login != at:
        _ENTERED.run(account=account.pk, at=at)
        account.last_login = at


def owner_unsure(account: Account, at: datetime) -> bool:
    """The number was not proven for so long that an operator may have given it to someone else: whoever holds it now
    proves to be the account's person first (phone_changes.prove_owner), or says that they are not.
    """
    last = account.phone_verified_at
    return account.person_id is not None and last is not None and at - last > timedelta(days=settings.PHONE_UNUSED_DAYS)


def account_by_password(*, login: str, password: str, network: str, at: datetime) -> Account:
    """Refused: "password-wrong" (the same words for an unknown login and a stopped account), "password-expired" (an
    administrator's one-time password, too late), "too-often".
    """
    outcome = _try_password(login=login.strip().lower(), password=password, network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def _try_password(*, login: str, password: str, network: str, at: datetime) -> Account | Refused:
    limits = [
        Limit(Kind.PASSWORD_WRONG, f"login:{login}@{network}", 5, 15 * MINUTE),
        Limit(Kind.PASSWORD_WRONG, f"login:{login}", 30, 15 * MINUTE),
        Limit(Kind.PASSWORD_WRONG, f"network:{network}", 200, 15 * MINUTE),
    ]
    attempts.check(limits, at=at)
    account = authenticate(None, username=login, password=password)
    if not isinstance(account, Account):
        attempts.note(limits, at=at)
        return Refused("password-wrong", "登录名或密码不对，请核对后再试。忘了密码，请找上级工会的管理员重设。")
    if account.one_time_until is not None and account.one_time_until <= at:
        return Refused("password-expired", "这个一次性密码已经过期，请找给您密码的管理员重设。")
    journal.write("account.password-proven", of=account, by=account, at=at)
    return account


def change_password(*, account: Account, old: str, new: str, at: datetime) -> Account:
    """Refused: "too-often", "old-password-wrong", "password-expired", "password-same". All other sessions end by it.

    `new` has passed the validators.
    """
    if new == old:
        raise Refused("password-same", "新密码和原来的一样，请换一个。")
    outcome = _try_password(login=account.login, password=old, network="own", at=at)
    if isinstance(outcome, Refused):
        raise _old_password(outcome)
    return _set_password(outcome, new, at)


@atomic
def _set_password(account: Account, new: str, at: datetime) -> Account:
    account.set_password(new)
    account.one_time_until = None
    account.save(update_fields=["password", "one_time_until"])
    password_changed(new, account)
    journal.write("account.password-changed", of=account, by=account, at=at)
    return account


def _old_password(refusal: Refused) -> Refused:
    if refusal.code in {"too-often", "password-expired"}:
        return refusal
    return Refused("old-password-wrong", "原来的密码不对，请再输一次。")


@atomic
def speak(*, account: Account, language: str) -> None:
    """Remembers in which language the account reads."""
    Account.objects.filter(pk=account.pk).exclude(language=language).update(language=language)


def _digest(code: SignInCode, digits: str) -> bytes:
    return ring().digest(f"{code.public_id}:{digits}", purpose="sign-in.code")
