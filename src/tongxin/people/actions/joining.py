"""入会申请, from asking to the answer. Silence goes up the tree; a union that ended hands its applications on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.actions import memberships, photos
from tongxin.people.actions.persons import declare
from tongxin.people.actions.values import document_columns, tier_two_columns
from tongxin.people.authority import Actor, require, system
from tongxin.people.models import Account, JoinApplication, JoinStep, Membership, Person
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.joining import JoinBasis
from tongxin.people.powers import Power
from tongxin.people.queries import keepers, lookup
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.queries.joining import heir_of, reviewer_of, takes_members
from tongxin.people.states import JOIN_MOVES, JoinState
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

NO_CLOCK: Final = timedelta(
    days=3
)  # nothing is known of a time: three days all the same, so that nobody waits for ever
CONSENTED: Final = "consented"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the worker says. Area and trade suffice; document, trade and photo may be left out."""

    union: Union
    basis: str
    name: str = ""  # of who has no record yet
    gig_group: str = ""
    occupation: str = ""
    document: str = ""
    photo: bytes = b""
    consents: bool = False  # that another province's union gets what is known of the person


@atomic
def ask(
    *, wish: Wish, by: Actor, at: datetime, person: Person | None = None, key: str | None = None
) -> JoinApplication:
    """By the worker, or (with `person`) by staff for a worker without a phone. The same key again is the same application.

    Refused: "basis-unknown", "union-not-there", "union-takes-none", "no-reviewer", "member-already", "join_one_waiting",
    "document-claim" (the number is on record: claim that record instead), "consent-needed", "photo-…", "no-power".
    """
    if sent := _sent_before(by, key):
        return sent
    _must_be_possible(wish, by.on)
    person = _asker(wish, person, by, at)
    _must_be_free(person)
    _complete(person, wish, at)
    reviewer = reviewer_of(wish.union, on=by.on)
    if reviewer is None:
        raise Refused("no-reviewer", "这个工会和它的上级现在都没有人能审核，请选附近的另一个工会，或到窗口办理。")
    application = JoinApplication.make(
        person=person,
        union=wish.union,
        reviewer=reviewer,
        basis=wish.basis,
        account=by.account_id,
        key=key,
        photo=photos.keep(wish.photo, union=wish.union, federation=person.federation, by=by, at=at),
        at=at,
        due_at=_due(reviewer, at, by.on),
        federation=person.federation,
    )
    _step(application, "ask", wish.union, by, at)
    if wish.consents and person.federation != wish.union.federation:
        _step(application, CONSENTED, wish.union, by, at)
    journal.write("join.asked", of=application, by=by, at=at, union=wish.union.pk, basis=wish.basis)
    _tell_reviewers(application, at, by.on)
    return application


@atomic
def withdraw(*, application: JoinApplication, by: Actor, at: datetime) -> JoinApplication:
    """By the worker alone. Refused: "no-power", "wrong-state"."""
    application = _lock(application)
    if by.person_id != application.person_id:
        raise Refused("no-power", "只能撤回本人的申请。")
    _end(application, "withdraw", by, at)
    journal.write("join.withdrawn", of=application, by=by, at=at, union=application.union_id)
    return application


@atomic
def accept(*, application: JoinApplication, by: Actor, at: datetime) -> Membership:
    """The membership begins today. Refused: "no-power", "wrong-state", "union-not-there", "member-already"."""
    application = _lock(application)
    _must_live(application.union, by.on)
    require(by, Power.REVIEW_JOINING, application.union_id)
    person = Person.objects.lock(application.person_id)
    if (stay := _stay_of(person)) is not None and stay.union_id == application.union_id:
        return _met_by(application, stay, by, at)  # a roster was quicker
    _must_be_free(person, waiting=False)
    consented: JoinStep | None = application.steps.filter(verb=CONSENTED).first()
    application.membership = memberships.join(
        person=person,
        union=application.union,
        starts=by.on,
        by=system(by.on),  # the union's yes, which `require` has checked above
        at=at,
        consented_on=consented.at.date() if consented else None,
    )
    _end(application, "accept", by, at)
    journal.write("join.accepted", of=application, by=by, at=at, union=application.union_id)
    _tell(application, "join.accepted", at, what=application.union.name)
    return application.membership


