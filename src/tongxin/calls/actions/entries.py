"""Entering a call whose places are given later: by a draw, by points or after a review. All who come in time are alike.

The call's row is shared by all who enter and taken alone by whoever freezes the list, so that a request on its way is
either in the list or refused; which of the two does not depend on anybody's clock.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tongxin.calls.actions import reviews, weights
from tongxin.calls.actions.acting import acts_for_all, require_acting_for
from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.actions.windows import check_not_closed, check_takes_entries, share
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Call, Pool, Preference, Step
from tongxin.calls.queries.groups import groups_of
from tongxin.calls.states import BY_ENTRY, ENTRY, ApplicationState, Policy, Stage
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

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
    companions: int = 0,
) -> Application:
    """One application with its ticket: the pools in the order of wishes, and who goes together (who enters comes first).

    `companions`: how many come along without a record; the kind says whether they may. Each person of the party is a unit.
    Two taps, or a retry with the same `key`, give the same application.
    Refused: "no-power", "call-not-published", "not-open-yet", "closed-already", "list-frozen", "pool-closed", "wishes",
    "party", "not-eligible", "eligibility-unknown", "one-per-call", "application_key_once", "by-speed", and the kind's.
    """
    call = share(call.pk)
    if call.policy not in BY_ENTRY:
        raise Refused("by-speed", "这里按先后给名额，请从报名页直接报。")
    for person in persons:
        require_acting_for(by, person.pk, call.union_id)
    list(Person.objects.lock_rows(person.pk for person in persons))  # two taps of one person one after the other
    if (same := _made_before(call, wishes, persons, companions, by, key)) is not None:
        return same
    check_takes_entries(call, at)
    check_party(call, persons, companions)
    pools = _checked_wishes(call, wishes)
    for person in persons:
        _check_person(call, person, persons, by, at)
    application = _write(call, pools, persons, companions, by, at, key)
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
    check_only_here([pool.pk for pool in pools], people, besides=application)
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
def freeze(*, call: Call, by: Actor, at: datetime) -> Call:
    """Nobody enters, joins or changes a wish from here on. Withdrawing stays possible, and shows. A second time: as it is.

    Power is checked by the action that calls this. Refused: "not-closed-yet".
    """
    call = Call.objects.lock(call.pk)
    if call.frozen_at is not None:
        return call
    if at < call.closes:
        raise Refused("not-closed-yet", "报名还没有截止，名单不能封存。截止以后再来。")
    if call.chances > 1:
        weights.keep_promise(call, by=by, at=at)  # it was promised, whether or not someone looked at it before
    call.frozen_at = at
    call.save(update_fields=["frozen_at"])
    many = Application.objects.filter(call=call, state=ApplicationState.ENTERED).count()
    journal.write("call.frozen", of=call, by=by, at=at, entries=many)
    return call


def _made_before(
    call: Call, wishes: Sequence[Pool], persons: Sequence[Person], companions: int, by: Actor, key: str | None
) -> Application | None:
    """What this request made when it came before: by its key, else by the same wishes of the same person."""
    if key is not None and by.account_id is not None:
        keyed = Application.objects.filter(account=by.account_id, key=key).select_related("call").first()
        if keyed is not None:
            sent: Application = keyed
            same = _is(keyed, wishes, persons, then=True) and was_sized(keyed, len(persons) + companions)
            if keyed.call_id != call.pk or not same:
                raise Refused("application_key_once", "这张报名页已经用过，请刷新页面再报。")
            return sent
    first = persons[0].pk if persons else None
    standing = Application.objects.filter(applicants__person=first, applicants__live=True, call=call)
    rows: list[Application] = list(standing.select_related("call"))
    return next((one for one in rows if _is(one, wishes, persons)), None)


def was_sized(application: Application, size: int) -> bool:
    """So many came, or somebody changed since how many come."""
    changed = Step.objects.filter(application=application, verb__in=("join", "leave", "bring"))
    return application.size == size or changed.exists()


def _is(application: Application, wishes: Sequence[Pool], persons: Sequence[Person], *, then: bool = False) -> bool:
    """The same people and wishes as are sent now, and whoever joined since. `then`: as it was when it was made, so that
    what was changed since makes it no other request.
    """
    people = list(Applicant.objects.filter(application=application).order_by("pk").values_list("person_id", flat=True))
    sent = [person.pk for person in persons]
    since = set(Step.objects.filter(application=application).values_list("verb", flat=True)) if then else set()
    if people[:1] != sent[:1] or not (set(sent) <= set(people) or "leave" in since):
        return False
    return "wishes" in since or _wished(application) == [pool.pk for pool in wishes]


def _write(
    call: Call,
    pools: Sequence[Pool],
    persons: Sequence[Person],
    companions: int,
    by: Actor,
    at: datetime,
    key: str | None,
) -> Application:
    slots = [slot_of(call, person, alone=len(persons) == 1) for person in persons]
    check_only_here([pool.pk for pool in pools], [person.pk for person in persons])
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
        size=len(persons) + companions,
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


def slot_of(call: Call, person: Person, *, alone: bool) -> int:
    """The lowest that is free. Refused: "one-per-call"; of a party by name, since one of several is meant."""
    used = set(Applicant.objects.filter(person=person, call=call, live=True).values_list("slot", flat=True))
    free = next((slot for slot in range(1, call.per_person + 1) if slot not in used), None)
    if free is not None:
        return free
    if alone:
        raise Refused(
            "one-per-call",
            "这一次已经有一份报名在里面了，每人最多%(most)d份。想换的话，请先退出再报，或改志愿。",
            most=call.per_person,
        )
    raise Refused(
        "one-per-call",
        "%(name)s在这一次里已经报过（自己报的，或在别人的一组里），每人最多%(most)d份。请先请本人退出那一份，或不写这位。",
        name=_named(person),
        most=call.per_person,
    )


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


def check_party(call: Call, persons: Sequence[Person], companions: int = 0) -> None:
    """Refused: "party"."""
    if not persons or len({person.pk for person in persons}) != len(persons):
        raise Refused("party", "请写明谁来参加，同一个人只写一次。")
    size = len(persons) + companions
    if size > call.party_most:
        if call.party_most == 1:
            raise Refused("party", "这里只能各报各的，不能几个人一起报。请分开报。")
        raise Refused(
            "party",
            "这里最多%(most)d人一起报，现在是%(size)d人。请分开报，或减少人数。",
            most=call.party_most,
            size=size,
        )


def _check_person(call: Call, person: Person, persons: Sequence[Person], by: Actor, at: datetime) -> None:
    """Of several, the words say who it is."""
    try:
        check_eligible(call, person, at=at)
    except Refused as refusal:
        if len(persons) == 1 or by.person_id == person.pk:
            raise
        raise Refused(refusal.code, "%(name)s不能一起报：%(why)s", name=_named(person), why=str(refusal)) from refusal


def _named(person: Person) -> str:
    return shown(person, "name", Purpose.STAFF_LIST)


def _check_entry(application: Application) -> None:
    if application.state not in ENTRY:
        raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")


def check_only_here(pools: Sequence[int], people: Sequence[int], *, besides: Application | None = None) -> None:
    """Nobody stands twice for the same places. Refused: "already-there"."""
    others = Applicant.objects.filter(person__in=people, live=True, application__preferences__pool__in=pools)
    if besides is not None:
        others = others.exclude(application=besides)
    if (found := others.select_related("person").first()) is None:
        return
    if len(people) == 1:
        raise Refused("already-there", "其中有一个，您的另一份报名里已经选了，请换一个。")
    raise Refused("already-there", "其中有一个，%(name)s的另一份报名里已经选了，请换一个。", name=_named(found.person))


def _lock(application: Application) -> tuple[Call, Application, list[int]]:
    call = share(application.call_id)
    row: Application = Application.objects.lock(application.pk)
    row.call = call
    people = Applicant.objects.filter(application=row, live=True).order_by("pk").values_list("person_id", flat=True)
    return call, row, list(people)


def _wished(application: Application) -> list[int]:
    return list(Preference.objects.filter(application=application).order_by("rank").values_list("pool_id", flat=True))


def _step(application: Application, verb: str, by: Actor, at: datetime) -> None:
    Step.make(federation=application.federation, application=application, verb=verb, account=by.account_id, at=at)
