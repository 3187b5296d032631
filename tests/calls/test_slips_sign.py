"""A small draw in a room: numbered slips, the order typed by one and signed by another, published as what it is."""

import json
from datetime import timedelta

import pytest
from tests.cast import HOUSE, Cast
from tests.factories.draws import FREEZES, RESULT, a_drawn_call, announced, enter_all

from tongxin.calls.actions import rounds, slips
from tongxin.calls.models import Application, Draw
from tongxin.calls.states import ApplicationState, How, RoundState
from tongxin.kernel import draw as kernel
from tongxin.kernel.refused import Refused
from tongxin.records.actions import documents

pytestmark = pytest.mark.django_db
AFTER = RESULT + timedelta(minutes=5)


@pytest.fixture
def frozen(cast: Cast) -> Draw:
    call, pool = a_drawn_call(cast, units=2)
    enter_all(call, pool, cast, 4)
    made = announced(call, cast, how=How.SLIPS, holders=())
    assert rounds.freeze(held=made.round, by=HOUSE, at=FREEZES).state == RoundState.SEALED
    return Draw.objects.select_related("round", "pool").get(round=made.round)


def test_order_that_was_drawn_gives_the_places(cast: Cast, frozen: Draw) -> None:
    officer, admin = cast.officer.actor, cast.admin.actor
    slips.type_order(draw=frozen, numbers="3、1, 4 2", by=officer, at=AFTER)
    with pytest.raises(Refused) as refusal:
        rounds.draw(held=frozen.round, by=officer, at=AFTER)
    assert refusal.value.code == "slips-missing"
    with pytest.raises(Refused) as refusal:
        slips.sign(draw=frozen, by=officer, at=AFTER)
    assert refusal.value.code == "draw_signed_by_two"
    with pytest.raises(Refused) as refusal:
        rounds.void(held=frozen.round, why="不好", by=officer, at=AFTER)
    assert refusal.value.code == "seals-opened"
    slips.sign(draw=frozen, witnesses="职工12人、经审委员1人", by=admin, at=AFTER)
    with pytest.raises(Refused) as refusal:
        slips.type_order(draw=frozen, numbers="1 2 3 4", by=officer, at=AFTER)
    assert refusal.value.code == "slips-signed"
    rounds.draw(held=frozen.round, by=officer, at=AFTER)
    tickets = [line[:32] for line in frozen.lines]
    won = Application.objects.filter(state=ApplicationState.GRANTED).values_list("ticket", flat=True)
    assert set(won) == {tickets[2], tickets[0]}
    file = json.loads(documents.path_of(Draw.objects.get().file).read_bytes())
    assert file["order"] == [tickets[n - 1] for n in (3, 1, 4, 2)]
    assert file["format"] == "tongxin-slips-1"
    assert kernel.first_difference(file) == "format: 'tongxin-slips-1' is not tongxin-draw-1"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ("1 2 3", "还缺这些号：4。没抽中的也要接着抽完，候补按这个次序排。"),
        ("1 2 3 3 4", "这些号录了不止一次：3。"),
        ("1 2 3 4 5 0", "没有这样的号：0、5。号从1到4。"),
        ("", "还缺这些号：1、2、3、4。没抽中的也要接着抽完，候补按这个次序排。"),
    ],
)
def test_order_that_cannot_be_is_refused_by_number(cast: Cast, frozen: Draw, numbers: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        slips.type_order(draw=frozen, numbers=numbers, by=cast.officer.actor, at=AFTER)
    assert (refusal.value.code, str(refusal.value)) == ("slips-wrong", words)


def test_slips_wait_for_the_time_that_was_promised(cast: Cast, frozen: Draw) -> None:
    with pytest.raises(Refused) as refusal:
        slips.type_order(draw=frozen, numbers="1 2 3 4", by=cast.officer.actor, at=RESULT - timedelta(minutes=1))
    assert refusal.value.code == "too-early"


def test_round_by_seals_has_no_slips_and_a_round_by_slips_no_seals(cast: Cast) -> None:
    from tests.factories.draws import sealed

    call, _pool = a_drawn_call(cast)
    with pytest.raises(Refused) as refusal:
        announced(call, cast, how=How.SLIPS)
    assert refusal.value.code == "slips-plain"
    draw = Draw.objects.select_related("round").get(round=sealed(call, cast).round)
    with pytest.raises(Refused) as refusal:
        slips.type_order(draw=draw, numbers="1", by=cast.officer.actor, at=AFTER)
    assert refusal.value.code == "no-slips"
