"""会籍凭证 issued and ended. What ends with a membership, a merge or a union needs no one's hand: see queries.passports."""

from datetime import datetime

from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Membership, Passport, Person
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.transfers import PassportKind
from tongxin.people.powers import Power
from tongxin.people.queries.clocks import clock, due_at
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.signing import signing_ring


@atomic
def issue(*, person: Person, kind: PassportKind, by: Actor, at: datetime) -> Passport:
    """On one's own phone, or on paper by who acts for workers. The one of that kind before it counts no more.

    Refused: "no-membership", "person-merged", "no-power".
    """
    person = Person.objects.lock(person.pk)
    if person.merged_into_id is not None:
        raise Refused("person-merged", "这份登记已经并入另一份，请打开合并后的登记再办。")
    stay = Membership.objects.filter(person=person, ends=None).select_related("union").first()
    if stay is None:
        raise Refused("no-membership", "现在没有会籍，开不了会籍凭证，请先申请入会。")
    if kind == PassportKind.PAPER or by.person_id != person.pk:
        require(by, Power.ACT_FOR_WORKER, stay.union)
    end_all(person=person.pk, why="换了新的", at=at, kind=kind)
    lasts = clock(ClockName.PASSPORT_CARD, stay.union, by.on)
    assert lasts is not None  # one is shipped
    passport = Passport.make(
        person=person, membership=stay, kind=kind, key=signing_ring(timezone.localdate(at)).on(timezone.localdate(at)).id,
        account=by.account_id, issued_at=at, ends_at=due_at(lasts, at), federation=person.federation,
    )  # fmt: skip
    journal.write("passport.issued", of=passport, by=by, at=at, union=stay.union_id, way=PassportKind(kind).label)
    return passport


@atomic
def revoke(*, passport: Passport, why: str, by: Actor, at: datetime) -> Passport:
    """挂失: by its holder, or for them. Twice changes nothing more. Refused: "no-power"."""
    Person.objects.lock(passport.person_id)
    passport = Passport.objects.select_related("membership").get(pk=passport.pk)
    if by.person_id != passport.person_id:
        require(by, Power.ACT_FOR_WORKER, passport.membership.union_id)
    if passport.revoked_at is None:
        end_all(person=passport.person_id, why=why.strip()[:40], at=at, kind=PassportKind(passport.kind))
        journal.write("passport.revoked", of=passport, by=by, at=at, union=passport.membership.union_id, reason=why)
    passport.refresh_from_db()
    return passport


@atomic
def end_all(*, person: int, why: str, at: datetime, kind: PassportKind | None = None) -> None:
    """For actions that make cards untrue: another phone, another state. The caller holds the person's row."""
    rows = Passport.objects.filter(person=person, revoked_at=None)
    if kind is not None:
        rows = rows.filter(kind=kind)
    rows.update(revoked_at=at, why=why)
