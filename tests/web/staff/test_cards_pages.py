"""会籍凭证 at a desk: paper for who has no phone, and checking what somebody brings."""

import re
from datetime import timedelta

from tests.cast import HOUSE, NOW, TODAY, Cast

from tongxin.people.actions import memberships, passports
from tongxin.people.models import Membership, Passport
from tongxin.people.models.transfers import PassportKind
from tongxin.people.passport_card import check, second_of
from tongxin.people.queries import passports as cards

CHECK = "/staff/window/card/"


def text(answer) -> str:
    return answer.content.decode()


def verdict(answer) -> str:
    found = re.search(r'data-verdict="([\w-]+)"', text(answer))
    return found[1] if found else ""


def said(characters: str) -> tuple[str, str]:
    found = check(characters, keys=cards.public_keys(NOW), revoked={}, at=NOW).card
    assert found is not None
    return found.salt, found.second


def paper(cast: Cast, as_staff) -> str:
    """The characters on the sheet that the clerk prints for 李建国, who has no phone."""
    desk, place = as_staff(cast.clerk), f"/staff/people/{cast.li.person.public_id}/cards/"
    assert "还没有开过凭证" in text(desk.get(place))
    answer = desk.post(place, {"verb": "issue"})
    assert answer["Location"] == f"{place}print/"
    shown = text(desk.get(answer["Location"]))
    assert "<svg" in shown
    found = re.search(r'id="characters">([^<]+)<', shown)
    return found[1]


def test_a_paper_card_is_printed_and_checked_in_another_province(cast: Cast, as_staff) -> None:
    characters = paper(cast, as_staff)
    window = as_staff(cast.jinjiang_cadre)
    answer = window.post(CHECK, {"text": characters})
    assert verdict(answer) == "valid"
    shown = text(answer)
    assert "李*国" in shown
    assert "没有核对证件后4位" in shown
    assert "李建国" not in shown
    last = cast.li.person.document_text()[-4:]
    assert "没有核对证件后4位" not in text(window.post(CHECK, {"text": characters, "last": last}))
    salt, second = said(characters)
    wrong = next(one for one in ("1111", "2222", "3333") if second_of(salt, one) != second)  # one in 256 fits by chance
    assert verdict(window.post(CHECK, {"text": characters, "last": wrong})) == "other-person"


def test_what_is_no_card_is_said_and_stays_in_the_form(cast: Cast, as_staff) -> None:
    window = as_staff(cast.clerk)
    assert window.post(CHECK, {"text": ""}).status_code == 422
    answer = window.post(CHECK, {"text": "TX1: ABCDE"})
    assert (verdict(answer), "TX1: ABCDE" in text(answer)) == ("unreadable", True)


def test_a_card_ends_with_the_membership(cast: Cast, as_staff) -> None:
    characters = paper(cast, as_staff)
    stay = Membership.objects.get(person=cast.li.person)
    memberships.move(membership=stay, to_union=cast.riders, on=TODAY, by=HOUSE, at=NOW)
    assert verdict(as_staff(cast.jinjiang_cadre).post(CHECK, {"text": characters})) == "revoked"


def test_a_second_card_ends_the_first_and_all_can_be_ended(cast: Cast, as_staff) -> None:
    first = paper(cast, as_staff)
    desk, place = as_staff(cast.clerk), f"/staff/people/{cast.li.person.public_id}/cards/"
    desk.post(place, {"verb": "issue"})
    assert [one.revoked_at is None for one in Passport.objects.order_by("pk")] == [False, True]
    assert verdict(desk.post(CHECK, {"text": first})) == "revoked"
    desk.post(place, {"verb": "end"})
    assert desk.get(f"{place}print/").status_code == 404
    assert "已作废：窗口作废" in text(desk.get(place))


def test_no_card_without_a_membership(cast: Cast, as_staff) -> None:
    passports.issue(person=cast.li.person, kind=PassportKind.PAPER, by=HOUSE, at=NOW)
    assert cards.revoked(NOW) == []
    stay = Membership.objects.get(person=cast.li.person)
    memberships.end(membership=stay, on=TODAY, reason="left", by=HOUSE, at=NOW)
    assert cards.revoked(NOW) == [Passport.objects.get().public_id]
    assert cards.revoked(NOW + timedelta(days=32)) == []  # it has expired by itself: the list stays short


def test_a_neighbour_s_clerk_reaches_none_of_it(cast: Cast, as_staff) -> None:
    place = f"/staff/people/{cast.li.person.public_id}/cards/"
    assert as_staff(cast.sibling_officer).get(place).status_code == 404
    assert as_staff(cast.sibling_officer).post(place, {"verb": "issue"}).status_code == 404
    assert Passport.objects.count() == 0


def test_the_list_forgets_screens_whose_codes_have_died(cast: Cast) -> None:
    one = passports.issue(person=cast.wang.person, kind=PassportKind.SCREEN, by=cast.wang.actor, at=NOW)
    passports.revoke(passport=one, why="", by=cast.wang.actor, at=NOW)
    assert cards.revoked(NOW + timedelta(minutes=59)) == [one.public_id]
    assert cards.revoked(NOW + timedelta(minutes=61)) == []
