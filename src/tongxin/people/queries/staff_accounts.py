"""Who has a post in reach, and how their account stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.people.authority import Actor
from tongxin.people.models import Account, Appointment, Person
from tongxin.people.powers import Power
from tongxin.people.states import AccountState

ALL, NOT_OPENED, STOPPED, FORMER = "all", "none", "stopped", "former"
SHOW: Final = {ALL: "全部在岗", NOT_OPENED: "还没开通", STOPPED: "已停用", FORMER: "岗位已结束、账号还在"}
PHONE_ONLY: Final = Q(account=None) | Q(account__password__startswith=UNUSABLE_PASSWORD_PREFIX)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """`account` None: nobody opened one, or it knows a phone only. `posts`: those in the reader's reach."""

    person: Person
    account: Account | None
    state: AccountState
    posts: Sequence[Appointment]
    has_factor: bool


def staff_within(actor: Actor, *, show: str = ALL, text: str = "") -> QuerySet[Person]:
    """People with posts at unions where the actor appoints, by name; `text` is a part of name or login."""
    posts = Appointment.objects.within(actor, Power.APPOINT)
    now = Q(pk__in=posts.filter(ends__gt=actor.on).values("person"))
    ever = Q(pk__in=posts.values("person"))
    anywhere = Exists(Appointment.objects.filter(person=OuterRef("pk"), ends__gt=actor.on))
    condition = {
        NOT_OPENED: now & PHONE_ONLY,
        STOPPED: ever & Q(account__is_active=False) & ~PHONE_ONLY,
        FORMER: ever & ~Q(anywhere) & ~PHONE_ONLY,
    }.get(show, now)
    rows = Person.objects.filter(condition).select_related("account")
    if text := text.strip():
        rows = rows.filter(Q(name__icontains=text) | Q(account__login__icontains=text.lower()))
    factor = Authenticator.objects.filter(user=OuterRef("account__pk"), type=Authenticator.Type.TOTP)
    ordered: QuerySet[Person] = rows.annotate(has_factor=Exists(factor)).order_by("name_sort", "pk")
    return ordered


def one_within(actor: Actor) -> QuerySet[Person]:
    """Everyone who has, had or will have a post in reach: for the page of one."""
    posts = Appointment.objects.within(actor, Power.APPOINT)
    factor = Authenticator.objects.filter(user=OuterRef("account__pk"), type=Authenticator.Type.TOTP)
    rows = Person.objects.filter(pk__in=posts.values("person")).select_related("account")
    found: QuerySet[Person] = rows.annotate(has_factor=Exists(factor))
    return found


def with_posts(people: Iterable[Person], actor: Actor, *, at: datetime) -> list[StaffRow]:
    """One query for any number of people (from `staff_within` or `one_within`)."""
    people = list(people)
    rows = Appointment.objects.within(actor, Power.APPOINT).filter(person__in=people).select_related("union")
    posts: dict[int, list[Appointment]] = defaultdict(list)
    for post in rows.order_by("-ends", "pk"):
        posts[post.person_id].append(post)
    return [_row(person, posts[person.pk], at) for person in people]


def _row(person: Person, posts: list[Appointment], at: datetime) -> StaffRow:
    account: Account | None = getattr(person, "account", None)
    if account is not None and not account.has_usable_password():
        account = None
    has_factor = bool(getattr(person, "has_factor", False))
    return StaffRow(person, account, _state(account, has_factor, at), posts, has_factor)


def _state(account: Account | None, has_factor: bool, at: datetime) -> AccountState:  # noqa: FBT001 - a plain fact
    if account is None:
        return AccountState.NONE
    if not account.is_active:
        return AccountState.STOPPED
    if account.one_time_until is not None:
        return AccountState.EXPIRED if account.one_time_until <= at else AccountState.WAITING
    return AccountState.READY if has_factor else AccountState.NO_FACTOR
