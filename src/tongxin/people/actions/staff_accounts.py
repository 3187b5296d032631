"""工作账号: with what staff sign in. Opened by whoever may appoint them; the password is given once and changed at once.

Someone has one account, as worker and as staff: who signed in by phone before keeps that account, and it gains a login and
a password. A post opens nothing to a phone alone: staff pages want the second factor, and setting one up wants the password.

Whoever governs an account could act as its holder. So it takes 任命岗位 at *every* union where the holder has a post now or
to come, nobody does it for themselves, the holder is told, and the journal has it. To take powers away, end the post: the
worker's own pages go on. To stop an account stops both, and is for one that is in wrong hands.
"""

import re
import secrets
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tongxin.kernel.public_ids import ALPHABET
from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.actions import appointments, persons, second_factor, tokens
from tongxin.people.authority import Actor, require
from tongxin.people.models import Account, Appointment, Person
from tongxin.people.models.persons import DocumentKind
from tongxin.people.powers import Power
from tongxin.people.queries import lookup
from tongxin.people.roles import FOR_INSTALLATION
from tongxin.people.scoping import unions_within
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

VALID: Final = timedelta(days=7)
LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{2,39}")
GROUPS: Final = 3
OF: Final = 4  # 31**12, about 2**59; wrong tries are counted besides
HOUSE: Final = "系统管理员"


@atomic
def open_account(*, person: Person, login: str, by: Actor, at: datetime) -> str:
    """The one-time password, which is shown this once: good for VALID, to be changed at the first sign-in.

    An account that the person has already, by phone, gains login and password; its sessions end.
    Refused: "account-self", "person-no-post", "no-power", "post-elsewhere", "role-not-yours", "login-form", "login-taken",
    "account-there", "account-stopped".
    """
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Refused("login-form", "登录名用3到40个小写字母、数字、点、横线，以字母开头，如 yongchuan.zheng。")
    person = Person.objects.lock(person.pk)
    posts = _govern(person, by)
    account = Account.objects.select_for_update().filter(person=person).first() or Account(person=person)
    if account.has_usable_password() and account.pk:
        raise Refused("account-there", "这个人已有工作账号，登录名是%(login)s。忘了密码，请重设。", login=account.login)
    if not account.is_active:
        raise Refused("account-stopped", "这个人的账号已停用，请先恢复，再开通工作账号。")
    if Account.objects.filter(login=login).exists():
        raise _taken(login)
    account.login = login
    password = _give_password(account, at)
    _note("account.staff-opened", account, posts, by, at)
    return password


@atomic
def take_on(  # noqa: PLR0913 - one name for each thing that is recorded
    *,
    union: Union,
    name: str,
    login: str,
    role: str,
    ends: date,
    by: Actor,
    at: datetime,
    document: str = "",
    phone: str = "",
) -> str | None:
    """For a new installation, whose first administrator nobody can appoint: the record, the post and the account in one.

    The record is found by document, or by login and name together, else registered. What is there already stays, and a
    post is prolonged until `ends`. Returns the one-time password; None where that account is there.
    Refused: "name-differs", and what `register`, `appoint` and `open_account` refuse.
    """
    login = login.strip().lower()
    mine = Account.objects.filter(login=login, person__name=names.tidy(name)).select_related("person").first()
    person = (
        _found(document, name)
        or (mine.person if mine else None)
        or persons.register(union=union, name=name, document=document, phone=phone, by=by, at=at)
    )
    held = Appointment.objects.filter(person=person, role=role, union=union, ends__gt=by.on)
    starts = held.order_by("-ends").values_list("ends", flat=True).first() or by.on
    if starts < ends or not held:
        appointments.appoint(person=person, role=role, union=union, starts=starts, ends=ends, by=by, at=at)
    if mine is not None and mine.person_id == person.pk and mine.has_usable_password():
        return None
    return open_account(person=person, login=login, by=by, at=at)


@atomic
def reset_password(*, account: Account, by: Actor, at: datetime) -> str:
    """A new one-time password for who lost theirs. All sessions and keys of machines end; the second factor stays.

    Refused: "no-staff-account" and as `open_account` for reach.
    """
    account, posts = _locked(account, by)
    password = _give_password(account, at)
    tokens.revoke_all(account=account, at=at)
    _note("account.password-reset", account, posts, by, at)
    return password


