"""The second factor of staff: a one-time code from an app, or one of the recovery codes on paper.

The secrets lie in the sign-in library's table (allauth.mfa), sealed by its adapter with this house's keys.
"""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction

from tongxin.kernel import one_time_codes
from tongxin.kernel.refused import Refused
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.models import Account
from tongxin.people.models.sign_in import FactorStep
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

MOST, WINDOW = 6, timedelta(minutes=15)
TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


def has_factor(account: Account) -> bool:
    return bool(Authenticator.objects.filter(user=account, type=TOTP).exists())


def secret_of(account: Account) -> str | None:
    """In the clear: for checking a code, and for the demo's page that stands in for a phone."""
    row = Authenticator.objects.filter(user=account, type=TOTP).first()
    return None if row is None else decrypt(row.data["secret"])


@atomic
def enrol(*, account: Account, secret: str, code: str, at: datetime) -> list[str]:
    """Sets the factor up, proven by a first code; returns the recovery codes, to be shown once.

    Refused: "factor-there", "factor-wrong".
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    if has_factor(account):
        raise Refused("factor-there", "这个账号已经设好动态口令，请直接输入口令。")
    step = one_time_codes.matching_step(secret, code, at)
    if step is None:
        raise Refused("factor-wrong", "口令不对。请核对手机的时间是否准确，再输入应用里最新的6位数字。")
    Authenticator.objects.create(user=account, type=TOTP, data={"secret": encrypt(secret)})
    FactorStep.make(account=account, step=step)
    journal.write("account.factor-set", of=account, by=account, at=at)
    return _fresh_recovery_codes(account)


@atomic
def forget(*, account: Account) -> bool:
    """Codes, recovery codes and the last step go; False when there was no factor. For `staff_accounts.reset_factor`."""
    there = has_factor(account)
    Authenticator.objects.filter(user=account).delete()
    FactorStep.objects.filter(account=account).delete()
    return there


def prove(*, account: Account, code: str, at: datetime) -> None:
    """A code of the app (six digits) or a recovery code (eight), each once.

    Refused: "factor-wrong", "too-often". A wrong try is counted even though it is refused.
    """
    if (refusal := _try(account, code.replace(" ", ""), at)) is not None:
        raise refusal


@atomic
def _try(account: Account, code: str, at: datetime) -> Refused | None:
    limit = Limit(Kind.FACTOR_WRONG, f"account:{account.pk}", MOST, WINDOW)
    attempts.check([limit], at=at)
    way = _app_code(account, code, at) or _recovery_code(account, code)
    if way is None:
        attempts.note([limit], at=at)
        return Refused("factor-wrong", "口令不对或已经用过。请等应用里换出新的6位数字再输入；也可以用恢复码。")
    journal.write("account.signed-in", of=account, by=account, at=at, way=way)
    return None


def _app_code(account: Account, code: str, at: datetime) -> str | None:
    secret = secret_of(account)
    step = None if secret is None else one_time_codes.matching_step(secret, code, at)
    if step is None:
        return None
    last = FactorStep.objects.select_for_update().filter(account=account).first()
    if last is not None and step <= last.step:
        return None
    if last is None:
        FactorStep.make(account=account, step=step)
    else:
        last.step = step
        last.save(update_fields=["step"])
    return "app"


def _recovery_code(account: Account, code: str) -> str | None:
    row = Authenticator.objects.filter(user=account, type=RECOVERY).first()
    return "recovery" if row is not None and RecoveryCodes(row).validate_code(code) else None


@atomic
def renew_recovery_codes(*, account: Account, at: datetime) -> list[str]:
    """Ten new ones; the old ones end."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    journal.write("account.recovery-codes-renewed", of=account, by=account, at=at)
    return _fresh_recovery_codes(account)


def _fresh_recovery_codes(account: Account) -> list[str]:
    with transaction.atomic():
        Authenticator.objects.filter(user=account, type=RECOVERY).delete()
        codes: list[str] = RecoveryCodes.activate(account).generate_codes()
    return codes


def secrets_for_demo(most: int) -> list[tuple[str, str]]:
    """(login, secret) of those who set a factor up, for the demo's page that stands in for their phones."""
    rows = Authenticator.objects.filter(type=TOTP).select_related("user").order_by("user__login")[:most]
    return [(row.user.login, decrypt(row.data["secret"])) for row in rows]
