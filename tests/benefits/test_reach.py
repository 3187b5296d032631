"""Whose members a scheme is for, and what an agreement between two federations opens, from its first day to its last."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.schemes import CLOSES, PLAN, a_release, a_scheme, an_agreement, recognised

from tongxin.benefits.actions import recognitions
from tongxin.benefits.models import Scheme
from tongxin.benefits.queries import offers
from tongxin.benefits.queries.reach import way_in
from tongxin.calls.actions import applications
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.unions.actions import agreements

pytestmark = pytest.mark.django_db
UNIVERSAL = replace(PLAN, universal=True)
WEEK = TODAY + timedelta(days=7)


def claimed(scheme: Scheme, person: Person, at: datetime = NOW) -> str:
    try:
        applications.apply(pool=scheme.pool, person=person, by=HOUSE, at=at)
    except Refused as refusal:
        return refusal.code
    return "got"


def test_members_of_the_union_and_below_may(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan)
    found = [claimed(scheme, player.person) for player in (cast.wang, cast.zhang, cast.gao, cast.lin)]
    assert found == ["got", "got", "not-in-reach", "not-in-reach"]


def test_reach_can_be_named_union_by_union(cast: Cast) -> None:
    scheme = a_scheme(cast.chongqing, reach=[cast.factory, cast.jiangjin])
    found = [claimed(scheme, player.person) for player in (cast.wang, cast.zhang, cast.gao)]
    assert found == ["got", "not-in-reach", "got"]


def test_without_an_agreement_the_refusal_says_so(cast: Cast) -> None:
    scheme = a_scheme(cast.yongchuan, UNIVERSAL)
    with pytest.raises(Refused, match="现在也没有生效的互认协议") as refused:
        applications.apply(pool=scheme.pool, person=cast.lin.person, by=HOUSE, at=NOW)
    assert refused.value.code == "not-in-reach"


def test_recognised_members_of_the_other_province_may_use_what_is_universal(cast: Cast) -> None:
    recognised(cast.chongqing, cast.sichuan)
    assert claimed(a_scheme(cast.yongchuan, UNIVERSAL), cast.lin.person) == "got"
    assert claimed(a_scheme(cast.yongchuan), cast.lin.person) == "not-in-reach"


def test_it_opens_one_way_only(cast: Cast) -> None:
    recognised(cast.chongqing, cast.sichuan)
    assert claimed(a_scheme(cast.jinjiang, UNIVERSAL), cast.wang.person) == "not-in-reach"


def test_until_both_have_signed_nothing_is_open(cast: Cast) -> None:
    agreement = an_agreement(cast.chongqing, cast.sichuan, signed=False)
    recognised(cast.chongqing, cast.sichuan, agreement=agreement)
    scheme = a_scheme(cast.yongchuan, UNIVERSAL)
    assert claimed(scheme, cast.lin.person) == "not-in-reach"
    agreements.sign(agreement=agreement, union=cast.sichuan, by=HOUSE, at=NOW)
    assert claimed(scheme, cast.lin.person) == "got"


@pytest.mark.parametrize(("days", "way"), [(6, True), (7, False)])
def test_it_is_open_on_the_agreements_last_day_and_not_after(cast: Cast, days: int, way: bool) -> None:
    """`ends` is the first day on which it opens nothing."""
    recognised(cast.chongqing, cast.sichuan, ends=WEEK)
    scheme = a_scheme(cast.yongchuan, UNIVERSAL)
    day = TODAY + timedelta(days=days)
    assert (way_in(scheme, cast.lin.person.pk, day) is not None) is way
    assert (scheme in offers.for_person(cast.lin.person.pk, day)) is way


def test_ended_early_it_opens_nothing_from_that_day(cast: Cast) -> None:
    row = recognised(cast.chongqing, cast.sichuan)
    scheme = a_scheme(cast.yongchuan, UNIVERSAL)
    agreements.end_early(agreement=row.agreement, union=cast.chongqing, by=HOUSE, at=NOW)
    assert claimed(scheme, cast.lin.person) == "not-in-reach"


def test_the_recognition_itself_can_end(cast: Cast) -> None:
    row = recognised(cast.chongqing, cast.sichuan)
    scheme = a_scheme(cast.yongchuan, UNIVERSAL, release=a_release(closes=CLOSES + timedelta(days=9)))
    recognitions.end(recognition=row, on=WEEK, by=cast.chief.actor, at=NOW)
    assert claimed(scheme, cast.lin.person, NOW + timedelta(days=7)) == "not-in-reach"
    assert claimed(scheme, cast.lin.person, NOW + timedelta(days=6)) == "got"


def test_only_the_giver_opens_what_is_its_own(cast: Cast) -> None:
    agreement = an_agreement(cast.chongqing, cast.sichuan)
    given = {"agreement": agreement, "taker": cast.chongqing, "starts": TODAY, "at": NOW}
    with pytest.raises(Refused) as refused:
        recognitions.recognise(**given, giver=cast.sichuan, by=cast.chief.actor)
    assert refused.value.code == "no-power"
    with pytest.raises(Refused) as refused:
        recognitions.recognise(**given | {"taker": cast.jinjiang}, giver=cast.chongqing, by=cast.chief.actor)
    assert refused.value.code == "agreement-stranger"
    with pytest.raises(Refused) as refused:
        recognitions.recognise(
            **given | {"taker": cast.sichuan, "starts": date(2024, 1, 1)}, giver=cast.chongqing, by=cast.chief.actor
        )
    assert refused.value.code == "recognition-before-agreement"


def test_what_is_for_someone_is_found_in_as_many_queries_for_one_as_for_many(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        a_scheme(cast.yongchuan)
        with CaptureQueriesContext(connection) as captured:
            offers.as_offers(offers.for_person(cast.wang.person.pk, TODAY), cast.wang.person.pk, NOW)
        counts.append(len(captured))
        a_scheme(cast.factory)
    assert counts[0] == counts[1]
