"""我的会籍, its card, and moving on the phone."""

import re
from datetime import timedelta

from django.test import Client
from tests.cast import NOW, TODAY, Cast

from tongxin.people import passport_card
from tongxin.people.actions import membership_states as states
from tongxin.people.actions import memberships
from tongxin.people.models import Membership, Passport, Transfer
from tongxin.people.queries import passports as cards


def text(answer) -> str:
    return answer.content.decode()


def stay(cast: Cast) -> Membership:
    return Membership.objects.get(person=cast.wang.person, ends=None)


def characters(answer) -> str:
    found = re.search(r'id="characters">([^<]+)<', text(answer))
    return found[1] if found else ""


def verdict(card: str, at) -> str:
    return passport_card.check(card, keys=cards.public_keys(at), revoked=cards.own_list(at), at=at).verdict


def test_the_page_says_what_a_state_means(cast: Cast, as_worker) -> None:
    phone = as_worker(cast.wang)
    shown = text(phone.get("/me/membership/"))
    assert "离开单位，会籍不会自动结束，工会的服务照样可以用" in shown
    assert "照交" in shown
    states.retain(membership=stay(cast), on=TODAY, why="unemployed", by=cast.cadre.actor, at=NOW)
    shown = text(phone.get("/me/membership/"))
    assert "照交" not in shown
    assert "会籍保留" in shown
    assert "照样可以用" in shown


def test_a_reminder_is_answered_with_one_tap(cast: Cast, as_worker) -> None:
    since = TODAY - timedelta(days=250)
    states.remind(membership=stay(cast), idle_since=since, by=cast.cadre.actor, at=NOW)
    phone = as_worker(cast.wang)
    assert "我要继续" in text(phone.get("/me/membership/"))
    assert phone.post("/me/membership/stay/").status_code == 302
    assert "我要继续" not in text(phone.get("/me/membership/"))
    assert phone.post("/me/membership/stay/").status_code == 422
    assert as_worker(cast.gao).post("/me/membership/stay/").status_code == 422  # one's own only
    assert stay(cast).reminded_on is None


def test_a_card_is_opened_shown_and_dies_on_a_photograph(cast: Cast, as_worker, clock) -> None:
    phone = as_worker(cast.wang)
    assert "开通会籍凭证" in text(phone.get("/me/card/"))
    assert phone.post("/me/card/")["Location"] == "/me/card/"
    answer = phone.get("/me/card/")
    card = characters(answer)
    assert "no-store" in answer["Cache-Control"]
    assert verdict(card, clock.now) == "valid"
    assert cast.wang.person.document_text() not in text(answer)
    clock.tick(seconds=60)
    assert characters(phone.get("/me/card/")) != card
    clock.tick(seconds=300)
    assert verdict(card, clock.now) == "screen-over"
    assert verdict(characters(phone.get("/me/card/")), clock.now) == "valid"


def test_a_lost_phone_s_card_is_ended(cast: Cast, as_worker, clock) -> None:
    phone = as_worker(cast.wang)
    phone.post("/me/card/")
    card = characters(phone.get("/me/card/"))
    assert phone.post("/me/card/end/").status_code == 302
    assert verdict(card, clock.now) == "revoked"
    assert characters(phone.get("/me/card/")) == ""
    assert Passport.objects.get().why == "本人作废"


def test_who_is_no_member_is_told_what_to_do(cast: Cast, as_worker) -> None:
    memberships.end(membership=stay(cast), on=TODAY, reason="left", by=cast.cadre.actor, at=NOW)
    phone = as_worker(cast.wang)
    answer = phone.post("/me/card/")
    assert (answer.status_code, "请先申请入会" in text(answer)) == (422, True)
    assert "您现在没有会籍" in text(phone.get("/me/membership/"))


def test_moving_on_the_phone_across_the_border(cast: Cast, as_worker, as_staff) -> None:
    phone = as_worker(cast.wang)
    assert "锦江百货商场工会" in text(phone.get("/me/transfer/where/?q=锦江百货"))
    form = phone.get(f"/me/transfer/to/{cast.jinjiang_shop.public_id}/")
    key = re.search(r'name="key" value="([^"]+)"', text(form))[1]
    made = phone.post(f"/me/transfer/to/{cast.jinjiang_shop.public_id}/", {"key": key, "reason": "到成都上班"})
    assert made["Location"] == "/me/transfer/"
    phone.post(f"/me/transfer/to/{cast.jinjiang_shop.public_id}/", {"key": key})  # pressed twice
    one = Transfer.objects.get()
    for player, side in ((cast.cadre, "old"), (cast.jinjiang_cadre, "new")):
        as_staff(player).post(f"/staff/transfers/{one.public_id}/answer/", {"side": side, "yes": "1"})
    assert stay(cast).union == cast.factory
    assert "我同意" in text(phone.get("/me/transfer/"))
    assert phone.post("/me/transfer/consent/").status_code == 302
    assert stay(cast).union == cast.jinjiang_shop
    assert "已转接" in text(phone.get("/me/transfer/"))


def test_moving_is_refused_in_words_and_keeps_what_was_typed(cast: Cast, as_worker) -> None:
    phone = as_worker(cast.wang)
    answer = phone.post(f"/me/transfer/to/{cast.factory.public_id}/", {"reason": "再想想"})
    assert (answer.status_code, "再想想" in text(answer)) == (422, True)
    phone.post(f"/me/transfer/to/{cast.riders.public_id}/", {})
    again = phone.post(f"/me/transfer/to/{cast.jiangjin_mill.public_id}/", {})
    assert "已经有一份转到永川区外卖配送行业工会联合会的申请在办理" in text(again)
    assert phone.post("/me/transfer/withdraw/").status_code == 302
    assert phone.post("/me/transfer/withdraw/").status_code == 404


def test_files_for_other_federations_hold_public_halves_only(cast: Cast, clock) -> None:
    visitor = Client()
    told = visitor.get("/passport/keys.json").json()
    assert (told["format"], set(told["keys"][0])) == ("tongxin-passport-keys/1", {"id", "x", "since", "until"})
    taken = passport_card.read_list(text(visitor.get("/passport/revoked.txt")), cards.public_keys(clock.now))
    assert taken is not None
    assert taken[1].serials == frozenset()
    assert "passport-words" in text(visitor.get("/passport/"))
    assert visitor.get("/passport/worker.js")["Content-Type"].startswith("text/javascript")
