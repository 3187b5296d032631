"""Opening, dating, publishing and withdrawing a call."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, OPENS, a_call, a_pool

from tongxin.calls.actions import applications, calls
from tongxin.calls.models import Call
from tongxin.calls.queries import is_open
from tongxin.calls.states import CallState
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry


def test_open_call_is_a_draft_that_takes_nobody(cast: Cast) -> None:
    call = calls.open_call(union=cast.yongchuan, kind="quiet", opens=OPENS, closes=CLOSES, by=HOUSE, at=NOW)
    assert (call.state, call.federation, call.per_person) == (CallState.DRAFT, cast.chongqing.pk, 1)
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=a_pool(call, 3), person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert refusal.value.code == "call-not-published"
    assert is_open(call, NOW) is False


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=-1)])
def test_window_that_closes_before_it_opens_is_refused_in_words(cast: Cast, later: timedelta) -> None:
    with pytest.raises(Refused) as refusal:
        calls.open_call(union=cast.yongchuan, kind="quiet", opens=OPENS, closes=OPENS + later, by=HOUSE, at=NOW)
    assert (refusal.value.code, str(refusal.value)) == ("window-order", "报名截止时间要晚于开始时间，请改其中一个。")
    call = a_call(cast.yongchuan)
    with pytest.raises(Refused, match="报名截止时间要晚于开始时间"):
        calls.set_window(call=call, opens=OPENS, closes=OPENS + later, by=HOUSE, at=NOW)
    assert Call.objects.get().closes == CLOSES


@pytest.mark.parametrize(("kind", "per_person", "code"), [("nothing", 1, "unknown-kind"), ("quiet", 0, "per-person")])
def test_open_call_is_refused_without_a_kind_or_a_number(cast: Cast, kind: str, per_person: int, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        calls.open_call(
            union=cast.yongchuan, kind=kind, opens=OPENS, closes=CLOSES, per_person=per_person, by=HOUSE, at=NOW
        )
    assert refusal.value.code == code
    assert Call.objects.count() == 0


def test_set_window_counts_from_now_on_and_is_journalled_with_both_windows(cast: Cast) -> None:
    call = calls.set_window(call=a_call(cast.yongchuan), opens=OPENS, closes=NOW, by=cast.officer.actor, at=NOW)
    assert is_open(call, NOW) is False
    assert is_open(call, NOW - timedelta(microseconds=1)) is True
    entry = JournalEntry.objects.get(verb="call.window-set")
    assert entry.account == cast.officer.account.pk  # type: ignore[union-attr]
    assert entry.data["window"] == f"{OPENS.isoformat()}/{NOW.isoformat()}"
    assert set(entry.data) == {"before", "window"}


def test_publish_withdraw_publish_again(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    with pytest.raises(Refused, match="页面可能已经过时"):
        calls.publish(call=call, by=HOUSE, at=NOW)
    assert calls.withdraw(call=call, by=HOUSE, at=NOW).state == CallState.WITHDRAWN
    assert calls.publish(call=call, by=HOUSE, at=NOW).state == CallState.PUBLISHED


def test_withdrawn_call_keeps_what_was_granted(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    pool = a_pool(call, 1)
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    calls.withdraw(call=call, by=HOUSE, at=NOW)
    assert mine.awards.get().state == "held"
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.zhang.person, by=cast.zhang.actor, at=NOW)
    assert refusal.value.code == "call-not-published"