@atomic
def reset_factor(*, account: Account, by: Actor, at: datetime) -> Account:
    """For who lost their phone: codes and recovery codes end, all sessions too; a new factor is set up at the next sign-in.

    Refused: "factor-none", "no-staff-account" and as `open_account` for reach.
    """
    account, posts = _locked(account, by)
    if not second_factor.forget(account=account):
        raise Refused("factor-none", "这个账号还没有设动态口令，下次登录时会设，不用重设。")
    account.sessions_ended += 1
    account.save(update_fields=["sessions_ended"])
    _note("account.factor-reset", account, posts, by, at)
    return account


@atomic
def deactivate(*, account: Account, by: Actor, at: datetime) -> Account:
    """Stops every way in, at once: password, phone, sessions, keys of machines. A second time changes nothing.

    Refused: "no-staff-account" and as `open_account` for reach.
    """
    account, posts = _locked(account, by)
    if account.is_active:
        account.is_active = False
        account.save(update_fields=["is_active"])
        _note("account.stopped", account, posts, by, at)
    return account


@atomic
def reactivate(*, account: Account, by: Actor, at: datetime) -> Account:
    """Also once the posts have ended, by who governed the last of them: the worker's own pages hang on it."""
    account, posts = _locked(account, by, former=True)
    if not account.is_active:
        account.is_active = True
        account.sessions_ended += 1  # what was open before the stop stays shut
        account.save(update_fields=["is_active", "sessions_ended"])
        _note("account.resumed", account, posts, by, at)
    return account


def _locked(account: Account, by: Actor, *, former: bool = False) -> tuple[Account, list[Appointment]]:
    account = Account.objects.select_for_update(of=("self",)).select_related("person").get(pk=account.pk)
    if account.person is None or not account.has_usable_password():
        raise Refused("no-staff-account", "这个人还没有工作账号，请先开通。")
    return account, _govern(account.person, by, former=former)


def _govern(person: Person, by: Actor, *, former: bool = False) -> list[Appointment]:
    """The posts that the account opens, now and to come (`former`: else the last one), all within the actor's reach."""
    posts = list(Appointment.objects.filter(person=person, ends__gt=by.on).order_by("starts", "pk"))
    if not posts and (former or by.system):
        posts = list(Appointment.objects.filter(person=person).order_by("-ends", "-pk")[:1])
    if by.system:
        return posts
    if by.person_id == person.pk:
        raise Refused("account-self", "自己的账号要由另一位管理员来办。想换密码，请到“修改密码”。")
    if not posts:
        raise Refused("person-no-post", "这个人现在没有岗位，请先任命岗位。")
    unions = {post.union_id for post in posts}
    reached = set(unions_within(by, Power.APPOINT).filter(pk__in=unions).values_list("pk", flat=True))
    if not reached:
        require(by, Power.APPOINT, posts[0].union_id)
    if unions - reached:
        raise Refused("post-elsewhere", "这个人在您范围以外的工会也有岗位，请由能管到这些工会的上级管理员办理。")
    if any(post.role in FOR_INSTALLATION for post in posts):
        raise Refused("role-not-yours", "这个人有运维岗位，账号由安装的人办理。")
    return posts


def _give_password(account: Account, at: datetime) -> str:
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(OF)) for _ in range(GROUPS))
    account.password = make_password(password)
    account.one_time_until = at + VALID
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:  # someone else took the login a moment ago
        raise _taken(account.login) from None
    return password


def _taken(login: str) -> Refused:
    return Refused("login-taken", "登录名%(login)s已有人用，请换一个。", login=login)


def _found(document: str, name: str) -> Person | None:
    person = lookup.by_document(DocumentKind.RESIDENT_ID, document) if document.strip() else None
    if person is not None and person.name != names.tidy(name):
        raise Refused("name-differs", "这个证件号码登记的是另一个姓名，请核对号码和姓名。")
    return person


def _note(verb: str, account: Account, posts: list[Appointment], by: Actor, at: datetime) -> None:
    """Into the journal of the first post's union, and to the holder."""
    union = posts[0].union_id if posts else None
    journal.write(verb, of=account, by=by, at=at, union=union)
    person = account.person
    if person is None:  # no staff account is without
        return
    who = Person.objects.filter(pk=by.person_id).values_list("name", flat=True).first() if by.person_id else None
    told = Telling(
        key=f"{verb}:{account.pk}:{at.isoformat()}",
        kind=verb,
        person=person.pk,
        federation=person.federation,
        data={"who": who or HOUSE},
    )
    outbox.put([told], at=at)
