"""The demo's two draws: one drawn, whose file everyone can compute again, with one who left; one whose entry is open."""

import json

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import people

from config.demo import draws as demo
from tongxin.calls.models import Draw, Round
from tongxin.kernel import draw as kernel
from tongxin.people.models import Account
from tongxin.records.actions import documents

pytestmark = pytest.mark.django_db


def test_demo_has_one_draw_to_compute_again_and_one_that_is_open(cast: Cast) -> None:
    for login, player in (("yongchuan.officer", cast.officer), ("yongchuan.auditor", cast.auditor)):
        Account.objects.filter(pk=player.account.pk).update(login=login)
    guests = [cast.wang.person, cast.zhang.person]
    demo.plant(people=people(cast.factory, demo.ENTRIES), guests=guests, by=HOUSE, at=NOW)
    drawn, still_open = Round.objects.order_by("pk")
    assert (drawn.state, still_open.state) == ("drawn", "announced")
    file = json.loads(documents.path_of(Draw.objects.get(round=drawn).file).read_bytes())
    assert kernel.first_difference(file) is None
    assert len(file["order"]) == demo.ENTRIES
    assert [one["why"] for one in file["excused"]] == ["withdrawn"]
    assert list(still_open.seals.order_by("order").exclude(commitment="").values_list("order", flat=True)) == [1, 2]
    demo.plant(people=[], guests=[], by=HOUSE, at=NOW)
    assert Round.objects.count() == 2
