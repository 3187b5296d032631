"""Who may, and why. The check and its explanation are one function."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q

from tongxin.kernel.refused import Refused
from tongxin.people.models import Account, Appointment
from tongxin.people.powers import GRANTABLE, Power
from tongxin.people.roles import ROLES, Reach, RoleName
from tongxin.unions.models import AgreementGrant, AgreementParty, Closure, Union


@dataclass(frozen=True, slots=True)
class Post:
    """An appointment in force."""

    role: RoleName
    union_id: int
    ends: date

    def reach(self, power: Power) -> Reach | None:
        return ROLES[self.role].reach_of(power)


@dataclass(frozen=True, slots=True)
class Grant:
    """What an agreement in force opens to the unions where the actor holds a post."""

    agreement_id: int
    giver_id: int
    taker_id: int
    power: Power
    below: bool


@dataclass(frozen=True, slots=True)
class Roots:
    """Where a power reaches from: unions alone, unions with all below them, rows that name the actor."""

    here: frozenset[int]
    below: frozenset[int]
    own: bool

    @property
    def empty(self) -> bool:
        return not (self.here or self.below)


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which an actor comes to a power at a union: a post, and perhaps an agreement that carries it over."""

    post: Post
    reach: Reach
    root_id: int  # the union from which it reaches
    agreement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, on a day: a visitor (no account), a worker, staff, or the system itself."""

    on: date
    account_id: int | None = None
    person_id: int | None = None
    posts: tuple[Post, ...] = ()
    grants: tuple[Grant, ...] = ()
    system: bool = False
    _roots: dict[Power, Roots] = field(default_factory=dict, compare=False, repr=False)

    def roots(self, power: Power) -> Roots:
        """Kept for the actor's life, which is one request."""
        if power not in self._roots:
            self._roots[power] = _gather(list(_entries(self, power)))
        return self._roots[power]

    def holds(self, power: Power) -> bool:
        """Has the power somewhere, however small its reach."""
        return any(post.reach(power) for post in self.posts)

    @property
    def is_staff(self) -> bool:
        return bool(self.posts)

    def require(self, power: str, at_union: int) -> None:
        """As `require` below; for rooms that lie under this one and know powers by their words only."""
        require(self, Power(power), at_union)


def _entries(actor: Actor, power: Power) -> Sequence[Reason]:
    """Every post that has the power, as itself and as each agreement carries it over."""
    found = [Reason(post, reach, post.union_id) for post in actor.posts if (reach := post.reach(power))]
    carried = [
        Reason(reason.post, Reach.BELOW if grant.below else Reach.HERE, grant.giver_id, grant.agreement_id)
        for reason in found
        for grant in actor.grants
        if grant.power == power and grant.taker_id == reason.post.union_id and reason.reach is not Reach.OWN
    ]
    return found + carried


def _gather(entries: list[Reason]) -> Roots:
    return Roots(
        here=frozenset(e.root_id for e in entries if e.reach is Reach.HERE),
        below=frozenset(e.root_id for e in entries if e.reach is Reach.BELOW),
        own=any(e.reach is Reach.OWN for e in entries),
    )


def reasons(actor: Actor, power: Power, at_union: Union | int) -> list[Reason]:
    """Every way in which the actor has `power` at that union on the actor's day; none means no. One query at most."""
    union_id = at_union if isinstance(at_union, int) else at_union.pk
    entries = _entries(actor, power)
    roots = {e.root_id for e in entries if e.reach is Reach.BELOW}
    above: set[int] = set()
    if roots:
        closure = Closure.objects.as_of(actor.on).filter(descendant=union_id, ancestor__in=roots)
        above = set(closure.values_list("ancestor_id", flat=True))
    return [
        entry
        for entry in entries
        if (entry.reach is Reach.HERE and entry.root_id == union_id)
        or (entry.reach is Reach.BELOW and entry.root_id in above)
    ]


def may(actor: Actor, power: Power, at_union: Union | int) -> bool:
    return actor.system or bool(reasons(actor, power, at_union))


def require(actor: Actor, power: Power, at_union: Union | int) -> None:
    """Raises Refused("no-power") unless the actor has `power` at that union."""
    if not may(actor, power, at_union):
        raise Refused("no-power", "您的岗位不能在这个工会办理“%(power)s”，请联系上级管理员。", power=power.label)


def visitor(on: date) -> Actor:
    return Actor(on=on)


def system(on: date) -> Actor:
    """The house itself: timers and jobs. It is never signed in."""
    return Actor(on=on, system=True)


def actor_of(account: Account, on: date) -> Actor:
    """The account's person with the appointments and agreements in force that day. Two queries for staff, one else;
    one less where the account was read with its posts of that day (queries.signed_in).
    """
    if account.person_id is None:
        return Actor(on=on, account_id=account.pk)
    if account.appointed is not None and account.appointed.on == on:
        return _actor(account.person_id, on, account.pk, account.appointed.posts)
    return actor_of_person(account.person_id, on, account_id=account.pk)


def actor_of_person(person_id: int, on: date, *, account_id: int | None = None) -> Actor:
    """Someone as they may act that day; without an account, what they could: for explaining, never for acting."""
    rows = Appointment.objects.filter(person_id=person_id, starts__lte=on, ends__gt=on)
    return _actor(person_id, on, account_id, rows.values_list("role", "union_id", "ends"))


def _actor(person_id: int, on: date, account_id: int | None, rows: Iterable[tuple[str, int, date]]) -> Actor:
    posts = tuple(Post(RoleName(role), union_id, ends) for role, union_id, ends in rows)
    return Actor(
        on=on,
        account_id=account_id,
        person_id=person_id,
        posts=posts,
        grants=_grants({post.union_id for post in posts}, on) if posts else (),
    )


def _grants(unions: set[int], on: date) -> tuple[Grant, ...]:
    """Grants of agreements in force whose giver and taker have both signed by that day."""
    signed = AgreementParty.objects.filter(agreement=OuterRef("agreement"), signed_on__lte=on)
    rows = AgreementGrant.objects.filter(
        Q(agreement__ends=None) | Q(agreement__ends__gt=on),
        Q(agreement__ended_early_on=None) | Q(agreement__ended_early_on__gt=on),
        Exists(signed.filter(union=OuterRef("giver"))),
        Exists(signed.filter(union=OuterRef("taker"))),
        agreement__starts__lte=on,
        taker__in=unions,
        power__in=GRANTABLE,
    ).values_list("agreement_id", "giver_id", "taker_id", "power", "below")
    return tuple(Grant(a, giver, taker, Power(power), below) for a, giver, taker, power, below in rows)
