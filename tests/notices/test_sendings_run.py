"""Queued in batches, resumed where it stood, never doubled; a stop holds back all that is not out."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from tests.cast import HOUSE, NOW, Cast, Player, worker
from tests.factories.racing import side_by_side
from tests.factories.sendings import (
    CONNECTED,
    asked,
    deliver_all,
    fresh,
    order,
    priced,
    queue_all,
    queue_some,
    running,
    sms_template,
    told_of,
)

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import deliveries, messages, sendings
from tongxin.notices.jobs import send_on
from tongxin.notices.models import Delivery, Message, Sending
from tongxin.notices.queries import inbox, lines
from tongxin.notices.queries.progress import Lane, progress
from tongxin.notices.states import Channel
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.records.models import JournalEntry, OutboxRow
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_sms(settings: object) -> None:
    settings.NOTICE_GATEWAYS = CONNECTED  # type: ignore[attr-defined]
    order("sendings", Channel.SMS)
    sms_template()


@pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
def test_queue_tells_everyone_once_in_batches(cast: Cast, limit: int) -> None:
    row = running(cast, union=cast.zhongshan)
    sizes = queue_all(row, limit=limit)
    assert sum(sizes) == 3
    assert max(sizes) <= limit
    assert (fresh(row).queued, fresh(row).whole) == (3, True)
    deliver_all()
    assert told_of(row) == ["李建国", "王小华", "罗勤"]
    [line] = [line for line in lines(inbox(cast.wang.person)) if line.message.sending == row.pk]
    assert (line.told.title, line.told.link) == (row.title, "/inbox/")
    assert line.told.body == f"{row.body}　—{cast.zhongshan.name}"


def test_what_is_told_to_one_person_passes_before_a_large_sending(cast: Cast) -> None:
    """A code or a moved class, put in afterwards, does not wait behind a million rows."""
    row = running(cast, union=cast.zhongshan)
    deliver_all()  # what its making told
    queue_all(row)
    outbox.put([Telling("one", "pin.given", cast.wang.person.pk, cast.wang.person.federation, {})], at=NOW)
    messages.deliver(1, at=NOW)
    assert Message.objects.filter(person=cast.wang.person, kind="pin.given").count() == 1
    assert told_of(row) == []


def test_who_joins_while_it_is_queued_is_told_too(cast: Cast) -> None:
    row = running(cast, union=cast.riders)
    queue_some(row)
    worker(cast.riders, "新骑手")
    queue_all(row)
    deliver_all()
    assert told_of(row) == ["张路", "新骑手", "赵远"]


def test_batch_that_breaks_leaves_nothing_and_is_taken_up_again(cast: Cast) -> None:
    """As when the worker is killed in the middle: the place and the tellings are one transaction."""
    row = running(cast, union=cast.zhongshan)
    queue_some(row)
    with transaction.atomic():
        queue_some(row)
        transaction.set_rollback(True)
    assert (fresh(row).queued, OutboxRow.objects.filter(kind="sending.notice").count()) == (1, 1)
    assert sum(queue_all(row)) == 2


def test_queue_goes_on_after_a_kill_and_never_doubles(cast: Cast) -> None:
    """A batch whose place was lost, as if the database had been put back by a moment, tells nobody twice."""
    row = running(cast, union=cast.zhongshan)
    queue_some(row, 2)
    with writing():
        Sending.objects.filter(pk=row.pk).update(reached_to=0, queued=0)
    queue_all(row, limit=2)
    deliver_all()
    assert OutboxRow.objects.filter(kind="sending.notice").count() == 3
    assert told_of(row) == ["李建国", "王小华", "罗勤"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_queue_each_person_once(cast: Cast) -> None:
    row = running(cast)
    people = row.people
    assert side_by_side(*[lambda: queue_all(row, limit=1)] * 2) == ["done", "done"]
    assert (fresh(row).queued, OutboxRow.objects.filter(kind="sending.notice").count()) == (people, people)


def test_nothing_is_queued_before_it_is_approved(cast: Cast) -> None:
    assert queue_all(asked(cast)) == []


def test_urgent_is_of_the_urgent_kind(cast: Cast) -> None:
    row = running(cast, union=cast.riders, urgent=True)
    queue_all(row)
    assert set(OutboxRow.objects.filter(key__startswith="sending:").values_list("kind", flat=True)) == {
        "sending.urgent"
    }


def test_job_queues_finishes_and_notes_it(cast: Cast) -> None:
    row = running(cast, union=cast.riders)
    send_on(0)
    assert fresh(row).state == "running"  # the outbox still holds it
    deliver_all(at=timezone.now())
    send_on(0)
    assert (fresh(row).state, fresh(row).queued) == ("done", 2)
    assert JournalEntry.objects.filter(verb="sending.finished").count() == 1


# ---- stopping -----------------------------------------------------------------------------------------------------


def test_stop_half_way_holds_back_the_rest(cast: Cast) -> None:
    row = running(cast, union=cast.zhongshan)
    queue_some(row)
    deliver_all()
    queue_some(row)
    stopped = sendings.stop(sending=row, by=cast.admin.actor, at=NOW)
    assert (stopped.state, stopped.queued) == ("stopped", 2)
    assert queue_all(row) == []
    deliver_all()
    assert Message.objects.filter(sending=row.pk).count() == 1
    assert sorted(OutboxRow.objects.filter(kind="sending.notice").values_list("state", flat=True)) == [
        "dropped",
        "told",
    ]
    found = progress(fresh(row))
    assert (found.left, found.queued, found.inbox, found.held) == (0, 0, 1, 2)


def test_stop_holds_back_text_messages_that_have_not_left(cast: Cast, by_sms: None) -> None:
    priced(cast)
    row = running(cast, union=cast.zhongshan)
    queue_all(row)
    deliver_all()
    assert Delivery.objects.filter(sending=row.pk, state="waiting").count() == 2  # one has no phone
    taken, _ = deliveries.take(Channel.SMS, 1, at=NOW)
    assert len(taken) == 1
    sendings.stop(sending=row, by=cast.officer.actor, at=NOW)
    deliveries.stop(taken, at=NOW)
    assert progress(fresh(row)).stopped == 2
    assert sendings.clear(sending=row.pk, at=NOW) == 1
    assert sendings.clear(sending=row.pk, at=NOW) == 0
    assert progress(fresh(row)).lanes == [Lane(Channel.SMS, 0, 0, 0, 0, 1, 2)]


@pytest.mark.parametrize("who", ["officer", "admin", "chief"])
def test_stop_by_writer_and_by_who_may_approve(cast: Cast, who: str) -> None:
    player: Player = getattr(cast, who)
    assert sendings.stop(sending=running(cast), by=player.actor, at=NOW).state == "stopped"


@pytest.mark.parametrize("who", ["clerk", "cadre", "sibling_officer", "jinjiang_admin"])
def test_stop_by_others_is_refused(cast: Cast, who: str) -> None:
    row, player = running(cast), getattr(cast, who)
    with pytest.raises(Refused) as found:
        sendings.stop(sending=row, by=player.actor, at=NOW)
    assert (found.value.code, fresh(row).state) == ("no-power", "running")


def test_stop_twice_or_before_it_runs_is_refused(cast: Cast) -> None:
    waiting, row = asked(cast), running(cast)
    sendings.stop(sending=row, by=cast.admin.actor, at=NOW)
    for one in (waiting, row):
        with pytest.raises(Refused) as found:
            sendings.stop(sending=one, by=cast.admin.actor, at=NOW)
        assert found.value.code == "wrong-state"


@pytest.mark.django_db(transaction=True)
def test_stop_while_it_is_queued_lets_nothing_more_in(cast: Cast) -> None:
    """Whichever comes first: what the sending's row says was queued is what the outbox holds, and nothing comes after."""
    row = running(cast)
    stop = lambda: sendings.stop(sending=row, by=cast.admin.actor, at=NOW)  # noqa: E731
    assert side_by_side(lambda: queue_all(row, limit=1), stop) == ["done", "done"]
    held = OutboxRow.objects.filter(kind="sending.notice").count()
    assert (fresh(row).state, fresh(row).queued) == ("stopped", held)
    assert queue_all(row) == []
    deliver_all()
    assert OutboxRow.objects.filter(kind="sending.notice", state="waiting").count() == 0
    assert Message.objects.filter(sending=row.pk).count() == 0


