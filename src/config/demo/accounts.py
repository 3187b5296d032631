"""Who one can be in the demo: staff of every role with fixed passwords and second factors, workers by their phones."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from django.contrib.auth.hashers import make_password

from config.demo.planting import JINJIANG, YONGCHUAN, firm_code
from config.demo.workers import worker
from tongxin.kernel import one_time_codes
from tongxin.people.actions import appointments, second_factor
from tongxin.people.authority import Actor
from tongxin.people.models import Account, Appointment, Person
from tongxin.people.queries.lookup import ACCOUNT_PHONE
from tongxin.people.roles import RoleName
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring
from tongxin.unions.models import Union

PASSWORD: Final = "tongxin-demo"  # noqa: S105  printed on purpose: every row behind it is invented
STAFF_BEGIN_AT: Final = 7_100_000  # worker numbers of staff
YEARS: Final = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """A post to try the demo from. `number`: the worker who holds it."""

    login: str
    role: RoleName
    union: str
    number: int

    @property
    def in_sichuan(self) -> bool:
        return self.union.startswith("51")


_DESKS: Final = (
    ("chongqing.admin", RoleName.FEDERATION_ADMIN, "500000"), ("yongchuan.admin", RoleName.FEDERATION_ADMIN, YONGCHUAN),
    ("yongchuan.officer", RoleName.PROGRAMME_OFFICER, YONGCHUAN), ("yongchuan.cadre", RoleName.CADRE, firm_code(YONGCHUAN, 0)),
    ("yongchuan.reader", RoleName.FIGURES_READER, YONGCHUAN), ("yongchuan.auditor", RoleName.AUDITOR, YONGCHUAN),
    ("sichuan.admin", RoleName.FEDERATION_ADMIN, "510000"), ("jinjiang.officer", RoleName.PROGRAMME_OFFICER, JINJIANG),
    ("jinjiang.cadre", RoleName.CADRE, firm_code(JINJIANG, 0)), ("operator", RoleName.OPERATOR, "000000"),
    ("yongchuan.clerk", RoleName.WINDOW_CLERK, YONGCHUAN),
)  # fmt: skip
DESKS: Final = tuple(Desk(*row, STAFF_BEGIN_AT + n) for n, row in enumerate(_DESKS))
TEACHER: Final = "yongchuan.teacher"  # one who has a lesson today


@dataclass(frozen=True, slots=True)
class Guest:
    """A worker to try the phone's pages as."""

    number: int
    shows: str

    @property
    def phone(self) -> str:
        return worker(self.number).phone


def secret_of(login: str) -> str:
    """The same for everyone who loads the demo."""
    return base64.b32encode(hashlib.sha256(f"tongxin demo {login}".encode()).digest()[:20]).decode()


@atomic
def open_staff(login: str, person: Person, role: RoleName, union: Union, *, by: Actor, at: datetime) -> bool:
    """Account, post and second factor; what is there stays. True when the account is new."""
    if not Appointment.objects.filter(person=person, role=role, union=union, ends__gt=by.on).exists():
        ends = by.on + timedelta(days=365 * YEARS)
        appointments.appoint(person=person, role=role, union=union, starts=by.on, ends=ends, by=by, at=at)
    if Account.objects.filter(login=login).exists():
        return False
    account = Account.objects.create(login=login, person=person, password=_password())
    proven = at - timedelta(minutes=10)  # a code counts once: the current one stays free for the first sign-in
    secret = secret_of(login)
    code = one_time_codes.code_at(secret, one_time_codes.step_at(proven))
    second_factor.enrol(account=account, secret=secret, code=code, at=proven)
    return True


@atomic
def open_guests(guests: list[Guest], people: Mapping[int, Person], *, at: datetime) -> int:
    """Accounts of workers, as if each had signed in by a code once. Returns how many are new."""
    new = 0
    for guest in guests:
        digest = ring().digest(guest.phone, purpose=ACCOUNT_PHONE)
        if Account.objects.filter(phone_digest=digest).exists():
            continue
        Account.objects.create(
            login=f"demo-worker-{guest.number}", person=people[guest.number], phone=guest.phone, phone_digest=digest,
            phone_verified_at=at, password=make_password(None),
        )  # fmt: skip
        new += 1
    return new


def words(guests: list[Guest], inbox: str = "/demo/inbox/") -> str:
    """What the terminal says at the end: how to get in."""
    desks = [(desk.login, desk.role, desk.union) for desk in DESKS]
    desks.insert(3, (TEACHER, RoleName.TEACHER, YONGCHUAN))
    names = dict(Union.objects.filter(code__in=[code for _, _, code in desks]).values_list("code", "name"))
    lines = ["", f"演示账号（密码都是 {PASSWORD}；动态口令在 {inbox} 上看，也可以把密钥加进口令应用）："]
    lines += [f"  {login:<18} {secret_of(login)}  {names.get(code, code)}，{role.label}" for login, role, code in desks]
    lines += ["", f"职工（用手机号和验证码登录，验证码在 {inbox} 上看）："]
    lines += [f"  {guest.phone.removeprefix('+86')}  {worker(guest.number).name}：{guest.shows}" for guest in guests]
    return "\n".join([*lines, ""])


@cache
def _password() -> str:
    """Hashed once: the hash is slow on purpose, and the demo has a dozen accounts of one known password."""
    return make_password(PASSWORD)