@atomic
def refuse(
    *, application: JoinApplication, why: str, by: Actor, at: datetime, elsewhere: Union | None = None
) -> JoinApplication:
    """With the reason, and where else to ask. Refused: "why-missing", "elsewhere-same", "no-power", "wrong-state"."""
    application = _lock(application)
    require(by, Power.REVIEW_JOINING, application.union_id)
    if not (why := why.strip()):
        raise Refused("why-missing", "请写明不通过的原因，申请人会看到。")
    if elsewhere is not None and elsewhere.pk == application.union_id:
        raise Refused("elsewhere-same", "这就是他申请的工会，请另选一个可以去的工会。")
    application.why, application.elsewhere = why[:200], elsewhere
    _end(application, "refuse", by, at, why)
    journal.write("join.refused", of=application, by=by, at=at, union=application.union_id)
    _tell(application, "join.refused", at, what=application.union.name, why=application.why)
    return application


@atomic
def escalate(*, application: JoinApplication, on: date, at: datetime) -> JoinApplication:
    """Its time is over: the next union up that has someone answers too. On top of the tree it stays, overdue and seen.

    Whoever could answer before still can. A union that ended hands on to its successor, or to the one above it.
    """
    application = _lock(application)
    if application.state != JoinState.WAITING:
        return application
    by = system(on)
    if (stay := _stay_of(Person.objects.lock(application.person_id))) is not None:
        return _overtaken(application, stay, by, at)
    if not Union.objects.existing(on).filter(pk=application.union_id).exists():
        return _hand_on(application, by, at)
    if application.due_at > at:
        return application
    higher = reviewer_of(application.union, on=on, above=application.reviewer)
    if higher is None:
        return application
    JOIN_MOVES.target("escalate", application.state)
    application.reviewer, application.due_at = higher, _due(higher, at, on)
    application.escalations += 1
    application.save(update_fields=["reviewer", "due_at", "escalations"])
    _step(application, "escalate", higher, by, at)
    journal.write("join.escalated", of=application, by=by, at=at, union=higher.pk)
    _tell(application, "join.escalated", at, what=application.union.name, higher=higher.name)
    _tell_reviewers(application, at, on)
    return application


# ---- who asks, and may they -------------------------------------------------------------------------------------------


def _sent_before(by: Actor, key: str | None) -> JoinApplication | None:
    if key is None or by.account_id is None:
        return None
    return JoinApplication.objects.filter(account=by.account_id, key=key).first()


def _must_be_possible(wish: Wish, on: date) -> None:
    if wish.basis not in JoinBasis:
        raise Refused("basis-unknown", "请先选按什么入会。")
    _must_live(wish.union, on)
    if not takes_members(wish.union, on):
        raise Refused("union-takes-none", "这一级工会不直接发展会员，请选区县以下的工会。")


def _must_live(union: Union, on: date) -> None:
    if not Union.objects.existing(on).filter(pk=union.pk).exists():
        raise Refused(
            "union-not-there", "这个工会已经撤销或还没有成立。没办完的申请会转给接手的工会，新的申请请另选一个。"
        )


def _asker(wish: Wish, person: Person | None, by: Actor, at: datetime) -> Person:
    if person is not None and person.pk != by.person_id:
        require(by, Power.ACT_FOR_WORKER, wish.union)
        asked: Person = Person.objects.lock(person.pk)
        return asked
    if by.person_id is not None:
        themselves: Person = Person.objects.lock(by.person_id)
        return themselves
    if by.account_id is None:
        raise Refused("no-power", "请先登录，再申请入会。")
    _must_not_be_known(wish)
    return declare(account=Account.objects.get(pk=by.account_id), name=wish.name, near=wish.union, by=by, at=at)


def _must_not_be_known(wish: Wish) -> None:
    """Someone with this number is on record: the same person under another phone, or somebody else's number."""
    if wish.document and lookup.by_document("resident_id", wish.document) is not None:
        raise Refused(
            "document-claim",
            "这个证件号码已经有登记。是您本人的，请先“认领登记”；不是您办的，请带证件到工会窗口。",
        )


def _stay_of(person: Person) -> Membership | None:
    found: Membership | None = Membership.objects.filter(person=person, ends=None).select_related("union").first()
    return found


def _must_be_free(person: Person, *, waiting: bool = True) -> None:
    if (stay := _stay_of(person)) is not None:
        raise Refused(
            "member-already", "已经是%(union)s的会员，不用再申请。换了单位或地方，请办会籍转接。", union=stay.union.name
        )
    if waiting and JoinApplication.objects.filter(person=person, state=JoinState.WAITING).exists():
        raise Refused("join_one_waiting", "您已经有一份入会申请在审核，不用重复申请。")


