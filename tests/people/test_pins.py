"""Card and PIN: handed over at a window, wrong tries close them, a lost paper opens nothing."""

from datetime import timedelta

import pytest
from tests.cast import NOW, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.actions import pins
from tongxin.people.models import Account, Pin
from tongxin.records.models import JournalEntry, OutboxRow


def give(cast: Cast) -> tuple[str, str]:
    return pins.give(person=cast.li.person, by=cast.clerk.actor, at=NOW)


def try_(card: str, digits: str, *, later: timedelta = timedelta(0), network: str = "10.0.0.1") -> str:
    try:
        return str(pins.account_by_pin(card=card, digits=digits, network=network, at=NOW + later).person_id)
    except Refused as refused:
        return refused.code


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def test_a_card_from_the_window_opens_the_record(cast: Cast) -> None:
    card, digits = give(cast)
    assert (len(card), len(digits), pins.is_card(card)) == (10, 6, True)
    assert try_(f" {card[:5]} {card[5:]}", digits) == str(cast.li.person.pk)
    assert digits not in Pin.objects.get().hash
    assert list(JournalEntry.objects.filter(verb="pin.given").values_list("account", flat=True)) == [
        cast.clerk.account.pk
    ]
    assert OutboxRow.objects.filter(kind="pin.given", person=cast.li.person.pk).count() == 1


def test_one_wrong_digit_of_a_card_is_seen_before_it_counts() -> None:
    assert pins.is_card("1234567897")
    assert not pins.is_card("1234567898")
    assert not pins.is_card("123456789")
    assert not pins.is_card("12345六7890")


def test_full_width_digits_are_read(cast: Cast) -> None:
    card, digits = give(cast)
    wide = card.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert try_(wide, digits) == str(cast.li.person.pk)


def test_five_wrong_in_a_row_close_the_card_until_a_window_gives_a_new_pin(cast: Cast) -> None:
    card, digits = give(cast)
    assert [try_(card, wrong(digits)) for _ in range(5)] == ["pin-wrong"] * 5
    assert try_(card, digits) == "pin-wrong"
    again, fresh = give(cast)
    assert again == card
    assert try_(card, digits) == ("pin-wrong" if fresh != digits else str(cast.li.person.pk))
    assert try_(card, fresh) == str(cast.li.person.pk)


def test_a_right_one_starts_the_count_anew(cast: Cast) -> None:
    card, digits = give(cast)
    for _ in range(4):
        try_(card, wrong(digits))
    assert try_(card, digits) == str(cast.li.person.pk)
    assert Pin.objects.get().wrong == 0


def test_it_ends_after_a_year_and_when_the_paper_is_lost(cast: Cast) -> None:
    card, digits = give(cast)
    assert try_(card, digits, later=pins.VALID) == "pin-wrong"
    pins.withdraw(person=cast.li.person, by=cast.clerk.actor, at=NOW)
    assert try_(card, digits, later=timedelta(seconds=1)) == "pin-wrong"
    with pytest.raises(Refused) as none:
        pins.withdraw(person=cast.li.person, by=cast.clerk.actor, at=NOW + timedelta(seconds=2))
    assert none.value.code == "pin-none"


def test_guessing_from_one_network_is_stopped(cast: Cast) -> None:
    assert {try_("1234567897", "000000", network="192.0.2.9") for _ in range(10)} == {"pin-wrong"}
    assert try_("1234567897", "000000", network="192.0.2.9") == "too-often"


def test_only_who_verifies_here_gives_one(cast: Cast) -> None:
    for player in (cast.officer, cast.sibling_cadre, cast.jinjiang_admin):
        with pytest.raises(Refused) as no:
            pins.give(person=cast.li.person, by=player.actor, at=NOW)
        assert no.value.code == "no-power"


def test_a_post_is_not_opened_by_paper(cast: Cast) -> None:
    with pytest.raises(Refused) as no:
        pins.give(person=cast.officer.person, by=cast.admin.actor, at=NOW)
    assert no.value.code == "person-has-post"


def test_who_has_an_account_keeps_it(cast: Cast) -> None:
    card, digits = pins.give(person=cast.wang.person, by=cast.clerk.actor, at=NOW)
    assert Account.objects.filter(person=cast.wang.person).count() == 1
    assert try_(card, digits) == str(cast.wang.person.pk)