def test_union_dissolved_while_it_is_sent_stops_by_itself(cast: Cast) -> None:
    row = running(cast, union=cast.riders)
    tomorrow = NOW + timedelta(days=1)
    with writing():
        Union.objects.filter(pk=cast.riders.pk).update(dissolved_on=tomorrow.date())
    assert queue_all(row, at=tomorrow) == []
    assert (fresh(row).state, fresh(row).why) == ("stopped", "工会已撤销")


def test_union_dissolved_before_it_is_approved_is_refused(cast: Cast) -> None:
    row = asked(cast, union=cast.riders)
    with writing():
        Union.objects.filter(pk=cast.riders.pk).update(dissolved_on=NOW.date())
    with pytest.raises(Refused) as found:
        sendings.approve(sending=row, by=HOUSE, at=NOW)
    assert found.value.code == "union-dissolved"


def test_progress_tells_sent_from_delivered(cast: Cast, by_sms: None) -> None:
    priced(cast)
    row = running(cast, union=cast.zhongshan)
    assert progress(row).left == 3
    queue_all(row)
    assert (progress(fresh(row)).left, progress(fresh(row)).queued) == (0, 3)
    deliver_all()
    messages.mark_all_read(person=cast.wang.person, at=NOW)
    found = progress(fresh(row))
    assert (found.queued, found.inbox, found.read) == (0, 3, 1)
    assert found.lanes == [Lane(Channel.SMS, waiting=2, sent=0, delivered=0, failed=0, skipped=1, stopped=0)]