def _complete(person: Person, wish: Wish, at: datetime) -> None:
    """Fills what the record does not hold yet; what it holds is not changed by an application."""
    if person.federation != wish.union.federation and not wish.consents:
        raise Refused("consent-needed", "您的登记在外省（市）。申请这里的工会，要先同意把您的登记信息交给它。")
    columns = {
        column: value
        for column, value in tier_two_columns({"gig_group": wish.gig_group, "occupation": wish.occupation}).items()
        if value and not getattr(person, column)
    }
    if wish.document and person.document is None:
        _must_not_be_known(wish)
        columns |= document_columns("resident_id", wish.document)
    if columns:
        for column, value in columns.items():
            setattr(person, column, value)
        person.changed_at = at
        person.save(update_fields=[*columns, "changed_at"])


# ---- moving on ----------------------------------------------------------------------------------------------------------


def _lock(application: JoinApplication) -> JoinApplication:
    locked: JoinApplication = JoinApplication.objects.lock(application.pk)
    return locked


def _end(application: JoinApplication, verb: str, by: Actor, at: datetime, why: str = "") -> None:
    application.state = JOIN_MOVES.target(verb, application.state)
    application.decided_at, application.decided_by = at, by.account_id
    photos.forget(application.photo)
    application.photo = None
    application.save()
    _step(application, verb, application.reviewer, by, at, why)


def _met_by(application: JoinApplication, stay: Membership, by: Actor, at: datetime) -> Membership:
    """What was asked for is there already: the application is answered with it."""
    application.membership = stay
    _end(application, "accept", by, at)
    journal.write("join.accepted", of=application, by=by, at=at, union=application.union_id)
    _tell(application, "join.accepted", at, what=application.union.name)
    return stay


def _overtaken(application: JoinApplication, stay: Membership, by: Actor, at: datetime) -> JoinApplication:
    """The person became a member while it waited: here, then it is met; elsewhere, then nobody need answer any more."""
    if stay.union_id == application.union_id:
        _met_by(application, stay, by, at)
        return application
    application.why = f"您已经是{stay.union.name}的会员。换了单位或地方，请办会籍转接。"[:200]
    _end(application, "refuse", by, at, application.why)
    journal.write("join.refused", of=application, by=by, at=at, union=application.union_id)
    _tell(application, "join.refused", at, what=application.union.name, why=application.why)
    return application


def _hand_on(application: JoinApplication, by: Actor, at: datetime) -> JoinApplication:
    """To who took the union over, else to who stood above it on its last day."""
    gone = application.union
    heir = heir_of(gone, by.on)
    reviewer = reviewer_of(heir, on=by.on) if heir is not None else None
    if heir is None or reviewer is None:
        return application
    application.union, application.reviewer = heir, reviewer
    application.due_at = _due(reviewer, at, by.on)
    application.save(update_fields=["union", "reviewer", "due_at"])
    _step(application, "hand-on", heir, by, at)
    journal.write("join.handed-on", of=application, by=by, at=at, union=heir.pk)
    _tell(application, "join.handed-on", at, before=gone.name, what=heir.name)
    _tell_reviewers(application, at, by.on)
    return application


def _due(reviewer: Union, at: datetime, on: date) -> datetime:
    found = clock(ClockName.JOIN_REVIEW, reviewer, on)
    return due_at(found, at) if found else at + NO_CLOCK


def _step(application: JoinApplication, verb: str, union: Union, by: Actor, at: datetime, why: str = "") -> None:
    JoinStep.make(
        application=application, verb=verb, union=union, account=by.account_id, at=at, why=why[:200],
        federation=application.federation,
    )  # fmt: skip


def _tell(application: JoinApplication, kind: str, at: datetime, **data: str) -> None:
    key = f"{kind}:{application.public_id}:{application.escalations}"
    outbox.put([Telling(key, kind, application.person_id, application.federation, data)], at=at)


def _tell_reviewers(application: JoinApplication, at: datetime, on: date) -> None:
    """Those who answer at the reviewer."""
    people = keepers.nearest(Power.REVIEW_JOINING, [application.reviewer_id], on=on).get(application.reviewer_id, [])
    data = {"what": application.union.name, "id": application.public_id, "due": application.due_at.isoformat()}
    key = f"join.to-answer:{application.public_id}:{application.reviewer_id}"
    outbox.put([Telling(f"{key}:{pk}", "join.to-answer", pk, federation, data) for pk, federation in people], at=at)
