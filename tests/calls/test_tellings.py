"""Everything that the engine tells can be told: the catalogue has words for it, and the data fill them."""

from datetime import timedelta

from tests.cast import NOW, Cast
from tests.factories.calls import a_call, a_pool, apply_all, people

from tongxin.calls.actions import applications, pools
from tongxin.calls.actions.tellings import Told
from tongxin.notices.actions import messages
from tongxin.notices.models import Message
from tongxin.records.models import OutboxRow


def test_every_telling_of_the_engine_reaches_an_inbox(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 2, "早上"), a_pool(call, 1, "晚上")
    rows = apply_all(one, people(cast.factory, 5))
    by = cast.officer.actor
    applications.withdraw(application=rows[0], why="来电", by=by, at=NOW)
    applications.move(application=rows[1], into=two, by=by, at=NOW, why="换时间")
    pools.close_pool(pool=one, into=two, by=by, at=NOW, why="并到晚上")
    pools.resize(pool=two, units=2, by=by, at=NOW)
    pools.close_pool(pool=two, by=by, at=NOW + timedelta(hours=1), why="停电")
    told = set(OutboxRow.objects.values_list("kind", flat=True))
    assert {
        Told.GRANTED,
        Told.WAITING,
        Told.MOVED_UP,
        Told.MOVED,
        Told.MOVED_TO_LINE,
        Told.ENDED,
        Told.WITHDRAWN,
    } <= told
    expected = OutboxRow.objects.count()
    assert messages.deliver(at=NOW + timedelta(days=1)) == expected
    assert Message.objects.count() == expected
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {"told"}
