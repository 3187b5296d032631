"""A slip: one code however often it is printed, read by whoever holds it, told by mouth with who and when."""

from datetime import timedelta

import pytest
from tests.cast import NOW, Cast
from tests.factories.racing import side_by_side
from tests.factories.sendings import running
from tests.factories.slips import by_hand

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import messages, sendings, slips
from tongxin.notices.models import Delivery, Slip
from tongxin.notices.queries.by_hand import to_tell, told
from tongxin.notices.states import Channel
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def printed(cast: Cast, *rows: Delivery, at: object = NOW) -> list[str]:
    return [one.code for one in slips.print_slips(deliveries=rows, by=cast.clerk.actor, at=at)]  # type: ignore[arg-type]


def refusal(deed: object) -> str:
    with pytest.raises(Refused) as found:
        deed()  # type: ignore[operator]
    return found.value.code


def test_print_gives_each_a_code_and_the_same_one_again(cast: Cast) -> None:
    rows = [by_hand(cast.li), by_hand(cast.zhao)]
    codes = printed(cast, *rows)
    assert len({*codes}) == 2
    assert printed(cast, *rows, at=NOW + timedelta(days=2)) == codes
    row = Delivery.objects.get(pk=rows[0].pk)
    assert (row.state, row.account, row.accepted_at) == ("accepted", cast.clerk.account.pk, NOW)
    assert JournalEntry.objects.filter(verb="slip.printed").count() == 2
    assert codes[0].encode() not in bytes(Slip.objects.first().digest)


@pytest.mark.django_db(transaction=True)
def test_two_printers_at_once_print_one_code(cast: Cast) -> None:
    row, found = by_hand(cast.li), []
    print_it = lambda: found.extend(printed(cast, row))  # noqa: E731
    assert side_by_side(print_it, print_it) == ["done", "done"]
    assert len(found) == 2
    assert len({*found}) == 1


def test_print_is_refused_out_of_reach_for_none_and_for_too_many(cast: Cast) -> None:
    theirs = by_hand(cast.gao)
    assert refusal(lambda: printed(cast, theirs)) == "no-power"
    assert refusal(lambda: printed(cast)) == "none-chosen"
    assert refusal(lambda: printed(cast, by_hand(cast.li, Channel.WINDOW))) == "wrong-state"
    many = [by_hand(cast.li) for _ in range(slips.MOST + 1)]
    assert refusal(lambda: printed(cast, *many)) == "too-many"


def test_print_of_a_stopped_sending_is_refused(cast: Cast) -> None:
    sending = running(cast)
    row = by_hand(cast.li, sending=sending.pk)
    sendings.stop(sending=sending, by=cast.admin.actor, at=NOW)
    assert refusal(lambda: printed(cast, row)) == "sending-stopped"
    assert list(to_tell(cast.clerk.actor, channel=Channel.SLIP, at=NOW)) == []


def test_code_reads_as_people_type_it_and_counts_as_delivered(cast: Cast) -> None:
    row = by_hand(cast.li)
    [code] = printed(cast, row)
    found = slips.read(code=f" {code[:4].upper()}-{code[4:]} ", network=HERE, at=NOW)
    assert (found.pk, found.state, found.done_at) == (row.pk, "delivered", NOW)
    assert Slip.objects.get().used_at == NOW
    assert slips.read(code=code, network=HERE, at=NOW + timedelta(days=1)).done_at == NOW  # read again: still then


def test_code_ends_after_thirty_days(cast: Cast) -> None:
    [code] = printed(cast, by_hand(cast.li))
    last = NOW + slips.GOOD_FOR - timedelta(seconds=1)
    assert slips.read(code=code, network=HERE, at=last).message.kind == "place.granted"
    assert refusal(lambda: slips.read(code=code, network=HERE, at=NOW + slips.GOOD_FOR)) == "slip-unknown"


def test_wrong_codes_are_counted_and_then_refused_for_that_network(cast: Cast) -> None:
    [code] = printed(cast, by_hand(cast.li))
    for _ in range(10):
        assert refusal(lambda: slips.read(code="aaaabbbb", network=HERE, at=NOW)) == "slip-unknown"
    assert refusal(lambda: slips.read(code=code, network=HERE, at=NOW)) == "too-often"
    assert slips.read(code=code, network="192.0.2.2", at=NOW).state == "delivered"
    later = NOW + timedelta(minutes=15)
    assert slips.read(code=code, network=HERE, at=later).state == "delivered"


@pytest.mark.parametrize("channel", [Channel.WINDOW, Channel.SLIP])
def test_told_by_mouth_keeps_who_and_when(cast: Cast, channel: Channel) -> None:
    row = slips.told_by_mouth(delivery=by_hand(cast.li, channel), by=cast.cadre.actor, at=NOW)
    assert (row.state, row.account, row.done_at) == ("delivered", cast.cadre.account.pk, NOW)
    assert JournalEntry.objects.filter(verb="notice.told", of_id=row.public_id).count() == 1
    assert [one.pk for one in told(cast.clerk.actor)] == [row.pk]


def test_told_by_mouth_twice_by_a_stranger_or_instead_of_a_text_is_refused(cast: Cast) -> None:
    row = by_hand(cast.li, Channel.WINDOW)
    assert refusal(lambda: slips.told_by_mouth(delivery=row, by=cast.sibling_officer.actor, at=NOW)) == "no-power"
    slips.told_by_mouth(delivery=row, by=cast.clerk.actor, at=NOW)
    assert refusal(lambda: slips.told_by_mouth(delivery=row, by=cast.clerk.actor, at=NOW)) == "wrong-state"
    text = by_hand(cast.wang, Channel.SMS)
    assert refusal(lambda: slips.told_by_mouth(delivery=text, by=cast.clerk.actor, at=NOW)) == "wrong-state"


def test_list_leaves_out_read_expired_and_foreign(cast: Cast) -> None:
    kept = by_hand(cast.li)
    by_hand(cast.gao)
    by_hand(cast.zhao, expires_at=NOW)
    by_hand(cast.wang)
    messages.mark_all_read(person=cast.wang.person, at=NOW)
    assert [row.pk for row in to_tell(cast.clerk.actor, channel=Channel.SLIP, at=NOW)] == [kept.pk]
    assert [row.pk for row in to_tell(cast.cadre.actor, channel=Channel.SLIP, at=NOW)] == [kept.pk]
    assert list(to_tell(cast.sibling_officer.actor, channel=Channel.WINDOW, at=NOW)) == []
