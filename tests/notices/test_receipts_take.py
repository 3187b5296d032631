"""What gateways report: once, and only of what was sent there."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.cast import NOW, Cast, a_phone
from tests.factories.notices import SMS, WINDOW, of, rule, states, tell
from tests.factories.racing import side_by_side
from tests.notices.conftest import Gateways

from tongxin.kernel import phones
from tongxin.notices.actions import deliveries, receipts
from tongxin.notices.actions.desk import Taken
from tongxin.notices.actions.receipts import Report
from tongxin.notices.gateways.parcels import Answer, Fate, Trace, Verdict
from tongxin.notices.models import Delivery, Receipt
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def sent(cast: Cast, gateways: Gateways) -> Taken:
    """One taken and not yet answered; a window follows if it is not delivered."""
    rule(None, "results", (SMS, 60), (WINDOW, 0))
    tell(cast.wang, "a")
    [taken], _ = deliveries.take(SMS, 1, at=LATER)
    return taken


def accept(taken: Taken, number: str = "biz-1") -> None:
    deliveries.note([(taken, Answer(Verdict.ACCEPTED, number))], at=LATER)


def report(taken: Taken, *, delivered: bool = True, number: str = "biz-1") -> Report:
    phone = phones.national(taken.parcel.address)
    return Report("aliyun", number, taken.parcel.serial, phone, delivered, "DELIVERED" if delivered else "MK:0001")


def take(found: Report, minutes: int = 2) -> str:
    return receipts.take(found, at=NOW + timedelta(minutes=minutes))


def test_receipt_confirms(sent: Taken) -> None:
    accept(sent)
    assert take(report(sent)) == "counted"
    row = of(SMS)
    assert (row.state, row.done_at, row.confirm_by) == ("delivered", NOW + timedelta(minutes=2), None)
    kept = Receipt.objects.get()
    assert (kept.delivery_id, kept.number, kept.code, kept.delivered, kept.refused) == (
        row.pk, "biz-1", "DELIVERED", True, False,
    )  # fmt: skip


def test_twice_counts_once(sent: Taken) -> None:
    accept(sent)
    assert [take(report(sent)), take(report(sent)), take(report(sent), 9)] == ["counted", "again", "again"]
    assert (Receipt.objects.count(), of(SMS).done_at) == (1, NOW + timedelta(minutes=2))


def test_not_delivered_goes_by_the_next_channel_and_twice_only_once(sent: Taken) -> None:
    accept(sent)
    assert take(report(sent, delivered=False)) == "counted"
    assert take(report(sent, delivered=False)) == "again"
    assert states() == [("sms", "failed", "undelivered"), ("window", "waiting", "")]


def test_receipt_that_is_quicker_than_the_answer_stands(sent: Taken) -> None:
    assert take(report(sent)) == "counted"
    accept(sent)
    assert (of(SMS).state, of(SMS).receipt_id) == ("delivered", "biz-1")


def test_failure_that_is_quicker_than_the_answer_stands(sent: Taken) -> None:
    take(report(sent, delivered=False))
    accept(sent)
    assert states() == [("sms", "failed", "undelivered"), ("window", "waiting", "")]


def test_contradiction_of_one_number_counts_as_first_told(sent: Taken) -> None:
    accept(sent)
    assert [take(report(sent)), take(report(sent, delivered=False))] == ["counted", "again"]
    assert of(SMS).state == "delivered"


def test_late_receipt_of_what_was_given_up_still_counts(sent: Taken) -> None:
    accept(sent)
    deliveries.overdue(at=LATER + timedelta(hours=1))
    assert states() == [("sms", "expired", "unconfirmed"), ("window", "waiting", "")]
    assert take(report(sent), 90) == "counted"
    assert states()[0] == ("sms", "delivered", "")


def test_receipt_for_what_was_put_back_keeps_it_from_being_sent_again(sent: Taken) -> None:
    deliveries.resolve(sent.delivery, Trace(Fate.NEVER_CAME), asks=True, at=LATER + timedelta(minutes=15))
    assert of(SMS).state == "waiting"
    assert take(report(sent), 18) == "counted"
    assert deliveries.take(SMS, 10, at=NOW + timedelta(hours=1)) == ([], 0)
    assert of(SMS).state == "delivered"


def refused(found: Report) -> None:
    assert take(found) == "strange"
    kept = Receipt.objects.get(refused=True)
    assert (kept.serial, kept.number) == (found.serial[:64], found.number[:64])
    assert JournalEntry.objects.filter(verb="receipt.refused").count() == 1


def test_unknown_serial_is_kept_as_refused(sent: Taken) -> None:
    accept(sent)
    refused(replace(report(sent), serial="zzzzzzzzzzzz"))
    assert of(SMS).state == "accepted"


def test_another_s_phone_is_refused(sent: Taken) -> None:
    accept(sent)
    refused(replace(report(sent), phone=a_phone()))
    assert of(SMS).state == "accepted"


@pytest.mark.parametrize("phone", ["", "12345", "x" * 200, "199 0000 0000 0"])
def test_phone_that_is_none_is_refused(sent: Taken, phone: str) -> None:
    accept(sent)
    refused(replace(report(sent), phone=phone))


def test_another_s_number_is_refused_and_does_not_keep_the_true_one_out(
    cast: Cast, gateways: Gateways, sent: Taken
) -> None:
    accept(sent)
    tell(cast.zhang, "b")
    [other], _ = deliveries.take(SMS, 1, at=LATER)
    accept(other, "biz-2")
    refused(replace(report(sent), number="biz-2"))
    assert take(report(other, number="biz-2")) == "counted"
    assert set(Delivery.objects.filter(channel=SMS).values_list("key", "state")) == {
        ("a:sms", "accepted"), ("b:sms", "delivered"),
    }  # fmt: skip


def test_number_that_counted_for_another_is_refused_before_the_answer(
    cast: Cast, gateways: Gateways, sent: Taken
) -> None:
    tell(cast.zhang, "b")
    [other], _ = deliveries.take(SMS, 1, at=LATER)
    assert take(report(other, number="biz-2")) == "counted"
    refused(replace(report(sent), number="biz-2"))
    assert of_key("a:sms").state == "sending"


def of_key(key: str) -> Delivery:
    return Delivery.objects.get(key=key)


def test_answer_with_another_s_number_leaves_the_truth_to_asking(cast: Cast, gateways: Gateways, sent: Taken) -> None:
    """A gateway that answers with another's number: our own receipt then fits nothing, and asking by our serial clears it."""
    accept(sent, "biz-of-another")
    refused(report(sent))
    deliveries.resolve(sent.delivery, Trace(Fate.DELIVERED), asks=True, at=LATER + timedelta(minutes=6))
    assert of(SMS).state == "delivered"


