"""入会 on the phone: from the door to the answer, and everything that may go wrong on the way."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast, Player, account, an_id, union_under
from tests.web.conftest import Clock, sign_in
from tests.web.staff.joining_things import a_picture

from tongxin.people.actions import joining, memberships, union_endings
from tongxin.people.models import JoinApplication, Membership, Person
from tongxin.people.states import JoinState
from tongxin.unions.actions import tree
from tongxin.unions.models import Kind, Level, Union

AsWorker = Callable[[Player], Client]
RIDER = "food_delivery_rider"


def text(answer) -> str:
    return answer.content.decode()


def main(answer) -> str:
    return text(answer).split("<main")[1]


def form_of(union: Union, situation: str = RIDER) -> str:
    return f"/join/at/{union.public_id}/?as={situation}"


def sent(client: Client, union: Union, **body: object):
    return client.post(form_of(union), {"as": RIDER, "name": "新来的", "key": "k1", **body})


@pytest.fixture
def phone(cast: Cast, clock: Clock) -> Client:
    """Signed in by a code, never heard of before."""
    return sign_in(cast.newcomer, factor=False)


def test_a_visitor_looks_around_and_signs_in_where_the_name_is_asked(cast: Cast, clock: Clock) -> None:
    visitor = Client()
    begin = visitor.get("/join/")
    ways = re.findall(r'href="(/join/where/\?as=\w+)"', text(begin))
    assert len(ways) == 8
    assert [visitor.get(way).status_code for way in ways] == [200] * 8
    asked = visitor.get(form_of(cast.riders))
    assert asked["Location"] == f"/sign-in/?next=%2Fjoin%2Fat%2F{cast.riders.public_id}%2F%3Fas%3D{RIDER}"


def test_a_rider_is_led_to_the_union_of_the_trade_not_to_firms(cast: Cast, clock: Clock) -> None:
    couriers = union_under(
        cast.yongchuan, "永川区快递行业工会联合会", "500118-J8", Level.GRASSROOTS, kind=Kind.SECTORAL_ASSOCIATION,
        founded_on=SINCE,
    )  # fmt: skip
    shown = main(Client().get(f"/join/where/?as={RIDER}&area={cast.yongchuan.public_id}"))
    assert cast.factory.name not in shown
    assert couriers.name not in shown
    assert shown.index(cast.riders.name) < shown.index(f"/join/at/{cast.yongchuan.public_id}/")
    assert couriers.name in main(Client().get(f"/join/where/?as=courier&area={cast.yongchuan.public_id}"))
    by_name = main(Client().get(f"/join/where/?as={RIDER}&q={cast.factory.name[:4]}"))
    assert cast.factory.name in by_name


def test_a_province_leads_further_down_first(cast: Cast, clock: Clock) -> None:
    shown = main(Client().get(f"/join/where/?as={RIDER}&area={cast.chongqing.public_id}"))
    assert (cast.yongchuan.name in shown, cast.riders.name in shown) == (True, False)
    assert "可以加入" not in shown


def test_name_and_union_suffice_and_the_answerer_and_the_day_are_named(cast: Cast, phone: Client) -> None:
    asked = text(phone.get(form_of(cast.riders)))
    assert "由永川区总工会审核。3个工作日内答复，逾期转上级。" in asked
    assert [field in asked for field in ("name=name", 'name="name"', 'name="occupation"', 'name="photo"')] == [
        False, True, False, True,
    ]  # fmt: skip
    assert sent(phone, cast.riders)["Location"] == "/join/state/"
    made = JoinApplication.objects.get()
    assert (made.basis, made.person.gig_group, made.person.document) == ("industry", RIDER, None)
    state = text(phone.get("/join/state/"))
    assert "永川区总工会正在审核。最晚4月2日答复，逾期自动转上级，不用您催。" in state
    home = text(phone.get("/"))
    assert (f"申请加入{cast.riders.name}" in home, "最晚4月2日答复" in home, 'href="/join/"' in home) == (
        True, True, False,
    )  # fmt: skip
    record = main(phone.get("/me/record/"))
    assert ('href="/join/state/"' in record, 'href="/join/"' in record) == (True, False)


def test_without_an_employer_the_area_takes_in(cast: Cast, phone: Client) -> None:
    sent_at = phone.post(form_of(cast.yongchuan, "works"), {"as": "works", "name": "钟点工", "occupation": "家政"})
    assert sent_at["Location"] == "/join/state/"
    made = JoinApplication.objects.get()
    assert (made.basis, made.union, made.person.occupation) == ("works_here", cast.yongchuan, "家政")


def test_what_was_typed_stays_when_it_is_refused(cast: Cast, phone: Client) -> None:
    answer = sent(phone, cast.riders, name="骑手甲", document="11010119900307123")
    assert answer.status_code == 422
    assert "<title>错误：" in text(answer)
    assert 'value="骑手甲"' in text(answer)
    assert 'value="11010119900307123"' in text(answer)
    assert re.search(r'id="id_document_error".{0,900}只有17位，少1位', text(answer), re.DOTALL)
    assert not Person.objects.filter(name="骑手甲").exists()
    picture = sent(phone, cast.riders, photo=SimpleUploadedFile("x.png", b"GIF89a no", "image/png"))
    assert (picture.status_code, "id_photo_error" in text(picture)) == (422, True)
    with_one = sent(phone, cast.riders, photo=SimpleUploadedFile("x.png", a_picture(), "image/png"))
    assert with_one.status_code == 302
    assert JoinApplication.objects.get().photo is not None


def test_sent_twice_it_is_one_application(cast: Cast, phone: Client) -> None:
    assert [sent(phone, cast.riders).status_code for _ in range(2)] == [302, 302]
    assert JoinApplication.objects.count() == 1
    assert phone.get("/join/")["Location"] == "/join/state/"


def test_the_same_number_under_a_second_phone_is_led_to_the_claim(cast: Cast, phone: Client) -> None:
    number = an_id()
    assert sent(phone, cast.riders, document=number).status_code == 302
    second = sign_in(account("second-phone"), factor=False)
    answer = sent(second, cast.riders, document=number)
    assert (answer.status_code, "认领登记" in text(answer)) == (422, True)
    assert JoinApplication.objects.count() == 1


def test_someone_elses_number_shows_nothing_of_them(cast: Cast, phone: Client) -> None:
    answer = sent(phone, cast.riders, document=cast.wang.person.document_text())
    assert (answer.status_code, "请带证件到工会窗口" in text(answer)) == (422, True)
    assert [word in main(answer) for word in (cast.wang.person.name, cast.factory.name)] == [False, False]


def test_a_union_that_ends_while_the_form_is_filled_in_hands_it_on(cast: Cast, phone: Client) -> None:
    assert phone.get(form_of(cast.riders)).status_code == 200
    on = TODAY
    union_endings.merge(predecessors=[cast.riders], successor=cast.factory, on=on, by=cast.admin.actor, at=NOW)
    answer = sent(phone, cast.riders, name="骑手甲")
    assert answer.status_code == 422
    assert f"{cast.riders.name}已经撤销，现在由{cast.factory.name}接手" in text(answer)
    assert 'value="骑手甲"' in text(answer)
    action = re.search(r'<form method="post" action="([^"]+)"', text(answer))[1]
    assert phone.post(action, {"as": RIDER, "name": "骑手甲", "key": "k2"})["Location"] == "/join/state/"
    assert JoinApplication.objects.get().union == cast.factory


def test_a_member_is_told_so_and_led_to_the_transfer(cast: Cast, as_worker: AsWorker) -> None:
    client = as_worker(cast.wang)
    for address in ("/join/", form_of(cast.riders)):
        shown = text(client.get(address))
        assert (f"是{cast.factory.name}的会员" in shown, "/me/transfer/" in shown) == (True, True)
    assert sent(client, cast.riders).status_code == 200
    assert not JoinApplication.objects.exists()


def test_another_province_asks_for_consent_on_the_page(cast: Cast, as_worker: AsWorker) -> None:
    stay = cast.wang.person.memberships.get()
    memberships.end(membership=stay, on=TODAY, reason="left", by=HOUSE, at=NOW)
    client = as_worker(cast.wang)
    shown = text(client.get(form_of(cast.jinjiang_shop, "employer")))
    assert ("我同意把我的登记信息交给这个工会" in shown, 'name="name"' in shown) == (True, False)
    body = {"as": "employer", "key": "k"}
    assert client.post(form_of(cast.jinjiang_shop, "employer"), body).status_code == 422
    assert client.post(form_of(cast.jinjiang_shop, "employer"), body | {"consents": "on"}).status_code == 302


def test_no_says_why_and_where_else(cast: Cast, phone: Client) -> None:
    sent(phone, cast.riders)
    made = JoinApplication.objects.get()
    joining.refuse(application=made, why="请先到站点签协议", by=cast.admin.actor, at=NOW)
    shown = main(phone.get("/join/state/"))
    assert "原因：请先到站点签协议" in shown
    assert f"/join/?union={cast.yongchuan.public_id}" in shown  # the area's own takes whoever found no other
    assert f"union={cast.riders.public_id}" not in shown
    sent(phone, cast.riders, key="k2")
    again = JoinApplication.objects.get(state=JoinState.WAITING)
    joining.refuse(application=again, why="厂里有工会", elsewhere=cast.factory, by=cast.admin.actor, at=NOW)
    assert re.findall(r"union=(\w+)", main(phone.get("/join/state/"))) == [cast.factory.public_id]


def test_silence_is_seen_to_go_up(cast: Cast, phone: Client, clock: Clock) -> None:
    sent(phone, cast.riders)
    made = JoinApplication.objects.get()
    later = made.due_at + timedelta(minutes=1)
    joining.escalate(application=made, on=later.date(), at=later)
    shown = main(phone.get("/join/state/"))
    assert ("重庆市总工会正在审核" in shown, "转重庆市总工会审核" in shown) == (True, True)


def test_withdrawn_and_asked_again(cast: Cast, phone: Client) -> None:
    sent(phone, cast.riders)
    assert phone.post("/join/withdraw/")["Location"] == "/join/"
    assert phone.post("/join/withdraw/").status_code == 404
    assert "重新申请" in text(phone.get("/join/state/"))
    assert sent(phone, cast.riders, key="k2").status_code == 302
    assert JoinApplication.objects.filter(state=JoinState.WAITING).count() == 1


def test_two_unions_do_not_both_get_the_worker(cast: Cast, phone: Client, as_staff) -> None:
    sent(phone, cast.riders)
    made = JoinApplication.objects.get()
    person = made.person
    memberships.join(person=person, union=cast.factory, starts=TODAY, by=cast.cadre.actor, at=NOW)
    answer = as_staff(cast.admin).post(f"/staff/joining/{made.public_id}/accept/")
    assert (answer.status_code, f"已经是{cast.factory.name}的会员" in text(answer)) == (422, True)
    assert Membership.objects.filter(person=person, ends=None).get().union == cast.factory


def test_provinces_take_no_members_and_say_so(cast: Cast, phone: Client) -> None:
    shown = text(phone.get(form_of(cast.chongqing)))
    assert ("不直接发展会员" in shown, "送出申请" in shown) == (True, False)


def test_the_list_of_unions_asks_as_often_for_many(cast: Cast, clock: Clock) -> None:
    client, address = Client(), f"/join/where/?as=works&area={cast.zhongshan.public_id}"

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def found(number: int) -> None:
        tree.found(
            parent=cast.zhongshan, kind=Kind.JOINT_GRASSROOTS_UNION, level=Level.GRASSROOTS, name=f"社区{number}联合工会",
            code=f"Z-{number}", founded_on=SINCE, by=HOUSE, at=NOW,
        )  # fmt: skip

    found(1)
    before = asked()
    found(2)
    found(3)
    assert asked() == before
