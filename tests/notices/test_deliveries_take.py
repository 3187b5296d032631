"""What is taken up, and what speaks against it at the last moment."""

from datetime import date, datetime, time, timedelta

import pytest
from tests.cast import BEIJING, HOUSE, NOW, Cast, a_phone
from tests.factories.notices import (
    CHANGE,
    EMAIL,
    JOINED,
    OFFICIAL,
    OPENING,
    SMS,
    allow,
    mail,
    of,
    rule,
    states,
    tell,
    template,
)  # fmt: skip
from tests.notices.conftest import Gateways

from tongxin.notices import courier
from tongxin.notices.actions import choices, deliveries, messages
from tongxin.notices.catalogue import fill
from tongxin.notices.models import Delivery, Message, Subscription
from tongxin.people.models import Person
from tongxin.store.atomic import writing
from tongxin.store.fields import Sealed

LATER = NOW + timedelta(minutes=1)


def take(at: datetime = LATER, limit: int = 50) -> list[str]:
    """The keys of what was taken."""
    taken, _looked_at = deliveries.take(SMS, limit, at=at)
    return [Delivery.objects.get(pk=one.delivery).key for one in taken]


def test_take_marks_each_as_being_sent_and_takes_none_twice(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    [taken], looked_at = deliveries.take(SMS, 50, at=LATER)
    row = of(SMS)
    assert (looked_at, row.state, row.tries, row.taken_at) == (1, "sending", 1, LATER)
    assert (taken.delivery, taken.tries, taken.sending) == (row.pk, 1, None)
    parcel = taken.parcel
    assert (parcel.serial, parcel.address) == (row.public_id, cast.wang.person.phone_text())
    assert (parcel.title, parcel.template) == ("候补轮到您了", None)
    assert deliveries.take(SMS, 50, at=LATER) == ([], 0)


def test_address_of_a_parcel_is_not_printed(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    [taken], _ = deliveries.take(SMS, 50, at=LATER)
    assert str(cast.wang.person.phone_text()) not in repr(taken)


def test_oldest_first_and_no_more_than_asked(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "b")
    tell(cast.wang, "a", "c", at=NOW + timedelta(seconds=1))
    assert take(limit=2) == ["b:sms", "a:sms"]
    assert take() == ["c:sms"]


def test_not_before_its_time(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a", at=datetime(2024, 3, 28, 22, 30, tzinfo=BEIJING))
    assert take(datetime(2024, 3, 29, 7, 59, tzinfo=BEIJING)) == []
    assert take(datetime(2024, 3, 29, 8, 0, tzinfo=BEIJING)) == ["a:sms"]


def test_what_became_due_in_quiet_hours_waits_for_their_end(cast: Cast, gateways: Gateways) -> None:
    """A courier that stood still until night sends nobody a class list at eleven."""
    tell(cast.wang, "a", kind=JOINED)
    tell(cast.wang, "b", kind=CHANGE)
    assert take(datetime(2024, 3, 28, 23, 0, tzinfo=BEIJING)) == ["b:sms"]
    row = Delivery.objects.get(key="a:sms")
    assert (row.state, row.next_at) == ("waiting", datetime(2024, 3, 29, 8, 0, tzinfo=BEIJING))


def test_what_was_read_meanwhile_is_not_sent(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    messages.mark_all_read(person=cast.wang.person, at=NOW)
    assert take() == []
    assert states()[-1] == ("sms", "skipped", "read")


def test_what_was_turned_off_meanwhile_goes_by_the_next_channel(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    rule(None, "results", (SMS, 0), (EMAIL, 0))
    tell(cast.wang, "a")
    choices.choose(person=cast.wang.person, wanted={("results", SMS): False}, by=HOUSE, at=NOW)
    assert take() == []
    assert states() == [("sms", "skipped", "opted_out"), ("email", "waiting", "")]


def test_channel_that_was_disconnected_meanwhile_holds_up_nobody(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    rule(None, "results", (SMS, 0), (EMAIL, 0))
    tell(cast.wang, "a")
    gateways.clear()
    gateways.connect(EMAIL)
    assert courier.carry(SMS, lambda: LATER) == (1, False)
    assert states() == [("sms", "skipped", "not_connected"), ("email", "waiting", "")]


def test_phone_that_receives_no_messages_is_no_address(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    with writing():
        cast.wang.person.phone = "+862349800000"
        cast.wang.person.save(update_fields=["phone"])
    assert take() == []
    assert states()[-1] == ("sms", "skipped", "no_address")


def test_too_late_is_not_sent(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    assert take(NOW + timedelta(days=3)) == []
    assert states()[-1] == ("sms", "skipped", "too_late")


def test_what_another_channel_told_is_not_sent_again(cast: Cast, gateways: Gateways) -> None:
    allow(cast.wang)
    tell(cast.wang, "a", kind=CHANGE)
    [given], _ = deliveries.take(OFFICIAL, 1, at=LATER)
    deliveries.note([(given, gateways[OFFICIAL].send(given.parcel, at=LATER))], at=LATER)
    deliveries.overdue(at=LATER + timedelta(hours=2))
    with writing():
        Delivery.objects.filter(channel=OFFICIAL).update(state="delivered")
    assert take(LATER + timedelta(hours=2)) == []
    assert states()[-1] == ("sms", "skipped", "told")


def test_one_that_cannot_be_filled_does_not_hold_up_the_others(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(SMS, by_template=True)
    template(None, SMS, kind=OPENING, names=["what", "room"], text="${what}在${room}")
    template(None, SMS, text="${title}")
    rule(None, "openings", (SMS, 0))
    tell(cast.wang, "a", kind=OPENING)
    tell(cast.wang, "b")
    assert take() == ["b:sms"]
    assert Delivery.objects.get(key="a:sms").why == "no_template"


def test_address_that_cannot_be_opened_does_not_hold_up_the_others(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    tell(cast.zhang, "b")
    with writing():
        Person.objects.filter(pk=cast.wang.person.pk).update(phone=Sealed.of("x", "another.purpose"))
    assert take() == ["b:sms"]
    assert Delivery.objects.get(key="a:sms").why == "gone"


def test_template_s_places_are_filled_as_people_read_them(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(SMS, by_template=True)
    template(None, SMS, kind=CHANGE, number="SMS_9", text="${what}：${before}停上", names=["what", "before"])
    tell(cast.wang, "a", kind=CHANGE, data={"what": "${before}", "before": "2024-04-02T19:00+08:00", "why": "停电"})
    [taken], _ = deliveries.take(SMS, 50, at=LATER)
    assert taken.parcel.template is not None
    when = (
        fill(CHANGE, {"what": "", "before": "2024-04-02T19:00+08:00", "why": ""})
        .body.removeprefix("原定")
        .partition("的")[0]
    )
    assert taken.parcel.template.values == {"what": "${before}", "before": when}
    assert taken.parcel.template.text == "${before}：" + when + "停上"
    assert "2024-04-02T" not in when


@pytest.mark.parametrize("own", [False, True])
def test_template_of_the_kind_stands_before_one_for_any(cast: Cast, gateways: Gateways, own: bool) -> None:
    gateways.connect(SMS, by_template=True)
    template(cast.factory, SMS, number="ANY")
    if own:
        template(None, SMS, kind=CHANGE, number="OWN")
    tell(cast.wang, "a", kind=CHANGE)
    [taken], _ = deliveries.take(SMS, 50, at=LATER)
    assert taken.parcel.template is not None
    assert taken.parcel.template.number == ("OWN" if own else "ANY")


# ---- the official account's permissions ---------------------------------------------------------------------------


def test_permission_is_used_up_once_and_the_newest_first(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(OFFICIAL, by_template=True)
    template(None, OFFICIAL, number="T1")
    allow(cast.wang, scene=1)
    allow(cast.wang, scene=2, at=NOW + timedelta(seconds=1))
    tell(cast.wang, "a", "b", "c")
    parcels = [one.parcel for _ in range(3) for one in deliveries.take(OFFICIAL, 1, at=LATER)[0]]
    assert [parcel.scene for parcel in parcels] == [2, 1]
    assert Subscription.objects.filter(used_at=None).count() == 0
    assert Delivery.objects.get(key="c:official").why == "no_address"
    assert Delivery.objects.get(key="c:sms").state == "waiting"


def test_two_of_one_batch_do_not_use_the_same_permission(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(OFFICIAL, by_template=True)
    template(None, OFFICIAL, number="T1")
    allow(cast.wang)
    tell(cast.wang, "a", "b")
    taken, looked_at = deliveries.take(OFFICIAL, 10, at=LATER)
    assert (len(taken), looked_at) == (1, 2)


# ---- summaries ----------------------------------------------------------------------------------------------------


def test_summary_tells_how_many_wait_and_nothing_when_all_are_read(cast: Cast, gateways: Gateways) -> None:
    for player in (cast.wang, cast.zhang):
        choices.prefer(person=player.person, quiet=(time(0), time(0)), digest=True, by=HOUSE, at=NOW)
        tell(player, *(f"{player.person.pk}-{n}" for n in range(3)))
    messages.mark_all_read(person=cast.zhang.person, at=NOW)
    [taken], looked_at = deliveries.take(SMS, 50, at=NOW.replace(hour=18))
    assert (looked_at, taken.parcel.title, taken.parcel.link) == (2, "您有3条没看的消息", "/inbox/")
    assert set(Delivery.objects.filter(digest=True).values_list("state", "why")) == {
        ("sending", ""),
        ("skipped", "read"),
    }


def test_summary_goes_by_its_own_template_and_heeds_no_single_kind(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(SMS, by_template=True)
    template(None, SMS, kind="place.moved-up", number="ONE")
    template(None, SMS, kind="digest", number="SUM")
    choices.prefer(person=cast.wang.person, quiet=(time(0), time(0)), digest=True, by=HOUSE, at=NOW)
    tell(cast.wang, "a")
    choices.choose(person=cast.wang.person, wanted={("results", SMS): False}, by=HOUSE, at=NOW)
    [taken], _ = deliveries.take(SMS, 50, at=NOW.replace(hour=18))
    assert taken.parcel.template is not None
    assert taken.parcel.template.number == "SUM"


def test_person_s_new_number_is_used(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    fresh = "+86" + a_phone()
    with writing():
        cast.wang.person.phone = fresh
        cast.wang.person.save(update_fields=["phone"])
    [taken], _ = deliveries.take(SMS, 50, at=LATER)
    assert taken.parcel.address == fresh


def test_messages_of_the_day_are_untouched(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    take()
    assert Message.objects.get().read_at is None
    assert date(2024, 3, 28) == NOW.date()