def test_receipt_of_what_was_never_sent_is_refused(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    row = of(SMS)
    phone = phones.national(str(cast.wang.person.phone_text()))
    refused(Report("aliyun", "biz-1", row.public_id, phone, delivered=True, code=""))
    assert of(SMS).state == "waiting"


def test_receipt_of_another_channel_is_refused(cast: Cast, gateways: Gateways) -> None:
    rule(None, "results", (WINDOW, 0))
    tell(cast.wang, "a")
    phone = phones.national(str(cast.wang.person.phone_text()))
    refused(Report("aliyun", "biz-1", of(WINDOW).public_id, phone, delivered=True, code=""))


def test_person_with_a_new_number_keeps_the_receipt_of_the_old_one(cast: Cast, sent: Taken) -> None:
    accept(sent)
    with writing():
        cast.wang.person.phone = "+86" + a_phone()
        cast.wang.person.save(update_fields=["phone"])
    assert take(report(sent)) == "counted"


def test_overlong_words_of_a_gateway_are_cut(sent: Taken) -> None:
    take(replace(report(sent, number="n" * 300), code="c\0" * 300))
    kept = Receipt.objects.get(refused=False)
    assert (kept.number, kept.code, of(SMS).receipt_id) == ("n" * 64, "c" * 60, "n" * 64)
    take(replace(report(sent), serial="s\0" * 300))
    assert Receipt.objects.get(refused=True).serial == "s" * 64


@pytest.mark.django_db(transaction=True)
def test_the_same_receipt_eight_times_at_once_counts_once(sent: Taken) -> None:
    accept(sent)
    found = report(sent, delivered=False)
    answers: list[str] = []
    assert side_by_side(*[lambda: answers.append(take(found))] * 8) == ["done"] * 8
    assert sorted(answers) == ["again"] * 7 + ["counted"]
    assert states() == [("sms", "failed", "undelivered"), ("window", "waiting", "")]
