"""The counter's pages: pairing, a shift, green and red, undo, today's list; with and without htmx, in both languages."""

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, Cast
from tests.factories.counters import Counter, a_counter, a_device, a_partner, entry, given, shown, text_of
from tests.web.conftest import Clock

from tongxin.benefits.actions import partners, shifts, tills
from tongxin.benefits.models import Device, Redemption, Shift
from tongxin.records.models import JournalEntry
from tongxin.web.guard import DEVICE_COOKIE

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def at_till(counter: Counter) -> Client:
    client = Client()
    client.cookies[DEVICE_COOKIE] = counter.token
    return client


def test_pairing_then_pin_then_the_till(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    device, code = tills.add_device(site=counter.site, name="2号台", by=HOUSE, at=NOW)
    client = Client()
    assert "8个字母和数字" in client.get(f"/partner/pair/?code={code}").content.decode()
    answer = client.post("/partner/pair/", {"code": code})
    assert answer["Location"] == "/partner/shift/"
    cookie = answer.cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/partner/", "Lax")
    assert client.get("/partner/")["Location"] == "/partner/shift/"
    wrong = client.post("/partner/shift/", {"clerk": counter.clerk.public_id, "pin": "no"})
    assert (wrong.status_code, "PIN不对" in wrong.content.decode()) == (422, True)
    assert (
        client.post("/partner/shift/", {"clerk": counter.clerk.public_id, "pin": counter.pin})["Location"]
        == "/partner/"
    )
    assert "本店收：春季文旅券" in client.get("/partner/").content.decode()
    assert Device.objects.get(pk=device.pk).paired_at == NOW


def test_a_wrong_pairing_code_keeps_what_was_typed(cast: Cast, clock: Clock) -> None:
    answer = Client().post("/partner/pair/", {"code": "abcd-efgh"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="abcd-efgh"' in page, "配对码不对" in page) == (422, True, True)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_green_says_amount_and_masked_name_and_red_the_reason(
    cast: Cast, clock: Clock, headers: dict[str, str]
) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    asked = {"text": text_of(shown(given(counter.scheme, cast.wang.person))), "key": "k-1"}
    answer = client.post("/partner/redeem/", asked, headers=headers)
    page = (client.get(answer["Location"]) if answer.status_code == 302 else answer).content.decode()
    for words in ("可以收", "¥100.00", "王*华", "撤销这一笔"):
        assert words in page
    assert cast.wang.person.name not in page
    again = client.post("/partner/redeem/", {**asked, "key": "k-2"}, headers=headers)
    assert again.status_code == 422
    assert "不能收" in again.content.decode()
    assert "已在2024年3月28日 10:00使用过" in again.content.decode()
    assert client.post("/partner/redeem/", asked, headers=headers).status_code == answer.status_code
    assert Redemption.objects.count() == 1


def test_undo_and_todays_list(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    voucher = shown(given(counter.scheme, cast.wang.person))
    client.post("/partner/redeem/", {"text": voucher.code, "key": "k-1"})
    assert "¥100.00" in client.get("/partner/today/").content.decode()
    done = Redemption.objects.get()
    clock.tick(minutes=5)
    assert client.post(f"/partner/taken/{done.public_id}/undo/").status_code == 302
    page = client.get("/partner/today/").content.decode()
    assert ("¥0.00" in page, "已撤销" in page) == (True, True)


def test_closing_asks_for_the_count_before_it_says_its_own(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    client.post("/partner/redeem/", {"text": text_of(shown(given(counter.scheme, cast.wang.person))), "key": "k"})
    assert "100.00" not in client.get("/partner/shift/close/").content.decode()
    answer = client.post("/partner/shift/close/", {"counted": "90", "remark": "少一张"}, follow=True)
    assert "清点90元，系统100.00元，相差10.00元" in answer.content.decode()
    assert Shift.objects.get().counted == 90
    assert client.get("/partner/")["Location"] == "/partner/shift/"


@pytest.mark.parametrize("bill", ["abc", "NaN", "1e99", "10.001"])
def test_a_bill_that_cannot_be_read_is_refused_in_words(cast: Cast, clock: Clock, bill: str) -> None:
    counter = a_counter(cast)
    asked = {"text": text_of(shown(given(counter.scheme, cast.wang.person))), "key": "k", "bill": bill}
    answer = at_till(counter).post("/partner/redeem/", asked)
    assert (answer.status_code, "没看懂应付金额" in answer.content.decode()) == (422, True)


def test_a_revoked_device_is_told_so_and_its_try_is_on_record(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    tills.revoke(device=counter.device, by=HOUSE, at=NOW)
    answer = client.post("/partner/redeem/", {"text": "123456", "key": "k"})
    assert (answer.status_code, "这台设备已停用" in answer.content.decode()) == (403, True)
    assert JournalEntry.objects.filter(verb="device.revoked-used").count() == 1
    assert client.post("/partner/redeem/", {"text": "123456", "key": "k"}, headers=HTMX)["HX-Redirect"] == "/partner/"


def test_another_counters_redemption_is_not_there(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    other = a_counter(cast, partner=counter.partner, scheme=counter.scheme, site="二店")
    at_till(counter).post(
        "/partner/redeem/", {"text": text_of(shown(given(counter.scheme, cast.wang.person))), "key": "k"}
    )
    done = Redemption.objects.get()
    assert at_till(other).post(f"/partner/taken/{done.public_id}/undo/").status_code == 404
    assert "王*华" not in at_till(other).get("/partner/today/").content.decode()


def test_the_counter_speaks_english(cast: Cast, clock: Clock) -> None:
    client = at_till(a_counter(cast))
    client.cookies["tx-language"] = "en"
    for address in ("/partner/", "/partner/today/", "/partner/settlements/", "/partner/shift/close/"):
        page = client.get(address).content.decode()
        assert 'lang="en"' in page
        for words in ("收券", "交班", "结算单", "今天"):
            assert words not in page.replace("永川影城", "").replace("一店收银", "")


def test_what_a_device_needs_without_network_and_what_it_brings_back(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    key = counter.key.public_key().public_bytes_raw()

    encoded = base64.urlsafe_b64encode(key).decode().rstrip("=")
    told = client.post("/partner/ready/", {"key": encoded}).json()
    assert (told["device"], told["site"], told["cap"], told["last"]) == (
        counter.device.public_id,
        counter.site.public_id,
        "0.00",
        0,
    )
    assert told["schemes"] == {counter.scheme.public_id: "春季文旅券"}
    one = entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    sent = json.dumps([{"text": one.text, "signature": base64.urlsafe_b64encode(one.signature).decode()}])
    answer = client.post("/partner/offline/", {"entries": sent})
    assert answer.json() == {"answers": [{"n": 1, "verdict": "spent", "words": "已核销"}]}
    for broken in ("", "{}", "[1]", '[{"text": 1, "signature": "x"}]', sent.replace("take", "tak3")):
        assert client.post("/partner/offline/", {"entries": broken}).status_code == 422
    assert Client().post("/partner/offline/", {"entries": sent}).status_code == 422


def test_paired_anew_the_browser_still_hands_over_what_it_took_before(cast: Cast, clock: Clock) -> None:
    """Revoked and paired again at once: the list in the browser was written under the name before."""
    counter = a_counter(cast).knows_its_key()
    one = entry(counter, text_of(shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)))
    tills.revoke(device=counter.device, by=HOUSE, at=NOW)
    sent = json.dumps([{"text": one.text, "signature": base64.urlsafe_b64encode(one.signature).decode()}])
    stranger, own = Client(), Client()
    stranger.cookies[DEVICE_COOKIE] = a_counter(cast, partner=a_partner(cast.yongchuan, "别家")).token
    assert stranger.post("/partner/offline/", {"entries": sent}).status_code == 422
    own.cookies[DEVICE_COOKIE] = a_device(counter.site, "新1号台")[1]
    assert own.post("/partner/offline/", {"entries": sent}).json()["answers"][0]["verdict"] == "spent"
    assert Redemption.objects.get().device == counter.device


def test_a_partner_that_ended_still_sees_its_books_and_takes_nothing(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    partners.end(partner=counter.partner, on=NOW.date(), reason="合同到期", by=HOUSE, at=NOW)
    answer = client.post(
        "/partner/redeem/", {"text": text_of(shown(given(counter.scheme, cast.wang.person))), "key": "k"}
    )
    assert "合作已在2024年3月28日停止" in answer.content.decode()
    assert client.get("/partner/settlements/").status_code == 200


def test_a_shift_that_ran_out_asks_for_the_pin_again(cast: Cast, clock: Clock) -> None:
    client = at_till(a_counter(cast))
    clock.now = NOW + shifts.LASTS
    assert client.get("/partner/")["Location"] == "/partner/shift/"
    asked = {"text": "1", "key": "k"}
    assert client.post("/partner/redeem/", asked)["Location"] == "/partner/shift/"
    swapped = client.post("/partner/redeem/", asked, headers=HTMX)
    assert (swapped.status_code, swapped["HX-Redirect"]) == (204, "/partner/shift/")


def test_after_midnight_what_can_still_be_undone_is_on_the_list_and_not_in_todays_sum(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    clock.tick(hours=13, minutes=55)
    voucher = shown(given(counter.scheme, cast.wang.person), at=NOW + timedelta(hours=13, minutes=55))
    client.post("/partner/redeem/", {"text": voucher.code, "key": "k-1"})
    done = Redemption.objects.get()
    clock.tick(minutes=8)
    page = client.get("/partner/today/").content.decode()
    assert (f"/taken/{done.public_id}/undo/" in page, "¥0.00" in page) == (True, True)
    client.post(f"/partner/taken/{done.public_id}/undo/")
    assert Redemption.objects.get().undone_at is not None


def test_undone_too_late_says_whom_to_ask(cast: Cast, clock: Clock) -> None:
    counter = a_counter(cast)
    client = at_till(counter)
    voucher = shown(given(counter.scheme, cast.wang.person))
    client.post("/partner/redeem/", {"text": voucher.code, "key": "k-1"})
    clock.tick(minutes=10, seconds=1)
    answer = client.post(f"/partner/taken/{Redemption.objects.get().public_id}/undo/")
    assert answer.status_code == 422
    assert "由工会退款" in answer.content.decode()
