"""Retained, retired, reminded, lapsed: by a person, in their order, with the rule's own clause."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import membership_states as states
from tongxin.people.actions import memberships, transfers
from tongxin.people.membership_rules import rule, shipped
from tongxin.people.models import Membership
from tongxin.people.states import MembershipState
from tongxin.records.models import JournalEntry, OutboxRow
from tongxin.served.models import ServedRow
from tongxin.store.atomic import writing

LONG_AGO = date(2023, 9, 1)


def code(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refused:
        return refused.code
    return "ok"


def stay(cast: Cast) -> Membership:
    return Membership.objects.get(person=cast.wang.person)


def remind(cast: Cast, since: date = LONG_AGO) -> str:
    return code(lambda: states.remind(membership=stay(cast), idle_since=since, by=cast.cadre.actor, at=NOW))


def lapse(cast: Cast, days: int) -> str:
    by, at = cast.cadre.on(TODAY + timedelta(days=days)), NOW + timedelta(days=days)
    return code(lambda: states.lapse(membership=stay(cast), by=by, at=at))


def served(cast: Cast, day: date, quantity: int = 1, turn: int = 1) -> None:
    with writing():
        ServedRow.make(
            federation=cast.chongqing.pk, day=day, union=cast.yongchuan.pk, person=cast.wang.person.pk, programme=1,
            measure="attendance", quantity=quantity, source=1, turn=turn, written_at=NOW,
        )  # fmt: skip


def test_every_state_has_a_rule_with_its_source() -> None:
    assert {one.state for one in shipped()} == set(MembershipState)
    assert all(one.source and one.clause and one.confidence in {"sure", "fairly", "unsure"} for one in shipped())


def test_the_newest_rule_of_the_day_counts() -> None:
    assert rule(MembershipState.RETAINED, date(2016, 12, 11)).source == "《中国工会章程》"
    assert rule(MembershipState.RETAINED, date(2016, 12, 12)).source == "《工会会员会籍管理办法》（2016）会籍保留"
    assert [(rule(state, TODAY).dues, rule(state, TODAY).votes, rule(state, TODAY).moves) for state in MembershipState] == [
        (True, True, True), (False, False, True), (False, False, False),
    ]  # fmt: skip


def test_retained_stays_a_member_and_is_told(cast: Cast) -> None:
    states.retain(membership=stay(cast), on=TODAY, why="unemployed", by=cast.cadre.actor, at=NOW)
    now = stay(cast)
    assert (now.state, now.retained_on, now.retained_why, now.ends) == ("retained", TODAY, "unemployed", None)
    assert OutboxRow.objects.filter(kind="membership.retained", person=cast.wang.person.pk).count() == 1
    assert JournalEntry.objects.get(verb="membership.retained").data["reason"] == "失业或解除劳动关系"
    states.resume(membership=now, by=cast.cadre.actor, at=NOW)
    now = stay(cast)
    assert (now.state, now.retained_on, now.retained_why) == ("member", None, "")


def test_retired_stays_where_it_is(cast: Cast) -> None:
    states.retire(membership=stay(cast), on=date(2024, 3, 1), by=cast.cadre.actor, at=NOW)
    assert (stay(cast).state, stay(cast).retired_on) == ("retired", date(2024, 3, 1))
    asked = code(lambda: transfers.ask(person=cast.wang.person, to_union=cast.riders, by=cast.wang.actor, at=NOW))
    assert asked == "retired-stays"


def test_a_retained_member_may_move_to_the_new_job(cast: Cast) -> None:
    states.retain(membership=stay(cast), on=TODAY, why="unemployed", by=cast.cadre.actor, at=NOW)
    new = memberships.move(membership=stay(cast), to_union=cast.riders, on=TODAY, by=HOUSE, at=NOW)
    assert new.state == "member"


@pytest.mark.parametrize(
    ("on", "why", "expected"),
    [
        (TODAY + timedelta(days=1), "unemployed", "day-to-come"),
        (SINCE - timedelta(days=1), "unemployed", "move-before-start"),
        (TODAY, "tired", "reason-unknown"),
    ],
)
def test_retaining_is_refused(cast: Cast, on: date, why: str, expected: str) -> None:
    deed = lambda: states.retain(membership=stay(cast), on=on, why=why, by=cast.cadre.actor, at=NOW)  # noqa: E731
    assert code(deed) == expected
    assert stay(cast).state == "member"


def test_states_are_the_unions_to_note(cast: Cast) -> None:
    for by in (cast.sibling_cadre, cast.wang, cast.clerk):
        assert code(lambda by=by: states.retire(membership=stay(cast), on=TODAY, by=by.actor, at=NOW)) == "no-power"
    assert code(lambda: states.resume(membership=stay(cast), by=cast.cadre.actor, at=NOW)) == "state-already"
    states.retire(membership=stay(cast), on=TODAY, by=cast.cadre.actor, at=NOW)
    again = code(lambda: states.retain(membership=stay(cast), on=TODAY, why="other", by=cast.cadre.actor, at=NOW))
    assert again == "state-already"


# ---- the way to a lapse -------------------------------------------------------------------------------------------


def test_a_reminder_needs_six_months(cast: Cast) -> None:
    assert remind(cast, date(2023, 9, 28)) == "idle-too-short"  # its six months end with today
    assert remind(cast, date(2023, 9, 27)) == "ok"
    assert remind(cast) == "reminded-already"
    row = OutboxRow.objects.get(kind="membership.reminded")
    assert (row.person, row.data["since"]) == (cast.wang.person.pk, "2023-09-27")


def test_whoever_is_excused_from_dues_is_not_reminded(cast: Cast) -> None:
    states.retain(membership=stay(cast), on=TODAY, why="unemployed", by=cast.cadre.actor, at=NOW)
    assert remind(cast) == "lapse-exempt"


def test_whoever_took_part_is_not_reminded(cast: Cast) -> None:
    served(cast, date(2024, 1, 5))
    assert remind(cast) == "took-part"
    served(cast, date(2024, 1, 5), -1, turn=2)  # taken back: it was somebody else
    assert remind(cast) == "ok"


def test_a_lapse_needs_reminder_and_time(cast: Cast) -> None:
    assert lapse(cast, 100) == "not-reminded"
    assert code(lambda: memberships.end(membership=stay(cast), on=TODAY, reason="lapsed", by=HOUSE, at=NOW)) == (
        "reason-unknown"
    )
    remind(cast)
    assert lapse(cast, 30) == "too-early"
    served(cast, date(2024, 4, 1))
    assert lapse(cast, 31) == "took-part"
    served(cast, date(2024, 4, 1), -1, turn=2)
    assert stay(cast).ends is None
    assert lapse(cast, 31) == "ok"
    assert (stay(cast).ends, stay(cast).end_reason) == (TODAY + timedelta(days=31), "lapsed")
    assert OutboxRow.objects.filter(kind="membership.lapsed").count() == 1


def test_who_answers_stays(cast: Cast) -> None:
    assert code(lambda: states.stay_on(membership=stay(cast), by=cast.wang.actor, at=NOW)) == "not-reminded"
    remind(cast)
    assert code(lambda: states.stay_on(membership=stay(cast), by=cast.gao.actor, at=NOW)) == "no-power"
    states.stay_on(membership=stay(cast), by=cast.wang.actor, at=NOW)
    assert lapse(cast, 100) == "not-reminded"
    told = OutboxRow.objects.filter(kind="membership.stays").values_list("person", flat=True)
    assert list(told) == [cast.cadre.person.pk]
