"""What became of what was taken: accepted, refused, later, in doubt; and which channel follows."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast, a_phone
from tests.factories.notices import (
    CHANGE,
    EMAIL,
    OFFICIAL,
    SLIP,
    SMS,
    WINDOW,
    allow,
    budget,
    mail,
    of,
    price,
    rule,
    states,
    tell,
    template,
)  # fmt: skip
from tests.notices.conftest import Gateways

from tongxin.notices import courier
from tongxin.notices.actions import choices, deliveries, messages
from tongxin.notices.actions.desk import Taken
from tongxin.notices.gateways.parcels import Answer, Fate, Trace, Verdict
from tongxin.notices.models import Budget, Delivery, Subscription
from tongxin.notices.states import Channel, DeliveryState
from tongxin.store.atomic import writing

LATER = NOW + timedelta(minutes=1)
MINUTE = timedelta(minutes=1)


def taken_one(channel: Channel = SMS) -> Taken:
    [found], _ = deliveries.take(channel, 1, at=LATER)
    return found


def note(taken: Taken, verdict: Verdict, receipt_id: str = "", minutes: int = 1) -> Delivery:
    deliveries.note([(taken, Answer(verdict, receipt_id))], at=LATER + MINUTE * minutes)
    return Delivery.objects.get(pk=taken.delivery)


def test_accepted_is_not_delivered(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    row = note(taken_one(), Verdict.ACCEPTED, "biz-1")
    assert (row.state, row.receipt_id, row.done_at, row.confirm_by) == ("accepted", "biz-1", None, None)
    assert (row.accepted_at, row.next_at) == (LATER + MINUTE, LATER + MINUTE + deliveries.ASK_AFTER)


def test_refused_goes_by_the_next_channel_at_once(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    rule(None, "results", (SMS, 0), (EMAIL, 0), (WINDOW, 0))
    tell(cast.wang, "a")
    row = note(taken_one(), Verdict.REFUSED)
    assert (row.state, row.why, row.done_at) == ("failed", "refused", LATER + MINUTE)
    assert states() == [("sms", "failed", "refused"), ("email", "waiting", "")]
    note(taken_one_of_mail(), Verdict.REFUSED)
    assert states()[-1] == ("window", "waiting", "")


def taken_one_of_mail() -> Taken:
    [found], _ = deliveries.take(EMAIL, 1, at=LATER + MINUTE)
    return found


def test_after_the_last_channel_there_is_none(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    note(taken_one(), Verdict.REFUSED)
    assert states() == [("official", "skipped", "no_address"), ("sms", "failed", "refused")]


def test_later_waits_twice_as_long_each_time_and_then_goes_by_the_next_channel(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    rule(None, "changes", (SMS, 0), (EMAIL, 0))
    tell(cast.wang, "a", kind=CHANGE)
    at, waits = LATER, []
    for _ in range(deliveries.MOST_TRIES):
        [one], _ = deliveries.take(SMS, 1, at=at)
        deliveries.note([(one, Answer(Verdict.LATER))], at=at)
        row = of(SMS)
        waits.append((row.next_at - at) // MINUTE)
        at = row.next_at
    assert waits[:-1] == [5, 10, 20, 40, 80]
    assert states() == [("sms", "failed", "no_answer"), ("email", "waiting", "")]


def test_doubt_stays_until_it_is_asked_about(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    row = note(taken_one(), Verdict.DOUBT)
    assert (row.state, row.tries) == ("sending", 1)
    assert deliveries.take(SMS, 50, at=LATER + timedelta(days=1)) == ([], 0)


def test_answer_of_an_earlier_taking_says_nothing_of_a_later_one(cast: Cast, gateways: Gateways) -> None:
    """A process that slept in between wakes up and notes what it once heard."""
    tell(cast.wang, "a")
    slept = taken_one()
    deliveries.resolve(slept.delivery, Trace(Fate.NEVER_CAME), asks=True, at=LATER + deliveries.SETTLED_AFTER)
    again_at = of(SMS).next_at
    [again], _ = deliveries.take(SMS, 1, at=again_at)
    deliveries.note([(slept, Answer(Verdict.REFUSED, "late"))], at=again_at)
    row = of(SMS)
    assert (row.state, row.tries, row.receipt_id) == ("sending", 2, "")
    deliveries.note([(again, Answer(Verdict.ACCEPTED, "biz-2"))], at=again_at)
    assert (of(SMS).state, of(SMS).receipt_id) == ("accepted", "biz-2")


def test_what_was_certainly_not_sent_gives_the_money_back(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.05")
    budget(cast.yongchuan, "1")
    tell(cast.wang, "a", "b", "c")
    taken, _ = deliveries.take(SMS, 3, at=LATER)
    assert float(Budget.objects.get().spent) == 0.15
    verdicts = (Verdict.REFUSED, Verdict.LATER, Verdict.DOUBT)
    deliveries.note([(one, Answer(verdict)) for one, verdict in zip(taken, verdicts, strict=True)], at=LATER)
    assert float(Budget.objects.get().spent) == 0.05
    assert sorted(float(row.price) for row in Delivery.objects.filter(channel=SMS)) == [0, 0, 0.05]


def test_permission_comes_back_with_what_was_not_sent(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(OFFICIAL, by_template=True)
    template(None, OFFICIAL, number="T1")
    allow(cast.wang)
    tell(cast.wang, "a")
    one = taken_one(OFFICIAL)
    assert Subscription.objects.filter(used_at=None).count() == 0
    note(one, Verdict.LATER)
    assert Subscription.objects.filter(used_at=None).count() == 1
    assert of(OFFICIAL).subscription is None


def test_permission_does_not_come_back_beside_a_newer_one(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(OFFICIAL, by_template=True)
    template(None, OFFICIAL, number="T1")
    allow(cast.wang)
    tell(cast.wang, "a")
    one = taken_one(OFFICIAL)
    allow(cast.wang, at=LATER)
    note(one, Verdict.LATER)
    assert list(Subscription.objects.order_by("at").values_list("used_at", flat=True)) == [LATER, None]


# ---- not confirmed in time ----------------------------------------------------------------------------------------


def accepted(cast: Cast, *steps: tuple[Channel, int]) -> Delivery:
    rule(None, "results", *steps)
    tell(cast.wang, "a")
    return note(taken_one(), Verdict.ACCEPTED, minutes=0)


def test_not_confirmed_in_time_goes_by_the_next_channel(cast: Cast, gateways: Gateways) -> None:
    row = accepted(cast, (SMS, 60), (WINDOW, 0))
    assert row.confirm_by == LATER + timedelta(hours=1)
    assert deliveries.overdue(at=LATER + timedelta(minutes=59)) == 0
    assert deliveries.overdue(at=LATER + timedelta(minutes=60)) == 1
    assert states() == [("sms", "expired", "unconfirmed"), ("window", "waiting", "")]
    assert deliveries.overdue(at=LATER + timedelta(minutes=60)) == 0


def test_read_in_the_inbox_is_as_good_as_delivered(cast: Cast, gateways: Gateways) -> None:
    accepted(cast, (SMS, 60), (WINDOW, 0))
    messages.mark_all_read(person=cast.wang.person, at=LATER)
    assert deliveries.overdue(at=LATER + timedelta(hours=1)) == 1
    assert states() == [("sms", "delivered", "read")]


def test_without_a_wait_accepted_is_enough_for_the_next_channel_not_to_follow(cast: Cast, gateways: Gateways) -> None:
    row = accepted(cast, (SMS, 0), (WINDOW, 0))
    assert deliveries.overdue(at=NOW + timedelta(days=30)) == 0
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=False, at=LATER + timedelta(hours=1))
    assert of(SMS).next_at == row.expires_at
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=False, at=row.expires_at)
    assert states() == [("sms", "expired", "unconfirmed")]


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (Fate.DELIVERED, [("sms", "delivered", "")]),
        (Fate.UNDELIVERED, [("sms", "failed", "undelivered"), ("window", "waiting", "")]),
        (Fate.UNDER_WAY, [("sms", "accepted", "")]),
        (Fate.UNKNOWN, [("sms", "accepted", "")]),
        (Fate.NEVER_CAME, [("sms", "accepted", "")]),
    ],
)
def test_asked_about_what_was_accepted(
    cast: Cast, gateways: Gateways, fate: Fate, expected: list[tuple[str, str, str]]
) -> None:
    row = accepted(cast, (SMS, 60), (WINDOW, 0))
    deliveries.resolve(row.pk, Trace(fate), asks=True, at=LATER + timedelta(minutes=5))
    assert states() == expected


def test_slip_that_nobody_prints_is_over_after_a_month(cast: Cast, gateways: Gateways) -> None:
    rule(None, "results", (SLIP, 0))
    tell(cast.wang, "a")
    assert deliveries.let_lapse(at=NOW + timedelta(days=29)) == 0
    assert deliveries.let_lapse(at=NOW + timedelta(days=30)) == 1
    assert states() == [("slip", "expired", "too_late")]


# ---- doubts -------------------------------------------------------------------------------------------------------


def doubt(cast: Cast) -> Delivery:
    rule(None, "results", (SMS, 60), (WINDOW, 0))
    tell(cast.wang, "a")
    return note(taken_one(), Verdict.DOUBT, minutes=0)


@pytest.mark.parametrize("fate", [Fate.DELIVERED, Fate.UNDER_WAY])
def test_doubt_that_the_gateway_knows_is_cleared(cast: Cast, gateways: Gateways, fate: Fate) -> None:
    row = doubt(cast)
    deliveries.resolve(row.pk, Trace(fate, "biz-7"), asks=True, at=LATER + MINUTE * 2)
    row = of(SMS)
    assert (row.state, row.receipt_id) == ("delivered" if fate is Fate.DELIVERED else "accepted", "biz-7")


def test_doubt_that_the_gateway_never_saw_is_sent_again_only_once_it_would_know(cast: Cast, gateways: Gateways) -> None:
    row = doubt(cast)
    deliveries.resolve(row.pk, Trace(Fate.NEVER_CAME), asks=True, at=LATER + MINUTE * 14)
    assert of(SMS).state == "sending"
    deliveries.resolve(row.pk, Trace(Fate.NEVER_CAME), asks=True, at=LATER + MINUTE * 15)
    row = of(SMS)
    assert (row.state, row.tries, row.next_at) == ("waiting", 1, LATER + MINUTE * 20)


def test_doubt_of_a_silent_gateway_goes_by_the_next_channel_after_two_hours(cast: Cast, gateways: Gateways) -> None:
    row = doubt(cast)
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=True, at=LATER + MINUTE * 119)
    assert of(SMS).state == "sending"
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=True, at=LATER + MINUTE * 120)
    assert states() == [("sms", "failed", "doubt"), ("window", "waiting", "")]


def test_doubt_of_a_gateway_that_cannot_be_asked_is_never_sent_again(cast: Cast, gateways: Gateways) -> None:
    row = doubt(cast)
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=False, at=LATER + MINUTE * 14)
    assert of(SMS).state == "sending"
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=False, at=LATER + MINUTE * 15)
    assert states() == [("sms", "failed", "doubt"), ("window", "waiting", "")]


def test_money_of_a_doubt_stays_spent(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.05")
    budget(cast.yongchuan, "1")
    row = doubt(cast)
    deliveries.resolve(row.pk, Trace(Fate.UNKNOWN), asks=False, at=LATER + MINUTE * 15)
    assert float(Budget.objects.get().spent) == 0.05


def test_never_came_too_often_is_given_up_with_its_money_back(cast: Cast, gateways: Gateways) -> None:
    price(None, SMS, "0.05")
    budget(cast.yongchuan, "1")
    row = doubt(cast)
    with writing():
        Delivery.objects.filter(pk=row.pk).update(tries=deliveries.MOST_TRIES)
    deliveries.resolve(row.pk, Trace(Fate.NEVER_CAME), asks=True, at=LATER + MINUTE * 15)
    assert states() == [("sms", "failed", "no_answer"), ("window", "waiting", "")]
    assert float(Budget.objects.get().spent) == 0


def test_asking_goes_by_the_number_that_it_was_sent_to(cast: Cast, gateways: Gateways) -> None:
    row, number = doubt(cast), cast.wang.person.phone_text()
    assert courier.ask(SMS, lambda: LATER + MINUTE * 16) == 1
    assert gateways[SMS].asked == [(row.public_id, number)]
    with writing():
        cast.wang.person.phone = "+86" + a_phone()
        cast.wang.person.save(update_fields=["phone"])
    gateways[SMS].knows = lambda _serial: Trace(Fate.NEVER_CAME)
    assert courier.ask(SMS, lambda: LATER + MINUTE * 16) == 1
    assert len(gateways[SMS].asked) == 1
    assert states() == [("sms", "failed", "doubt"), ("window", "waiting", "")]


def test_doubt_is_not_asked_about_while_it_may_still_be_under_way(cast: Cast, gateways: Gateways) -> None:
    doubt(cast)
    assert courier.ask(SMS, lambda: LATER + MINUTE) == 0
    assert courier.ask(SMS, lambda: LATER + MINUTE * 2) == 1


def test_summary_that_fails_has_no_next_channel(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    rule(None, "results", (SMS, 0), (EMAIL, 0))
    choices.prefer(person=cast.wang.person, quiet=None, digest=True, by=HOUSE, at=NOW)
    tell(cast.wang, "a")
    [one], _ = deliveries.take(SMS, 1, at=NOW.replace(hour=18))
    deliveries.note([(one, Answer(Verdict.REFUSED))], at=NOW.replace(hour=18))
    assert not Delivery.objects.filter(channel=EMAIL).exists()
    assert Delivery.objects.filter(state=DeliveryState.FAILED).count() == 1
