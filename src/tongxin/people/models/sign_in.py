"""What signing in needs to remember: codes that were sent, and attempts that are counted."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from tongxin.people.models.accounts import Account
from tongxin.store.fields import DigestField, Sealed, SealedField
from tongxin.store.models import Guarded, PublicIdField

PHONE = "sign-in.phone"  # what a code's number is sealed for


class SignInCode(Guarded):
    """A code on its way to a phone. The browser holds only the public id; number and code are sealed or digested here."""

    public_id = PublicIdField()
    phone = SealedField(purpose=PHONE)
    code_digest = DigestField(max_length=32, purpose="sign-in.code", lives=timedelta(days=1))
    sent_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sent_at"], name="sign_in_code_sent")]

    def phone_text(self) -> str:
        """The number in E.164."""
        return self.phone.open() if isinstance(self.phone, Sealed) else self.phone


class SignInAttempt(Guarded):
    """One thing that must not happen too often, under a digest of whom it concerns: a phone, a login, a network."""

    class Kind(models.TextChoices):
        CODE_SENT = "code_sent"
        CODE_WRONG = "code_wrong"
        PASSWORD_WRONG = "password_wrong"  # noqa: S105 - the name of a count
        FACTOR_WRONG = "factor_wrong"
        CLAIM_WRONG = "claim_wrong"
        PIN_WRONG = "pin_wrong"
        PAIRING_WRONG = "pairing_wrong"  # the code that pairs a device
        SHIFT_WRONG = "shift_wrong"  # the PIN that opens a shift

    kind = models.CharField(max_length=20, choices=Kind)
    of = DigestField(max_length=32, purpose="sign-in.attempt", lives=timedelta(days=1))
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["of", "kind", "at"], name="sign_in_attempt_of"),
            models.Index(fields=["at"], name="sign_in_attempt_at"),
        ]


class FactorStep(Guarded):
    """The last thirty-second step whose one-time code an account has used: no code counts twice."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="factor_step")
    step = models.BigIntegerField()
