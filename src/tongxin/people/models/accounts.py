"""What someone signs in with. An account belongs to a person, sooner or later; a person needs none."""

from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from tongxin.kernel.public_ids import new_public_id
from tongxin.people.models.persons import Person
from tongxin.store.fields import DigestField, SealedField, digest_of


class Appointed(NamedTuple):
    """Posts in force on a day: role, union, end."""

    on: date
    posts: tuple[tuple[str, int, date], ...]


class AccountManager(BaseUserManager["Account"]):
    """Makes the bare row; what an account may do comes from its person's appointments alone."""

    def create_user(self, login: str | None = None, password: str | None = None, **values: Any) -> "Account":
        account = self.model(login=login or new_public_id(), **values)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """Workers sign in by phone and code; staff by login, password and a second factor. Of someone who is both, one account
    has both: a post opens nothing without the second way.

    Not a guarded table: the sign-in library writes it (password hashes).
    """

    login = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="account")
    phone = SealedField(purpose="account.phone", null=True)
    phone_digest = DigestField(
        max_length=32, null=True, purpose="account.phone", of=lambda row: digest_of(row.phone, "account.phone")
    )
    phone_verified_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    one_time_until = models.DateTimeField(null=True)  # a password to be changed, good until then
    sessions_ended = models.IntegerField(default=0)  # how often all sessions were ended while the password stayed
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()
    appointed: Appointed | None = None  # no column: read along with the account by queries.signed_in

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_digest"],
                condition=Q(phone_digest__isnull=False),
                name="account_one_phone",
                violation_error_message="这个手机号已经有账号，请直接登录。",
            )
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What sessions are bound to: they end when the password changes, and when `sessions_ended` counts up."""
        bound = f"{self.password}|{self.sessions_ended}"
        return salted_hmac("tongxin.account.session", bound, secret=secret, algorithm="sha256").hexdigest()

    @property
    def account_id(self) -> int:
        return self.pk
