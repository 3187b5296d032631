"""Doors: what a poster's code and a menu's link lead to, without signing in, also years later."""

from django.test import Client
from tests.cast import NOW, TODAY, Cast
from tests.factories.activities import school
from tests.web.conftest import Clock

from tongxin.people.actions import union_endings
from tongxin.unions.actions import tree


def test_the_door_of_a_union_leads_to_joining_there_and_to_its_classes(cast: Cast, clock: Clock) -> None:
    shown = Client().get(f"/at/union/{cast.riders.public_id}/").content.decode()
    assert cast.riders.name in shown
    assert f"/join/?union={cast.riders.public_id}" in shown
    assert f"/classes/?place={cast.riders.public_id}" in shown
    begun = Client().get(f"/join/?union={cast.riders.public_id}").content.decode()
    assert f"/join/at/{cast.riders.public_id}/?as=food_delivery_rider" in begun


def test_the_poster_of_a_union_that_ended_leads_to_its_heir(cast: Cast, clock: Clock) -> None:
    admin = cast.admin.actor
    union_endings.merge(predecessors=[cast.riders], successor=cast.factory, on=TODAY, by=admin, at=NOW)
    answer = Client().get(f"/at/union/{cast.riders.public_id}/")
    assert answer["Location"] == f"/at/union/{cast.factory.public_id}/"


def test_without_an_heir_the_poster_leads_to_the_one_above(cast: Cast, clock: Clock) -> None:
    from tests.cast import HOUSE

    tree.dissolve(union=cast.riders, on=TODAY, by=HOUSE, at=NOW)
    answer = Client().get(f"/at/union/{cast.riders.public_id}/")
    assert answer["Location"] == f"/at/union/{cast.yongchuan.public_id}/"


def test_the_door_of_a_site_leads_to_its_classes_and_no_door_opens_nothing(cast: Cast, clock: Clock) -> None:
    site = school(cast).site
    assert Client().get(f"/at/site/{site.public_id}/")["Location"] == f"/classes/?place={site.public_id}"
    assert [Client().get(f"/at/{kind}/zzzzzzzzzzzz/").status_code for kind in ("union", "site")] == [404, 404]
