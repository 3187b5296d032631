"""会籍 has a history without gap and without overlap."""

from datetime import date

import pytest
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import memberships
from tongxin.people.models import Membership, Person
from tongxin.people.models.memberships import EndReason
from tongxin.people.powers import Power
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

DAY = date(2024, 2, 1)


def stay(cast: Cast) -> Membership:
    return Membership.objects.get(person=cast.wang.person, ends=None)


def history(cast: Cast) -> list[tuple[object, ...]]:
    rows = Membership.objects.filter(person=cast.wang.person).order_by("starts", "pk")
    return list(rows.values_list("union__name", "starts", "ends", "end_reason"))


def test_move_leaves_no_day_between_and_keeps_what_was(cast: Cast) -> None:
    new = memberships.move(membership=stay(cast), to_union=cast.riders, on=DAY, by=cast.admin.actor, at=NOW)
    assert history(cast) == [
        ("永川同心机械厂工会", SINCE, DAY, "transferred"),
        ("永川区外卖配送行业工会联合会", DAY, None, ""),
    ]
    assert new.previous is not None
    assert new.previous.union == cast.factory
    assert JournalEntry.objects.get(verb="membership.moved").union == cast.riders.pk


def test_move_takes_the_person_out_of_the_old_cadres_sight(cast: Cast) -> None:
    seen = Person.objects.within(cast.cadre.actor, Power.SEE_PEOPLE)
    assert cast.wang.person in seen.all()
    memberships.move(membership=stay(cast), to_union=cast.riders, on=DAY, by=cast.cadre.actor, at=NOW)
    assert cast.wang.person not in Person.objects.within(cast.cadre.actor, Power.SEE_PEOPLE)


def test_move_is_the_letting_unions_to_do(cast: Cast) -> None:
    """Whoever could pull members in would read strangers' records."""
    with pytest.raises(Refused) as refused:
        memberships.move(
            membership=stay(cast), to_union=cast.jiangjin_mill, on=DAY, by=cast.sibling_cadre.actor, at=NOW
        )
    assert refused.value.code == "no-power"


def test_move_into_another_province_asks_for_consent(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        memberships.move(membership=stay(cast), to_union=cast.jinjiang_shop, on=DAY, by=cast.cadre.actor, at=NOW)
    assert refused.value.code == "consent-needed"
    new = memberships.move(
        membership=stay(cast), to_union=cast.jinjiang_shop, on=DAY, by=cast.cadre.actor, at=NOW, consented_on=DAY
    )
    assert (new.union, new.federation) == (cast.jinjiang_shop, cast.chongqing.pk)
    assert cast.wang.person in Person.objects.within(cast.jinjiang_cadre.actor, Power.SEE_PEOPLE)


@pytest.mark.parametrize(
    ("on", "place", "code"),
    [
        (date(2017, 12, 31), "zhongshan", "move-before-start"),
        (date(2024, 3, 29), "riders", "day-to-come"),
        (DAY, "factory", "move-same-union"),
        (date(2017, 12, 31), "riders", "union-not-there"),
    ],
)
def test_move_is_refused_where_it_makes_no_sense(cast: Cast, on: date, place: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        memberships.move(membership=stay(cast), to_union=getattr(cast, place), on=on, by=HOUSE, at=NOW)
    assert refused.value.code == code
    assert len(history(cast)) == 1


def test_move_of_a_stay_that_has_ended_is_refused(cast: Cast) -> None:
    old = stay(cast)
    memberships.move(membership=old, to_union=cast.riders, on=DAY, by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refused:
        memberships.move(membership=old, to_union=cast.riders, on=DAY, by=HOUSE, at=NOW)
    assert refused.value.code == "membership-ended"


def test_join_again_after_an_end_never_overlaps(cast: Cast) -> None:
    memberships.end(membership=stay(cast), on=DAY, reason=EndReason.LEFT, by=cast.cadre.actor, at=NOW)
    person = cast.wang.person
    with pytest.raises(Refused) as refused:
        memberships.join(person=person, union=cast.factory, starts=date(2024, 1, 31), by=HOUSE, at=NOW)
    assert refused.value.code == "membership-overlap"
    memberships.join(person=person, union=cast.factory, starts=DAY, by=cast.cadre.actor, at=NOW)
    with pytest.raises(Refused) as refused:
        memberships.join(person=person, union=cast.riders, starts=TODAY, by=HOUSE, at=NOW)
    assert refused.value.code == "membership-open"
    assert [row[1:3] for row in history(cast)] == [(SINCE, DAY), (DAY, None)]


def test_end_needs_a_reason_of_the_list(cast: Cast) -> None:
    for reason in ("", "transferred", "tired"):
        with pytest.raises(Refused) as refused:
            memberships.end(membership=stay(cast), on=DAY, reason=reason, by=HOUSE, at=NOW)
        assert refused.value.code == "reason-unknown"


def test_two_open_stays_are_refused_by_the_database_itself(cast: Cast) -> None:
    with pytest.raises(Refused) as refused, writing():
        Membership.make(person=cast.wang.person, union=cast.riders, starts=DAY, federation=cast.chongqing.pk)
    assert str(refused.value) == "一个人同一时间只能有一个会籍，请先办转接。"
