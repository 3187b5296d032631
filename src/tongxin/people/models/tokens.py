"""A key with which a machine acts for an account: with its powers, and no more."""

from typing import ClassVar

from django.db import models

from tongxin.people.models.accounts import Account
from tongxin.store.models import Guarded, PublicIdField


class ApiToken(Guarded):
    """Shown once when it is made, kept as a digest, ends by itself."""

    public_id = PublicIdField()
    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)  # which machine
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-made_at"], name="token_account")]
