"""Entering a call whose places are given later: by a draw, by points or after a review. All who come in time are alike.

The call's row is shared by all who enter and taken alone by whoever freezes the list, so that a request on its way is
either in the list or refused; which of the two does not depend on anybody's clock.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from tongxin.calls.actions import reviews
from tongxin.calls.actions.acting import acts_for_all, require_acting_for
from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.reserves import groups_of
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.actions.windows import check_not_closed, check_window
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Call, Pool, Preference, Step
from tongxin.calls.states import ENTRY, ApplicationState, Policy, Stage
from tongxin.kernel.draw import HEAVIEST
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic, must_be_writing
from tongxin.store.prepared import Columns, Prepared

_CALL: Final = Columns(Call)
_SHARE: Final = Prepared(f"SELECT {_CALL.of('call')} FROM calls_call call WHERE id = %(call)s FOR SHARE OF call")  # noqa: S608
TICKET: Final = 16  # bytes


@atomic
def enter(
    *,
    call: Call,
    wishes: Sequence[Pool],
    persons: Sequence[Person],
    by: Actor,
    at: datetime,
    key: str | None = None,
    tells: bool = True,
) -> Application:
    """One application with its ticket: the pools in the order of wishes, and who goes together (who enters comes first).

    Two taps, or a retry with the same `key`, give the same application.
    Refused: "no-power", "call-not-published", "not-open-yet", "closed-already", "list-frozen", "pool-closed", "wishes",
    "party", "not-eligible", "eligibility-unknown", "one-per-call", "application_key_once", and what the kind refuses.
    """
    call = share(call.pk)
    for person in persons:
        require_acting_for(by, person.pk, call.union_id)
    list(Person.objects.lock_rows(person.pk for person in persons))  # two taps of one person one after the other
    if (same := _made_before(call, wishes, persons, by, key)) is not None:
        return same
    check_takes_entries(call, at)
    _check_party(call, persons)
    pools = _checked_wishes(call, wishes)
    for person in persons:
        check_eligible(call, person, at=at)
    application = _write(call, pools, persons, by, at, key)
    kind_of(call).check(application, Stage.ENTRY)
    named = [pool.public_id for pool in pools]
    journal.write("application.entered", of=application, by=by, at=at, pools=named, size=application.size)
    if call.policy == Policy.REVIEW:
        reviews.begin(application, by=by, at=at)
    if tells and by.person_id not in {person.pk for person in persons}:
        tell(Told.ENTERED, [(person.pk, application) for person in persons], pool=pools[0], at=at)
    return application


@atomic
def change_wishes(*, application: Application, wishes: Sequence[Pool], by: Actor, at: datetime) -> Application:
    """Until the list is frozen. Refused: "no-power", "party-lead", "wrong-state", and as `enter`."""
    call, application, people = _lock(application)
    acts_for_all(by, people, call.union_id)
    check_takes_entries(call, at)
    _check_entry(application)
    pools = _checked_wishes(call, wishes)
    _check_only_here(application, pools, people)
    before = _wished(application)
    if [pool.pk for pool in pools] == before:
        return application
    Preference.objects.filter(application=application).delete()
    _wish(application, pools)
    application.groups = groups_of([pool.pk for pool in pools], Person.objects.get(pk=people[0]), at=at)
    application.save(update_fields=["groups"])
    _step(application, "wishes", by, at)
    kind_of(call).check(application, Stage.ENTRY)
    named = [pool.public_id for pool in pools]
    journal.write("application.wishes-changed", of=application, by=by, at=at, pools=named)
    return application


@atomic
def join(*, application: Application, person: Person, by: Actor, at: datetime) -> Application:
    """Someone goes along with who entered; they say so themselves, so that nobody can be entered by another.

    Refused: "no-power", "party", "one-per-call", "wrong-state", and as `enter`.
    """
    call, application, people = _lock(application)
    require_acting_for(by, person.pk, call.union_id)
    Person.objects.lock(person.pk)
    if person.pk in people:
        return application
    check_takes_entries(call, at)
    _check_entry(application)
    if len(people) >= call.party_most:
        raise Refused("party", "这里最多%(most)d人一起报，这一组已经满了。", most=call.party_most)
    check_eligible(call, person, at=at)
    Applicant.make(
        federation=call.federation, application=application, call=call, person=person, slot=_slot(call, person)
    )
    _resize(application, len(people) + 1)
    _step(application, "join", by, at)
    kind_of(call).check(application, Stage.ENTRY)
    journal.write("application.joined", of=application, by=by, at=at, size=application.size)
    return application


@atomic
def leave(*, application: Application, person: Person, by: Actor, at: datetime) -> Application:
    """Someone of a party does not go along after all; who entered withdraws the whole instead.

    Refused: "no-power", "party-lead", "list-frozen", "wrong-state".
    """
    call, application, people = _lock(application)
    require_acting_for(by, person.pk, call.union_id)
    if person.pk not in people:
        return application
    if person.pk == people[0]:
        raise Refused("party-lead", "这一组是您报的名。您不参加的话，请退出报名，其他人可以另报。")
    check_takes_entries(call, at)
    _check_entry(application)
    Applicant.objects.filter(application=application, person=person, live=True).delete()
    _resize(application, len(people) - 1)
    _step(application, "leave", by, at)
    journal.write("application.left", of=application, by=by, at=at, size=application.size)
    return application


@atomic
def weigh(*, call: Call, weights: Mapping[int, int], by: Actor, at: datetime) -> None:
    """How many chances each application has, by the rule that the call publishes; others keep one.

    Power is checked by the substance room's action. Refused: "list-frozen", "weight".
    """
    call = Call.objects.lock(call.pk)
    if call.frozen_at is not None:
        raise Refused("list-frozen", "报名名单已经封存，不能再改。")
    if any(not 1 <= weight <= HEAVIEST for weight in weights.values()):
        raise Refused("weight", "一张票最多%(most)d次机会，至少1次。", most=HEAVIEST)
    rows = Application.objects.filter(call=call, pk__in=list(weights))
    for row in rows:
        row.weight = weights[row.pk]
    Application.objects.bulk_update(rows, ["weight"], batch_size=1000)
    journal.write("call.weighed", of=call, by=by, at=at, applications=len(rows))


@atomic
def freeze(*, call: Call, by: Actor, at: datetime) -> Call:
    """Nobody enters, joins or changes a wish from here on. Withdrawing stays possible, and shows. A second time: as it is.

    Power is checked by the action that calls this. Refused: "not-closed-yet".
    """
    call = Call.objects.lock(call.pk)
    if call.frozen_at is not None:
        return call
    if at < call.closes:
        raise Refused("not-closed-yet", "报名还没有截止，名单不能封存。截止以后再来。")
    call.frozen_at = at
    call.save(update_fields=["frozen_at"])
    many = Application.objects.filter(call=call, state=ApplicationState.ENTERED).count()
    journal.write("call.frozen", of=call, by=by, at=at, entries=many)
    return call


def share(pk: int) -> Call:
    """Its row, shared with others who enter; whoever freezes the list waits for all of them."""
    must_be_writing("share of Call")
    row = _SHARE.row(call=pk)
    if row is None:
        raise Call.DoesNotExist
    return _CALL.read(row)


def check_takes_entries(call: Call, at: datetime) -> None:
    """`at` is when the request arrived. A list that is frozen stays so, though a clock were put back."""
    if call.frozen_at is not None or call.settled_at is not None:
        raise Refused("list-frozen", "报名名单已经封存，不能再报名或改志愿。还没有公布结果的，可以退出。")
    check_window(call, at)


def _made_before(
    call: Call, wishes: Sequence[Pool], persons: Sequence[Person], by: Actor, key: str | None
) -> Application | None:
    """What this request made when it came before: by its key, else by the same wishes of the same person."""
    if key is not None and by.account_id is not None:
        keyed = Application.objects.filter(account=by.account_id, key=key).select_related("call").first()
        if keyed is not None:
            sent: Application = keyed
            if keyed.call_id != call.pk or not _is(keyed, wishes, persons):
                raise Refused("application_key_once", "这张报名页已经用过，请刷新页面再报。")
            return sent
    first = persons[0].pk if persons else None
    standing = Application.objects.filter(applicants__person=first, applicants__live=True, call=call)
    rows: list[Application] = list(standing.select_related("call"))
    return next((one for one in rows if _is(one, wishes, persons)), None)


def _is(application: Application, wishes: Sequence[Pool], persons: Sequence[Person]) -> bool:
    """The same wish as is sent now; wishes that were changed since are no other request."""
    first = Applicant.objects.filter(application=application).order_by("pk").values_list("person_id", flat=True).first()
    if not persons or first != persons[0].pk:
        return False
    changed = Step.objects.filter(application=application, verb="wishes").exists()
    return changed or _wished(application) == [pool.pk for pool in wishes]


def _write(
    call: Call, pools: Sequence[Pool], persons: Sequence[Person], by: Actor, at: datetime, key: str | None
) -> Application:
    slots = [_slot(call, person) for person in persons]
    application = Application.make(
        federation=call.federation,
        call=call,
        union_id=call.union_id,
        state=ApplicationState.ENTERED,
        at=at,
        account=by.account_id,
        key=key,
        ticket=secrets.token_hex(TICKET),
        groups=groups_of([pool.pk for pool in pools], persons[0], at=at) if any(p.reserved for p in pools) else "",
        size=len(persons),
    )
    Applicant.objects.bulk_create(
        [
            Applicant(federation=call.federation, application=application, call=call, person=person, slot=slot)
            for person, slot in zip(persons, slots, strict=True)
        ]
    )
    _wish(application, pools)
    _step(application, "enter", by, at)
    return application


def _wish(application: Application, pools: Sequence[Pool]) -> None:
    Preference.objects.bulk_create(
        [
            Preference(federation=application.federation, application=application, pool=pool, rank=rank)
            for rank, pool in enumerate(pools, 1)
        ]
    )


def _slot(call: Call, person: Person) -> int:
    """The lowest that is free. Refused: "one-per-call"."""
    used = set(Applicant.objects.filter(person=person, call=call, live=True).values_list("slot", flat=True))
    free = next((slot for slot in range(1, call.per_person + 1) if slot not in used), None)
    if free is None:
        raise Refused(
            "one-per-call",
            "这一次已经有一份报名在里面了，每人最多%(most)d份。想换的话，请先退出再报，或改志愿。",
            most=call.per_person,
        )
    return free


def _checked_wishes(call: Call, wishes: Sequence[Pool]) -> list[Pool]:
    """As they are now, in the order of wishes."""
    if not 1 <= len(wishes) <= call.choices:
        raise Refused("wishes", "请选1至%(most)d个，按想去的先后排。", most=call.choices)
    if len({pool.pk for pool in wishes}) != len(wishes):
        raise Refused("wishes", "同一个不用选两次，请换一个，或少选一个。")
    found = {pool.pk: pool for pool in Pool.objects.filter(pk__in=[pool.pk for pool in wishes], call=call)}
    if len(found) != len(wishes):
        raise Refused("wishes", "选的不都在这一次里，请刷新页面再选。")
    pools = [found[pool.pk] for pool in wishes]
    for pool in pools:
        check_not_closed(pool)
    return pools


def _check_party(call: Call, persons: Sequence[Person]) -> None:
    if not persons or len({person.pk for person in persons}) != len(persons):
        raise Refused("party", "请写明谁来参加，同一个人只写一次。")
    if len(persons) > call.party_most:
        raise Refused("party", "这里最多%(most)d人一起报，请分开报，或减少人数。", most=call.party_most)


def _check_entry(application: Application) -> None:
    if application.state not in ENTRY:
        raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")


def _check_only_here(application: Application, pools: Sequence[Pool], people: Sequence[int]) -> None:
    others = Applicant.objects.filter(
        person__in=people, live=True, application__preferences__pool__in=[pool.pk for pool in pools]
    )
    if others.exclude(application=application).exists():
        raise Refused("already-there", "其中有一个，您的另一份报名里已经选了，请换一个。")


def _lock(application: Application) -> tuple[Call, Application, list[int]]:
    call = share(application.call_id)
    row: Application = Application.objects.lock(application.pk)
    row.call = call
    people = Applicant.objects.filter(application=row, live=True).order_by("pk").values_list("person_id", flat=True)
    return call, row, list(people)


def _wished(application: Application) -> list[int]:
    return list(Preference.objects.filter(application=application).order_by("rank").values_list("pool_id", flat=True))


def _resize(application: Application, size: int) -> None:
    application.size = size
    application.save(update_fields=["size"])


def _step(application: Application, verb: str, by: Actor, at: datetime) -> None:
    Step.make(federation=application.federation, application=application, verb=verb, account=by.account_id, at=at)
