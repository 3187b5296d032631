"""Who comes along: people who say so themselves, and those without a record whom they bring. Each takes a unit.

Before the places are given a party grows and shrinks freely; with a place in hand it grows only where places are given by
arrival and one is left, and shrinks at any time: what it gives back goes to the next in line.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tongxin.calls.actions import applications, entries, lines
from tongxin.calls.actions.acting import acts_for_all, require_acting_for
from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.entries import check_only_here, slot_of
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.actions.windows import check_open, check_takes_entries
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Award, Call, Pool, Preference, Reserve, Step
from tongxin.calls.places import Counter
from tongxin.calls.states import BY_ENTRY, BY_SPEED, ENTRY, HOLDING, LIVE, ApplicationState, Stage, Why
from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.authority import Actor
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.queries.search import NUMBER_AT_LEAST, by_number
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

INVITES: Final = 20  # of one application: enough for every party, too few to try names
_TOLD: Final = {
    ApplicationState.ENTERED: Told.ENTERED,
    ApplicationState.RETURNED: Told.ENTERED,
    ApplicationState.WAITING: Told.WAITING,
    ApplicationState.GRANTED: Told.GRANTED,
}


class _Party(NamedTuple):
    """Under the locks of its pools. `held`: where it has its place. `people`: who entered comes first."""

    application: Application
    call: Call
    pools: dict[int, Pool]
    held: Pool | None
    people: list[int]


@atomic
def enter(
    *,
    call: Call,
    wishes: Sequence[Pool],
    persons: Sequence[Person],
    by: Actor,
    at: datetime,
    key: str | None = None,
    companions: int = 0,
) -> Application:
    """All of them together, by whatever the call gives its places: nobody, unless everybody can be entered.

    Refused: as `entries.enter`, or as `applications.apply` and `join`; "wishes" (by arrival there is one).
    """
    if call.policy in BY_ENTRY:
        return entries.enter(call=call, wishes=wishes, persons=persons, by=by, at=at, key=key, companions=companions)
    entries.check_party(call, persons, companions)
    if len(wishes) != 1:
        raise Refused("wishes", "先到先得只能选1个，请选一个。")
    made = applications.apply(pool=wishes[0], person=persons[0], by=by, at=at, key=key, companions=companions)
    for person in persons[1:]:
        made = join(application=made, person=person, by=by, at=at)
    return made


@atomic
def join(*, application: Application, person: Person, by: Actor, at: datetime) -> Application:
    """Someone goes along with who entered; they say so themselves, so that nobody can be entered by another.

    Refused: "no-power", "party" (it is full), "pool-full", "one-per-call", "already-there", "wrong-state", what
    `check_takes_entries` and eligibility refuse, and what the kind refuses.
    """
    party = _lock(application)
    application, call = party.application, party.call
    require_acting_for(by, person.pk, call.union_id)
    Person.objects.lock(person.pk)
    if person.pk in party.people:
        return application
    _check_grows(party, 1, at)
    check_eligible(call, person, at=at)
    slot = slot_of(call, person, alone=by.person_id == person.pk)
    check_only_here(list(party.pools), [person.pk], besides=application)
    Applicant.make(federation=call.federation, application=application, call=call, person=person, slot=slot)
    _resize(application, application.size + 1)
    given = _give_one(party, person, at) if party.held is not None else None
    _step(application, "join", by, at)
    kind_of(call).check(application, Stage.ENTRY)
    if given is not None:
        lines.announce(call, [given], offered=False, by=by, at=at)
    journal.write("application.joined", of=application, by=by, at=at, size=application.size)
    if by.person_id != person.pk:
        told = _TOLD[ApplicationState(application.state)]
        tell(told, [(person.pk, application)], pool=party.held or next(iter(party.pools.values())), at=at)
    return application


@atomic
def invite(*, application: Application, name: str, number: str, by: Actor, at: datetime) -> None:
    """Asks an adult with an account, by name and whole number, to come along; they answer by their own hand.

    Whether anybody was found is told to nobody: else names could be tried until one fits.
    Refused: "no-power", "party-lead", "number-short", "invited-enough", and as `join` where the party cannot grow.
    """
    party = _lock(application)
    application = party.application
    acts_for_all(by, party.people, party.call.union_id)
    _check_grows(party, 1, at)
    if sum(character.isdigit() for character in number) < NUMBER_AT_LEAST:
        raise Refused("number-short", "请写完整的手机号或证件号码，只写姓名分不清是哪一位。")
    if Step.objects.filter(application=application, verb="invite").count() >= INVITES:
        raise Refused("invited-enough", "已经请过%(most)d次了。再要请的，把下面的链接发给对方就行。", most=INVITES)
    _step(application, "invite", by, at)
    journal.write("application.invited", of=application, by=by, at=at)
    lead = Person.objects.get(pk=party.people[0])
    who = Person.objects.filter(by_number(number), name=names.tidy(name), merged_into=None, account__isnull=False)
    found = [(pk, application) for pk in who.exclude(pk__in=party.people).values_list("pk", flat=True).distinct()]
    pool = party.held or next(iter(party.pools.values()))
    tell(Told.INVITED, found, pool=pool, at=at, who=shown(lead, "name", Purpose.STAFF_LIST))


@atomic
def leave(*, application: Application, person: Person, by: Actor, at: datetime) -> Application:
    """Someone of a party does not go along after all; who entered withdraws the whole instead.

    Refused: "no-power", "party-lead", "list-frozen" (published, not yet drawn), "wrong-state".
    """
    party = _lock(application)
    application = party.application
    require_acting_for(by, person.pk, party.call.union_id)
    if person.pk not in party.people:
        return application
    if person.pk == party.people[0]:
        raise Refused("party-lead", "这一组是您报的名。您不参加的话，请退出报名，其他人可以另报。")
    _check_shrinks(party)
    if party.held is not None:
        lines.release(party.held, [application.pk], why=Why.WITHDRAWN, by=by, at=at, person=person.pk)
        lines.count(party.held)
    Applicant.objects.filter(application=application, person=person, live=True).delete()
    _resize(application, application.size - 1)
    _step(application, "leave", by, at)
    journal.write("application.left", of=application, by=by, at=at, size=application.size)
    _move_up(party, by, at)
    return application


@atomic
def bring(*, application: Application, companions: int, by: Actor, at: datetime) -> Application:
    """How many come along without a record. A second time with the same number changes nothing.

    Refused: "no-power", "party-lead", "party", "pool-full", "list-frozen", "wrong-state", and what the kind refuses.
    """
    party = _lock(application)
    application = party.application
    acts_for_all(by, party.people, party.call.union_id)
    more = len(party.people) + companions - application.size
    if more == 0:
        return application
    if more > 0:
        _check_grows(party, more, at)
    else:
        _check_shrinks(party)
    if party.held is not None:
        _change_units(party, party.held, more)
    _resize(application, application.size + more)
    _step(application, "bring", by, at)
    if more > 0:
        kind_of(party.call).check(application, Stage.ENTRY)
    journal.write("application.party-changed", of=application, by=by, at=at, size=application.size)
    _move_up(party, by, at)
    return application


def _lock(application: Application) -> _Party:
    wished = Preference.objects.filter(application=application).order_by("rank").values_list("pool_id", flat=True)
    pools = lines.lock_pools(list(wished))
    row: Application = Application.objects.lock(application.pk)
    row.call = next(iter(pools.values())).call
    people = Applicant.objects.filter(application=row, live=True).order_by("pk").values_list("person_id", flat=True)
    held = Award.objects.filter(application=row, state__in=HOLDING).values_list("pool_id", flat=True).first()
    return _Party(row, row.call, pools, pools.get(held) if held else None, list(people))


def _check_grows(party: _Party, more: int, at: datetime) -> None:
    application, call = party.application, party.call
    if application.state in ENTRY:
        check_takes_entries(call, at)
    elif call.policy in BY_SPEED and application.state in {ApplicationState.WAITING, ApplicationState.GRANTED}:
        for pool in party.pools.values():
            check_open(pool, at)
    else:
        raise Refused("wrong-state", "名额已经按人数给出或结束，这一组不能再加人。想参加的，请看看还有没有别的名额。")
    if application.size + more > call.party_most:
        raise Refused(
            "party",
            "这里最多%(most)d人一起报，这一组已经有%(size)d人，加不下了。",
            most=call.party_most,
            size=application.size,
        )
    if party.held is not None and _free(party.held) < more:
        raise Refused(
            "pool-full", "“%(what)s”只剩%(left)d个名额，这一组加不下了。可以先少带，有人退出后再加。",
            what=party.held.name, left=max(_free(party.held), 0),
        )  # fmt: skip


def _check_shrinks(party: _Party) -> None:
    if party.application.state not in LIVE:
        raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")
    if party.application.state in ENTRY and party.call.frozen_at is not None:
        raise Refused(
            "list-frozen",
            "名单已经封存，人数写在公布的名单里，公布结果以前不能改。结果出来后可以退，也可以由报名的人整组退出。",
        )


def _free(pool: Pool) -> int:
    """Open places: what is kept for a group stays with it."""
    return Counter(pool, lines.reserves_of(pool)).openly


def _give_one(party: _Party, person: Person, at: datetime) -> Award:
    """An open place beside the party's own."""
    assert party.held is not None
    award = Award.make(
        federation=party.call.federation, application=party.application, pool=party.held, person=person, at=at
    )
    party.held.taken += 1
    lines.count(party.held)
    return award


def _change_units(party: _Party, pool: Pool, more: int) -> None:
    """On the award of who entered. More are open places; fewer go back to where the place came from."""
    award = Award.objects.select_related("reserve").get(
        application=party.application, person=party.people[0], state__in=HOLDING
    )
    if more > 0 and award.reserve_id is not None:
        raise Refused(
            "reserved-place", "您用的是预留的名额，人数不能再加。要多带人，请退出后按新的人数再报，或联系主办的工会。"
        )
    award.units += more
    award.save(update_fields=["units"])
    pool.taken += more
    lines.count(pool)
    if award.reserve_id is not None:
        reserve = Reserve.objects.get(pk=award.reserve_id)
        reserve.taken += more
        reserve.save(update_fields=["taken"])


def _move_up(party: _Party, by: Actor, at: datetime) -> None:
    """A smaller party may fit now, or leave room for the next."""
    if party.application.state in ENTRY:
        return
    for pool in party.pools.values():
        lines.fill(pool, by=by, at=at)


def _resize(application: Application, size: int) -> None:
    application.size = size
    application.save(update_fields=["size"])


def _step(application: Application, verb: str, by: Actor, at: datetime) -> None:
    Step.make(federation=application.federation, application=application, verb=verb, account=by.account_id, at=at)
